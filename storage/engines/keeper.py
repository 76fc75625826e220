"""Keeps one engine process alive exactly as long as the process that asked for it.

Promises: the engine gets its stop signal, and after a grace period SIGKILL, as soon as the keeper's standard input
reaches its end. That happens on an orderly stop and just as well when the owner is killed with -9, whichever of its
threads started us (which is why this is a process and not only PR_SET_PDEATHSIG, which follows the *thread*). Where
the kernel can do it, the engine also dies when the keeper itself is killed. When told to, the engine runs under
another account.

A program of its own, standard library only: `python -I -S keeper.py {json}`. It reports `{pid}\\n` on standard output.
Leaves to `child.py`: pid files, logs, readiness.
"""

import ctypes
import json
import os
import select
import signal
import sys
import time
from typing import Any, NoReturn

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
# Search and read past closed parent folders; the second also writes, and is asked for only where containers drop
# the first.
CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE = 2, 1
POLL_S = 0.02
# Loaded while we may: after the change of account the interpreter's own library can be out of reach.
LIBC = ctypes.CDLL(None, use_errno=True)


def keep_only(capability: int) -> bool:
    """Keep one capability across the coming exec; False when the kernel or the container refuses."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    data = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    return bool(LIBC.capset(header, data) == 0 and LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0)


def drop_privileges(uid: int, gid: int, closed_parents: bool) -> None:
    """Become `uid`; with `closed_parents` keep the right to reach files below folders that account can't enter."""
    if closed_parents:
        LIBC.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if closed_parents and not keep_only(CAP_DAC_READ_SEARCH) and not keep_only(CAP_DAC_OVERRIDE):
        sys.stderr.write(f"FATAL: account {uid} can't reach this folder and no capability allows it\n")
        os._exit(126)


def become(order: dict[str, Any]) -> NoReturn:
    """Change account and turn into the ordered program; never comes back."""
    try:
        if order["account"]:
            drop_privileges(*order["account"])
        if sys.platform == "linux" and not order["once"]:
            # After the change of account, which clears it.
            LIBC.prctl(PR_SET_PDEATHSIG, order["orphan_signal"], 0, 0, 0)
        os.umask(0o077)
        os.chdir(order["folder"])
        os.execv(order["command"][0], order["command"])
    except OSError as error:
        sys.stderr.write(f"FATAL: {order['command'][0]}: {error}\n")
    os._exit(127)


def become_engine(order: dict[str, Any]) -> NoReturn:
    """The child's half of the fork: no input, and all output to the log."""
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    become(order)


def wait_for_end(pid: int, timeout_s: float) -> int | None:
    """The exit status, or None when the process still runs after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            return None
        time.sleep(POLL_S)


def watch(pid: int, stop_signal: int, grace_s: float) -> int:
    """Until the engine ends or standard input does; then see the engine out."""
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    while True:
        status = wait_for_end(pid, 0)
        if status is not None:
            return status
        ready, _, _ = select.select([0, wake_read], [], [])
        asked_to_stop = 0 in ready or set(os.read(wake_read, 64)) - {signal.SIGCHLD}
        if asked_to_stop:
            break
    os.kill(pid, stop_signal)
    status = wait_for_end(pid, grace_s)
    if status is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return 0


def main() -> int:
    """Reads its order from the first argument: see `child.Order`. An order marked `once` is carried out in our place."""
    order = json.loads(sys.argv[1])
    if order["once"]:
        become(order)
    pid = os.fork()
    if pid == 0:
        become_engine(order)
    os.write(1, f"{pid}\n".encode())
    os.close(1)
    status = watch(pid, order["stop_signal"], order["grace_s"])
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
