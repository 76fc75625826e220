"""A few kills on every build; `make crash` does more of them, `python -m tests.crash` as many as wanted."""

from tests.crash.run import Plan, run


async def test_nothing_acknowledged_is_lost() -> None:
    """Whatever is killed during uploads: files end equal, no offset goes back, nothing is left that nobody owns."""
    outcome = await run(Plan("all", kills=8, seed=8, clients=3))  # of this seed two clients begin past the server
    assert () == outcome.violations
    assert outcome.journal.finished
    assert {"server", "seaweedfs"} <= outcome.journal.kills.keys()
    assert outcome.journal.answers["store 200"], "nothing went straight into the store"
