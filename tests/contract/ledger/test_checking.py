"""Whatever was changed near the tree's right edge, high up, or by cutting: the start is refused and the index named."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from compliance.errors import LedgerBroken, LedgerNamedOtherwise
from compliance.events import Act, Trail
from compliance.keys import KeyRing, MasterKey
from compliance.sequencing import Sequencer, check_tree, open_ledger
from fileserver.config import Config
from fileserver.services import Services, open_services
from storage.database import Database
from storage.direct import Driver
from storage.rows import sequencing
from tests.locks import until_waiting

VIEW = Trail(who="p-1").event(Act.VIEWER_COPY_VIEW)
FLIP_LEAF = "UPDATE event SET leaf = set_byte(leaf, 9, 255 - get_byte(leaf, 9)) WHERE id = :id"
FLIP_TILE = (  # of leaf 530
    "UPDATE ledger_tile SET hashes = set_byte(hashes, 576, 255 - get_byte(hashes, 576)) WHERE level = 0 AND n = 2"
)
GUARDED = ("event", "ledger_leaf", "ledger_tile", "ledger_checkpoint")
FLIP_FIRST = "UPDATE ledger_tile SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0))"
SIZE = 600  # two full tiles, one of 88, and one of 2 above them


@pytest.fixture
async def grown(services: Services) -> Services:
    """A ledger of SIZE leaves."""
    await asyncio.gather(*(services.alone.append(VIEW) for _ in range(SIZE - 100)))
    await services.sequencer.catch_up()
    await asyncio.gather(*(services.alone.append(VIEW) for _ in range(100)))
    assert (await services.sequencer.catch_up()).size == SIZE
    return services


async def checked(services: Services) -> None:
    """The look at every start."""
    async with services.database.transaction() as tx:
        await check_tree(tx, services.ledger_origin, services.keys.ledger)


async def changed(services: Services, statement: str, **values: int) -> None:
    """Who owns the tables switches the guards off, changes rows, and switches them on again."""
    async with services.database.transaction() as tx:
        for table in GUARDED:
            await tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        assert (await tx.execute(text(statement), values)).rowcount > 0
        for table in GUARDED:
            await tx.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


async def test_sound_ledger_passes(grown: Services) -> None:
    """Nothing to say, also of a smaller and of an empty one."""
    await checked(grown)


async def test_empty_ledger_passes(services: Services) -> None:
    """Without and with the checkpoint of the empty tree."""
    await checked(services)
    await services.sequencer.turn()
    await checked(services)


async def test_full_tile_at_the_edge(services: Services) -> None:
    """A tree that ends with a full tile is looked at as well."""
    await asyncio.gather(*(services.alone.append(VIEW) for _ in range(256)))
    await services.sequencer.catch_up()
    await checked(services)
    await changed(services, FLIP_LEAF, id=await at(services, 200))
    assert 200 == (await refused(services)).index


CHANGES = (  # the first wrong index, as well as the rows that are read can tell
    (599, FLIP_LEAF),
    (512, FLIP_LEAF),
    (550, "DELETE FROM event WHERE id = :id"),
    (530, FLIP_TILE),
    (
        256,
        "UPDATE ledger_tile SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) WHERE level = 0 AND n = 1",
    ),
    (0, "UPDATE ledger_tile SET hashes = set_byte(hashes, 0, 255 - get_byte(hashes, 0)) WHERE level = 1 AND n = 0"),
    (512, "DELETE FROM ledger_tile WHERE level = 0 AND n = 2"),
    (256, "DELETE FROM ledger_tile WHERE level = 0 AND n = 1"),
    (0, "DELETE FROM ledger_tile WHERE level = 1"),
    (598, "DELETE FROM ledger_leaf WHERE index >= 598"),
    (500, "DELETE FROM ledger_checkpoint WHERE size = 600"),
    (600, "UPDATE ledger_checkpoint SET note = replace(note, '600', '601') WHERE size = 600"),
    (600, "UPDATE ledger_checkpoint SET note = 'x' WHERE size = 600"),
    (600, "UPDATE ledger_checkpoint SET root = set_byte(root, 0, 255 - get_byte(root, 0)) WHERE size = 600"),
    (0, "DELETE FROM ledger_checkpoint"),
)


async def test_what_was_changed_is_named(grown: Services) -> None:
    """One change after the other, each undone again: the first wrong leaf is named."""
    expected = {statement + str(index): index for index, statement in CHANGES}
    assert expected == {statement + str(index): await named(grown, index, statement) for index, statement in CHANGES}
    await checked(grown)


async def named(services: Services, index: int, statement: str) -> int:
    """What the look at a start would name after this change, which is rolled back."""
    values = {"id": await at(services, index)} if ":id" in statement else {}
    refusal: LedgerBroken | None = None
    try:
        async with services.database.transaction() as tx:
            for table in GUARDED:
                await tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            assert (await tx.execute(text(statement), values)).rowcount > 0
            await check_tree(tx, services.ledger_origin, services.keys.ledger)
    except LedgerBroken as error:
        refusal = error
    assert refusal is not None, statement
    return refusal.index


async def test_two_leaves_that_changed_places(grown: Services) -> None:
    """Every event is there, and in another order."""
    first, second = await at(grown, 540), await at(grown, 560)
    await changed(grown, "DELETE FROM ledger_leaf WHERE index IN (540, 560)")
    await changed(
        grown,
        "INSERT INTO ledger_leaf (index, event_id) VALUES (540, :second), (560, :first)",
        first=first,
        second=second,
    )
    assert 540 == (await refused(grown)).index


async def test_checkpoint_by_a_key_of_nobody(grown: Services) -> None:
    """A head that none of our keys signed is not ours, whatever it says."""
    stranger = KeyRing(MasterKey(bytes(32)))
    with pytest.raises(LedgerBroken) as refusal:
        async with grown.database.transaction() as tx:
            await check_tree(tx, grown.ledger_origin, stranger.ledger)
    assert SIZE == refusal.value.index


async def test_nothing_is_signed_on_a_broken_tree(grown: Services) -> None:
    """A sequencer that is running finds it before its next batch, and nothing leaves any more."""
    await changed(grown, FLIP_TILE)
    await grown.alone.append(VIEW)
    assert not await grown.sequencer._turns()
    assert "the ledger is not what was signed, from index 530 on" == grown.watch.reason
    async with grown.database.transaction() as tx:
        assert SIZE == await tx.scalar(text("SELECT max(size) FROM ledger_checkpoint"))


class Contended(Database):
    """A database where another process has the turn as soon as this one gave it back, until somebody waits for it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._taken = asyncio.Event()
        self.other: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[Driver]:
        """As ever, and the other process comes in when the block ends."""
        try:
            async with super().driver() as driver:
                yield driver
        finally:
            self.other = asyncio.create_task(self._take())
            await self._taken.wait()

    async def _take(self) -> None:
        async with self.transaction() as tx:
            await sequencing.wait_for_turn(tx)
            self._taken.set()
            await until_waiting(self)


