"""`sealshare trace` against a running server: what a person at a terminal, or a script, may count on."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from fileserver.cli.trace_run import FAILED, FOUND, NOT_ENOUGH, UNREACHABLE, Asked, run
from fileserver.config import CLIENT_TOKEN, CLIENT_URL
from fileserver.traces.jobs import register
from storage.jobs import Jobs
from tests.browser.conftest import free_port
from tests.forks import running
from tests.materials import png
from tests.stage import Stage

LIMIT_S = 120


@pytest.fixture
async def worker(stage: Stage) -> AsyncIterator[None]:
    """A worker for traces beside the server."""
    jobs = Jobs(stage.services.config.database_url.get_secret_value())
    register(jobs, replace(stage.services, jobs=jobs))
    task = asyncio.create_task(jobs.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def url_of(stage: Stage) -> str:
    """The server's address."""
    return str(stage.client.make_url("/")).rstrip("/")


@pytest.mark.usefixtures("worker")
async def test_a_leaked_page_is_found_and_the_report_written(stage: Stage, tmp_path: Path) -> None:
    """Exit status 0, the copy as the API answers it, and a PDF."""
    _, visit = await stage.visit("li")
    leak, report = tmp_path / "截图.jpg", tmp_path / "report.pdf"
    leak.write_bytes((await stage.get("li", visit["pages"][0]["url"])).body)
    asked = Asked(file=leak, url=url_of(stage), narrowing={"material_id": str(stage.cast.material_id)}, report=report)
    async with asyncio.timeout(LIMIT_S):
        finding = await run(asked, stage.cast.tokens["auditor"], poll_s=0.05, console=Console(file=io.StringIO()))
    assert (FOUND, None) == (finding.status, finding.error)
    assert finding.trace is not None
    assert [visit["id"]] == [each["visit_id"] for each in finding.trace["copies"]]
    assert ("截图.jpg", True) == (finding.trace["suspect"]["filename"], report.read_bytes().startswith(b"%PDF-"))


@pytest.mark.usefixtures("worker")
async def test_not_enough_evidence_has_a_status_of_its_own(stage: Stage, tmp_path: Path) -> None:
    """As a real command: status 3, and with --json one object that a script can read."""
    leak = tmp_path / "unrelated.png"
    leak.write_bytes(png(300, 200))
    environment = {"PATH": "/usr/bin:/bin", CLIENT_URL: url_of(stage), CLIENT_TOKEN: stage.cast.tokens["auditor"]}
    async with running("trace", str(leak), "--json", environment=environment) as process, asyncio.timeout(LIMIT_S):
        out, err = await process.communicate()
    assert (NOT_ENOUGH, b"") == (process.returncode, err)
    assert ("not_enough", []) == (json.loads(out)["outcome"], json.loads(out)["copies"])


@pytest.mark.parametrize(
    ("who", "body", "status", "words"),
    [("owner", png(), FAILED, "role"), ("auditor", b"hello", FAILED, "file"), ("auditor", b"", FAILED, "Nothing")],
    ids=["no right", "no picture", "empty"],
)
async def test_what_is_refused_is_said(
    stage: Stage, tmp_path: Path, who: str, body: bytes, status: int, words: str
) -> None:
    """The server's own sentence, and status 1."""
    leak = tmp_path / "leak"
    leak.write_bytes(body)
    asked = Asked(file=leak, url=url_of(stage), narrowing={})
    finding = await run(asked, stage.cast.tokens[who], console=Console(file=io.StringIO()))
    assert (status, None) == (finding.status, finding.trace)
    assert words in (finding.error or ""), finding.error


async def test_a_server_that_is_away_has_a_status_of_its_own(stage: Stage, tmp_path: Path) -> None:
    """Status 4: trying later may help."""
    leak = tmp_path / "leak.png"
    leak.write_bytes(png())
    asked = Asked(file=leak, url=f"http://127.0.0.1:{free_port()}", narrowing={})
    assert UNREACHABLE == (await run(asked, "token", console=Console(file=io.StringIO()))).status
