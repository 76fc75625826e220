"""Who may take what through the exit: a viewer by their visit, an employee by their desk.

A gate reads every row anew each time it is asked, so the answer is never older than the transaction it is given in.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Protocol
from uuid import UUID

from compliance.access import Action, require
from compliance.access.model import Actor, Target
from compliance.errors import AccessDenied, NotFound
from compliance.events import Act
from compliance.exit.pieces import PieceKind
from compliance.keys import KeyRing, MasterKey
from compliance.levels import SealLevel
from compliance.looks import look_of
from compliance.marks import CopyMark
from compliance.profiles import ERASED, Profile, open_profile, profiles_of
from compliance.rendering import Seal
from compliance.visits import actor_of, desk_visit, door_behind, person_now, target_of
from storage.database import Asked, Database, Transaction
from storage.rows import doors, shares
from storage.rows.doors import DoorRow
from storage.rows.people import SealedProfile
from storage.rows.shares import Served
from storage.rows.standing import Standing, named_standing_of
from watermark.look import Look
from watermark.stamp import Stamp

CHINA_TIME = timezone(timedelta(hours=8))  # the brand's clinics; China has one zone and no summer time
SHORT_ID_CHARS = 8
UNNAMED = Stamp(person_name="", clinic_name="", phone_tail="", time_text="", share_id="")  # of what is not sealed

VISIT_ACTIONS = {
    PieceKind.PAGE: Action.VISIT_READ,
    PieceKind.THUMB: Action.VISIT_READ,
    PieceKind.TILE: Action.VISIT_READ,
    PieceKind.DOCUMENT: Action.VISIT_DOWNLOAD,
}
DESK_ACTIONS = {
    PieceKind.PAGE: Action.MATERIAL_PREVIEW,
    PieceKind.THUMB: Action.MATERIAL_PREVIEW,
    PieceKind.TILE: Action.MATERIAL_PREVIEW,
    PieceKind.ORIGINAL: Action.MATERIAL_ORIGINAL,
}
_Rows = tuple[DoorRow | None, tuple[Standing, SealedProfile] | None]  # a visit's door, and its visitor


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A yes: the rule, the bytes it is for, whom they are sealed to and how; an original is not sealed."""

    rule: str
    act: Act
    end_act: Act  # told when a long answer is over, with the bytes that really left
    served: Served
    seal: Seal
    seal_level: str
    begun: datetime
    obj: str
    link: str
    det: dict[str, str | int]


