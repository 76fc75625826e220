"""A few kills of nodes that append and sequence on every build; `make crash-ledger` does two hundred."""

from tests.crash.ledger import LedgerPlan, run_ledger


async def test_no_acknowledged_event_is_lost() -> None:
    """Whoever is killed, each acknowledged event has one place, no place is used twice, and the root is the leaves'."""
    outcome = await run_ledger(LedgerPlan(kills=3, seed=5))
    assert () == outcome.violations
    assert outcome.acknowledged > 50
    assert outcome.checkpoints > 0
