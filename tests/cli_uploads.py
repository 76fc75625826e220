"""`sealshare upload` as tests run it: in this process, so that they can look and interfere, and as a real command."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from fileserver.cli.upload_bars import Bars
from fileserver.cli.upload_files import collect
from fileserver.cli.upload_run import Options, Outcome, upload_all
from fileserver.config import CLIENT_TOKEN, CLIENT_URL
from fileserver.services import Services
from fileserver.uploads.jobs import register
from storage.jobs import Jobs
from tests.forks import Fork, running

LIMIT_S = 60


@dataclass(frozen=True)
class Ran:
    """What a run ended with."""

    status: int
    outcomes: list[Outcome]
    said: str  # on a standard error that is no terminal

    @property
    def only(self) -> Outcome:
        """The outcome of a run of one file."""
        [outcome] = self.outcomes
        return outcome


async def upload(paths: Sequence[Path], url: str, token: str, **options: Any) -> Ran:
    """Uploads within this process."""
    outcomes, said = list[Outcome](), io.StringIO()
    found = collect(paths)
    wanted = Options(url=url, **{"patience_s": 20.0, **options})
    status = await upload_all(found, wanted, token, Bars(Console(file=said), 0), outcomes.append)
    return Ran(status, outcomes, said.getvalue())


@asynccontextmanager
async def command(*arguments: str | Path, url: str, token: str, **more: str) -> AsyncIterator[Fork]:
    """The command as a process of its own; killed at the end if it still lives."""
    environment = {"PATH": "/usr/bin:/bin", CLIENT_URL: url, CLIENT_TOKEN: token, **more}
    async with running("upload", *map(str, arguments), environment=environment) as process:
        yield process


async def ended(process: Fork) -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    async with asyncio.timeout(LIMIT_S):
        out, err = await process.communicate()
        return await process.wait(), out.decode(), err.decode()


@asynccontextmanager
async def worker(services: Services) -> AsyncIterator[None]:
    """A worker for the jobs of uploads, as long as the block lasts."""
    jobs = Jobs(services.config.database_url.get_secret_value())
    register(jobs, services)
    task = asyncio.create_task(jobs.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