class Gate(Protocol):
    """Port of the exit: says yes with a Passage, or raises AccessDenied or NotFound."""

    @property
    def person_id(self) -> UUID:
        """Who stands at it."""

    async def admit(self, tx: Transaction, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
        """The decision on one kind of piece at this moment."""
        ...

    async def look(self, database: Database, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
        """The same on its own, for what needs no event beside it."""
        ...


@dataclass(frozen=True)
class VisitGate:
    """A viewer within their visit, in one of their sessions."""

    visit_id: UUID
    person_id: UUID
    session_id: UUID | None = None

    async def admit(self, tx: Transaction, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
        """Raises NotFound for a visit that is over or somebody else's, AccessDenied with the rule otherwise."""
        return _visiting(await self._rows(tx), keys, kind, now)

    async def look(self, database: Database, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
        """Two statements without a transaction around them."""
        async with database.driver() as driver:
            rows = await self._rows(driver)
        return _visiting(rows, keys, kind, now)  # out here: others may have the connection meanwhile

    async def _rows(self, asked: Asked) -> _Rows:
        row = await doors.door_of_visit(asked, self.visit_id, self.session_id)
        return row, await named_standing_of(asked, self.person_id)


def _visiting(rows: _Rows, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
    visit, door = door_behind(rows[0], now)
    if rows[1] is None:
        raise AccessDenied("actor-inactive")
    viewer, profile = rows[1]
    names = {"obj": door.obj, "link": str(door.share.id)}
    rule = _decide(actor_of(viewer, now), VISIT_ACTIONS.get(kind), door.target(visit), names)
    return Passage(
        rule=rule,
        act=Act.VIEWER_COPY_DOWNLOAD if kind is PieceKind.DOCUMENT else Act.VIEWER_COPY_VIEW,
        end_act=Act.VIEWER_COPY_END,
        served=door.served,
        seal=Seal(
            stamp_at(_stamp_of(viewer, open_profile(keys.master, profile)), door.share.id, visit.started_at),
            look_of(door.marked),
            CopyMark(visit.copy_id, visit.kid, keys.master.hidden_secret(visit.kid)),
        ),
        seal_level=door.share.seal_level,
        begun=visit.started_at,
        det={"visit": str(visit.id), "copy": f"{visit.copy_id:012x}"},
        **names,
    )


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A look tried on: the employee's own name stays, clinic and phone stand for what viewers have and they lack."""

    look: Look
    clinic_name: str
    phone_tail: str

    def on(self, seal: Seal) -> Seal:
        """The same seal in this look."""
        stamp = replace(seal.stamp, clinic_name=self.clinic_name, phone_tail=self.phone_tail)
        return replace(seal, stamp=stamp, look=self.look)


@dataclass(frozen=True)
class DeskGate:
    """An employee reading a version inside the brand, or trying a look on it."""

    version_id: UUID
    person_id: UUID
    trial: Trial | None = None

    async def admit(self, tx: Transaction, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
        """Raises NotFound for an unknown version, AccessDenied with the rule otherwise."""
        served = await shares.served_version(tx, self.version_id)
        if served is None:
            raise NotFound
        employee = await person_now(tx, self.person_id)
        obj = f"material:{served.material_id}"
        rule = _decide(
            actor_of(employee, now), DESK_ACTIONS.get(kind), target_of(served, now), {"obj": obj, "link": ""}
        )
        passage = Passage(
            rule=rule,
            act=Act.EMPLOYEE_MATERIAL_ORIGINAL,
            end_act=Act.EMPLOYEE_ORIGINAL_END,
            served=served,
            seal=Seal(UNNAMED if kind is PieceKind.ORIGINAL else await stamp_for(employee, tx, keys.master)),
            seal_level=SealLevel.FLATTENED,
            begun=now,
            obj=obj,
            link="",
            det={"version": str(self.version_id)},
        )
        if kind is PieceKind.ORIGINAL:
            return passage
        previewed = await self._previewed(tx, keys, passage, now)
        return replace(previewed, seal=self.trial.on(previewed.seal)) if self.trial else previewed

    async def look(self, database: Database, keys: KeyRing, kind: PieceKind, now: datetime) -> Passage:
        """In a transaction: it may begin a visit."""
        async with database.transaction() as tx:
            return await self.admit(tx, keys, kind, now)

    async def _previewed(self, tx: Transaction, keys: KeyRing, passage: Passage, now: datetime) -> Passage:
        """What an employee is shown is a copy too, of a visit that leads back to them."""
        visit = await desk_visit(tx, self.version_id, self.person_id, now, kid=keys.active_kid)
        return replace(
            passage,
            act=Act.EMPLOYEE_MATERIAL_PREVIEW,
            seal=Seal(
                stamp_at(passage.seal.stamp, self.version_id, visit.started_at),
                mark=CopyMark(visit.copy_id, visit.kid, keys.master.hidden_secret(visit.kid)),
            ),
            begun=visit.started_at,
            det={**passage.det, "copy": f"{visit.copy_id:012x}"},
        )


def _decide(actor: Actor, action: Action | None, target: Target, names: dict[str, str]) -> str:
    if action is None:
        raise AccessDenied("default-deny", **names)
    return require(actor, action, target, **names)


async def stamp_for(person: Standing, tx: Transaction, master: MasterKey) -> Stamp:
    """What the person's copies say of them.

    Somebody without a readable name gets nothing: a copy that names nobody can't be traced.
    """
    profiles = await profiles_of(tx, master, person_ids=[person.person_id])
    return _stamp_of(person, profiles.get(person.person_id, ERASED))


def _stamp_of(person: Standing, profile: Profile) -> Stamp:
    if not profile.name:
        raise AccessDenied("actor-inactive")
    return Stamp(
        person_name=profile.name,
        clinic_name=person.clinic_name,
        phone_tail=profile.phone_tail,
        time_text="",
        share_id="",
    )


def stamp_at(stamp: Stamp, through: UUID, begun: datetime) -> Stamp:
    """The seal with the time at which the visit began, one for all of its copies, and the short id of its way in."""
    return replace(
        stamp,
        time_text=begun.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M"),
        share_id=str(through)[:SHORT_ID_CHARS],
    )
