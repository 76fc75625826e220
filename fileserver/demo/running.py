"""Starting and stopping the demo: engines, schema and bucket, then one server and one worker as processes.

Every process ends with this one, also when it is killed: the children's keeper sees to it (storage.engines.child).
"""

import asyncio
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fileserver.config import PREFIX
from fileserver.demo import household
from fileserver.demo.accounts import add_accounts
from fileserver.demo.household import Household
from storage.engines.child import Order, start_child
from storage.engines.embedded import EmbeddedEngines, Endpoints
from storage.engines.stale import end_leftover
from storage.migrations import migrate
from storage.provision import ensure_bucket

HOST = "127.0.0.1"
CHILDREN = ("worker", "serve")
PID_FILE = "engine.pid"
DEFAULT_PORT = 8080
PORTS_TRIED = 20
GRACE_S = 10.0
HEALTH_TIMEOUT_S = 1.0
BRAND_NAME = "澄序 LUMEORDRE"
Say = Callable[[str], None]


class DemoError(Exception):
    """The demo can't start; the message is one clear line for the person at the terminal."""


@dataclass(frozen=True)
class Running:
    """A demo that serves."""

    url: str
    data_dir: Path
    household: Household
    environment: dict[str, str]


@contextmanager
def demo(data_dir: Path, port: int | None, say: Say) -> Iterator[Running]:
    """The demo, for as long as the block lasts. Raises DemoError, EngineBusy or EngineFailed; then nothing runs."""
    engines = EmbeddedEngines(data_dir / "engines")
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.callback(engines.stop)
        endpoints = engines.start()
        for note in engines.notes:
            say(note)
        for name in CHILDREN:
            wait_for_predecessor(data_dir / name / PID_FILE)
        home = household.load(data_dir)
        home = household.with_port(home, choose_port(port, home.port, say))
        household.save(data_dir, home)
        migrate(endpoints.database_url)
        ensure_bucket(endpoints.s3)
        asyncio.run(add_accounts(endpoints.database_url, home))
        url = f"http://{HOST}:{home.port}"
        environment = settings(endpoints, home, url)
        children = [start_child(order(name, data_dir, environment)) for name in CHILDREN]
        for child in children:
            stack.callback(child.stop)
        for child in children:
            child.wait_ready(lambda: answers(f"{url}/readyz"))
        yield Running(url=url, data_dir=data_dir, household=home, environment=environment)


def wait_for_predecessor(pid_file: Path) -> None:
    """Returns when the child that a killed demo left has ended; its keeper is seeing to it already."""
    end_leftover(pid_file, signal.SIGTERM, GRACE_S + HEALTH_TIMEOUT_S)


def choose_port(asked: int | None, remembered: int, say: Say) -> int:
    """The port asked for, or the one of the last run, or the first free one from 8080. Raises DemoError."""
    if asked:
        if not is_free(asked):
            raise DemoError(f"Port {asked} is taken by another program; choose another one with --port.")
        return asked
    first = remembered or DEFAULT_PORT
    for port in (first, *range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED)):
        if is_free(port):
            if port != first:
                say(f"Port {first} is taken by another program; using {port}.")
            return port
    raise DemoError(f"Ports {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TRIED - 1} are all taken; choose one with --port.")


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def settings(endpoints: Endpoints, home: Household, url: str) -> dict[str, str]:
    """The configuration of server and worker, as environment variables."""
    values = {
        "database_url": endpoints.database_url,
        "s3_endpoint_url": endpoints.s3.endpoint_url,
        "s3_access_key": endpoints.s3.access_key,
        "s3_secret_key": endpoints.s3.secret_key,
        "s3_region": endpoints.s3.region,
        "s3_bucket": endpoints.s3.bucket,
        "master_key": home.master_key,
        "host": HOST,
        "port": str(home.port),
        "public_url": url,
        "brand_name": BRAND_NAME,
        "stand_in_sign_in": "true",
    }
    return {f"{PREFIX}{name.upper()}": value for name, value in values.items()}


def order(name: str, data_dir: Path, environment: dict[str, str]) -> Order:
    """One child of the demo, in a folder of its own."""
    folder = data_dir / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return Order(
        engine=name,
        command=(sys.executable, "-m", "fileserver", name),
        folder=folder,
        account=None,
        stop_signal=signal.SIGTERM,
        orphan_signal=signal.SIGTERM,
        grace_s=GRACE_S,
        environment={**environment, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )


def answers(url: str) -> bool:
    """Whether the server says that it is ready."""
    try:
        with urllib.request.urlopen(url, timeout=HEALTH_TIMEOUT_S) as response:  # noqa: S310  # our own loopback address
            return bool(response.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        time.sleep(0.05)
        return False
