"""A server process on the benchmarks' engines, and employees to work with it.

A process of its own, so that neither the client's work nor the benchmark's memory is counted as the server's. It runs
the code beside this file, whatever is installed.
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
from pydantic import SecretStr

from benchmarks.processes import HERE, Tree
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
from tests.viewers import come_in


@dataclass(frozen=True)
class Node:
    """A running server, its renderers below it."""

    url: str
    tree: Tree


@asynccontextmanager
async def node(services: Services) -> AsyncIterator[Node]:
    """A server on the same engines, under the same keys; it ends with the block."""
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder())
        port = stack.enter_context(reserved_port(None, 0, lambda _line: None))
        url = household.address(port)
        environment = environment_of(services.config, port=str(port), public_url=url)
        environment |= {"TMPDIR": str(folder), **HERE}
        child = start_child(python_order("serve", folder / "serve", ("fileserver", "serve"), environment))
        stack.callback(child.stop)
        await asyncio.to_thread(child.wait_ready, lambda: serves(child, port))
        yield Node(url, Tree(psutil.Process(child.pid)))


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for one server: its log, and whatever temporary files it makes."""
    with tempfile.TemporaryDirectory(prefix="sealshare-node-") as folder:
        yield Path(folder)


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


def environment_of(config: Config, **changed: str) -> dict[str, str]:
    """The settings as variables, as a process of ours reads them."""
    values = {name: getattr(config, name) for name in config.model_fields_set}
    texts = {
        name: each.get_secret_value() if isinstance(each, SecretStr) else str(each) for name, each in values.items()
    }
    return {variable_of(name): text for name, text in (texts | changed).items()}


class _Phone(Desk):
    """A clinic user's desk, whose session is there already."""

    async def __aenter__(self) -> Self:
        return self


@asynccontextmanager
async def phone_of(services: Services, server: Node, **said: str) -> AsyncIterator[Desk]:
    """A clinic user who is in, by the same code as anybody (`tests.viewers`)."""
    session = await come_in(services, **said)
    async with _Phone(server.url, "", {}) as phone:
        phone.authorize(session["token"])
        yield phone
