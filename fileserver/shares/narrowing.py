"""Narrowing what a share offers, with its history; nothing here can make it wider."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from compliance import asking, ledger
from compliance.access import Action, Actor, Addressees
from compliance.asking import Need
from compliance.errors import InvalidValue, NotFound
from compliance.events import Act, Trail
from compliance.policies import LESS, SharePolicy, changes, require_narrower
from compliance.profiles import profiles_of
from compliance.visits import addressees_of
from fileserver.services import Services
from fileserver.shares.audience import as_row, check_known, counted
from fileserver.shares.policy_schemas import ShareNarrowIn
from fileserver.shares.service import Described, allowed, described
from storage.database import Transaction
from storage.rows import access_requests, addressees, folders, share_changes, shares
from storage.rows.share_changes import ShareChangeRow
from storage.rows.shares import ShareRow, ShareStanding

CIRCLES = {"person_ids": "people", "clinic_ids": "clinics", "regions": "regions", "jobs": "jobs"}
LIMITS_OF_NOTHING = frozenset({"visits_max", "viewers_max", *CIRCLES})  # null is a value: not limited


def policy_of(row: ShareRow, standing: ShareStanding) -> SharePolicy:
    """What a share offers now, with everything above it taken into account."""
    return SharePolicy(
        expires_at=standing.expires_at,
        visits_max=row.visits_max,
        visits_used=row.visits_used,
        viewers_max=row.viewers_max,
        viewers_used=row.viewers_used,
        download=standing.download,
        forward_depth=standing.forward_depth_left,
        addressees=addressees_of(standing.addressees),
    )


def narrowed(was: SharePolicy, wanted: ShareNarrowIn, now: datetime) -> SharePolicy:
    """The policy with what is wanted in it. Raises InvalidValue naming the field that would be wider."""
    said: dict[str, Any] = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    for name, value in said.items():
        if value is None and name not in LIMITS_OF_NOTHING:
            raise InvalidValue(field=name, rule="narrower-only")
    if said.get("expires_at", was.expires_at) != was.expires_at and said["expires_at"] <= now:
        raise InvalidValue(field="expires_at", rule="in-the-future")
    circles = {CIRCLES[name]: _circle(said.pop(name)) for name in CIRCLES if name in said}
    after = replace(was, **said, addressees=replace(was.addressees, **circles))
    require_narrower(was, after)
    return after


def _circle(members: list[Any] | None) -> frozenset[Any] | None:
    return None if members is None else frozenset(members)


def fitted(was: SharePolicy, wanted: ShareNarrowIn) -> ShareNarrowIn:
    """What is wanted of a folder, for a share in it that may be narrower already, or more used: the less of both.

    Raises InvalidValue naming a circle in which nobody would be left.
    """
    said = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    less = {name: LESS[name](was, value) for name, value in said.items() if value is not None}
    for name in CIRCLES:
        if less.get(name) == []:
            raise InvalidValue(field=name, rule="fits-the-audience")
    return ShareNarrowIn(**less)


def added(was: Addressees, after: Addressees) -> Addressees:
    """Whom the circles name anew."""
    new = {
        each: (getattr(after, each) or frozenset()) - (getattr(was, each) or frozenset()) for each in CIRCLES.values()
    }
    return Addressees(**new)


async def narrow(services: Services, actor: Actor, trail: Trail, share_id: UUID, wanted: ShareNarrowIn) -> Described:
    """Narrows a share, and with it all that was forwarded from it, from the next byte on; with a lead its folder.

    What was granted of it is narrowed too, but keeps whom it names. What is in its folder, or was granted, and is
    narrower already stays so. Raises AccessDenied, NotFound, or InvalidValue naming the
    field that would be wider than the share itself. What changes nothing is no change.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        every = await folders.led_by(tx, share_id)
        for each in every:
            await allowed(tx, actor, Action.SHARE_CHANGE, each)
            await _narrow_one(tx, actor, trail, each, wanted, now, led=each != share_id)
        for each, need in (await access_requests.granted_from(tx, every)).items():
            await _narrow_granted(tx, actor, trail, each, _of_grant(wanted, need), now)
        row = await allowed(tx, actor, Action.SHARE_CHANGE, share_id)
        return await described(services, tx, row)


