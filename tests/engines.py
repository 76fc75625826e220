"""The real engines for tests: one PostgreSQL and one SeaweedFS for each test process that asks for them.

With pytest-xdist every worker starts its own pair, and only when a test needs it: that costs about three seconds of
waiting once, a crashed or killed engine harms one worker only, and no worker has to outlive another. The engines end
with their worker even when it is killed; pytest tears the fixture down after Ctrl-C.
"""

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.engines import EmbeddedEngines, Endpoints
from storage.objects import ObjectStore


@pytest.fixture(scope="session")
def engines() -> Iterator[Endpoints]:
    """Where this test process's engines answer."""
    # Not pytest's own temporary folder: that one is kept after the run, and its path can be too long for a socket.
    with (
        tempfile.TemporaryDirectory(prefix="sealshare-") as folder,
        EmbeddedEngines(Path(folder) / "data", profile="test") as endpoints,
    ):
        yield endpoints


@pytest.fixture
async def object_store(engines: Endpoints) -> AsyncIterator[ObjectStore]:
    """An open store on the shared bucket; put objects under `key_prefix`."""
    async with ObjectStore(engines.s3) as store:
        yield store


@pytest.fixture
def key_prefix() -> str:
    """A prefix no other test uses."""
    return f"test/{secrets.token_hex(8)}/"
