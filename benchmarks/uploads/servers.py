"""The servers under test: ours, and the peer as a node process; each before a store."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from pydantic import SecretStr
from sqlalchemy import text

from benchmarks.node import desk, node, working_folder
from benchmarks.processes import Tree
from benchmarks.uploads.jobs import Job, Shape
from compliance.access import Role
from fileserver.demo.household import HOST
from fileserver.demo.ports import reserved_port
from fileserver.services import Services
from storage.engines.child import Order, start_child
from storage.settings import S3Settings

PEER = Path(__file__).with_name("peer") / "server.mjs"
GRACE_S = 5.0
OURS, THEIRS = "ours", "peer"
SIZE_MAX_BYTES = 5 << 40  # S3's own limit


@dataclass(frozen=True, kw_only=True)
class Server:
    """A tus server that runs; `database` is what it keeps rows in, if it does."""

    name: str
    host: str
    port: int
    path: str
    tree: Tree
    headers: dict[str, str] = field(default_factory=dict)
    database: Tree | None = None

    def job(self, shape: Shape, *, announced_bytes: int = 0) -> Job:
        """Uploads to this server."""
        return Job(
            way="tus", host=self.host, port=self.port, path=self.path, headers=self.headers,
            announced_bytes=announced_bytes, **shape,
        )  # fmt: skip


class PeerMissing(Exception):
    """The peer can't run here."""


@asynccontextmanager
async def ours(services: Services, store: S3Settings) -> AsyncIterator[Server]:
    """`sealshare serve` before the store, with a marketer signed in; it takes files of any size."""
    where = {
        "upload_size_max_bytes": SIZE_MAX_BYTES,
        "s3_endpoint_url": store.endpoint_url,
        "s3_access_key": SecretStr(store.access_key),
        "s3_secret_key": SecretStr(store.secret_key),
        "s3_public_url": store.endpoint_url,
    }
    placed = replace(services, config=services.config.model_copy(update=where))
    async with node(placed) as running, desk(placed, running, Role.MARKETER) as marketer:
        at = urlsplit(running.url)
        yield Server(
            name=OURS,
            host=at.hostname or HOST,
            port=at.port or 0,
            path="/uploads/",
            tree=running.tree,
            headers={"Authorization": marketer.authorization},
            database=await postgres(services),
        )


async def postgres(services: Services) -> Tree:
    """All of PostgreSQL: the parent of any of its backends, and what is below it."""
    async with services.database.transaction() as tx:
        backend = await tx.scalar(text("SELECT pg_backend_pid()"))
    parent = psutil.Process(backend).parent()
    if parent is None:
        raise RuntimeError("PostgreSQL is not on this machine")
    return Tree(parent)


@asynccontextmanager
async def peer(store: S3Settings) -> AsyncIterator[Server]:
    """`@tus/server` with `@tus/s3-store` before the store. Raises PeerMissing."""
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder())
        port = stack.enter_context(reserved_port(None, 0, lambda _line: None))
        environment = {
            "PEER_PORT": str(port),
            "PEER_ENDPOINT": store.endpoint_url,
            "PEER_ACCESS_KEY": store.access_key,
            "PEER_SECRET_KEY": store.secret_key,
            "PEER_REGION": store.region,
            "PEER_BUCKET": store.bucket,
            "TMPDIR": str(folder),
        }
        child = start_child(_order(folder, environment))
        stack.callback(child.stop)
        await asyncio.to_thread(child.wait_ready, lambda: listens(child.pid, port))
        yield Server(name=THEIRS, host=HOST, port=port, path="/files", tree=Tree(psutil.Process(child.pid)))


def _order(folder: Path, environment: dict[str, str]) -> Order:
    if not (PEER.parent / "node_modules").is_dir():
        raise PeerMissing("The peer is not installed: run requirements/peer, or `make bench`.")
    return Order(
        engine="peer",
        command=(_node(), str(PEER)),
        folder=folder,
        account=None,
        stop_signal=signal.SIGTERM,
        orphan_signal=signal.SIGKILL,
        grace_s=GRACE_S,
        environment={"PATH": "/usr/bin:/bin", **environment},
    )


def _node() -> str:
    """The machine's node, or the one that requirements/npm has put beside this Python."""
    beside = os.pathsep.join([os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
    found = shutil.which("node", path=beside)
    if found is None:
        raise PeerMissing("There is no node: run requirements/peer, or `make bench`.")
    return found


def listens(pid: int, port: int) -> bool:
    """Whether the process takes connections there."""
    sockets = psutil.Process(pid).net_connections("tcp4")
    return any(each.laddr.port == port and each.status == psutil.CONN_LISTEN for each in sockets)