async def _narrow_one(  # one share of a folder, in the transaction of all
    tx: Transaction, actor: Actor, trail: Trail, share_id: UUID, wanted: ShareNarrowIn, now: datetime, *, led: bool
) -> None:
    await shares.lock_chain(tx, share_id)  # openings and forwards wait, and see it narrowed
    row = await shares.share_by_id(tx, share_id)
    if row is None:
        raise NotFound(field="share_id")
    if wanted.viewers_max is not None and row.viewers_max is None:
        granted = await access_requests.granted_from(tx, [share_id])
        passed_on = [each for each, need in granted.items() if need == Need.FORWARD]
        row = replace(row, viewers_used=await shares.count_viewers(tx, row, passed_on))
    was = policy_of(row, await shares.standing(tx, share_id))
    if led and row.revoked_at is not None:
        return
    after = narrowed(was, fitted(was, wanted) if led else wanted, now)
    before, told = changes(was, after)
    if told:
        await check_known(
            tx, added(was.addressees, after.addressees), names={"clinics": "clinic_ids", "people": "person_ids"}
        )
        await share_changes.put_policy(tx, share_id, **_columns(was, after))
        if after.addressees != was.addressees:
            await addressees.put_addressees(tx, share_id, as_row(after.addressees))
        change = ShareChangeRow(changed_by=actor.person_id, changed_at=now, before=before, after=told)
        await share_changes.add_change(tx, share_id, change)
        obj, det = f"material:{row.material_id}", _told(after) | {"fields": ",".join(told)}
        event = trail.event(Act.EMPLOYEE_SHARE_NARROW, obj=obj, link=str(share_id), det=det)
        await ledger.append(tx, event, now=now)


def _of_grant(wanted: ShareNarrowIn, need: str) -> ShareNarrowIn:
    """What of it reaches a grant: one to open names its person, whomever else the share is for."""
    names = wanted.model_fields_set - (CIRCLES.keys() if need == Need.OPEN else frozenset())
    return ShareNarrowIn(**{name: getattr(wanted, name) for name in names})


async def _narrow_granted(  # as `_narrow_one`
    tx: Transaction, actor: Actor, trail: Trail, share_id: UUID, wanted: ShareNarrowIn, now: datetime
) -> None:
    """Narrows what was granted of a share; closes it where nobody of its circle would be left."""
    try:
        await _narrow_one(tx, actor, trail, share_id, wanted, now, led=True)
    except InvalidValue:
        await asking.close(tx, trail, share_id, actor.person_id, now)


def _columns(was: SharePolicy, after: SharePolicy) -> dict[str, Any]:
    """What of the share's own row changes; what was narrower above it stays there."""
    names = {each: each for each in ("expires_at", "visits_max", "viewers_max", "download")}
    names |= {"forward_depth": "forward_depth_left"}
    return {
        column: getattr(after, name) for name, column in names.items() if getattr(after, name) != getattr(was, name)
    }


def _told(policy: SharePolicy) -> dict[str, str | int]:
    return counted(policy.addressees) | {
        "expires": int(policy.expires_at.timestamp()),
        "visits_max": policy.visits_max or 0,
        "viewers_max": policy.viewers_max or 0,
        "download": int(policy.download),
        "depth_left": policy.forward_depth,
    }


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change with the name of who made it."""

    row: ShareChangeRow
    by: str


async def history(services: Services, actor: Actor, share_id: UUID) -> list[Change]:
    """How a share's policy was narrowed, newest first. Raises NotFound, or AccessDenied for somebody else's."""
    async with services.database.transaction() as tx:
        await allowed(tx, actor, Action.SHARE_READ, share_id)
        rows = await share_changes.changes_of(tx, share_id)
        names = await profiles_of(tx, services.keys.master, person_ids={row.changed_by for row in rows})
    return [Change(row=row, by=names[row.changed_by].name) for row in rows]
