"""A trace as a command runs it: the file is sent, the server is asked until it is over, the report is fetched.

Promises: progress on standard error, where that is a terminal; nothing there but a line when something is wrong else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fileserver.cli.explain import explain
from fileserver.cli.upload_bars import shown
from fileserver.cli.upload_files import Unusable
from fileserver.cli.upload_server import Patience, Refused, Server, Unreachable

FOUND, FAILED, NOT_ENOUGH, UNREACHABLE, INTERRUPTED = 0, 1, 3, 4, 130
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=330)
POLL_S = 1.0
PATIENCE_S = 120.0
SENT_BYTES = 256 << 10
OPEN = ("queued", "running")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the person wants to know."""

    file: Path
    url: str
    narrowing: Mapping[str, str]
    report: Path | None = None
    language: str = "zh-CN"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What came of it: an exit status, the trace as the API answers it, and what went wrong."""

    status: int
    trace: dict[str, Any] | None = None
    error: str | None = None


async def run(asked: Asked, token: str, *, poll_s: float = POLL_S, console: Console | None = None) -> Finding:
    """From the file to the finding; errors become findings."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Language": "en"}
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:
            with _bars(console or Console(stderr=True)) as bars:
                return await _asked(Server(session, asked.url), asked, bars, poll_s)
    except Unreachable as error:
        return Finding(status=UNREACHABLE, error=f"The server can't be reached: {error}")
    except (Refused, Unusable, OSError) as error:
        return Finding(status=FAILED, error=explain(error))


async def _asked(server: Server, asked: Asked, bars: Progress, poll_s: float) -> Finding:
    trace_id = await _send(server, asked, bars)
    trace = await _follow(server, trace_id, bars, poll_s)
    if trace["state"] != "done":
        return Finding(status=FAILED, trace=trace, error=trace["failure"])
    if asked.report is not None:
        await _report(server, trace_id, asked)
    return Finding(status=FOUND if trace["copies"] else NOT_ENOUGH, trace=trace)


async def _send(server: Server, asked: Asked, bars: Progress) -> str:
    size_bytes = asked.file.stat().st_size
    task = bars.add_task(f"sending {shown(asked.file.name)}", total=size_bytes)
    body = _pieces(asked.file, lambda count: bars.advance(task, count))
    sent = {"filename": asked.file.name, **asked.narrowing}
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size_bytes)}
    url = f"{server.url}/api/v1/traces"
    async with server.asked("POST", url, data=body, params=sent, headers=headers) as response:
        made = await response.json()
    bars.remove_task(task)
    return str(made["id"])


async def _pieces(file: Path, advance: Callable[[int], None]) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while piece := await asyncio.to_thread(opened.read, SENT_BYTES):
            yield piece
            advance(len(piece))


async def _follow(server: Server, trace_id: str, bars: Progress, poll_s: float) -> dict[str, Any]:
    """The trace once it is over."""
    task = bars.add_task("comparing", total=None)
    patience = Patience(PATIENCE_S)

    async def look() -> dict[str, Any]:
        found: dict[str, Any] = await server.call("GET", f"/api/v1/traces/{trace_id}")
        return found

    while True:
        trace = await patience.until(look)
        if trace["state"] not in OPEN:
            return trace
        bars.update(task, completed=trace["steps_done"], total=trace["steps_total"] or None)
        await asyncio.sleep(poll_s)


async def _report(server: Server, trace_id: str, asked: Asked) -> None:
    url = f"{server.url}/api/v1/traces/{trace_id}/report"
    wanted = {"Accept": "application/pdf"}
    async with server.asked("GET", url, params={"lang": asked.language}, headers=wanted) as response:
        body = await response.read()
    if asked.report is not None:
        await asyncio.to_thread(asked.report.write_bytes, body)


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)
