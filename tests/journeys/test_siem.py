"""The log on its way to a SIEM: everything arrives, in the tree's order, whatever fails in between."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from compliance import ledger
from compliance.events import Act, Trail
from fileserver.audit.siem import targets
from fileserver.audit.siem.figures import Lags
from fileserver.audit.siem.pushing import DELAY_MAX_S, Follower, delay_s, pushing
from fileserver.audit.siem.routes import target_out
from fileserver.audit.siem.sending import Batch, PushFailed
from fileserver.audit.siem.targets import TARGETS_MAX, TargetRefused, Wanted, sender_of
from fileserver.config import Config
from fileserver.services import Services, open_services
from storage.errors import StoreUnavailable
from storage.leading import leading, still_leading
from storage.rows import siem
from storage.rows.siem import ProgressRow, TargetRow
from tests.forks import running
from tests.processes import environment_of
from tests.receivers import LOOPBACK, Posts, SyslogReceiver, posts
from tests.services import Clock
from tests.siem import read_syslog

LIMIT_S = 60


@pytest.fixture
def siem_config(config: Config) -> Config:
    """A configuration that lets the log go to this machine's loopback."""
    return config.model_copy(update={"outgoing_hosts": (LOOPBACK,), "outgoing_loopback_http": True})


@pytest.fixture
async def services(siem_config: Config, clock: Clock) -> AsyncIterator[Services]:
    """Everything a worker works with."""
    async with open_services(siem_config, clock=clock) as opened:
        yield opened


async def tell(services: Services, count: int, first: int = 0) -> None:
    """So many events, in the tree."""
    async with services.database.transaction() as tx:
        for number in range(first, first + count):
            event = Trail().event(Act.SYSTEM_KEY_ROTATE, det={"number": number})
            await ledger.append(tx, event, now=services.clock())
    await services.sequencer.catch_up()


async def add(services: Services, address: str, **wanted: Any) -> TargetRow:
    """A target with everything before it, of which the event that adds it is no part yet."""
    said = Wanted(**{"name": "soc", "address": address, **wanted})
    async with services.database.transaction() as tx:
        return await targets.add(
            tx, services.keys.master, Trail(role="operator"), services.outgoing.policy, said, now=services.clock()
        )


async def progress(services: Services) -> ProgressRow:
    """How far the one target is."""
    async with services.database.transaction() as tx:
        (found,) = await siem.progress(tx)
    return found


async def push_all(follower: Follower) -> None:
    """Steps until nothing is left, or one fails."""
    while await follower.step() == 0.0:
        pass


def numbers(lines: list[bytes]) -> list[int]:
    """Which of the test's events came, in the order in which they came."""
    leaves = [json.loads(line) for line in lines]
    return [leaf["det"]["number"] for leaf in leaves if "number" in leaf["det"]]


async def test_webhook_gets_the_exact_leaves_in_order(services: Services) -> None:
    """Batch by batch, neighbouring indexes, from the first event on; then there is nothing to send."""
    await tell(services, 1_203)
    async with posts() as taking:
        target = await add(services, taking.url)
        follower = Follower(services, target.id, sender_of(services, target))
        await push_all(follower)
    assert list(range(1_203)) == numbers(taking.lines)
    ranges = [(int(each["sealshare-first-index"]), int(each["sealshare-next-index"])) for each in taking.headers]
    assert 3 <= len(ranges)
    assert [0, *(after for _, after in ranges[:-1])] == [first for first, _ in ranges]
    found = await progress(services)
    assert (found.size, 0, None) == (found.next_index, found.failures, found.oldest_t)


async def test_syslog_gets_every_event(services: Services) -> None:
    """By TCP: whole messages, each with its index."""
    await tell(services, 700)
    receiver = SyslogReceiver()
    target = await add(services, receiver.address)
    await push_all(Follower(services, target.id, sender_of(services, target)))
    receiver.close()
    read = [read_syslog(message) for message in receiver.messages]
    assert [str(index) for index in range(len(read))] == [each.structure["event@32473"]["index"] for each in read]
    assert list(range(700)) == numbers([each.message.encode() for each in read])


