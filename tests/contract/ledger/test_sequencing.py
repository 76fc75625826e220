"""The sequencer: every committed event gets one place, in order, without gaps, whoever is at it and whoever dies."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from compliance import checkpoints, ledger
from compliance.events import Act, Event, Trail
from compliance.keys import KeyUse
from compliance.keys.changing import retire, revoke, rotate
from compliance.merkle import EMPTY_ROOT, leaf_hash, tiles_of
from compliance.notes import Verifier, parse_checkpoint, parse_note
from compliance.sequencing import batch as batches
from compliance.sequencing import sequence
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import ledger as rows
from storage.rows.events import EventFilter, search_events
from storage.schema import event, ledger_checkpoint, ledger_leaf, ledger_pending
from tests.contract.ledger.replay import replayed
from tests.services import Clock

TRAIL = Trail(who="p-1", role="viewer")
VIEW = TRAIL.event(Act.VIEWER_COPY_VIEW, obj="material:7")
OPERATOR = Trail(role="operator")


async def add(services: Services, count: int = 1, told: Event = VIEW) -> None:
    """So many events, each in a transaction of its own."""
    for _ in range(count):
        async with services.database.transaction() as tx:
            await ledger.append(tx, told, now=services.clock())


async def test_first_turn_signs_the_empty_tree(services: Services) -> None:
    """A log without events has a checkpoint too, so that a witness can begin with it."""
    assert 0 == (await services.sequencer.turn()).size
    async with services.database.transaction() as tx:
        head = await checkpoints.latest(tx)
        assert head is not None
        assert (0, EMPTY_ROOT) == (head.size, head.root)
        assert f"{services.ledger_origin}\n0\n" == parse_note(head.note).text[: len(services.ledger_origin) + 3]


async def test_events_get_places_in_the_order_they_came(services: Services) -> None:
    """Contiguous from 0, in order of arrival; the checkpoint commits to their exact bytes and is signed by the key."""
    await add(services, 5)
    batch = await services.sequencer.turn()
    assert (5, 5) == (batch.taken, batch.size)
    await replayed(services, size=5)
    async with services.database.transaction() as tx:
        ids = [row.id for row in reversed(await search_events(tx, EventFilter()))]
        assert dict(zip(ids, range(5), strict=True)) == await rows.indexes_of(tx, ids)
        head = await checkpoints.of_size(tx, 5)
        (key,) = services.keys.ledger_signers
        assert Verifier(services.ledger_origin, key.public).signed(parse_note(head.note))


async def test_nothing_new_changes_nothing(services: Services) -> None:
    """A turn without events makes no checkpoint; two of one size can't be."""
    await add(services, 3)
    await services.sequencer.turn()
    assert (0, 3) == ((await services.sequencer.turn()).taken, (await services.sequencer.turn()).size)
    async with services.database.transaction() as tx:
        assert [3] == list(await tx.scalars(select(ledger_checkpoint.c.size)))
        assert [] == list(await tx.scalars(select(ledger_pending.c.event_id)))


async def test_event_that_commits_late_comes_later(services: Services) -> None:
    """A lower number whose transaction was open is not waited for and not lost: it gets the place after."""
    async with services.database.transaction() as slow:
        late = await ledger.append(slow, VIEW, now=services.clock())
        await add(services, 2)
        assert 2 == (await services.sequencer.turn()).taken
    batch = await services.sequencer.catch_up()
    assert 3 == batch.size
    async with services.database.transaction() as tx:
        assert 2 == await checkpoints.index_of(tx, late)
    await replayed(services, size=3)


async def test_event_that_is_rolled_back_leaves_no_gap(services: Services) -> None:
    """A number that was used up for nothing is no place."""

    async def undone() -> None:
        async with services.database.transaction() as tx:
            await ledger.append(tx, VIEW)
            raise KeyError

    await add(services)
    with pytest.raises(KeyError):
        await undone()
    await add(services)
    await services.sequencer.turn()
    await replayed(services, size=2)


async def test_two_at_once_are_one(services: Services) -> None:
    """While one has the turn the other finds it taken, and does nothing; when it is free the other goes on."""
    await add(services, 4)
    async with services.database.transaction() as first:
        assert 4 == (await sequence(first, services.keys, now=services.clock())).taken
        assert (await services.sequencer.turn()).busy
    await add(services)
    assert (1, 5) == ((batch := await services.sequencer.turn()).taken, batch.size)
    await replayed(services, size=5)


async def test_a_turn_that_breaks_off_never_was(services: Services) -> None:
    """Killed before its commit: the same events get the same places from the next, and its checkpoint is nowhere."""
    await add(services, 3)

    async def killed() -> None:
        async with services.database.transaction() as tx:
            await sequence(tx, services.keys, now=services.clock())
            raise KeyError

    with pytest.raises(KeyError):
        await killed()
    async with services.database.transaction() as tx:
        assert await checkpoints.latest(tx) is None
        assert [] == list(await tx.scalars(select(ledger_leaf.c.index)))
    assert 3 == (await services.sequencer.turn()).size
    await replayed(services, size=3)


async def test_writers_and_sequencers_at_once(services: Services) -> None:
    """Writers with transactions of their own and writers that share them, and three sequencers: one tree."""
    ended = asyncio.Event()

    async def sequencing() -> None:
        while not ended.is_set():
            await services.sequencer.turn()

    workers = [asyncio.create_task(sequencing()) for _ in range(3)]
    await asyncio.gather(*(add(services, 10) for _ in range(8)), *(services.alone.append(VIEW) for _ in range(300)))
    ended.set()
    await asyncio.gather(*workers)
    assert 380 == (await services.sequencer.catch_up()).size
    await replayed(services, size=380)


