"""Visits: opening a share, reading what it holds, passing it on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance import ledger
from compliance.access import Action, require
from compliance.errors import LinkInvalid
from compliance.events import Act, Trail
from compliance.links import ShareToken, active_kid, new_token_id, open_token, sign_address, token_text
from compliance.recruiting import Opening, opened
from compliance.visits import Door, Opener, actor_of, begin, door_of_visit, person_now
from fileserver.http.caller import Caller
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import beacons, cuts, renditions, shares
from storage.rows.aliases import ids_of
from storage.rows.renditions import RenditionRow
from storage.rows.shares import ShareRow
from storage.rows.visits import VisitRow


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A visit with everything its page shows. Addresses are signed until `addresses_until`."""

    visit: VisitRow
    door: Door
    pages: Sequence[RenditionRow]
    full: RenditionRow | None
    download: bool
    addresses_until: datetime
    reading_seq: int


async def open_share(services: Services, caller: Caller, trail: Trail, token: str) -> Opened:
    """Begins (or goes on with) the caller's visit. Raises LinkInvalid before any look-up, AccessDenied after it."""
    genuine = await open_token(services.keys, services.database, token)
    now, opener = services.clock(), Opener(caller.person_id, caller.session_id)
    async with services.database.transaction() as tx:
        share = await shares.share_by_token_id(tx, genuine.token_id)
        if share is None or share.kid != genuine.kid:
            raise LinkInvalid
        begun = await begin(tx, services.keys.master, share, opener, now, kid=active_kid(services.keys))
        if begun.fresh:
            event = trail.event(
                Act.VIEWER_VISIT_START,
                why=begun.rule,
                obj=begun.door.obj,
                link=str(share.id),
                ver=begun.door.served.sha256 or "",
                det={"visit": str(begun.visit.id), "copy": f"{begun.visit.copy_id:012x}", "depth": share.depth},
            )
            told = await ledger.append(tx, event, now=now)
            opening = Opening(
                person_id=caller.person_id,
                clinic_id=caller.clinic_id,
                material_id=share.material_id,
                sponsor_id=share.sponsor_id,
            )
            await opened(tx, services.messages, opening, now, event_id=told)
        return await _opened(services, tx, begun.visit, begun.door, now)


async def read(services: Services, caller: Caller, visit_id: UUID) -> Opened:
    """The visit with fresh addresses. Raises NotFound for one that is over, AccessDenied for one that is closed."""
    now = services.clock()
    async with services.database.transaction() as tx:
        visit, door = await door_of_visit(tx, visit_id, now, session_id=caller.session_id)
        viewer = actor_of(await person_now(tx, caller.person_id), now)
        target = replace(door.target(visit), sealable=True)  # the page itself says what can't be shown
        require(viewer, Action.VISIT_READ, target, obj=door.obj, link=str(door.share.id))
        return await _opened(services, tx, visit, door, now)


async def _opened(services: Services, tx: Transaction, visit: VisitRow, door: Door, now: datetime) -> Opened:
    sealable = door.served.preparation == "ready"
    made = await renditions.renditions_of(tx, visit.version_id) if sealable else []
    return Opened(
        visit=visit,
        door=door,
        pages=[each for each in made if each.kind == "page"],
        full=next((each for each in made if each.kind == "full"), None),
        download=sealable and door.facts.download,
        addresses_until=now + timedelta(seconds=services.config.visit_url_lifetime_s),
        reading_seq=await beacons.seq_of(tx, visit.id),
    )


def signed(services: Services, path: str, until: datetime) -> str:
    """The path as a content address."""
    query = "&".join(f"{name}={value}" for name, value in sign_address(services.keys, path, until).items())
    return f"{path}?{query}"


async def forward(services: Services, caller: Caller, trail: Trail, visit_id: UUID) -> tuple[ShareRow, str]:
    """A child share, never wider than its parent: (row, token). Raises AccessDenied when the depth is used up."""
    now = services.clock()
    async with services.database.transaction() as tx:
        visit, door = await door_of_visit(tx, visit_id, now, session_id=caller.session_id)
        viewer = actor_of(await person_now(tx, caller.person_id), now)
        await shares.lock_chain(tx, door.share.id)  # so that simultaneous forwards are counted one after the other
        cut = await cuts.is_cut(tx, door.share.root_id, await ids_of(tx, viewer.person_id))
        made = await shares.count_forwards(tx, door.share.id, viewer.person_id)
        target = replace(
            door.target(visit),
            sealable=True,  # a link may be passed on before its copy can be shown
            share=replace(door.facts, forwards_made=made, forwards_cut=cut),
        )
        names = {"obj": door.obj, "link": str(door.share.id)}
        rule = require(viewer, Action.VISIT_FORWARD, target, **names)
        child = _child(services, door, viewer.person_id, now)
        await shares.add_share(tx, child)
        event = trail.event(
            Act.VIEWER_SHARE_FORWARD,
            why=rule,
            obj=door.obj,
            link=str(child.id),
            ver=door.served.sha256 or "",
            det={"parent": str(door.share.id), "depth": child.depth, "visit": str(visit.id)},
        )
        await ledger.append(tx, event, now=now)
    return child, token_text(services.keys, ShareToken(child.kid, child.token_id))


def _child(services: Services, door: Door, creator_id: UUID, now: datetime) -> ShareRow:
    """Visits are counted up the chain, so the child needs no allowance of its own; it is for whom its parent is for."""
    parent = door.share
    return replace(
        parent,
        id=uuid4(),
        token_id=new_token_id(),
        kid=active_kid(services.keys),
        creator_id=creator_id,
        parent_id=parent.id,
        depth=parent.depth + 1,
        visits_max=None,
        visits_used=0,
        download=door.facts.download,
        forward_depth_left=door.facts.forward_depth_left - 1,
        note="",
        created_at=now,
    )
