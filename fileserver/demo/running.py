"""Starting, watching and stopping the demo: engines and schema, then one server and one worker as processes.

Every process ends with this one, also when it is killed: the children's keeper sees to it (storage.engines.child). A
server or worker that dies is started again; an engine that dies ends the demo, because the next start recovers it.
"""

import asyncio
import http.client
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from fileserver.config import PREFIX
from fileserver.demo import household
from fileserver.demo.accounts import add_accounts
from fileserver.demo.crew import GRACE_S, Crew
from fileserver.demo.folder import ENGINES, PID_FILE, SERVE, WORKER
from fileserver.demo.household import HOST, Household
from fileserver.demo.ports import reserved_port
from fileserver.demo.standing_in import standing_in
from storage import provision
from storage.engines.child import Child
from storage.engines.embedded import EmbeddedEngines, Endpoints
from storage.engines.stale import end_leftover
from storage.errors import EngineFailed
from storage.migrations import migrate

HEALTH_TIMEOUT_S = 1.0
WATCH_EVERY_S = 0.25
RENDERER_PROCESSES = 2
SERVING = '"event": "serving"'  # what a server logs that has opened its socket
BRAND_NAME = "澄序 LUMEORDRE"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Running:
    """A demo that serves."""

    url: str
    data_dir: Path
    household: Household
    endpoints: Endpoints
    engines: EmbeddedEngines
    crew: Crew
    mailbox_url: str

    def watch(self) -> NoReturn:
        """Looks after the processes until a signal ends the demo. Raises DemoError when an engine ends."""
        while True:
            time.sleep(WATCH_EVERY_S)
            try:
                self.engines.check()
                self.crew.check()
            except EngineFailed:
                self.engines.check()
                raise


@contextmanager
def demo(data_dir: Path, port: int | None, say: Say) -> Iterator[Running]:
    """The demo in a claimed folder, for as long as the block lasts.

    Raises DemoError, EngineBusy, EngineFailed or another StorageError; then nothing runs.
    """
    for name in (SERVE, WORKER):
        wait_for_predecessor(data_dir / name / PID_FILE)
    home = household.load(data_dir)
    engines = EmbeddedEngines(data_dir / ENGINES)
    with ExitStack() as stack:
        home = household.with_port(home, stack.enter_context(reserved_port(port, home.port, say)))
        household.save(data_dir, home)
        stack.callback(engines.stop)
        endpoints = engines.start()
        for note in engines.notes:
            say(note)
        migrate(endpoints.database_url)
        provision.allow_origin(endpoints.s3, household.address(home.port))
        asking = stack.enter_context(standing_in(household.address(home.port)))
        crew = Crew(data_dir, settings(endpoints, home, asking.settings), lambda server: serves(server, home.port), say)
        stack.callback(crew.stop)
        crew.start()
        asyncio.run(add_accounts(endpoints.database_url, home))
        crew.wait_ready()
        url = household.address(home.port)
        yield Running(url, data_dir, home, endpoints, engines, crew, asking.mailbox_url)


def wait_for_predecessor(pid_file: Path) -> None:
    """Returns when the child that a killed demo left has ended; its keeper is seeing to it already."""
    end_leftover(pid_file, signal.SIGTERM, GRACE_S + HEALTH_TIMEOUT_S)


def settings(endpoints: Endpoints, home: Household, asking: Mapping[str, str]) -> Mapping[str, str]:
    """The configuration of server and worker, as environment variables; `asking` names the stand-in of platforms."""
    values = {
        **asking,
        "database_url": endpoints.database_url,
        "s3_endpoint_url": endpoints.s3.endpoint_url,
        "s3_access_key": endpoints.s3.access_key,
        "s3_secret_key": endpoints.s3.secret_key,
        "s3_region": endpoints.s3.region,
        # Browsers on this machine reach the store as the server does; others fall back to going through the server.
        "s3_public_url": endpoints.s3.endpoint_url,
        "s3_bucket": endpoints.s3.bucket,
        "master_key": home.master_key,
        "host": HOST,
        "port": str(home.port),
        "public_url": household.address(home.port),
        "brand_name": BRAND_NAME,
        # With a phone, so that marks carry its last digits; the other ways can be chosen on the page.
        "verification_methods": "three-factor,two-factor,face,esign",
        # Where a kernel has no jail the demo goes without, and says so: it is not an installation.
        "jail": "if-possible",
        # No virus scanner comes in a wheel; each version says that none looked at it.
        "malware_scan": "not-required",
        # The first start would take minutes: pages are read by their text layers only, which each version says too.
        "ocr": "off",
        # A long document keeps one process of the worker; the other makes pictures meanwhile.
        "renderer_processes": str(RENDERER_PROCESSES),
    }
    return {f"{PREFIX}{name.upper()}": value for name, value in values.items()}


def serves(server: Child, port: int) -> bool:
    """Whether our server listens on the port, and not somebody who was quicker, and says that it is ready.

    It is believed what it says of itself in its log: the system doesn't tell what it has open (`confinement.hide`).
    """
    with socket.socket() as probe:  # the cheap question first: this is asked fifty times a second while all is starting
        if probe.connect_ex((HOST, port)):
            return False
    return server.said(SERVING) and answers(port)


def answers(port: int) -> bool:
    """Whether /readyz says yes; asked directly, whatever proxy the environment names."""
    probe = http.client.HTTPConnection(HOST, port, timeout=HEALTH_TIMEOUT_S)
    try:
        probe.request("GET", "/readyz")
        return probe.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        probe.close()
