"""What a person at a terminal sees of uploads: a bar for each file under way, and one for all.

Promises: everything goes to standard error; where that is no terminal there are no control characters, only a line when
something waits. Names are shown without whatever could steer a terminal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

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
        self._bars, self._name, self._offset, self._size_bytes = bars, _short(path.name), 0, size_bytes
        self._path, self._begun = path, False
        self._task = bars.progress.add_task(self._name, total=size_bytes)

    def at(self, offset: int) -> None:
        """So much has left. What the first word says was there before: it counts as done, not as speed."""
        if self._begun:
            self._bars.advance(offset - self._offset)
            self._bars.progress.update(self._task, completed=offset)
        else:
            self._bars.skip(offset)
            self._bars.progress.reset(self._task, completed=offset)
        self._offset, self._begun = offset, True

    def does(self, text: str | None) -> None:
        """What else happens to it; None when it is being sent as ever."""
        self._bars.progress.update(self._task, description=f"{self._name}: {shown(text)}" if text else self._name)

    def checked(self, size_bytes: int) -> None:
        """All of it has left; the server reads it again to know its SHA-256, and has come so far."""
        self.does(f"being checked, {100 * size_bytes // max(self._size_bytes, 1)} %")

    def waits(self, text: str | None) -> None:
        """Why it stands still, which is also said where there are no bars; None when it goes on."""
        self.does(text)
        if text:
            self._bars.note(f"{self._path}: {text}")

    def ends(self) -> None:
        """The file is done with."""
        self._bars.progress.remove_task(self._task)


class Bars:
    """All bars. `total_bytes` is what all files have together; the bar for all shows what of it has to be sent."""

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
            redirect_stdout=False,  # `say` knows better: rich would break lines
            redirect_stderr=False,
            speed_estimate_period=SPEED_WINDOW_S,
        )
        self._total: TaskID = self.progress.add_task("total", total=total_bytes)

    def skip(self, size_bytes: int) -> None:
        """Bytes that need not be sent any more: the bar for all is about the others."""
        total = self.progress.tasks[0].total or 0
        self.progress.update(self._total, total=max(0, total - size_bytes))

    def advance(self, size_bytes: int) -> None:
        """Bytes that left, or that have to leave again when negative."""
        self.progress.update(self._total, advance=size_bytes)

    def say(self, stream: TextIO, line: str) -> None:
        """A line of the result, at once; above the bars where it goes to the same screen."""
        if self._console.is_terminal and stream.isatty():
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            stream.write(line + "\n")
            stream.flush()

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
