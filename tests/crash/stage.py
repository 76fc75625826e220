"""Real engines, server nodes and a worker, each of which can be killed and begun again.

PostgreSQL has its durable settings. Killing processes can't show what `fsync` is for: what the kernel was given
outlives them, only a power cut takes it. It does show what `synchronous_commit` is for: with it off, as in the tests'
profile, a killed PostgreSQL forgets what it had confirmed.
"""

import asyncio
import base64
import os
import random
import secrets
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from argon2.profiles import CHEAPEST
from pydantic import SecretStr

from compliance.access import Role
from compliance.events import Trail
from compliance.passwords import Passwords
from fileserver.accounts import tokens
from fileserver.config import Config
from fileserver.http.scopes import Scope
from fileserver.services import Services, open_services
from storage.engines import EmbeddedEngines
from storage.engines.ports import free_pairs
from storage.engines.postgres import Postgres
from storage.engines.seaweedfs import SeaweedFS
from storage.migrations import migrate
from tests.crash.lives import Life, Node
from tests.people import add_employee
from tests.processes import environment_of


@dataclass(frozen=True)
class Stage:
    """What runs."""

    config: Config
    postgres: Postgres
    seaweedfs: SeaweedFS
    nodes: tuple[Node, ...]
    worker: Life
    tokens: tuple[str, ...]  # one for each person who uploads

    async def kill_seaweedfs(self) -> None:
        """Kill -9, then a new start; returns when it answers."""
        await asyncio.to_thread(_restart, self.seaweedfs)

    async def kill_postgres(self) -> None:
        """Kill -9 of the postmaster, then a new start; returns when it answers."""
        await asyncio.to_thread(_restart, self.postgres)

    def kill_backend(self, chance: random.Random) -> bool:
        """Kill -9 of one session, upon which PostgreSQL ends all others and recovers; False if there is none."""
        assert self.postgres.child is not None
        sessions = [each for each in psutil.Process(self.postgres.child.pid).children() if _is_session(each)]
        if sessions:
            chance.choice(sessions).kill()
        return bool(sessions)


@asynccontextmanager
async def stage(
    folder: Path, *, nodes: int, people: int, in_steps: Callable[[], bool] = lambda: False
) -> AsyncIterator[Stage]:
    """Everything started, nobody served yet; nothing is left when the block ends. `in_steps`: see Node."""
    engines = EmbeddedEngines(folder / "engines")
    endpoints = await asyncio.to_thread(engines.start)
    try:
        await asyncio.to_thread(migrate, endpoints.database_url)
        ports = free_pairs(nodes)
        config = Config(
            database_url=SecretStr(endpoints.database_url),
            s3_endpoint_url=endpoints.s3.endpoint_url,
            s3_access_key=SecretStr(endpoints.s3.access_key),
            s3_secret_key=SecretStr(endpoints.s3.secret_key),
            s3_region=endpoints.s3.region,
            s3_bucket=endpoints.s3.bucket,
            s3_public_url=endpoints.s3.endpoint_url,
            master_key=SecretStr(base64.b64encode(secrets.token_bytes(32)).decode()),
            public_url=f"http://127.0.0.1:{ports[0]}",
            renderer_processes=1,
            sealing_processes=1,
        )
        environment = environment_of(config)
        crew = [Node(port, environment, folder / f"serve-{port}.log", in_steps) for port in ports]
        worker = Life(("worker",), environment, folder / "worker.log")
        async with open_services(config, passwords=Passwords(CHEAPEST)) as services:
            people_tokens = tuple([await _token(services) for _ in range(people)])
        assert engines._engines is not None
        postgres, seaweedfs = engines._engines
        try:
            yield Stage(config, postgres, seaweedfs, tuple(crew), worker, people_tokens)
        finally:
            for life in (*crew, worker):
                await life.kill()
    finally:
        await asyncio.to_thread(engines.stop)


async def _token(services: Services) -> str:
    person = await add_employee(services, Role.MARKETER)
    async with services.database.transaction() as tx:
        scopes, now = [Scope.UPLOADS_WRITE], services.clock()
        return (await tokens.create(tx, Trail(), person.person_id, label="crash", scopes=scopes, now=now)).text


def _restart(engine: Postgres | SeaweedFS) -> None:
    assert engine.child is not None
    os.kill(engine.child.pid, signal.SIGKILL)
    engine.stop()
    engine.start(lambda _note: None)


def _is_session(process: psutil.Process) -> bool:
    """PostgreSQL writes into a session's title whose it is: `postgres: ROLE DATABASE HOST ACTIVITY`."""
    try:
        return " ".join(process.cmdline()).startswith("postgres: sealshare ")
    except psutil.Error:
        return False
