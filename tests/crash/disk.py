"""A disk that really fills up: PostgreSQL in a small file system of its own while events are appended and sequenced.

What must hold: while it is full nothing is acknowledged, when there is room again it goes on, and afterwards every
acknowledged event has its place. `python -m tests.crash.disk`, by root, who may mount.
"""

import asyncio
import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console

from compliance.events import Act, Event, Trail
from compliance.keys import KeyRing, MasterKey
from compliance.ledger import Alone
from compliance.sequencing import LedgerWatch, Sequencer, check_tree, open_ledger
from fileserver.services import utc_now
from storage.database import Database
from storage.engines.account import engine_account, give
from storage.engines.folder import prepare_folder
from storage.engines.postgres import Postgres, binaries
from storage.engines.seaweedfs import binary
from storage.errors import StorageError
from storage.migrations import migrate
from tests.contract.ledger.replay import replay
from tests.crash.ledger_node import ORIGIN
from tests.crash.stage import _restart

SIZE_MIB, BALLAST_MIB = 200, 40
MIB = 1 << 20
WRITERS = 32
REFUSALS = 20  # in a row, until it counts as full
ROUNDS = 2
ROOM_TIMEOUT_S = 60.0
TRAIL = Trail(role="system")


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of SIZE_MIB at the folder. Raises CalledProcessError for whoever may not mount."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(folder)], check=True)  # noqa: S607  # wherever it is
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S607  # likewise


async def run_disk(say: Console) -> bool:
    """Fills it, makes room, and again; whether every promise was kept."""
    with tempfile.TemporaryDirectory(prefix="sealshare-disk-") as name, small_disk(Path(name) / "disk"):
        data = Path(name) / "disk" / "data"
        prepare_folder(data)
        account = engine_account(data, binaries(), binary())
        give(data, account)
        postgres = Postgres(data / "postgres", account, profile="default")
        url = await asyncio.to_thread(postgres.start, lambda _note: None)
        try:
            await asyncio.to_thread(migrate, url)
            ballast = [Path(name) / "disk" / f"ballast-{number}" for number in range(ROUNDS)]
            for each in ballast:
                await asyncio.to_thread(each.write_bytes, bytes(BALLAST_MIB * MIB))
            return await _rounds(ballast, postgres, url, say)
        finally:
            await asyncio.to_thread(postgres.stop)


async def _rounds(ballast: Sequence[Path], postgres: Postgres, url: str, say: Console) -> bool:
    database, keys = Database(url), KeyRing(MasterKey(secrets.token_bytes(32)))
    await keys.refresh(database)
    await open_ledger(database, keys, named=ORIGIN, otherwise=ORIGIN)
    watch, acknowledged = LedgerWatch(5), set[str]()
    sequencer = Sequencer(database, keys, watch, utc_now)
    async with sequencer.running():
        for number, each in enumerate(ballast):
            error = await _fill(database, acknowledged)
            say.print(f"round {number + 1}: full after {len(acknowledged)} acknowledged events ({error})")
            say.print(f"  the log: {watch.reason or watch.hindrance or 'keeps up'}")
            await asyncio.to_thread(each.unlink)
            await _goes_on(database, postgres, acknowledged)
    await sequencer.catch_up()
    async with database.transaction() as tx:
        await check_tree(tx, ORIGIN, keys.ledger)
    leaves = await replay(database, ORIGIN, keys.ledger)
    await database.close()
    lost = acknowledged - {json.loads(leaf)["obj"].removeprefix("upload:") for leaf in leaves}
    say.print(f"{len(acknowledged)} acknowledged, {len(leaves)} leaves, {len(lost)} lost")
    return not lost


async def _fill(database: Database, acknowledged: set[str]) -> str:
    """Appends until nothing is taken any more; the last refusal."""
    alone, refused = Alone(database, utc_now), list[str]()

    async def write() -> None:
        while len(refused) < REFUSALS:
            try:
                await _append(alone, acknowledged)
            except StorageError as error:
                refused.append(str(error.params.get("detail")))
                await asyncio.sleep(0.05)
            else:
                refused.clear()

    await asyncio.gather(*(write() for _ in range(WRITERS)))
    return refused[-1]


async def _append(alone: Alone, acknowledged: set[str]) -> None:
    name = secrets.token_hex(8)
    await alone.append(_padded(name))
    acknowledged.add(name)


def _padded(name: str) -> Event:
    return TRAIL.event(Act.SYSTEM_UPLOAD_EXPIRE, obj=f"upload:{name}", det={"pad": secrets.token_hex(2_000)})


async def _goes_on(database: Database, postgres: Postgres, acknowledged: set[str]) -> None:
    """Once there is room an event is taken again; a PostgreSQL that gave up is started as an operator would."""
    async with asyncio.timeout(ROOM_TIMEOUT_S):
        while True:
            with suppress(StorageError):
                await _append(Alone(database, utc_now), acknowledged)
                return
            if postgres.child is not None and not _lives(postgres):
                await asyncio.to_thread(_restart, postgres)
            await asyncio.sleep(0.2)


def _lives(postgres: Postgres) -> bool:
    try:
        assert postgres.child is not None
        postgres.child.check()
    except StorageError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(run_disk(Console(highlight=False))) else 1)
