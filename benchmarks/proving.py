"""What it takes to prove the ledger: all of a million entries, by Go's packages and by us, and a receipt of one.

The log of a million is made by the definitions, of leaves of 275 bytes; receipts are asked of a running server, one
after the other, as an auditor: signed in, decided, proved, and told in the log before they leave.
"""

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from benchmarks.ledger import flushes_s
from benchmarks.node import desk, node
from benchmarks.stage import Figure
from compliance import ledger
from compliance.access import Role
from compliance.events import Act, Trail
from compliance.notes import Checkpoint, Signer, signed_note
from compliance.verifying import open_source, parse_vkey, policy_of, verify_log
from compliance.verifying.hashes import leaf_hash, root_of
from compliance.verifying.layout import ENTRIES, TILE_WIDTH, tile_path
from compliance.verifying.tiles import Tiles
from fileserver.demo.api import Desk
from fileserver.services import Services
from storage.rows.events import EventFilter, search_events

SIZE = 1_000_000
ENTRY_BYTES = 275
GO_BAR_S, RECEIPT_BAR_MS = 5.0, 5.0
GO_SOURCE = Path(__file__).parents[1] / "compliance/bundles/verify.go"
GO_PATH = "/usr/share/gocode"
EVENTS, RECEIPTS, WARM = 5_000, 1_000, 100
BATCH = 500
TRAIL = Trail(who="p-bench", role="viewer")
SIGNER = Signer("bench.example/ledger", bytes(32))


async def run(services: Services) -> list[Figure]:
    """Go where it is installed, us, and receipts."""
    with log() as folder:
        proved = await asyncio.to_thread(_proved, folder)
    return [*proved, *await _receipts(services)]


@contextmanager
def log(size: int = SIZE) -> Iterator[Path]:
    """A log of this size on the disk, as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="sealshare-log-") as name:
        folder = Path(name)
        _write(folder, size)
        with open_source(folder) as source:
            root = Tiles(source, size).root_at(size) or b""
        text = Checkpoint(SIGNER.name, size, root).text
        (folder / "checkpoint").write_text(signed_note(text, [SIGNER]), encoding="utf-8")
        yield folder


def _write(folder: Path, size: int) -> None:
    row = []
    for n in range(-(-size // TILE_WIDTH)):
        entries = [_entry(i) for i in range(n * TILE_WIDTH, min((n + 1) * TILE_WIDTH, size))]
        packed = b"".join(len(each).to_bytes(2, "big") + each for each in entries)
        _put(folder, tile_path(ENTRIES, n, len(entries)), packed)
        row += [leaf_hash(each) for each in entries]
    level = 0
    while row:
        tiles = [row[at : at + TILE_WIDTH] for at in range(0, len(row), TILE_WIDTH)]
        for n, tile in enumerate(tiles):
            _put(folder, tile_path(level, n, len(tile)), b"".join(tile))
        row, level = [root_of(tile) for tile in tiles if len(tile) == TILE_WIDTH], level + 1


def _entry(i: int) -> bytes:
    body = b'{"act":"viewer:copy:view","i":%d,"n":"%s"' % (i, sha256(b"%d" % i).hexdigest()[:32].encode())
    return body.ljust(ENTRY_BYTES - 1) + b"}"


def _put(folder: Path, path: str, data: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(data)


def _proved(folder: Path) -> list[Figure]:
    figures = []
    name = f"ledger of {SIZE:,} entries proved"
    if go := shutil.which("go"):
        seconds = _timed(lambda: _go(go, folder))
        figures.append(Figure(f"{name} by Go", seconds, "s", f"bar {GO_BAR_S}", seconds <= GO_BAR_S))
    seconds = _timed(lambda: _ours(folder))
    return [*figures, Figure(f"{name} by us", seconds, "s", "one process, one tile of each level in memory")]


def _go(go: str, folder: Path) -> None:
    program = folder / "verify"
    if not program.exists():
        paths = {"GO111MODULE": "off", "GOPATH": GO_PATH, "GOCACHE": str(folder / "cache")}
        subprocess.run([go, "build", "-o", program, GO_SOURCE], env=os.environ | paths, check=True)
    subprocess.run([program, folder, SIGNER.vkey], check=True, stdout=subprocess.DEVNULL)


def _ours(folder: Path) -> None:
    with open_source(folder) as source:
        report = verify_log(source, policy_of([parse_vkey(SIGNER.vkey)]))
    if not report.ok or report.checked != SIZE:
        raise RuntimeError(str(report.faults))


def _timed(work: Callable[[], None]) -> float:
    """The better of two, after one that filled caches and built what was to be built."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds[1:])


async def _receipts(services: Services) -> list[Figure]:
    for _ in range(EVENTS // BATCH):
        async with services.database.transaction() as tx:
            told = [TRAIL.event(Act.VIEWER_COPY_VIEW, obj="material:bench")] * BATCH
            await ledger.append_all(tx, told, now=services.clock())
    await services.sequencer.catch_up()
    async with services.database.transaction() as tx:
        ids = [row.id for row in await search_events(tx, EventFilter(who=(TRAIL.who,)), limit=BATCH)]
    async with node(services) as at, desk(services, at, Role.AUDITOR) as auditor:
        taken = [await _receipt(auditor, ids[i % len(ids)]) for i in range(WARM + RECEIPTS)][WARM:]
        flushes = [each * 1000 for each in await asyncio.to_thread(flushes_s)]
    p99 = statistics.quantiles(taken, n=100)[98]
    note = (
        f"bar {RECEIPT_BAR_MS} ms; over HTTP, its own event committed; median {statistics.median(taken):.1f} ms; "
        f"a flush: median {statistics.median(flushes):.2f}, p99 {statistics.quantiles(flushes, n=100)[98]:.2f} ms"
    )
    return [Figure("receipt served, p99", p99, "ms", note, p99 <= RECEIPT_BAR_MS)]


async def _receipt(auditor: Desk, event_id: int) -> float:
    """Milliseconds until the receipt is there, to its last byte."""
    started = time.perf_counter()
    await auditor.read(f"/api/v1/events/{event_id}/receipt")
    return (time.perf_counter() - started) * 1000
