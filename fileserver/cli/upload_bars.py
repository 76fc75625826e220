"""What a person at a terminal sees of uploads: a bar for each file under way, and one for all.

Promises: everything goes to standard error; where that is no terminal there are no control characters, only a line when
something waits. Names are shown without whatever could steer a terminal.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

NAME_CHARS_MAX = 40
SPEED_WINDOW_S = 10.0


def shown(text: object) -> str:
    """A name or a sentence as it may be printed: what isn't printable is written out."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(text))


class Bar:
    """One file's bar. Offsets may go back: what was under way when a connection broke is sent again."""

    def __init__(self, bars: "Bars", path: Path, size_bytes: int) -> None:
        self._bars, self._name, self._offset = bars, _short(path.name), 0
        self._path, self._begun = path, False
        self._task = bars.progress.add_task(self._name, total=size_bytes)

    def at(self, offset: int) -> None:
        """So much has left. What the first word says was there before: it counts as done, not as speed."""
        self._bars.advance(offset - self._offset)
        self._offset = offset
        if self._begun:
            self._bars.progress.update(self._task, completed=offset)
        else:
            self._bars.progress.reset(self._task, completed=offset)
        self._begun = True

    def says(self, text: str | None) -> None:
        """Why it stands still; None when it goes on."""
        self._bars.progress.update(self._task, description=f"{self._name}: {shown(text)}" if text else self._name)
        if text:
            self._bars.note(f"{self._path}: {text}")

    def ends(self) -> None:
        """The file is done with."""
        self._bars.progress.remove_task(self._task)


class Bars:
    """All bars. `total_bytes` is what all files have together."""

    def __init__(self, console: Console, total_bytes: int) -> None:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        self._console = console
        self._noted = ""
        self.progress = Progress(
            *columns,
            console=console,
            disable=not console.is_terminal,
            # What is printed meanwhile goes above the bars, but only if it is for the same screen.
            redirect_stdout=sys.stdout.isatty(),
            speed_estimate_period=SPEED_WINDOW_S,
        )
        self._total: TaskID = self.progress.add_task("total", total=total_bytes)

    def advance(self, size_bytes: int) -> None:
        """Bytes that left, or that have to leave again when negative."""
        self.progress.update(self._total, advance=size_bytes)

    def note(self, text: str) -> None:
        """A line for those who see no bars; the same one is not said twice in a row."""
        if not self._console.is_terminal and text != self._noted:
            self._console.print(shown(text), markup=False, highlight=False, soft_wrap=True)
            self._noted = text


@contextmanager
def bars(total_bytes: int) -> Iterator[Bars]:
    """Bars on standard error for as long as the block lasts."""
    shown_bars = Bars(Console(stderr=True), total_bytes)
    with shown_bars.progress:
        yield shown_bars


def _short(name: str) -> str:
    name = shown(name)
    return name if len(name) <= NAME_CHARS_MAX else f"{name[: NAME_CHARS_MAX // 2]}…{name[-NAME_CHARS_MAX // 2 + 1 :]}"
