"""An export as a command runs it: part by part, each a stretch of the log between two places in it, into FILE.part.

Promises: memory doesn't grow with the log. What is in FILE.part.json was written and synced to FILE.part before, so a
run that was killed goes on behind it: a part that was cut short is cut off and asked for again.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from fileserver.cli.explain import explain
from fileserver.cli.upload_server import Patience, Refused, Server, Unreachable

WHOLE, FAILED, UNREACHABLE = 0, 1, 3
PART_EVENTS = 200_000  # places: what is asked for at once, and so lost at most when it breaks off
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=90)
PATIENCE_S = 120.0
READ_BYTES = 256 << 10
APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND
PRIVATE = 0o600  # an export may hold names
UNDIVIDED = ("parquet",)
BY = "place"  # what `after` and `end` count; an earlier release counted numbers of events
PATH = "/api/v1/events/export"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the person wants."""

    url: str
    form: str
    output: Path
    narrowing: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class State:
    """How far it is: everything through the place `after` fills the first `size_bytes`; `end` is the last there was."""

    asked: dict[str, str]
    end: int | None = None
    after: int | None = None
    size_bytes: int = 0

    @property
    def first(self) -> int:
        """The place where it goes on."""
        return 0 if self.after is None else self.after + 1


class OtherExport(Exception):
    """FILE.part belongs to another request."""


async def run(
    asked: Asked, token: str, *, part_events: int = PART_EVENTS, console: Console | None = None
) -> tuple[int, str]:
    """From the request to the whole file; an exit status and a sentence."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:
            with _bars(console or Console(stderr=True)) as bars:
                size_bytes = await _Run(Server(session, asked.url), asked, bars, part_events).whole()
    except Unreachable as error:
        return UNREACHABLE, f"The server can't be reached: {error}. Run the same command again to go on."
    except (Refused, OSError) as error:
        return FAILED, explain(error)
    except OtherExport:
        return FAILED, f"{asked.output}.part belongs to another export: remove it, or choose another file."
    return WHOLE, f"{asked.output}: {size_bytes} bytes"


class _Run:
    """One file."""

    def __init__(self, server: Server, asked: Asked, bars: Progress, part_events: int) -> None:
        self._server, self._asked, self._bars, self._part_events = server, asked, bars, part_events
        self._part = asked.output.with_name(asked.output.name + ".part")
        self._note = asked.output.with_name(asked.output.name + ".part.json")
        self._bar = bars.add_task(asked.output.name, total=None)

    async def whole(self) -> int:
        """Its size, once it is whole and has its name."""
        state = self._state()
        with os.fdopen(os.open(self._part, APPEND, PRIVATE), "ab") as file:
            while state.end is None or state.first <= state.end:
                state = await Patience(PATIENCE_S, self._say).until(partial(self._next, file, state))
                self._keep(state)
        await asyncio.to_thread(os.replace, self._part, self._asked.output)
        self._note.unlink(missing_ok=True)
        return state.size_bytes

    async def _next(self, file: BinaryIO, state: State) -> State:
        """One part more. Raises Unreachable when it was cut short; what came of it is cut off by the next try."""
        file.flush()
        file.truncate(state.size_bytes)
        query = {"format": self._asked.form, **self._asked.narrowing}
        if self._asked.form not in UNDIVIDED:
            query["through"] = str(
                min(state.first + self._part_events - 1, 2**63 - 1 if state.end is None else state.end)
            )
        if state.after is not None:
            query["after"] = str(state.after)
        async with self._server.asked("GET", self._server.url + PATH, params=query) as response:
            end = int(response.headers["X-Events-End"]) if state.end is None else state.end
            through = min(int(query.get("through", end)), end)
            size_bytes = await self._write(file, response, state, _Share(state.first, through, end))
        return replace(state, end=end, after=through, size_bytes=size_bytes)

    async def _write(self, file: BinaryIO, response: aiohttp.ClientResponse, state: State, share: "_Share") -> int:
        about_bytes, size_bytes = max(1, int(response.headers["X-Bytes-About"])), state.size_bytes
        try:
            async for piece in response.content.iter_chunked(READ_BYTES):
                await asyncio.to_thread(file.write, piece)
                size_bytes += len(piece)
                done = share.at(min(1.0, (size_bytes - state.size_bytes) / about_bytes))
                self._bars.update(self._bar, completed=size_bytes, total=max(size_bytes, size_bytes / max(done, 0.001)))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(f"the answer was cut short ({type(error).__name__})") from error
        await asyncio.to_thread(_sync, file)
        return size_bytes

    def _state(self) -> State:
        """Where an earlier run of the same request left off. Raises OtherExport."""
        asked = {"url": self._asked.url, "format": self._asked.form, "by": BY, **self._asked.narrowing}
        if not self._note.exists():
            return State(asked=asked)
        kept = State(**json.loads(self._note.read_text(encoding="utf-8")))
        if kept.asked != asked:
            raise OtherExport
        return kept

    def _keep(self, state: State) -> None:
        written = self._note.with_name(self._note.name + ".new")
        written.write_text(json.dumps(asdict(state)), encoding="utf-8")
        written.replace(self._note)

    def _say(self, text: str | None) -> None:
        name = self._asked.output.name
        self._bars.update(self._bar, description=f"{name}: {text}" if text else name)


@dataclass(frozen=True)
class _Share:
    """Which share of the whole a part is, by the places of events."""

    first: int
    through: int
    end: int

    def at(self, done: float) -> float:
        """How much of the whole is done when so much of the part is."""
        return (self.first + (self.through + 1 - self.first) * done) / (self.end + 1) if self.end >= 0 else 1.0


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _bars(console: Console) -> Progress:
    columns: tuple[Any, ...] = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal)