async def test_batches_cut_anywhere(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wait, they are taken in batches; tiles and all checkpoints are those of the definition."""
    monkeypatch.setattr(batches, "BATCH_MAX", 100)
    await asyncio.gather(*(services.alone.append(VIEW) for _ in range(530)))
    assert 530 == (await services.sequencer.catch_up()).size
    leaves = await replayed(services, size=530)
    async with services.database.transaction() as tx:
        assert {100, 200, 300, 400, 500, 530} == set(await tx.scalars(select(ledger_checkpoint.c.size)))
        for tile in tiles_of(530):
            held = await checkpoints.tile(tx, tile)
            if tile.level == 0:
                assert b"".join(map(leaf_hash, leaves[tile.start : tile.start + tile.width])) == held


async def test_key_in_overlap_signs_beside_the_new_one(services: Services) -> None:
    """Whoever knows only the old key can follow over the rotation; a revoked key signs nothing from then on."""
    await add(services)
    await services.sequencer.turn()
    (old,) = services.keys.ledger_signers
    async with services.database.transaction() as tx:
        await rotate(tx, services.keys, OPERATOR, KeyUse.LEDGER, now=services.clock())
    new, _ = await signers_of_next(services)
    assert {True} == {old.public != new, await signed(services, old.public), await signed(services, new)}
    async with services.database.transaction() as tx:
        await retire(tx, OPERATOR, KeyUse.LEDGER, old.kid, now=services.clock())
        await revoke(tx, OPERATOR, KeyUse.LEDGER, old.kid, now=services.clock())
    assert [new] == await signers_of_next(services)
    assert (False, True) == (await signed(services, old.public), await signed(services, new))


async def signers_of_next(services: Services) -> list[bytes]:
    """The public keys that signed the next checkpoint, as this process knows them then."""
    await services.sequencer.turn()
    return [key.public for key in services.keys.ledger_signers]


async def signed(services: Services, public: bytes) -> bool:
    """Whether this key signed the newest checkpoint."""
    async with services.database.transaction() as tx:
        head = await checkpoints.latest(tx)
    assert head is not None
    return Verifier(services.ledger_origin, public).signed(parse_note(head.note))


async def test_clock_set_back_is_an_event(services: Services, clock: Clock) -> None:
    """An hour back is told, with the place where it shows; small steps of overlapping transactions are not."""
    await add(services)
    clock.advance(seconds=-5)
    await add(services)
    await services.sequencer.catch_up()
    assert [] == await steps(services)
    clock.advance(hours=-1)
    await add(services, 3)
    await services.sequencer.catch_up()
    (told,) = await steps(services)
    assert {"seconds": 3600, "index": 2} == told
    await add(services, 3)
    clock.advance(hours=-1)
    await add(services)
    await services.sequencer.catch_up()
    assert [told] == await steps(services)  # not more than once a minute
    async with services.database.transaction() as tx:
        await tx.execute(text("UPDATE ledger_log SET step_told_at = step_told_at - interval '2 minutes'"))
    clock.advance(hours=-1)
    await add(services)
    await services.sequencer.catch_up()
    assert 2 == len(await steps(services))


async def steps(services: Services) -> list[dict[str, int]]:
    """What was told of clocks."""
    async with services.database.transaction() as tx:
        found = await search_events(tx, EventFilter(acts=(Act.SYSTEM_CLOCK_BACK.value,)))
    return [json.loads(row.leaf)["det"] for row in found]


async def test_idle_log_beats(services: Services) -> None:
    """Nothing new, and still somebody looked: the age of the checkpoint says when."""
    await add(services)
    await services.sequencer.turn()
    async with services.database.transaction() as tx:
        await tx.execute(text("UPDATE ledger_log SET beat_at = beat_at - interval '40 seconds'"))
    found = await services.watch.look(services.database)
    assert found is not None
    assert found.beat_ago_s is not None
    assert found.beat_ago_s >= 40
    await services.sequencer.turn()
    found = await services.watch.look(services.database)
    assert found is not None
    assert found.beat_ago_s is not None
    assert found.beat_ago_s < 30


async def test_running_sequencer_needs_no_word(services: Services) -> None:
    """Appended here or by another process that is gone: within moments the tree has it."""

    async def size_is(expected: int) -> None:
        while True:
            async with services.database.transaction() as tx:
                head = await checkpoints.latest(tx)
            if head is not None and head.size == expected:
                return
            await asyncio.sleep(0.01)

    async with services.sequencer.running(), asyncio.timeout(20):
        await add(services)
        await size_is(1)
        async with services.database.transaction() as tx:
            await copy_of_last(tx)
        await size_is(2)
    assert "" == services.watch.reason


async def copy_of_last(tx: Transaction) -> None:
    """An event that nobody here rang for."""
    names = [column.name for column in event.c if column.name != "id"]
    await tx.execute(event.insert().from_select(names, select(*(event.c[name] for name in names)).limit(1)))


async def test_index_of_what_waits(services: Services) -> None:
    """An event that isn't sequenced has no place yet."""
    async with services.database.transaction() as tx:
        number = await ledger.append(tx, VIEW, now=services.clock() + timedelta(seconds=1))
        assert await checkpoints.index_of(tx, number) is None
    await services.sequencer.turn()
    async with services.database.transaction() as tx:
        assert 0 == await checkpoints.index_of(tx, number)
        assert parse_checkpoint((await checkpoints.of_size(tx, 1)).note).size == 1
