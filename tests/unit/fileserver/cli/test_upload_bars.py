"""Bars on a terminal, lines elsewhere, and no name that could steer either."""

import io
from pathlib import Path

from rich.console import Console

from fileserver.cli.upload_bars import Bar, Bars, shown


def screen(*, terminal: bool) -> tuple[io.StringIO, Console]:
    """Something to write on."""
    written = io.StringIO()
    return written, Console(file=written, force_terminal=terminal, width=120)


def test_elsewhere_than_on_a_terminal_there_is_only_what_must_be_said() -> None:
    """No control characters; a reason to wait is said once, however often it is tried."""
    written, console = screen(terminal=False)
    bars = Bars(console, 10)
    with bars.progress:
        bar = Bar(bars, Path("a[b].bin"), 10)
        bar.at(5)
        bar.waits("waiting: away")
        bar.waits("waiting: away")
        bar.waits(None)
        bar.ends()
    assert "a[b].bin: waiting: away\n" == written.getvalue()


def test_a_terminal_sees_name_reason_and_total() -> None:
    """The file's bar and the one for all, a reason to wait, how far a check is; markup in a name is a name."""
    written, console = screen(terminal=True)
    bars = Bars(console, 20)
    with bars.progress:
        bar = Bar(bars, Path("a[b].bin"), 10)
        bar.at(5)
        bar.waits("waiting: away")
        bars.progress.refresh()
        bar.checked(7)
        bars.progress.refresh()
    assert "a[b].bin: waiting: away" in written.getvalue()
    assert "a[b].bin: being checked, 70 %" in written.getvalue()
    assert "total" in written.getvalue()


def test_what_was_there_before_is_no_speed() -> None:
    """The first word of a bar says where it begins; the total is about the rest, and what is taken back leaves it."""
    _, console = screen(terminal=True)
    bars = Bars(console, 100)
    bar = Bar(bars, Path("a"), 100)
    bar.at(60)
    total, file = bars.progress.tasks
    assert (60, None) == (file.completed, file.speed)
    assert (0, 40, None) == (total.completed, total.total, total.speed)
    bar.at(80)
    bar.at(70)
    assert (70, 10) == (file.completed, total.completed)


def test_names_can_not_steer_a_terminal() -> None:
    """Whatever isn't printable is written out."""
    assert "a\\x1b[2Jb\\ndc\\udcff" == shown("a\x1b[2Jb\ndc\udcff")
    assert "资料 é.pdf" == shown("资料 é.pdf")


def test_a_result_goes_where_it_was_sent() -> None:
    """Into a pipe as it is, however long; the bars' screen shows none of it."""
    written, console = screen(terminal=True)
    pipe, line = io.StringIO(), "x" * 500
    Bars(console, 1).say(pipe, line)
    assert (line + "\n", "") == (pipe.getvalue(), written.getvalue())
