"""Shares and visits: what a share's row means at this moment, and how a visit begins.

Everything here reads the rows anew in the caller's transaction, so a share that was revoked, an owner who was
disabled or a material that was withdrawn a moment ago is refused now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from uuid import UUID

from compliance.access import (
    Action,
    Actor,
    Addressees,
    Audience,
    Glass,
    Job,
    MaterialClass,
    Role,
    Sensitivity,
    ShareFacts,
    Target,
    VersionState,
    require,
)
from compliance.consents import VERSIONS, Purpose
from compliance.declaring import china_day
from compliance.errors import AccessDenied, NotFound
from compliance.homes import home_of
from compliance.keys import MasterKey
from compliance.looks import Marked
from compliance.reviewing.standing import stands
from storage.database import Asked, Transaction
from storage.rows import desk_visits, doors, gates, shares, visits
from storage.rows.addressees import AddresseesRow
from storage.rows.desk_visits import DeskVisitRow
from storage.rows.doors import DoorRow
from storage.rows.gates import Due
from storage.rows.shares import Served, ShareRow, ShareStanding
from storage.rows.standing import Standing, standing_of
from storage.rows.visits import VisitRow

VISIT_LIFETIME = timedelta(hours=12)


@dataclass(frozen=True)
class Door:
    """A share with what it leads to, and the facts that the access decision needs."""

    share: ShareRow
    served: Served
    marked: Marked  # how copies are marked: as the share says now, or said when the visit began
    facts: ShareFacts
    at: datetime  # the moment that it is looked at

    def target(self, visit: VisitRow | None = None) -> Target:
        """The thing acted upon, for `decide`."""
        visitor = visit.person_id if visit else None
        return target_of(self.served, self.at, share=self.facts, visit_person_id=visitor)

    @property
    def obj(self) -> str:
        """What events call the material behind the door."""
        return f"material:{self.share.material_id}"


def target_of(
    served: Served,
    now: datetime,
    *,
    share: ShareFacts | None = None,
    visit_person_id: UUID | None = None,
    sealed: bool = False,
) -> Target:
    """A material and one of its versions in the words of the access decision.

    Each version counts for itself: an approved one opens nothing of the draft that follows it. What was served before
    was `sealed`.
    """
    return Target(
        owner_id=served.owner_id,
        uploader_id=served.uploader_id,
        approved_exists=served.state == VersionState.APPROVED,
        material_class=MaterialClass(served.material_class),
        state=VersionState(served.state) if served.state else None,
        withdrawn=served.withdrawn,
        lapsed=has_lapsed(served, now),
        sealable=sealed or served.preparation != "refused",
        approval_stands=served.approved,
        share=share,
        visit_person_id=visit_person_id,
        home=home_of(served.home_path, served.home_region),
        sensitivity=Sensitivity(served.sensitivity),
        material_id=served.material_id,
    )


def has_lapsed(served: Served, now: datetime) -> bool:
    """Whether a certificate that the version was submitted with is not in force any more, or not yet."""
    today = china_day(now)
    ended = served.in_force_until is not None and served.in_force_until < today
    return ended or (served.in_force_from is not None and served.in_force_from > today)


def actor_of(standing: Standing, now: datetime) -> Actor:
    """A person's standing at this moment, in the words of the access decision.

    A viewer's verification holds until its end and under a consent that is in force, an account within its time; what
    an administrator broke the glass for opens to them only as long as they are one.
    """
    begun = standing.valid_from is None or standing.valid_from <= now
    mine = standing.person_id
    admin = standing.role == Role.ADMIN
    broken = [each for each in standing.glass if admin and each.person_id == mine and now < each.ends_at]
    return Actor(
        person_id=standing.person_id,
        role=Role(standing.role),
        active=standing.active,
        verified=_verified(standing, now),
        clinic_id=standing.clinic_id,
        job=Job(standing.job) if standing.job else None,
        clinic_region=standing.clinic_region,
        in_time=begun and (standing.valid_until is None or now < standing.valid_until),
        departments=standing.departments,
        region=standing.region,
        clearance=Sensitivity(standing.clearance),
        glass=Glass(
            materials=frozenset(each.material_id for each in broken if each.material_id is not None),
            log=any(each.material_id is None for each in broken),
        ),
    )


def _verified(standing: Standing, now: datetime) -> bool:
    until = standing.verified_until
    in_time = until is not None and until > now
    return standing.verified and in_time and standing.consented >= VERSIONS[Purpose.PRIVACY]


async def person_now(asked: Asked, person_id: UUID) -> Standing:
    """The person's standing at this moment. Raises AccessDenied for somebody who is gone."""
    standing = await standing_of(asked, person_id)
    if standing is None:
        raise AccessDenied("actor-inactive")
    return standing


@dataclass(frozen=True)
class Opener:
    """Who stands at a share's door, and in which session: what a share asks for is answered for one alone."""

    person_id: UUID
    session_id: UUID | None


async def door_of(tx: Transaction, share: ShareRow, opener: Opener, now: datetime) -> Door:
    """What stands behind a share for this person now: the newest approved version. Raises NotFound."""
    served = await shares.served(tx, share.material_id)
    if served is None:
        raise NotFound
    due = await gates.due(tx, share.root_id, opener.person_id, opener.session_id)
    facts = facts_of(await shares.standing(tx, share.id, opener.person_id), due, now)
    return Door(share=share, served=served, marked=share, facts=facts, at=now)


