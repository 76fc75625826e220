"""Making, listing and closing shares, each in one transaction with its event."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID, uuid4

from compliance import asking, gating, ledger
from compliance.access import Action, Actor, Addressees, Target, decide, require
from compliance.errors import InvalidValue, KeyUnavailable, NotFound, WrongState
from compliance.events import Act, Event, Trail
from compliance.gating import Wanted, wanted_gate
from compliance.homes import home_of
from compliance.links import ShareToken, active_kid, new_token_id, token_text
from compliance.looks import look_of, stored, told
from compliance.profiles import profiles_of
from compliance.scopes import owned_scope
from compliance.sharing import Shareable, shareable
from compliance.visits import has_lapsed
from fileserver.looks import look_in
from fileserver.services import Services
from fileserver.shares.audience import as_row, check_known, counted, single, wanted_addressees
from fileserver.shares.schemas import ShareIn, ShareLookIn, ShareQuery, ShareState
from storage.database import Transaction
from storage.rows import (
    access_requests,
    addressees,
    cuts,
    declarations,
    folders,
    gates,
    people,
    share_changes,
    shares,
)
from storage.rows.addressees import joined_jobs
from storage.rows.aliases import clinic_ids_of, ids_of
from storage.rows.gates import GateRow
from storage.rows.share_changes import ShareChangeRow
from storage.rows.shares import Listed, Served, ShareRow, ShareStanding
from storage.rows.standing import standing_of

DEFAULT_LIFETIME = timedelta(days=7)
LIFETIME_MAX = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Described:
    """A share with what its maker wants to see beside it."""

    row: ShareRow
    served: Served
    standing: ShareStanding
    token: str | None
    creator_name: str
    gate: GateRow | None
    password: str | None = field(default=None, repr=False)  # known only to the answer that sets it


async def create(services: Services, actor: Actor, trail: Trail, wanted: ShareIn) -> Described:
    """Makes a share of an approved material.

    Raises AccessDenied, NotFound, InvalidValue naming the field, or RequirementUnmet naming what sharing needs.
    """
    now = services.clock()
    to = wanted_addressees(wanted)
    rows = [
        new_row(services, actor, wanted.model_copy(update={"material_id": each}), to, now)
        for each in _materials(wanted)
    ]
    gate = await wanted_gate(services.passwords, wanted.lock, wanted.password, pledge=wanted.pledge)
    async with services.database.transaction() as tx:
        await check_known(tx, to)
        for row in rows:
            found = await shareable(tx, services.keys.master, actor, row.material_id, now)
            await shares.add_share(tx, row)
            await addressees.add_addressees(tx, row.id, as_row(to))
            if not gate.is_open:
                await gating.put(tx, row.id, gate, actor.person_id, now)
            await ledger.append(tx, created_event(trail, row, to, gate, found), now=now)
        if wanted.title is not None:
            await folders.add_folder(tx, wanted.title, [row.id for row in rows])
        return replace(await described(services, tx, rows[0]), password=gate.password)


def _materials(wanted: ShareIn) -> tuple[UUID, ...]:
    """The materials in their order. Raises InvalidValue for one that is there twice, and a folder without a title."""
    every = (wanted.material_id, *wanted.more_material_ids)
    if len(set(every)) < len(every):
        raise InvalidValue(field="more_material_ids", rule="repeated")
    if (wanted.title is None) != (len(every) == 1):
        raise InvalidValue(field="title", rule="fits-the-folder")
    return every


def created_event(trail: Trail, row: ShareRow, to: Addressees, gate: Wanted, found: Shareable) -> Event:
    """What the log is told of a new share."""
    return trail.event(
        Act.EMPLOYEE_SHARE_CREATE,
        why=found.rule,
        obj=f"material:{row.material_id}",
        link=str(row.id),
        ver=found.served.sha256 or "",
        det={**policy_of(row, to), **_asked(gate)},
    )


def new_row(services: Services, actor: Actor, wanted: ShareIn, to: Addressees, now: datetime) -> ShareRow:
    """The row of a share by this employee. Raises InvalidValue naming the field that doesn't fit."""
    if wanted.forward_depth and to.people is not None and len(to.people) == 1:
        raise InvalidValue(field="forward_depth", rule="fits-the-audience")
    share_id = uuid4()
    return ShareRow(
        id=share_id,
        token_id=new_token_id(),
        kid=active_kid(services.keys),
        material_id=wanted.material_id,
        creator_id=actor.person_id,
        sponsor_id=actor.person_id,
        parent_id=None,
        root_id=share_id,
        depth=0,
        audience=wanted.audience.value,
        audience_clinic_id=single(to.clinics),
        audience_person_id=single(to.people),
        audience_job=joined_jobs(to.jobs or ()),
        expires_at=_expiry(wanted.expires_at, now),
        visits_max=wanted.visits_max,
        visits_used=0,
        viewers_max=wanted.viewers_max,
        download=wanted.download,
        forward_depth_left=wanted.forward_depth,
        watermark=wanted.watermark,
        look=stored(look_in(wanted.watermark, wanted.look)),
        seal_level=wanted.seal_level,
        note=wanted.note,
        created_at=now,
        revoked_at=None,
        revoked_by=None,
    )