async def test_who_finds_it_broken_says_where_whoever_has_the_turn_by_then(grown: Services, database_url: str) -> None:
    """What is wrong is looked for in a turn of its own, which is waited for: another process may be at it."""
    await changed(grown, FLIP_TILE)
    database = Contended(database_url)
    with pytest.raises(LedgerBroken) as broken:
        await Sequencer(database, grown.keys, grown.watch, grown.clock).turn()
    assert 530 == broken.value.index
    assert database.other is not None
    await database.other
    await database.close()


async def test_process_does_not_start_on_it(grown: Services, config: Config) -> None:
    """Neither a server nor a worker gets its services; what ends it names the first index that is wrong."""
    await changed(grown, "DELETE FROM event WHERE id = :id", id=await at(grown, 590))
    with pytest.raises(LedgerBroken) as broken:
        async with open_services(config):
            pass
    assert 590 == broken.value.index


async def test_log_keeps_its_name(services: Services, config: Config) -> None:
    """The name of the first start stays, also when the server moves; another one that is asked for is refused."""
    assert "127.0.0.1/ledger" == services.ledger_origin
    moved = config.model_copy(update={"public_url": "https://share.example.com"})
    async with open_services(moved) as elsewhere:
        assert "127.0.0.1/ledger" == elsewhere.ledger_origin
    with pytest.raises(LedgerNamedOtherwise):
        await open_ledger(services.database, services.keys, named="audit.example/one", otherwise="x")


async def test_name_that_is_asked_for(database_url: str, master_key: str) -> None:
    """A fresh log takes the configured name."""
    database = Database(database_url)
    keys = KeyRing(MasterKey(base64.b64decode(master_key)))
    await keys.refresh(database)
    assert "audit.example/one" == await open_ledger(database, keys, named="audit.example/one", otherwise="x")
    await database.close()


async def at(services: Services, index: int) -> int:
    """The event's number at a place."""
    async with services.database.transaction() as tx:
        found = await tx.scalar(text("SELECT event_id FROM ledger_leaf WHERE index = :index"), {"index": index})
    return int(found or 0)


async def refused(services: Services) -> LedgerBroken:
    """Why the start is refused."""
    with pytest.raises(LedgerBroken) as refusal:
        await checked(services)
    return refusal.value
