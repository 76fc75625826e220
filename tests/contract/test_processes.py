"""Servers and workers as processes of their own on real engines: refusing to start, and stopping."""

import asyncio
import base64
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from sqlalchemy.engine import make_url
from yarl import URL

from fileserver.config import Config
from tests.forks import running, sealshare
from tests.processes import LIMIT_S, environment_of, logged, taken_port

CREDENTIALS = b'{"login": "nobody", "password": "not the password"}'
WRONG_SIGN_IN = b"\r\n".join(
    (
        b"POST /api/v1/sessions HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(CREDENTIALS),
        b"",
        CREDENTIALS,
    )
)


def test_another_master_key_is_refused(config: Config, subtests: pytest.Subtests) -> None:
    """A process under another master key than the database's own would read nothing, so it doesn't start."""
    assert 0 == sealshare("users", "list", environment=environment_of(config)).returncode
    other = base64.b64encode(secrets.token_bytes(32)).decode()
    wrong = "Error: SEALSHARE_MASTER_KEY is not the key that this database was made with, or not any more.\n"
    for command in ("serve", "worker"):
        with subtests.test(command):
            done = sealshare(command, environment=environment_of(config, master_key=other))
            assert (1, wrong) == (done.returncode, done.stderr)


def test_a_taken_port_is_named(config: Config) -> None:
    """A port that somebody listens on ends the start with one line that names it."""
    with taken_port() as taken:
        port = taken.getsockname()[1]
        done = sealshare("serve", "--port", str(port), environment=environment_of(config))
    refused = f"Error: Can't listen on 127.0.0.1, port {port}: Address already in use.\n"
    assert (1, refused) == (done.returncode, done.stderr)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_in_flight_is_answered_before_the_end(config: Config, number: signal.Signals) -> None:
    """Asked to stop, a server takes no more connections, answers the request at hand, and ends with status 0."""
    async with running("serve", "--port", "0", environment=environment_of(config)) as process:
        port = URL((await logged(process, "serving"))["addresses"][0]).port or 0
        async with held_up(config, "account"), asyncio.timeout(LIMIT_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(WRONG_SIGN_IN)
            await until_waiting(config)
            process.send_signal(number)
            await logged(process, "stopping")
            await until_refused(port)
        async with asyncio.timeout(LIMIT_S):
            answer = await reader.read()
            status = await process.wait()
        writer.close()
    assert b"HTTP/1.1 401" == answer[:12]
    assert b"sign-in-refused" in answer
    assert 0 == status


@asynccontextmanager
async def held_up(config: Config, table: str) -> AsyncIterator[None]:
    """Whoever reads the table waits until the block ends."""
    async with await connect(config) as connection:
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


async def until_waiting(config: Config) -> None:
    """Returns when a statement waits for a lock."""
    async with await connect(config) as connection:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while await (await connection.execute(waiting)).fetchone() is None:
            await connection.commit()


async def connect(config: Config) -> psycopg.AsyncConnection[tuple[object, ...]]:
    """A connection of the test's own to the server's database."""
    url = make_url(config.database_url.get_secret_value()).set(drivername="postgresql")
    return await psycopg.AsyncConnection.connect(url.render_as_string(hide_password=False))


async def until_refused(port: int) -> None:
    """Returns when nobody listens on the port any more."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            return
        writer.close()
