"""One engine process, seen from its owner: start, wait until it is ready, stop.

Promises: the child never outlives its owner (`keeper.py`); a pid file tells the next owner about it (`stale.py`); its
output goes to one log file (`logs.py`). Leaves to the engines what to run and how to see that it is ready.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from storage.engines import fork_guard
from storage.engines.account import Account, write_private
from storage.engines.logs import last_lines, open_log, stands_in
from storage.engines.stale import end_leftover, pid_record
from storage.errors import EngineFailed

KEEPER = Path(__file__).with_name("keeper.py")
READY_TIMEOUT_S = 60.0
READY_POLL_S = 0.02
SETUP_TIMEOUT_S = 120.0
KEEPER_MARGIN_S = 5.0


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
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def pid_file(self) -> Path:
        """Present while the engine runs, and after a kill."""
        return self.folder / "engine.pid"

    @property
    def log_file(self) -> Path:
        """What the engine and its set-up programs print."""
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
    """A running engine."""

    def __init__(self, order: Order) -> None:
        """Starts it; EngineFailed when not even its keeper starts. The pid file is written before this returns."""
        self.order = order
        with open_log(order.log_file, order.account) as log:
            self._log_start = log.tell()
            self._keeper = subprocess.Popen(
                order.keeper_command(once=False),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                env=order.environment,
            )
        self._lifeline, answer = _pipes(self._keeper)
        fork_guard.guard(self._lifeline.fileno())
        with answer:
            line = answer.readline()
        if not line:
            self._end_keeper()
            raise self.failure("its keeper didn't start")
        self.pid = int(line)
        self._record()

    def wait_ready(self, is_ready: Callable[[], bool], timeout_s: float = READY_TIMEOUT_S) -> None:
        """Until `is_ready()`; EngineFailed with the end of the log when the engine ends first or takes too long."""
        deadline = time.monotonic() + timeout_s
        while not is_ready():
            if self._keeper.poll() is not None:
                raise self.failure(f"it ended with status {self._keeper.returncode} while starting")
            if time.monotonic() > deadline:
                raise self.failure(f"it wasn't ready after {timeout_s:g} s")
            time.sleep(READY_POLL_S)

    def said(self, words: str) -> bool:
        """Whether its log has had these words since it was started."""
        return stands_in(self.order.log_file, words, self._log_start)

    def check(self) -> None:
        """EngineFailed with the end of the log when the engine has ended by itself."""
        if self._keeper.poll() is not None:
            raise self.failure(f"it ended with status {self._keeper.returncode}")

    def failure(self, reason: str) -> EngineFailed:
        """An error that quotes what the engine has said since its start."""
        return EngineFailed(
            engine=self.order.engine, reason=reason, log=last_lines(self.order.log_file, self._log_start)
        )

    def stop(self) -> None:
        """Asks, waits for the grace period, insists. Returns when the process is gone; safe to call twice."""
        self._end_keeper()
        # Only finds something when the keeper was killed or stuck: the rule is that it saw its engine out.
        end_leftover(self.order.pid_file, self.order.stop_signal, self.order.grace_s)

    def _end_keeper(self) -> None:
        if not self._lifeline.closed:
            fork_guard.release(self._lifeline.fileno())
            self._lifeline.close()
        try:
            self._keeper.wait(self.order.grace_s + KEEPER_MARGIN_S)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()

    def _record(self) -> None:
        try:
            record = pid_record(self.pid)
        except psutil.NoSuchProcess:
            return  # It is dead already; `wait_ready` tells why.
        write_private(self.order.pid_file, record.encode(), self.order.account)


def start_child(order: Order) -> Child:
    """Starts a process that ends with this one; the caller waits for readiness and stops it."""
    return Child(order)


def run_once(order: Order, stdin: str = "") -> None:
    """Runs a set-up program to its end, its output in the engine's log; EngineFailed when it doesn't succeed."""
    program = Path(order.command[0]).name
    reason = ""
    with open_log(order.log_file, order.account) as log:
        log_start = log.tell()
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
            if done.returncode:
                reason = f"{program} ended with status {done.returncode}"
        except subprocess.TimeoutExpired:
            reason = f"{program} took longer than {SETUP_TIMEOUT_S:g} s"
    if reason:
        raise EngineFailed(engine=order.engine, reason=reason, log=last_lines(order.log_file, log_start))


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise TypeError("a process without pipes")
    return process.stdin, process.stdout
