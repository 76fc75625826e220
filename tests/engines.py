"""The real engines for tests: one PostgreSQL and one SeaweedFS for each test process that asks for them.

With pytest-xdist every worker starts its own pair, and only when a test needs it: that costs about three seconds of
waiting once, a crashed or killed engine harms one worker only, and no worker has to outlive another. The engines end
with their worker even when it is killed; pytest tears the fixture down after Ctrl-C.
"""

import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy.engine import make_url

from storage.engines import EmbeddedEngines, Endpoints
from storage.objects import ObjectStore

MEMORY_DISK = Path("/dev/shm")  # noqa: S108  # a folder of a random name is made in it, readable to nobody else
ROOM_BYTES = 8 << 30  # several times what all tests of one process store


_administrators: dict[str, psycopg.Connection] = {}  # by the URL of their server


@pytest.fixture(scope="session")
def engines() -> Iterator[Endpoints]:
    """Where this test process's engines answer."""
    # Not pytest's own temporary folder: that one is kept after the run, and its path can be too long for a socket.
    with (
        tempfile.TemporaryDirectory(prefix="sealshare-", dir=_roomy_memory()) as folder,
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
