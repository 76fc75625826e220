"""The stores behind the servers: the sink, which costs next to nothing, and the SeaweedFS of the stage."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import psutil

from benchmarks.node import working_folder
from benchmarks.processes import HERE, Tree
from benchmarks.relay import relay
from fileserver.demo import household
from fileserver.demo.crew import python_order
from fileserver.demo.ports import reserved_port
from fileserver.services import Services, s3_settings
from storage.engines.child import start_child
from storage.settings import S3Settings

SINK, SEAWEEDFS = "sink", "seaweedfs"
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Store:
    """A store; `tree` only where it is the sink, `relay` (its port) only where it is not."""

    name: str
    settings: S3Settings
    tree: Tree | None = None
    relay: int = 0

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        at = urlsplit(self.settings.endpoint_url)
        return at.hostname or "", at.port or 0

    @property
    def credentials(self) -> dict[str, str]:
        """For a client that signs its own requests."""
        settings = self.settings
        return {
            "access_key": settings.access_key,
            "secret_key": settings.secret_key,
            "region": settings.region,
            "bucket": settings.bucket,
        }

    @property
    def counts(self) -> bool:
        """Whether it can tell how many requests it got."""
        return self.tree is not None

    def requests(self) -> dict[str, int]:
        """By operation, since `forget`; nothing from a store that doesn't count."""
        return self._call("GET", "/-/counts")["requests"] if self.counts else {}

    def forget(self) -> None:
        """The sink drops all it has."""
        if self.counts:
            self._call("POST", "/-/reset")

    def _call(self, method: str, path: str) -> Any:
        connection = http.client.HTTPConnection(*self.address, timeout=TIMEOUT_S)
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read() or b"{}")
        finally:
            connection.close()


@asynccontextmanager
async def sink(services: Services) -> AsyncIterator[Store]:
    """A sink process; it ends with the block."""
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder())
        port = stack.enter_context(reserved_port(None, 0, lambda _line: None))
        child = start_child(python_order("sink", folder / "sink", ("benchmarks.uploads.sink", str(port)), HERE))
        stack.callback(child.stop)
        settings = replace(s3_settings(services.config), endpoint_url=household.address(port))
        store = Store(SINK, settings, Tree(psutil.Process(child.pid)))
        await asyncio.to_thread(child.wait_ready, lambda: _answers(store))
        yield store


@asynccontextmanager
async def seaweedfs(services: Services) -> AsyncIterator[Store]:
    """The stage's own, with a relay before it, which ends with the block."""
    settings = s3_settings(services.config)
    async with relay(settings) as port:
        yield Store(SEAWEEDFS, settings, relay=port)


STORES = {SINK: sink, SEAWEEDFS: seaweedfs}


def _answers(store: Store) -> bool:
    try:
        store.requests()
    except OSError:
        return False
    return True