def _expiry(wanted: datetime | None, now: datetime) -> datetime:
    if wanted is None:
        return now + DEFAULT_LIFETIME
    if not now < wanted <= now + LIFETIME_MAX:
        raise InvalidValue(field="expires_at", rule="within-a-year")
    return wanted


def policy_of(row: ShareRow, to: Addressees) -> dict[str, str | int]:
    """The policy as the log keeps it."""
    return counted(to) | {
        "expires": int(row.expires_at.timestamp()),
        "visits_max": row.visits_max or 0,
        "viewers_max": row.viewers_max or 0,
        "download": int(row.download),
        "depth_left": row.forward_depth_left,
        "watermark": row.watermark,
        "look": told(look_of(row)),
        "level": row.seal_level,
    }


def _asked(gate: Wanted) -> dict[str, str | int]:
    return {"lock": gate.lock.value, "pledge": int(gate.pledge)}


async def listed(
    services: Services, actor: Actor, asked: ShareQuery, *, before: tuple[datetime, UUID] | None
) -> list[Described]:
    """The caller's shares, forwards of them included; all shares for those who govern or audit them."""
    require(actor, Action.SHARE_LIST)
    async with services.database.transaction() as tx:
        scope, of = owned_scope(actor, Action.SHARE_READ), await _listed(tx, asked)
        rows = await shares.list_shares(tx, scope=scope, of=of, before=before, limit=asked.limit)
        return [await described(services, tx, row) for row in rows]


async def _listed(tx: Transaction, asked: ShareQuery) -> Listed:
    """A clinic by all of its names, a campaign by the materials that were last declared for it."""
    names = await clinic_ids_of(tx, asked.clinic_id) if asked.clinic_id else None
    declared = await declarations.campaigns_of(tx) if asked.campaign else {}
    return Listed(
        material_id=asked.material_id,
        sponsor_id=asked.sponsor_id,
        department_id=asked.department_id,
        region=asked.region,
        material_ids=frozenset(each for each in declared if declared[each] == asked.campaign)
        if asked.campaign
        else None,
        clinics=frozenset(map(str, names)) if names is not None else None,
    )


async def read(services: Services, actor: Actor, share_id: UUID) -> Described:
    """One share. Raises NotFound, or AccessDenied for somebody else's."""
    async with services.database.transaction() as tx:
        row = await allowed(tx, actor, Action.SHARE_READ, share_id)
        return await described(services, tx, row)


async def revoke(services: Services, actor: Actor, trail: Trail, share_id: UUID) -> Described:
    """Closes the share and all that was forwarded from it, the folder that it leads, and what was granted of these.

    Raises WrongState when all that is closed already, but for what was granted.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await allowed(tx, actor, Action.SHARE_REVOKE, share_id)
        closed = []
        for each in await folders.led_by(tx, share_id):
            item = await shares.share_by_id(tx, each)
            closed += [item] if item and await shares.revoke_share(tx, each, actor.person_id, now) else []
        if not closed:
            raise WrongState(state="revoked", command="revoke")
        for gone in closed:
            obj, link = f"material:{gone.material_id}", str(gone.id)
            await ledger.append(tx, trail.event(Act.EMPLOYEE_SHARE_REVOKE, obj=obj, link=link), now=now)
        await asking.close_granted(tx, trail, [gone.id for gone in closed], actor.person_id, now)
        return await described(services, tx, await shares.share_by_id(tx, share_id) or row)


async def cut(services: Services, actor: Actor, trail: Trail, share_id: UUID, person_id: UUID) -> int:
    """Closes what somebody passed on below an employee's share, and keeps them from passing on more; how many links.

    Below all of a folder, by its lead, and below what was granted of it; what was granted of what this closes is closed
    too. They may still read.
    Raises AccessDenied, NotFound for who is not in the tree, WrongState for what was cut before.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await allowed(tx, actor, Action.SHARE_REVOKE, share_id)
        if row.parent_id is not None:
            raise InvalidValue(field="share_id", rule="root-share")
        pseudonym = await people.pseudonym_of(tx, person_id)
        ids = await ids_of(tx, person_id)
        every = await folders.led_by(tx, share_id)
        if pseudonym is None or not any([await cuts.visited_below(tx, each, ids) for each in every]):
            raise NotFound(field="person_id")
        done = [(each, await cuts.cut_branch(tx, each, ids, actor.person_id, now)) for each in every]
        if all(links is None for _, links in done):
            raise WrongState(state="cut", command="cut")
        granted = await access_requests.granted_from(tx, every)
        done += [(each, await cuts.cut_branch(tx, each, ids, actor.person_id, now)) for each in granted]
        closed = {each: links for each, links in done if links is not None}
        for each, links in closed.items():
            item = await shares.share_by_id(tx, each) or row
            det: dict[str, str | int] = {"person": pseudonym, "links": len(links)}
            obj = f"material:{item.material_id}"
            await ledger.append(tx, trail.event(Act.EMPLOYEE_BRANCH_CUT, obj=obj, link=str(each), det=det), now=now)
        await asking.close_granted(tx, trail, list(chain(*closed.values())), actor.person_id, now)
    return sum(map(len, closed.values()))


