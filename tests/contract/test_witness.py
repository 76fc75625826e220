"""`sealshare witness` as a process of its own: made, asked, killed, and started again."""

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientSession

from compliance.verifying.keys import parse_vkey
from compliance.verifying.notes import parse_note
from fileserver.outgoing import Outgoing, Policy
from tests.certificates import certificate
from tests.processes import ROOT, logged, running, sealshare
from tests.trees import Log

ENVIRONMENT = {"PATH": os.defpath, "PYTHONPATH": ROOT}
KILLS, GROWTH = 2, 10
LOG = Log.of(400)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a witness that watches LOG."""
    return tmp_path / "witness"


@pytest.fixture
def vkey(folder: Path) -> str:
    """The witness's key, as `init` prints it."""
    arguments = ("--dir", str(folder), "--name", "witness.example/w1", "--log", LOG.vkey)
    made = sealshare("witness", "init", *arguments, environment=ENVIRONMENT)
    assert (0, "") == (made.returncode, made.stderr)
    return made.stdout.strip()


@asynccontextmanager
async def serving(folder: Path, *more: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The witness, listening on a port of its own."""
    arguments = ("witness", "serve", "--dir", str(folder), "--port", "0", *more)
    async with running(*arguments, environment=ENVIRONMENT) as process:
        yield process, (await logged(process, "serving"))["addresses"][0]


async def ask(session: ClientSession, address: str, old: int, new: int) -> tuple[int, str]:
    """Status and body."""
    async with session.post(f"{address}/add-checkpoint", data=LOG.request(old, new)) as response:
        return response.status, await response.text()


async def test_it_needs_no_settings_and_is_asked_over_http(folder: Path, vkey: str) -> None:
    """Made by two commands on a machine that has nothing of the server's, it cosigns, and says what it cosigned."""
    async with serving(folder) as (_, address), ClientSession() as session:
        status, line = await ask(session, address, 0, 7)

    assert 200 == status
    assert parse_vkey(vkey).signed(parse_note((LOG.checkpoint(7) + line).encode()))
    shown = sealshare("witness", "show", "--dir", str(folder), environment=ENVIRONMENT).stdout
    assert f"{vkey}\n\n{LOG.checkpoint(7)}{line}" == shown


async def test_it_speaks_https_by_a_certificate_of_its_own(folder: Path, vkey: str, tmp_path: Path) -> None:
    """Reached by the client that the server uses, which trusts the issuer that the operator named."""
    chain, secret = certificate(tmp_path, "127.0.0.1")
    policy = Policy(hosts=frozenset({"127.0.0.1"}), networks=(ip_network("127.0.0.0/8"),))
    async with (
        serving(folder, "--certificate", str(chain), "--private-key", str(secret)) as (_, address),
        Outgoing(policy, ca_file=str(chain)) as outgoing,
    ):
        answer = await outgoing.post(f"{address}/add-checkpoint", LOG.request(0, 7), media_type="text/plain")

    assert ("https://127.0.0.1", 200) == (address.rpartition(":")[0], answer.status)
    assert parse_vkey(vkey).signed(parse_note(LOG.checkpoint(7).encode() + answer.body))


async def test_what_it_answered_it_knows_after_being_killed(folder: Path, vkey: str) -> None:
    """Killed between any two answers, it has the last head that it cosigned, or the one whose answer was lost."""
    size = 0
    async with ClientSession() as session:
        for _ in range(KILLS):
            async with serving(folder) as (process, address):
                answered, offered = await grown_until_killed(session, process, address, size)
            async with serving(folder) as (_, address):
                status, told = await ask(session, address, answered, answered)
            assert status == 200 or (status, told) == (409, f"{offered}\n")
            assert answered > size
            size = answered if status == 200 else offered


async def grown_until_killed(
    session: ClientSession, process: asyncio.subprocess.Process, address: str, size: int
) -> tuple[int, int]:
    """The last size that was cosigned and the one that was on its way, as the process is killed under load."""
    answered, later = size, asyncio.get_running_loop()
    try:
        while True:
            if answered == size + GROWTH:
                later.call_later(random.uniform(0, 0.01), process.kill)
            status, _ = await ask(session, address, answered, answered + 1)
            assert 200 == status
            answered += 1
    except ClientConnectionError:
        return answered, answered + 1


async def test_one_folder_is_served_once(folder: Path, vkey: str) -> None:
    """A second process is refused with one line."""
    async with serving(folder):
        second = sealshare("witness", "serve", "--dir", str(folder), "--port", "0", environment=ENVIRONMENT)
    assert (1, f"Error: {folder} is in use by another process\n") == (second.returncode, second.stderr)


def test_it_loads_nothing_that_writes_a_ledger(folder: Path, vkey: str) -> None:
    """Neither the writer's notes and trees nor anything of the database is in the process."""
    script = (
        "import sys; from fileserver.cli import main; import fileserver.cli.witness; "
        "print([name for name in sys.modules if name.startswith(('compliance.', 'storage', 'sqlalchemy'))"
        " and not name.startswith('compliance.verifying')])"
    )
    done = subprocess.run([sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert "[]\n" == done.stdout
