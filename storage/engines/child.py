"""One engine process, seen from its owner: start, look, stop, and end what a killed predecessor left.

Promises: the child never outlives its owner (see `keeper.py`); a pid file names it together with its start time, so that
a recycled pid is never mistaken for it; its output goes to one log file of bounded size. Leaves readiness to the engines.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil

from storage.engines.account import Account
from storage.errors import EngineFailed

KEEPER = Path(__file__).with_name("keeper.py")
LOG_BYTES_MAX = 8 * 1024 * 1024
LOG_LINES_SHOWN = 12
READY_TIMEOUT_S = 60.0
SETUP_TIMEOUT_S = 120.0
READY_POLL_S = 0.02
KEEPER_MARGIN_S = 5.0
STALE_TIMEOUT_S = 8.0
# Two readings of one process's start differ by clock ticks; two processes with one pid are seconds apart at least.
START_TOLERANCE_S = 0.5


@dataclass(frozen=True)
class Order:
    """What to run. `folder` is the engine's own: working directory, pid file and log live there."""

    engine: str
    command: tuple[str, ...]
    folder: Path
    account: Account | None
    stop_signal: signal.Signals
    orphan_signal: signal.Signals
    grace_s: float
    environment: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def pid_file(self) -> Path:
        return self.folder / "engine.pid"

    @property
    def log_file(self) -> Path:
        return self.folder / "engine.log"

    def keeper_command(self, *, once: bool) -> list[str]:
        """The keeper's command line; with `once` it turns into the program instead of watching it."""
        account = self.account
        order = {
            "command": self.command,
            "folder": str(self.folder),
            "account": account and (account.uid, account.gid, account.closed_parents),
            "stop_signal": int(self.stop_signal),
            "orphan_signal": int(self.orphan_signal),
            "grace_s": self.grace_s,
            "once": once,
        }
        return [sys.executable, "-I", "-S", str(KEEPER), json.dumps(order)]


class Child:
    """A running engine. Made by `start_child`."""

    def __init__(self, order: Order, keeper: subprocess.Popen[bytes], pid: int) -> None:
        self.order, self.pid, self._keeper = order, pid, keeper

    def wait_ready(self, is_ready: Callable[[], bool], timeout_s: float = READY_TIMEOUT_S) -> None:
        """Until `is_ready()`; EngineFailed with the end of the log when the engine ends first or takes too long."""
        deadline = time.monotonic() + timeout_s
        while not is_ready():
            if self._keeper.poll() is not None:
                raise self.failure(f"it ended with status {self._keeper.returncode} while starting")
            if time.monotonic() > deadline:
                raise self.failure(f"it wasn't ready after {timeout_s:g} s")
            time.sleep(READY_POLL_S)

    def failure(self, reason: str) -> EngineFailed:
        return EngineFailed(engine=self.order.engine, reason=reason, log=log_tail(self.order.log_file))

    def is_running(self) -> bool:
        return self._keeper.poll() is None

    def stop(self) -> None:
        """Asks, waits for the grace period, insists. Returns when the process is gone; safe to call twice."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        try:
            self._keeper.wait(self.order.grace_s + KEEPER_MARGIN_S)
        except subprocess.TimeoutExpired:
            end_stale(self.order.pid_file, str(self.order.folder), self.order.stop_signal, timeout_s=0)
            self._keeper.kill()
            self._keeper.wait()
        self.order.pid_file.unlink(missing_ok=True)


def start_child(order: Order) -> Child:
    """Starts the engine; the caller waits for readiness. The pid file is written before this returns."""
    log = _open_log(order.log_file)
    try:
        keeper = subprocess.Popen(
            order.keeper_command(once=False),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            env=order.environment,
        )
    finally:
        log.close()
    assert keeper.stdout is not None
    with keeper.stdout as answer:
        line = answer.readline()
    if not line:
        keeper.wait()
        raise EngineFailed(engine=order.engine, reason="its keeper didn't start", log=log_tail(order.log_file))
    pid = int(line)
    _write_pid(order.pid_file, pid)
    return Child(order, keeper, pid)


def run_once(order: Order, stdin: str = "") -> None:
    """Runs a set-up program to its end, its output in the engine's log; EngineFailed when it doesn't succeed."""
    program = Path(order.command[0]).name
    with _open_log(order.log_file) as log:
        try:
            done = subprocess.run(
                order.keeper_command(once=True),
                input=stdin.encode(),
                stdout=log,
                stderr=log,
                env=order.environment,
                timeout=SETUP_TIMEOUT_S,
                check=False,
            )
            reason = f"{program} ended with status {done.returncode}" if done.returncode else ""
        except subprocess.TimeoutExpired:
            reason = f"{program} took longer than {SETUP_TIMEOUT_S:g} s"
    if reason:
        raise EngineFailed(engine=order.engine, reason=reason, log=log_tail(order.log_file))


def end_stale(
    pid_file: Path, folder: str, stop_signal: signal.Signals, timeout_s: float = STALE_TIMEOUT_S
) -> str | None:
    """Ends the child a killed predecessor left and forgets its pid file.

    Only a process with the recorded pid, the recorded start time and our folder in its command line is ours. Returns
    "ended" (it still ran), "gone" (the file was left, the process wasn't), or None (the predecessor stopped in order).
    """
    if not pid_file.exists():
        return None
    process = _recorded_process(pid_file, folder)
    if process is not None:
        _end(process, stop_signal, timeout_s)
    pid_file.unlink(missing_ok=True)
    return "gone" if process is None else "ended"


def log_tail(log_file: Path) -> tuple[str, ...]:
    """The last lines of a log, for an error message."""
    try:
        text = log_file.read_text(errors="replace")[-LOG_LINES_SHOWN * 400 :]
    except OSError:
        return ()
    return tuple(text.splitlines()[-LOG_LINES_SHOWN:])


def _recorded_process(pid_file: Path, folder: str) -> psutil.Process | None:
    try:
        record = json.loads(pid_file.read_text())
        process = psutil.Process(int(record["pid"]))
        same_start = abs(process.create_time() - float(record["started"])) <= START_TOLERANCE_S
        ours = same_start and any(folder in argument for argument in process.cmdline())
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return process if ours else None


def _end(process: psutil.Process, stop_signal: signal.Signals, timeout_s: float) -> None:
    try:
        process.send_signal(stop_signal)
        process.wait(timeout_s)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(timeout_s or None)
    except psutil.NoSuchProcess:
        pass


def _write_pid(pid_file: Path, pid: int) -> None:
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return  # It is dead already; `wait_ready` tells why.
    pid_file.write_text(json.dumps({"pid": pid, "started": started}))


def _open_log(log_file: Path) -> BinaryIO:
    if log_file.exists() and log_file.stat().st_size > LOG_BYTES_MAX:
        log_file.replace(log_file.with_suffix(".log.1"))
    log_file.touch(mode=0o600)
    return log_file.open("ab")
