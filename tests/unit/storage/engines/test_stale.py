"""Leftovers of a killed predecessor, and processes that only look like one."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from storage.engines.stale import Leftover, end_leftover, pid_record

LIMIT_S = 5.0
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends when it is asked to."""
    command = [sys.executable, "-c", "print('up', flush=True); import time; time.sleep(60)", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def end(pid_file: Path) -> Leftover:
    """The way an engine asks."""
    return end_leftover(pid_file, signal.SIGTERM, LIMIT_S)


def test_no_pid_file_means_an_orderly_stop(tmp_path: Path) -> None:
    """Nothing was left, nothing is ended."""
    assert end(tmp_path / "engine.pid") is Leftover.NOTHING


def test_ends_the_engine_of_a_killed_predecessor(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    """The recorded process is asked to stop, and the file is forgotten."""
    (tmp_path / "engine.pid").write_text(pid_record(sleeper.pid))
    assert end(tmp_path / "engine.pid") is Leftover.ENGINE
    assert not psutil.pid_exists(sleeper.pid)
    assert end(tmp_path / "engine.pid") is Leftover.NOTHING


def test_kills_an_engine_that_does_not_listen(tmp_path: Path) -> None:
    """One that ignores its stop signal is killed when the time is over."""
    with subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (tmp_path / "engine.pid").write_text(pid_record(process.pid))
        assert end_leftover(tmp_path / "engine.pid", signal.SIGTERM, 0.05) is Leftover.ENGINE
        assert not psutil.pid_exists(process.pid)


@pytest.mark.parametrize(
    "change",
    [{"began_s": 1.0}, {"command": ["another", "program"]}, {"pid": "x"}, {"pid": 2**31 - 1}],
    ids=["began at another time", "runs another command", "no number", "no process"],
)
def test_a_recycled_pid_is_left_alone(tmp_path: Path, sleeper: subprocess.Popen[bytes], change: dict[str, Any]) -> None:
    """A process that isn't the recorded one in every respect lives on; only the file goes."""
    record = json.loads(pid_record(sleeper.pid)) | change
    (tmp_path / "engine.pid").write_text(json.dumps(record))
    assert end(tmp_path / "engine.pid") is Leftover.TRACE
    assert sleeper.poll() is None
    assert not (tmp_path / "engine.pid").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", "42", "{"])
def test_a_damaged_pid_file_ends_nobody(tmp_path: Path, content: str) -> None:
    """A file the predecessor couldn't finish is a trace of it and nothing more."""
    (tmp_path / "engine.pid").write_text(content)
    assert end(tmp_path / "engine.pid") is Leftover.TRACE


def test_the_record_needs_a_live_process() -> None:
    """There is nothing to remember of a process that is gone."""
    with pytest.raises(psutil.NoSuchProcess):
        pid_record(2**31 - 1)
