"""`sealshare audit verify --database`: the rows themselves, against an operator who may change any of them."""

import random

import pytest
from sqlalchemy import text

from compliance import ledger
from compliance.events import Act, Event, Trail
from compliance.notes import vkey
from compliance.verifying import Fault, Kind, Policy, Report, parse_vkey, policy_of
from fileserver.cli.audit_database import verify_reading, within
from fileserver.services import Services
from tests.proofs.rows import UNGUARDED, missed

TRAIL = Trail(who="p-1", role="viewer")
SIZE = 600
EDITS = 25


@pytest.fixture
async def policy(services: Services) -> Policy:
    """The log's key, once the log has 600 events in batches of some fifty."""
    for first in range(0, SIZE, 50):
        told: list[Event] = [TRAIL.event(Act.VIEWER_COPY_VIEW, obj=f"material:{i}") for i in range(first, first + 50)]
        async with services.database.transaction() as tx:
            await ledger.append_all(tx, told, now=services.clock())
        await services.sequencer.catch_up()
    return policy_of(parse_vkey(vkey(services.ledger_origin, key.public)) for key in services.keys.ledger)


async def judged(services: Services, policy: Policy, *statements: str) -> Report:
    """The report on the database after these statements, which are undone."""
    async with services.database.transaction() as tx:
        await tx.execute(UNGUARDED)
        for statement in statements:
            await tx.execute(text(statement))
        report = await verify_reading(lambda: within(tx), policy, ())
        await tx.rollback()
    return report


async def first(services: Services, policy: Policy, *statements: str) -> Fault:
    """The first fault after these statements."""
    return (await judged(services, policy, *statements)).faults[0]


async def test_untouched_rows_are_proved(services: Services, policy: Policy) -> None:
    """Every entry is checked, and the stored checkpoints are continued."""
    report = await verify_reading(services.database.statements, policy, ())

    assert report.ok, report.faults
    assert (SIZE, SIZE) == (report.size, report.checked)
    assert {50, 600} <= set(report.grown_from)


async def test_single_bytes_of_rows(services: Services, policy: Policy) -> None:
    """One byte of a leaf, a column beside it, a tile, a checkpoint, or two places swapped: each is told, and where."""
    assert [] == await missed(services.database, policy, random.Random(11), EDITS)


async def test_an_event_deleted(services: Services, policy: Policy) -> None:
    """A row that is gone leaves a hole at its place, whichever of its two rows it is."""
    for gone in (
        "DELETE FROM event WHERE id = (SELECT event_id FROM ledger_leaf WHERE index = 300)",
        "DELETE FROM ledger_leaf WHERE index = 300",
    ):
        assert 300 in {fault.first for fault in (await judged(services, policy, gone)).faults}


async def test_an_event_slipped_in(services: Services, policy: Policy) -> None:
    """An event beside the log is shown in searches and proved by nothing: it is named."""
    slipped = (
        "INSERT INTO event (leaf, t, act, res, why, who, org, role, obj, ver, link) "
        "SELECT leaf, t, act, res, why, 'p-2', org, role, obj, ver, link FROM event LIMIT 1"
    )
    fault = await first(services, policy, slipped, "DELETE FROM ledger_pending")

    assert Kind.ROW is fault.kind
    assert "never logged" in fault.message


async def test_the_end_cut_off(services: Services, policy: Policy) -> None:
    """The last events deleted, with an older checkpoint put at the head again, is what only a kept checkpoint shows."""
    cut = (
        "DELETE FROM ledger_checkpoint WHERE size > 550",
        "DELETE FROM ledger_leaf WHERE index >= 550",
        "DELETE FROM event WHERE id NOT IN (SELECT event_id FROM ledger_leaf)",
    )

    assert (await judged(services, policy, *cut)).ok
    assert (await judged(services, policy, cut[1], cut[2])).faults[0].first == 550