async def test_an_event_that_commits_late_is_not_passed_over(services: Services) -> None:
    """Its number is below one that was pushed already; its place in the tree is not."""
    async with posts() as taking:
        target = await add(services, taking.url)
        follower = Follower(services, target.id, sender_of(services, target))
        async with services.database.transaction() as tx:
            late = Trail().event(Act.SYSTEM_KEY_ROTATE, det={"number": 1})
            await ledger.append(tx, late, now=services.clock())
            await tell(services, 1, first=2)
            await push_all(follower)
            assert [2] == numbers(taking.lines)
        await services.sequencer.catch_up()
        await push_all(follower)
    assert [2, 1] == numbers(taking.lines)


async def test_what_failed_is_tried_again_and_nothing_is_lost(services: Services) -> None:
    """The cursor stays, the reason is kept for the operator, the pauses grow; success forgets all of it."""
    await tell(services, 5)
    async with posts() as taking:
        taking.statuses += [503, 400]
        target = await add(services, taking.url)
        follower = Follower(services, target.id, sender_of(services, target))
        first, second = await follower.step(), await follower.step()
        failing = await progress(services)
        assert (0, 2, "status-400") == (failing.next_index, failing.failures, failing.reason)
        assert (first, second) != (0.0, 0.0)
        await push_all(follower)
    assert [0, 1, 2, 3, 4] == numbers(taking.bodies[-1].splitlines())
    assert len({each["webhook-id"] for each in taking.headers[:3]}) == 1
    found = await progress(services)
    assert (0, "", None) == (found.failures, found.reason, found.failing_since)


def test_pauses_grow_and_have_an_end() -> None:
    """Doubled each time, spread by chance, a minute at most."""
    assert [0.5, 1.0, 2.0, 4.0] == [delay_s(failures, 1.0) for failures in (1, 2, 3, 4)]
    assert 0.25 == delay_s(1, 0.0)
    assert DELAY_MAX_S == delay_s(10**9, 1.0)


@dataclass
class Torn:
    """A way whose acknowledgement gets lost: the receiver has the batch, the sender doesn't know."""

    way: Any

    async def send(self, batch: Batch) -> None:
        """Sends, and fails."""
        await self.way.send(batch)
        raise PushFailed("timeout")


async def test_a_lost_acknowledgement_brings_twice_and_never_loses(services: Services) -> None:
    """After a restart it goes on where it knows that everything arrived."""
    await tell(services, 10)
    async with posts() as taking:
        target = await add(services, taking.url)
        way = sender_of(services, target)
        await Follower(services, target.id, Torn(way)).step()
        await push_all(Follower(services, target.id, way))
    assert [*range(10), *range(10)] == numbers(taking.lines)


async def test_a_target_may_begin_now(services: Services) -> None:
    """`--from-now` leaves out what is in the tree already."""
    await tell(services, 5)
    async with posts() as taking:
        target = await add(services, taking.url, from_now=True)
        await tell(services, 3, first=5)
        await push_all(Follower(services, target.id, sender_of(services, target)))
    assert [5, 6, 7] == numbers(taking.lines)


async def test_one_worker_leads_and_another_takes_over(services: Services) -> None:
    """While one holds the turn nobody else has it; when its connection is gone, it is free at once."""
    async with leading(services.database, "test") as first:
        assert first is not None
        async with leading(services.database, "test") as second:
            assert second is None
    async with leading(services.database, "test") as third:
        assert third is not None


async def test_a_leader_without_its_connection_learns_of_it(services: Services) -> None:
    """The lock is gone with the connection: whoever had it must stop, and another may have it."""

    async def lead() -> None:
        async with leading(services.database, "test") as lock:
            assert lock is not None
            pid = await lock.scalar(text("SELECT pg_backend_pid()"))
            async with services.database.transaction() as tx:
                await tx.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            await still_leading(lock)

    with pytest.raises(StoreUnavailable):
        await lead()
    async with leading(services.database, "test") as other:
        assert other is not None


async def test_a_worker_notices_targets_and_pauses(services: Services) -> None:
    """A new target is pushed to, a paused one keeps its place, one that goes on misses nothing."""
    lags = Watched()
    async with posts() as taking, pushing(services, lags, refresh_s=0.05):
        await tell(services, 3)
        await add(services, taking.url)
        await until(taking, 3)
        async with services.database.transaction() as tx:
            await targets.pause(tx, Trail(role="operator"), "soc", paused=True, now=services.clock())
        await lags.sees_a_pause()
        await tell(services, 2, first=3)
        assert (0, [0, 1, 2]) == ((await progress(services)).failures, numbers(taking.lines))
        async with services.database.transaction() as tx:
            await targets.pause(tx, Trail(role="operator"), "soc", paused=False, now=services.clock())
        await until(taking, 5)
        assert [0, 1, 2, 3, 4] == numbers(taking.lines)
        async with services.database.transaction() as tx:
            await targets.remove(tx, Trail(role="operator"), "soc", now=services.clock())
            assert () == await siem.progress(tx)


