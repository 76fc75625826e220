"""No sequence of commands, by whomever and in whatever order, approves bytes without a decision by somebody else.

Hypothesis invents the sequences; the commands are the services' own, on the real database.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from compliance.access import Actor, Role, VersionState
from compliance.errors import ComplianceError
from compliance.events import Trail
from fileserver.materials import service as materials
from fileserver.materials.schemas import MaterialIn, SubmitIn
from fileserver.reviews import deciding
from fileserver.reviews.schemas import Decision, DecisionIn
from fileserver.services import Services
from storage.rows import declarations, events, scans, versions
from storage.rows import materials as material_rows
from storage.rows import reviews as review_rows
from storage.rows.events import EventFilter
from storage.rows.reviews import ReviewRow
from storage.rows.scans import ScanRow
from storage.rows.versions import FindingRow, VersionRow
from tests.materials import add_upload
from tests.people import Employee, add_employee


class Do(StrEnum):
    """Everything that can be asked for."""

    REVISE = "revise"
    PREPARE = "prepare"
    SCAN = "scan"
    FIND = "find"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request_changes"
    WITHDRAW = "withdraw"


ROLES = [Role.MARKETER, Role.MANAGER, Role.REVIEWER, Role.AUDITOR, Role.ADMIN]


@dataclass(frozen=True)
class Move:
    """One of three people, in a role that they have at that moment, does something to a version (counted backwards)."""

    who: int
    role: Role
    do: Do
    back: int


MOVES = st.lists(
    st.builds(
        Move,
        who=st.integers(0, 2),
        role=st.sampled_from(ROLES),
        do=st.sampled_from(Do),
        back=st.integers(0, 1),
    ),
    max_size=12,
)
# Most random moves are refused by role; these sequences get far and are then disturbed.
FAR = st.permutations(
    [
        Move(0, Role.MARKETER, Do.PREPARE, 0),
        Move(0, Role.MARKETER, Do.SCAN, 0),
        Move(0, Role.MARKETER, Do.FIND, 0),
        Move(0, Role.MARKETER, Do.SUBMIT, 0),
        Move(0, Role.REVIEWER, Do.APPROVE, 0),
        Move(1, Role.REVIEWER, Do.APPROVE, 0),
        Move(2, Role.REVIEWER, Do.REJECT, 0),
        Move(0, Role.MARKETER, Do.REVISE, 0),
        Move(0, Role.MARKETER, Do.SUBMIT, 1),
        Move(1, Role.REVIEWER, Do.APPROVE, 1),
    ]
)


def said(do: Do, version: VersionRow) -> DecisionIn:
    """A decision on these bytes; whoever calls has proved who they are."""
    return DecisionIn(decision=Decision(do.value), sha256=version.sha256, reason="reason", password=SecretStr(""))


@dataclass(frozen=True)
class World:
    """A material and the people around it."""

    services: Services
    people: list[Employee]
    material_id: UUID

    async def move(self, move: Move) -> None:
        """Carries the move out, or is refused."""
        person = self.people[move.who]
        actor = Actor(person_id=person.person_id, role=move.role)
        every = await self.versions()
        version = every[min(move.back, len(every) - 1)]
        with suppress(ComplianceError):
            await self._do(move.do, actor, version)

    async def _do(self, do: Do, actor: Actor, version: VersionRow) -> None:
        services, trail = self.services, Trail(who="p-test", role=actor.role)
        match do:
            case Do.REVISE:
                upload_id = await add_upload(services, actor.person_id, b"next", "next.bin")
                await materials.revise(services, actor, trail, self.material_id, upload_id)
            case Do.PREPARE:
                async with services.database.transaction() as tx:
                    await versions.end_preparation(tx, version.id, "ready")
            case Do.SCAN | Do.FIND:
                await self._scan(version, find=do is Do.FIND)
            case Do.SUBMIT:
                await materials.submit(services, actor, trail, self.material_id, SubmitIn(version=version.number))
            case Do.WITHDRAW:
                await materials.withdraw(services, actor, trail, self.material_id, "reason")
            case Do.APPROVE | Do.REJECT | Do.REQUEST_CHANGES:
                for review in await self.reviews(version):
                    await deciding.decide_on(services, actor, trail, review.id, said(do, version))

    async def _scan(self, version: VersionRow, *, find: bool) -> None:
        """Ends it, or finds something that nobody can wave through."""
        async with self.services.database.transaction() as tx:
            scan = await scans.newest_scan(tx, version.id)
            if scan is None or scan.state != "waiting":
                return
            if find:
                await versions.add_findings(tx, [hard_finding(version, scan.id)])
            else:
                material = await material_rows.material_by_id(tx, self.material_id)
                assert material is not None
                now, revision = self.services.clock(), await declarations.revision_of(tx, version)
                begun = await scans.begin_scan(
                    tx, scan.id, now, material_class=material.material_class, declaration_revision=revision
                )
                assert begun is not None
                await scans.end_scan(tx, begun, "finished", now, detectors={})

    async def versions(self) -> list[VersionRow]:
        """Newest first."""
        async with self.services.database.transaction() as tx:
            return list(await versions.versions_of(tx, self.material_id))

    async def reviews(self, version: VersionRow) -> list[ReviewRow]:
        """Oldest first."""
        async with self.services.database.transaction() as tx:
            return (await review_rows.reviews_of(tx, [version.id])).get(version.id, [])

    async def check(self) -> None:
        """What must hold after every move: read in one transaction."""
        async with self.services.database.transaction() as tx:
            every = await versions.versions_of(tx, self.material_id)
            ids = [each.id for each in every]
            reviews, newest = await review_rows.reviews_of(tx, ids), await scans.newest_scans(tx, ids)
            findings = await versions.findings_of(tx, ids)
            where = EventFilter(acts=("employee:version:approve",), obj=f"material:{self.material_id}")
            told = await events.search_events(tx, where)
        for version in every:
            hard = any(each.hard for each in findings.get(version.id, []))
            check_version(version, reviews.get(version.id, []), newest.get(version.id), hard=hard)
        assert len(told) == len([each for each in every if each.state == VersionState.APPROVED])


def check_version(version: VersionRow, found: Sequence[ReviewRow], scan: ScanRow | None, *, hard: bool) -> None:
    """What must hold of one version: it is looked at before it is submitted, and decided once, by another, as it is."""
    assert {version.sha256} >= {each.sha256 for each in found}
    if version.state != VersionState.DRAFT:
        assert scan is not None
        assert ("finished", version.sha256, False) == (scan.state, scan.sha256, hard)
    assert (version.state == VersionState.SUBMITTED) == any(each.state == "pending" for each in found)
    decided = [each for each in found if each.state not in ("pending", "changes_requested")]
    if version.state in (VersionState.APPROVED, VersionState.REJECTED):
        (decision,) = decided
        assert decision.state == version.state
        assert decision.decided_by not in (None, version.uploader_id)
    else:
        assert [] == decided


def hard_finding(version: VersionRow, scan_id: UUID) -> FindingRow:
    """What nobody can wave through."""
    return FindingRow(
        version_id=version.id,
        scan_id=scan_id,
        detector="malware",
        rule="malware-found",
        severity="block",
        place={},
        params={"signature": "Eicar"},
        hard=True,
    )


@pytest.fixture
async def people(services: Services) -> list[Employee]:
    """The uploader and two others, whatever roles they get to play."""
    return [await add_employee(services, role) for role in (Role.MARKETER, Role.REVIEWER, Role.REVIEWER)]


async def new_world(services: Services, people: list[Employee]) -> World:
    """A fresh material of the first person."""
    owner = people[0]
    upload_id = await add_upload(services, owner.person_id, b"first", "first.bin")
    wanted = MaterialIn.model_validate({"upload_id": upload_id, "title": "手册", "class": "in_clinic"})
    story = await materials.create(services, owner.actor, Trail(who="p-test"), wanted)
    return World(services, people, story.material.id)


async def play(services: Services, people: list[Employee], moves: list[Move]) -> World:
    """A world in which these moves were made, checked after each."""
    world = await new_world(services, people)
    for move in moves:
        await world.move(move)
        await world.check()
    return world


# The database goes on from example to example: each makes a material of its own, so they don't meet.
EXAMPLES = settings(
    max_examples=settings().max_examples // 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@EXAMPLES
@given(moves=MOVES)
async def test_nothing_is_approved_without_somebody_else(
    services: Services, people: list[Employee], moves: list[Move]
) -> None:
    """After any moves, each approved version has one decision, by another than its uploader, on its very bytes."""
    await play(services, people, moves)


@EXAMPLES
@given(moves=FAR)
async def test_nor_when_the_usual_steps_come_in_any_order(
    services: Services, people: list[Employee], moves: list[Move]
) -> None:
    """The steps of the usual way, shuffled and with the uploader's own attempt among them, hold the same."""
    await play(services, people, moves)


async def test_the_usual_way_does_reach_approval(services: Services, people: list[Employee]) -> None:
    """The property is not kept by refusing everything."""
    usual = [
        Move(0, Role.MARKETER, Do.PREPARE, 0),
        Move(0, Role.MARKETER, Do.SCAN, 0),
        Move(0, Role.MARKETER, Do.SUBMIT, 0),
        Move(1, Role.REVIEWER, Do.APPROVE, 0),
    ]
    world = await play(services, people, usual)
    assert [VersionState.APPROVED] == [each.state for each in await world.versions()]