def facts_of(standing: ShareStanding, due: Due, now: datetime) -> ShareFacts:
    """A share's standing, and what it still asks of somebody, in the words of the access decision."""
    return ShareFacts(
        addressees=addressees_of(standing.addressees),
        barred=standing.barred,
        revoked=standing.revoked,
        expired=standing.expires_at <= now,
        used_up=standing.used_up,
        full=standing.full,
        creator_active=standing.creators_active_at(now),
        download=standing.download,
        forward_depth_left=standing.forward_depth_left,
        locked=due.locked,
        unpledged=due.unpledged,
    )


def addressees_of(chain: Iterable[AddresseesRow]) -> Addressees:
    """Whom a share is for, by its own row and those of all above it."""
    return reduce(Addressees.both, map(_circles, chain), Addressees())


def _circles(row: AddresseesRow) -> Addressees:
    """A forward that names nobody is for whom its parent is for; a root that should name somebody is for nobody."""
    must = Audience(row.audience) if row.root else Audience.VERIFIED
    return Addressees(
        people=row.people if row.people or must is Audience.PERSON else None,
        clinics=row.clinics if row.clinics or must is Audience.CLINIC else None,
        regions=row.regions if row.regions or must is Audience.REGION else None,
        jobs=frozenset(map(Job, row.jobs)) or None,
    )


async def door_of_visit(
    tx: Transaction, visit_id: UUID, now: datetime, *, session_id: UUID | None = None
) -> tuple[VisitRow, Door]:
    """A visit with its share and the bytes it began with. Raises NotFound, also once the visit is over.

    What a share asks for is answered for one session: without one, a share that asks for something stays closed.

    A visit that ends with its share is not over but expired: then the access decision has the rule to tell.
    """
    return door_behind(await doors.door_of_visit(tx, visit_id, session_id), now)


def door_behind(row: DoorRow | None, now: datetime) -> tuple[VisitRow, Door]:
    """What that question's answer says. Raises as `door_of_visit`."""
    if row is None:
        raise NotFound
    facts = facts_of(row.standing, row.due, now)
    door = Door(share=row.share, served=row.served, marked=row.marked, facts=facts, at=now)
    if row.visit.expires_at <= now and not door.facts.expired:
        raise NotFound
    return row.visit, door


@dataclass(frozen=True)
class Begun:
    """A visit that may go on; `fresh` is false when it was running already and nothing was counted."""

    visit: VisitRow
    door: Door
    rule: str
    fresh: bool


async def examined(tx: Transaction, master: MasterKey, served: Served) -> Served:
    """The same, its approval looked at down to the signatures and what the log has of them."""
    whole = served.version_id is not None and served.approved and await stands(tx, master, served.version_id)
    return replace(served, approved=whole)


async def begin(
    tx: Transaction, master: MasterKey, share: ShareRow, opener: Opener, now: datetime, *, kid: int, fresh: bool = False
) -> Begun:
    """The viewer's visit to this share: the running one, or a new one that takes from the share's allowance.

    The approval is examined down to its signatures. The copies of a new one are marked with the key `kid`.

    Locks the share's chain, so that two openings by one person count once. Raises AccessDenied; the caller's
    transaction must then end without a commit. A `fresh` share was made in this transaction and ends with it: then the
    refusal names the one that it was passed on from.
    """
    await shares.lock_chain(tx, share.id)
    person_id = opener.person_id
    actor = actor_of(await person_now(tx, person_id), now)
    door = await door_of(tx, share, opener, now)
    door = replace(door, served=await examined(tx, master, door.served))
    names = {"obj": door.obj, "link": str(share.parent_id if fresh else share.id)}
    running = await _running(tx, door, person_id, now)
    if running is not None:
        rule = require(actor, Action.VISIT_READ, _opened(door, running), **names)
        await visits.touch_visit(tx, running.id, now)
        return Begun(running, door, rule, fresh=False)
    rule = require(actor, Action.VISIT_START, door.target(), **names)
    if door.served.version_id is None or not await shares.use_visit(tx, share.id):
        raise AccessDenied("share-used-up", action=Action.VISIT_START.value, **names)
    if not await shares.let_in(tx, share.id, person_id):
        raise AccessDenied("share-full", action=Action.VISIT_START.value, **names)
    visit = await visits.add_visit(
        tx,
        share_id=share.id,
        version_id=door.served.version_id,
        person_id=person_id,
        kid=kid,
        lasts=(now, min(share.expires_at, now + VISIT_LIFETIME)),
    )
    return Begun(visit, door, rule, fresh=True)


async def desk_visit(tx: Transaction, version_id: UUID, person_id: UUID, now: datetime, *, kid: int) -> DeskVisitRow:
    """The employee's visit to a version inside the brand: the running one, or a new one, marked with the key `kid`.

    Somebody who opens many pages at once begins one: the others wait.
    """
    running = await desk_visits.running_desk_visit(tx, version_id, person_id, now)
    if running is None:
        await desk_visits.lock_desk(tx, version_id, person_id)
        running = await desk_visits.running_desk_visit(tx, version_id, person_id, now)
    return running or await desk_visits.add_desk_visit(
        tx, version_id=version_id, person_id=person_id, kid=kid, lasts=(now, now + VISIT_LIFETIME)
    )


async def _running(tx: Transaction, door: Door, person_id: UUID, now: datetime) -> VisitRow | None:
    version_id = door.served.version_id
    if version_id is None:
        return None
    return await visits.running_visit(tx, share_id=door.share.id, version_id=version_id, person_id=person_id, now=now)


def _opened(door: Door, visit: VisitRow) -> Target:
    """Opening the door again needs no sealable content: the page says itself what can't be shown."""
    return replace(door.target(visit), sealable=True)