async def test_a_target_that_cannot_be_opened_fails_alone(services: Services) -> None:
    """Wrapped by a key that is not there, it is marked as failing, at an unknown host; the others are pushed to."""
    async with posts() as taking, pushing(services, Lags(), refresh_s=0.05, again_s=0.05):
        lost = await add(services, "http://127.0.0.1:9/log", name="lost")
        async with services.database.transaction() as tx:
            await siem.put_sealed(tx, lost.id, b"wrapped by another master key, long ago", "another")
        await add(services, taking.url)
        await tell(services, 3)
        await until(taking, 3)
    target = (await by_name(services))["lost"].target
    await Follower(services, target.id, sender_of(services, target)).step()
    found = await by_name(services)
    assert ("key-unavailable", 0) == (found["lost"].reason, found["soc"].failures)
    shown = {name: target_out(each, services.keys.master, services.clock()) for name, each in found.items()}
    assert [("?", "failing"), "pushing"] == [(shown["lost"].host, shown["lost"].state), shown["soc"].state]


async def by_name(services: Services) -> dict[str, ProgressRow]:
    """How far each target is."""
    async with services.database.transaction() as tx:
        return {each.target.name: each for each in await siem.progress(tx)}


async def until(taking: Posts, count: int) -> None:
    """Waits until so many of the test's events arrived."""
    async with asyncio.timeout(LIMIT_S):
        while len(set(numbers(taking.lines))) < count:
            taking.arrived.clear()
            await taking.arrived.wait()


class Watched(Lags):
    """Says when the worker has looked at the targets."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = asyncio.Event()
        self.paused = False

    def now(self, seen: Sequence[ProgressRow], at: datetime) -> None:
        """As ever."""
        super().now(seen, at)
        self.paused = any(each.target.paused_at for each in seen)
        self.looked.set()

    async def sees_a_pause(self) -> None:
        """Waits until the worker has seen a target paused."""
        async with asyncio.timeout(LIMIT_S):
            while not self.paused:
                self.looked.clear()
                await self.looked.wait()


async def test_a_killed_worker_loses_nothing(siem_config: Config, services: Services) -> None:
    """Killed with a batch under way: the next worker has the turn at once, goes on, and every event arrives."""
    await tell(services, 1_100)
    environment = environment_of(siem_config, outgoing_hosts=LOOPBACK)
    async with posts() as taking:
        await add(services, taking.url)
        taking.answering.clear()
        async with running("worker", environment=environment) as worker:
            await asyncio.wait_for(taking.arrived.wait(), LIMIT_S)
            worker.kill()
            await worker.wait()
        assert 0 == (await progress(services)).next_index
        taking.answering.set()
        async with running("worker", environment=environment):
            await until(taking, 1_100)
    assert list(range(1_100)) == list(dict.fromkeys(numbers(taking.lines)))


async def test_what_makes_no_target_is_refused(services: Services, subtests: pytest.Subtests) -> None:
    """With the reason in words, and nothing added."""
    await add(services, "http://127.0.0.1:9/log")
    for wanted, words in [
        ({"name": "SOC"}, "small letters"),
        ({"name": "soc"}, "already"),
        ({"name": "other", "form": "cef"}, "takes ndjson, ocsf"),
        ({"name": "other", "address": "https://10.0.0.7/log"}, "SEALSHARE_OUTGOING_HOSTS"),
        ({"name": "other", "address": "ftp://127.0.0.1/"}, "https://"),
        ({"name": "other", "address": "tcp://127.0.0.1:514", "form": "ndjson"}, "takes syslog, cef, ocsf"),
    ]:
        with subtests.test(str((wanted, words))):
            with pytest.raises(TargetRefused, match=words):
                await add(services, **{"address": "http://127.0.0.1:9/log", **wanted})
            assert "soc" == (await progress(services)).target.name


async def test_there_are_only_so_many_targets(services: Services) -> None:
    """Each costs a worker a task and the log a reader."""
    for number in range(TARGETS_MAX):
        await add(services, "http://127.0.0.1:9/log", name=f"soc-{number}")
    with pytest.raises(TargetRefused, match="the most"):
        await add(services, "http://127.0.0.1:9/log")
