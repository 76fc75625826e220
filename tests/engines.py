"""The real engines for tests: one PostgreSQL and one SeaweedFS for each test process that asks for them.

With pytest-xdist every worker starts its own pair, and only when a test needs it: that costs about three seconds of
waiting once, a crashed or killed engine harms one worker only, and no worker has to outlive another. The engines end
with their worker even when it is killed; pytest tears the fixture down after Ctrl-C.
"""

import fcntl
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy.engine import make_url

from storage.engines import EmbeddedEngines, Endpoints
from storage.engines.folder import LOCK_NAME
from storage.objects import ObjectStore

MEMORY_DISK = Path("/dev/shm")  # noqa: S108  # a folder of a random name is made in it, readable to nobody else
ROOM_BYTES = 8 << 30  # several times what all tests of one process store
PREFIX = "sealshare-tests-"  # of the folders' names


_administrators: dict[str, psycopg.Connection] = {}  # by the URL of their server


@pytest.fixture(scope="session")
def engines() -> Iterator[Endpoints]:
    """Where this test process's engines answer."""
    # Not pytest's own temporary folder: that one is kept after the run, and its path can be too long for a socket.
    forget_the_killed(MEMORY_DISK)
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX, dir=_roomy_memory()) as folder,
        EmbeddedEngines(Path(folder) / "data", profile="test") as endpoints,
    ):
        yield endpoints
        while _administrators:
            _administrators.popitem()[1].close()


def administer(url: str, statement: str) -> None:
    """Runs a statement about databases by a connection that is kept: to make one each time would cost as much again."""
    administrator = _administrators.get(url)
    if administrator is None or administrator.closed:
        conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        administrator = _administrators[url] = psycopg.connect(conninfo, autocommit=True)
    administrator.execute(statement)


def forget_the_killed(disk: Path) -> None:
    """Removes what test processes left that were killed: in memory, it would drive those after them to the disk."""
    for lock in disk.glob(f"{PREFIX}*/data/{LOCK_NAME}"):
        with suppress(OSError), lock.open("r+b") as file:
            if file.read(1):  # whoever is about to hold it says so afterwards
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises while somebody lives there
                shutil.rmtree(lock.parents[1], ignore_errors=True)


def _roomy_memory() -> Path | None:
    """Memory, where a test's own database is copied in a tenth of the time; None for the machine's temporary folder."""
    try:
        free = shutil.disk_usage(MEMORY_DISK).free
    except OSError:
        return None
    return MEMORY_DISK if min(free, psutil.virtual_memory().available) >= ROOM_BYTES else None


@pytest.fixture
async def object_store(engines: Endpoints) -> AsyncIterator[ObjectStore]:
    """An open store on the shared bucket; put objects under `key_prefix`."""
    async with ObjectStore(engines.s3) as store:
        yield store


@pytest.fixture
def key_prefix() -> str:
    """A prefix no other test uses."""
    return f"test/{secrets.token_hex(8)}/"
