"""Visits: opening a share, reading what it holds, passing it on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from compliance import ledger
from compliance.access import Action, require
from compliance.asking import depth_left, forward_askable
from compliance.errors import LinkInvalid
from compliance.events import Act, Trail
from compliance.links import ShareToken, active_kid, open_token, sign_address
from compliance.natives import seen_native
from compliance.recruiting import Opening, opened
from compliance.visits import Door, Opener, actor_of, begin, door_of_visit, person_now
from fileserver.http.caller import Caller
from fileserver.services import Services
from fileserver.viewing.chats import chat_of
from fileserver.viewing.forwarding import opened_ahead
from fileserver.viewing.schemas import VisitIn
from storage.database import Transaction
from storage.rows import beacons, renditions, shares
from storage.rows.renditions import RenditionRow
from storage.rows.shares import ShareRow
from storage.rows.visits import VisitRow

CHAT_CHARS = 16  # enough to tell chats apart


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A visit with everything its page shows. Addresses are signed until `addresses_until`."""

    visit: VisitRow
    door: Door
    pages: Sequence[RenditionRow]
    full: RenditionRow | None
    download: bool
    forward_depth_left: int  # none where nobody else is let in either
    forward_askable: bool
    addresses_until: datetime
    reading_seq: int


async def open_share(services: Services, caller: Caller, trail: Trail, wanted: VisitIn) -> Opened:
    """Begins (or goes on with) the caller's visit. Raises LinkInvalid before any look-up, AccessDenied after it."""
    genuine = await open_token(services.keys, services.database, wanted.token)
    now, opener = services.clock(), Opener(caller.person_id, caller.session_id)
    async with services.database.transaction() as tx:
        share, fresh = await _share_behind(tx, services, genuine)
        begun = await begin(tx, services.keys.master, share, opener, now, kid=active_kid(services.keys), fresh=fresh)
        if begun.fresh:
            came = await _came(tx, services, share, caller.person_id, wanted)
            event = trail.event(
                Act.VIEWER_VISIT_START,
                why=begun.rule,
                obj=begun.door.obj,
                link=str(share.id),
                ver=begun.door.served.sha256 or "",
                det={"visit": str(begun.visit.id), "copy": f"{begun.visit.copy_id:012x}", "depth": share.depth, **came},
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


async def _share_behind(tx: Transaction, services: Services, genuine: ShareToken) -> tuple[ShareRow, bool]:
    """The share of a link, and whether it was made just now. Raises LinkInvalid."""
    share = await shares.share_by_token_id(tx, genuine.token_id)
    found = (share, False) if share else await opened_ahead(tx, services, genuine)
    if found is None or found[0].kid != genuine.kid:
        raise LinkInvalid
    return found


async def _came(
    tx: Transaction, services: Services, share: ShareRow, person_id: UUID, wanted: VisitIn
) -> dict[str, str | int]:
    """How somebody came in, as the log keeps it."""
    came: dict[str, str | int] = {}
    if wanted.scene is not None:
        came["scene"] = wanted.scene
    chat = await chat_of(tx, services, person_id, wanted.chat)
    if chat is not None:
        came["chat"] = chat.hex()[:CHAT_CHARS]
    native = await seen_native(tx, share, chat, services.clock())
    if native is not None:
        came["native"] = native.value
    return came


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
        forward_depth_left=await depth_left(tx, door.share.id, door.facts.forward_depth_left),
        forward_askable=await forward_askable(tx, door, visit.person_id),
        addresses_until=now + timedelta(seconds=services.config.visit_url_lifetime_s),
        reading_seq=await beacons.seq_of(tx, visit.id),
    )


def signed(services: Services, path: str, until: datetime) -> str:
    """The path as a content address."""
    query = "&".join(f"{name}={value}" for name, value in sign_address(services.keys, path, until).items())
    return f"{path}?{query}"