async def may_cut(services: Services, actor: Actor, share_id: UUID) -> bool:
    """Whether this person may cut branches of a share."""
    async with services.database.transaction() as tx:
        row = await shares.share_by_id(tx, share_id)
        return row is not None and decide(actor, Action.SHARE_REVOKE, await target_of_share(tx, row)).allowed


async def change_look(services: Services, actor: Actor, trail: Trail, share_id: UUID, wanted: ShareLookIn) -> Described:
    """Marks copies of visits that begin from now on so, to the share and to all that was forwarded from it.

    Visits that have begun keep the look they began with.
    Raises AccessDenied, NotFound, or InvalidValue naming the field.
    """
    now, look = services.clock(), look_in(wanted.watermark, wanted.look)
    async with services.database.transaction() as tx:
        row = await allowed(tx, actor, Action.SHARE_CHANGE, share_id)
        changed = await shares.change_look(
            tx, row, watermark=wanted.watermark, look=stored(look), changed_by=actor.person_id, now=now
        )
        change = ShareChangeRow(
            changed_by=actor.person_id,
            changed_at=now,
            before={"watermark": row.watermark},
            after={"watermark": wanted.watermark},
        )
        await share_changes.add_change(tx, share_id, change)
        det: dict[str, str | int] = {"watermark": wanted.watermark, "look": told(look), "shares": changed}
        obj = f"material:{row.material_id}"
        await ledger.append(tx, trail.event(Act.EMPLOYEE_SHARE_LOOK, obj=obj, link=str(share_id), det=det), now=now)
        return await described(services, tx, await shares.share_by_id(tx, share_id) or row)


async def allowed(tx: Transaction, actor: Actor, action: Action, share_id: UUID) -> ShareRow:
    """The share, if the actor may do this to it. Raises NotFound, AccessDenied."""
    row = await shares.share_by_id(tx, share_id)
    if row is None:
        raise NotFound(field="share_id")
    require(actor, action, await target_of_share(tx, row), obj=f"material:{row.material_id}", link=str(share_id))
    return row


async def served_of(tx: Transaction, material_id: UUID) -> Served:
    """What a share of this material leads to now. Raises NotFound."""
    served = await shares.served(tx, material_id)
    if served is None:
        raise NotFound(field="material_id")
    return served


async def described(services: Services, tx: Transaction, row: ShareRow, served: Served | None = None) -> Described:
    """The share with what its maker wants to see beside it."""
    names = await profiles_of(tx, services.keys.master, person_ids=[row.creator_id])
    return Described(
        row=row,
        served=served or await served_of(tx, row.material_id),
        standing=await shares.standing(tx, row.id),
        token=link_token(services, row),
        creator_name=names[row.creator_id].name,
        gate=await gates.gate_of(tx, row.root_id),
    )


def link_token(services: Services, row: ShareRow) -> str | None:
    """The last part of a share's link; None once its key is gone."""
    try:
        return token_text(services.keys, ShareToken(row.kid, row.token_id))
    except KeyUnavailable:
        return None


async def target_of_share(tx: Transaction, row: ShareRow) -> Target:
    """A share for `decide`: it belongs where the employee does whose tree it is of."""
    sponsor = await standing_of(tx, row.sponsor_id)
    home = home_of(sponsor.departments, sponsor.region) if sponsor else None
    return Target(owner_id=row.sponsor_id, material_id=row.material_id, home=home)


def state_of(share: Described, now: datetime) -> ShareState:
    """What somebody who opens the link now would meet."""
    if share.standing.revoked:
        return "revoked"
    if share.standing.expires_at <= now:
        return "expired"
    if share.served.withdrawn or not share.standing.creators_active_at(now) or share.served.version_id is None:
        return "closed"
    if has_lapsed(share.served, now):
        return "suspended"
    if share.standing.used_up:
        return "used_up"
    return "full" if share.standing.full else "open"
