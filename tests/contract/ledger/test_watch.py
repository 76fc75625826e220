"""While the log doesn't keep up nothing of a material leaves, operators are told, and it goes on by itself."""

import pytest
from sqlalchemy import text

from compliance import ledger
from compliance.errors import LedgerStalled
from compliance.events import Act, Trail
from compliance.sequencing import LedgerWatch
from fileserver.operations.readiness import check_readiness
from fileserver.services import Services
from storage.database import Database

VIEW = Trail(who="p-1").event(Act.VIEWER_COPY_VIEW)
LIMIT_S = 30.0


class Seconds:
    """A monotonic clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        """The time that it shows."""
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    """The watch's clock."""
    return Seconds()


@pytest.fixture
def watch(seconds: Seconds) -> LedgerWatch:
    """A watch that nobody told to look yet."""
    return LedgerWatch(LIMIT_S, seconds)


async def waits(services: Services, seconds_ago: int) -> None:
    """An event that has been waiting for so long."""
    async with services.database.transaction() as tx:
        await ledger.append(tx, VIEW, now=services.clock())
        older = text("UPDATE ledger_pending SET added_at = added_at - make_interval(secs => :seconds)")
        await tx.execute(older, {"seconds": seconds_ago})


async def test_keeps_up(services: Services, watch: LedgerWatch) -> None:
    """Before the first look and while nothing waits for long everything may leave."""
    watch.require()
    await waits(services, 10)
    for _ in range(3):
        await watch.look(services.database)
        watch.require()
    assert 10 <= watch.waits_s < LIMIT_S


async def test_stalls_at_the_second_look(services: Services, watch: LedgerWatch) -> None:
    """An event that was long in its transaction looks old once; one that still waits at the next look is late."""
    await waits(services, 40)
    await watch.look(services.database)
    watch.require()
    await watch.look(services.database)
    with pytest.raises(LedgerStalled):
        watch.require()
    assert "events have been waiting for the log for 40 seconds" == watch.reason
    await services.sequencer.turn()
    await watch.look(services.database)
    watch.require()


async def test_no_answer_is_no_good_answer(services: Services, watch: LedgerWatch, seconds: Seconds) -> None:
    """A watch that can't look any more lets nothing leave, from when its last look is too old."""
    away = Database("postgresql://nobody@127.0.0.1:9/none")
    await watch.look(services.database)
    seconds.now += LIMIT_S
    assert await watch.look(away) is None
    watch.require()
    seconds.now += 1
    assert "the log does not answer" == watch.reason
    await watch.look(services.database)
    watch.require()
    await away.close()


async def test_never_answered_counts_from_the_first_look(watch: LedgerWatch, seconds: Seconds) -> None:
    """A database that is away from the start is as bad."""
    away = Database("postgresql://nobody@127.0.0.1:9/none")
    await watch.look(away)
    watch.require()
    seconds.now += LIMIT_S + 1
    with pytest.raises(LedgerStalled):
        watch.require()
    await away.close()


async def test_key_that_is_gone_stops_everything(services: Services) -> None:
    """Without a key no checkpoint can be signed: nothing leaves, readiness says why; with a key it goes on."""
    await services.sequencer.turn()
    await waits(services, 0)
    async with services.database.transaction() as tx:
        await tx.execute(text("UPDATE ring_key SET state = 'verify' WHERE use = 'ledger'"))
    assert not await services.sequencer._turns()
    assert "there is no key to sign the log with" == services.watch.reason
    readiness = await check_readiness(services)
    assert {"ledger": "there is no key to sign the log with"} == {
        check.name: check.reason for check in readiness.checks if not check.ok
    }
    async with services.database.transaction() as tx:
        await tx.execute(text("UPDATE ring_key SET state = 'active' WHERE use = 'ledger'"))
    assert await services.sequencer._turns()
    services.watch.require()


async def test_alerts_are_single_lines(
    services: Services, watch: LedgerWatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Late, stalled, and all well again: each is logged once, however often one looks."""
    caplog.set_level("INFO")
    await waits(services, 10)
    for _ in range(4):
        await watch.look(services.database)
    async with services.database.transaction() as tx:
        await tx.execute(text("UPDATE ledger_pending SET added_at = added_at - interval '30 seconds'"))
    for _ in range(4):
        await watch.look(services.database)
    await services.sequencer.turn()
    for _ in range(2):
        await watch.look(services.database)
    levels = [record.levelname for record in caplog.records if record.name == "compliance.sequencing.watch"]
    assert ["WARNING", "ERROR", "INFO"] == levels
