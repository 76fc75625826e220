"""A server process on the benchmarks' engines, and employees to work with it.

A process of its own, so that neither the client's work nor the benchmark's memory is counted as the server's.
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import SecretStr

from compliance.access import Role
from compliance.events import Trail
from fileserver.accounts import service as accounts
from fileserver.accounts.service import NewAccount
from fileserver.config import Config, variable_of
from fileserver.demo import household
from fileserver.demo.api import Desk, employee
from fileserver.demo.crew import python_order
from fileserver.demo.ports import reserved_port
from fileserver.demo.running import serves
from fileserver.services import Services
from storage.engines.child import start_child

PEAK_LINE = "VmHWM:"


@dataclass(frozen=True)
class Node:
    """A running server; its renderers are processes below it and not counted."""

    url: str
    process: psutil.Process

    def cpu_s(self) -> float:
        """Processor time so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def begin_peak(self) -> int:
        """Linux notes a new peak of resident memory from now on. What is resident now, in bytes."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")
        return int(self.process.memory_info().rss)

    def peak_bytes(self) -> int:
        """The peak since `begin_peak`."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        (kib,) = (line.split()[1] for line in status.splitlines() if line.startswith(PEAK_LINE))
        return int(kib) * 1024


@asynccontextmanager
async def node(services: Services) -> AsyncIterator[Node]:
    """A server on the same engines, under the same keys; it ends with the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sealshare-node-")))
        port = stack.enter_context(reserved_port(None, 0, lambda _line: None))
        url = household.address(port)
        environment = _environment(services.config, port=str(port), public_url=url, stand_in_sign_in="true")
        child = start_child(python_order("serve", folder / "serve", ("fileserver", "serve"), environment))
        stack.callback(child.stop)
        await asyncio.to_thread(child.wait_ready, lambda: serves(child.pid, port))
        yield Node(url, psutil.Process(child.pid))


@asynccontextmanager
async def desk(services: Services, at: Node, role: Role) -> AsyncIterator[Desk]:
    """A new employee, signed in."""
    login, password = f"{role.value}-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    hashed = await services.passwords.hash(password)
    new = NewAccount(login=login, name="Bench", role=role, password_hash=hashed)
    async with services.database.transaction() as tx:
        await accounts.add(tx, services.keys.master, Trail(role="operator"), new, now=services.clock())
    async with employee(at.url, login, password) as signed_in:
        yield signed_in


def _environment(config: Config, **changed: str) -> dict[str, str]:
    values = {name: getattr(config, name) for name in config.model_fields_set}
    texts = {
        name: each.get_secret_value() if isinstance(each, SecretStr) else str(each) for name, each in values.items()
    }
    return {variable_of(name): text for name, text in (texts | changed).items()}
