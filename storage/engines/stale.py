"""What a killed predecessor left: its pid file, and perhaps its engine.

Promises never to end somebody else's process: a pid is only ours when the process began at the recorded moment and
has the recorded command line, which names our folder. Pids are recycled; all three together are not.
"""

import json
import signal
from enum import Enum
from pathlib import Path
from typing import Any

import psutil

# Two readings of one process's start differ by clock ticks; two processes with one pid begin seconds apart at least.
START_TOLERANCE_S = 0.5
KILL_TIMEOUT_S = 10.0


class Leftover(Enum):
    """What a start found of its predecessor."""

    NOTHING = "stopped in order"
    TRACE = "was killed"
    ENGINE = "was killed and left its engine running, which has been ended"


def pid_record(pid: int) -> str:
    """The content of a pid file for a process of ours. Raises psutil.NoSuchProcess."""
    process = psutil.Process(pid)
    return json.dumps({"pid": pid, "began_s": _began_s(process), "command": process.cmdline()})


def end_leftover(pid_file: Path, stop_signal: signal.Signals, timeout_s: float) -> Leftover:
    """Ends the engine the pid file names, if it is still the same, and forgets the file."""
    if not pid_file.exists():
        return Leftover.NOTHING
    process = _recorded_process(pid_file)
    if process is not None:
        _end(process, stop_signal, timeout_s)
    pid_file.unlink(missing_ok=True)
    return Leftover.TRACE if process is None else Leftover.ENGINE


def _recorded_process(pid_file: Path) -> psutil.Process | None:
    try:
        record: dict[str, Any] = json.loads(pid_file.read_text())
        process = psutil.Process(int(record["pid"]))
        same_start = abs(_began_s(process) - float(record["began_s"])) <= START_TOLERANCE_S
        ours = same_start and process.cmdline() == record["command"]
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return process if ours and process.status() != psutil.STATUS_ZOMBIE else None


def _began_s(process: psutil.Process) -> float:
    """Seconds after boot: unlike the time of day, the same before and after the clock is set."""
    boot = psutil.boot_time()
    return process.create_time() - boot


def _end(process: psutil.Process, stop_signal: signal.Signals, timeout_s: float) -> None:
    try:
        process.send_signal(stop_signal)
        process.wait(timeout_s)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(KILL_TIMEOUT_S)
    except psutil.NoSuchProcess:
        pass
