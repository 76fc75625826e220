"""What an auditor takes away: the whole ledger at one checkpoint, as a tar file that proves itself.

It holds what C2SP tlog-tiles serves, at the same paths, so tools of others read its folder as it is; and beside that

    README.txt     which commands to run, in Chinese and in English
    policy         keys of the log and of witnesses, as a tlog-policy: to be compared with what came another way
    minimum-index  below which entries are withheld
    verify.go      a program for Go's own packages

It is written in constant memory, one stretch of entries at a time, each in a transaction of its own; the files are the
same for the same checkpoint, whenever it is asked for.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from compliance import checkpoints
from compliance.bundles.tarring import END, member
from compliance.checkpoints import CheckpointRow
from compliance.errors import LedgerStalled, NotFound
from compliance.events import Act
from compliance.merkle import TILE_WIDTH, Tile, bundle_path, tiles_of, to_bundle
from compliance.trail.search import newest
from compliance.trail.wanted import Wanted
from storage.database import Database, Transaction
from storage.rows import ledger as rows

__all__ = ["Contents", "contents", "pieces"]

STRETCH_TILES = 16  # of entries read at once: 4,096 entries, some 2 MB
HERE = Path(__file__).parent
GO, README = "verify.go", "README.txt"
FILE_BYTES = 1024  # a header, and half a block to fill up
ENTRY_BYTES = 420  # before one was seen

Asked = Callable[[Transaction], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What one bundle is of. `keys` are the log's verifier keys, the newest first; `minimum` is of that moment."""

    head: CheckpointRow
    note: str
    keys: Sequence[str]
    witnesses: Sequence[str]
    minimum: int
    bytes_about: int = field(default=0)

    @property
    def folder(self) -> str:
        """What the tar file unpacks into."""
        return f"ledger-{self.head.size}"


async def contents(
    tx: Transaction, keys: Sequence[str], witnesses: Sequence[str] = (), *, cosigned_within_s: float | None = None
) -> Contents:
    """The head that is published, as `checkpoints.published` has it, or a newer one that covers the last pruning.

    Raises NotFound when there is none, LedgerStalled in the moment in which a pruning has no place in the ledger yet.
    """
    minimum = await checkpoints.minimum_index(tx)
    head = await checkpoints.published(tx, cosigned_within_s=cosigned_within_s)
    if minimum and head is not None:
        head = await _covering(tx, head)
    if head is None:
        raise NotFound
    return Contents(
        head=head,
        note=await checkpoints.note_of(tx, head),
        keys=keys,
        witnesses=witnesses,
        minimum=minimum,
        bytes_about=await _bytes_about(tx, head.size, minimum),
    )


async def _covering(tx: Transaction, head: CheckpointRow) -> CheckpointRow:
    """This head or the newest: a verifier wants to see the entry that says what was pruned."""
    found, _ = await newest(tx, Wanted(act=(Act.SYSTEM_LOG_PRUNE.value,)), 1)
    if not found:
        return head
    place = await checkpoints.index_of(tx, found[0].id)
    for each in (head, await checkpoints.latest(tx)):
        if each is not None and place is not None and place < each.size:
            return each
    raise LedgerStalled(reason="what was pruned last has no place in the ledger yet")


async def pieces(database: Database, told: Contents, *, asked: Asked) -> AsyncGenerator[bytes]:
    """The tar file. `asked` raises before any stretch that may not leave any more, which breaks the file off."""
    mtime = int(told.head.made_at.timestamp())
    for path, data in _small_files(told):
        yield member(f"{told.folder}/{path}", data, mtime)
    tiles = [tile for tile in tiles_of(told.head.size) if tile.level]
    for at in range(0, len(tiles), STRETCH_TILES):
        async with database.transaction() as tx:
            await asked(tx)
            found = await _hashes(tx, tiles[at : at + STRETCH_TILES])
        yield b"".join(member(f"{told.folder}/{path}", data, mtime) for path, data in found)
    for first in range(0, told.head.size, STRETCH_TILES * TILE_WIDTH):
        async with database.transaction() as tx:
            await asked(tx)
            stretch = await _stretch(tx, told, first)
        yield b"".join(member(f"{told.folder}/{path}", data, mtime) for path, data in stretch)
    yield END


async def _stretch(tx: Transaction, told: Contents, first: int) -> list[tuple[str, bytes]]:
    """The level-0 tiles from this index on, and the entries under them as far as they are not withheld."""
    end = min(first + STRETCH_TILES * TILE_WIDTH, told.head.size)
    starts = range(first, end, TILE_WIDTH)
    tiles = [Tile(0, start // TILE_WIDTH, min(TILE_WIDTH, end - start)) for start in starts]
    files = await _hashes(tx, tiles)
    shown = [tile for tile in tiles if tile.start + TILE_WIDTH > told.minimum]
    begin = shown[0].start if shown else end
    leaves = [row.leaf for row in await rows.entries(tx, begin, end)]
    if len(leaves) < end - begin:
        raise NotFound
    for tile in shown:
        at = tile.start - begin
        files.append((bundle_path(tile.n, tile.width), to_bundle(leaves[at : at + tile.width])))
    return files


async def _hashes(tx: Transaction, tiles: Sequence[Tile]) -> list[tuple[str, bytes]]:
    return [(tile.path, await checkpoints.tile(tx, tile)) for tile in tiles]


def _small_files(told: Contents) -> list[tuple[str, bytes]]:
    readme = (HERE / README).read_text(encoding="utf-8")
    origin, *_ = told.note.split("\n")
    filled = readme.format(origin=origin, size=told.head.size, folder=told.folder, key=told.keys[0])
    witnesses = (f"witness w{number} {key}\n" for number, key in enumerate(told.witnesses, 1))
    policy = "".join([*(f"log {key}\n" for key in told.keys), *witnesses, "quorum none\n"])
    return [
        (README, filled.encode()),
        (GO, (HERE / GO).read_bytes()),
        ("policy", policy.encode()),
        ("minimum-index", b"%d\n" % told.minimum),
        ("checkpoint", told.note.encode()),
    ]


async def _bytes_about(tx: Transaction, size: int, minimum: int) -> int:
    """How long the file will be, by the newest entries."""
    newest = await rows.entries(tx, max(size - TILE_WIDTH, 0), size)
    entry_bytes = sum(len(row.leaf) + 2 for row in newest) / len(newest) if newest else ENTRY_BYTES
    tiles = -(-size // TILE_WIDTH)
    return int((size - min(minimum, size)) * entry_bytes + size * 32 + tiles * 2 * FILE_BYTES)
