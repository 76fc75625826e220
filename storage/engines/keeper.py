"""Keeps one engine process alive exactly as long as the process that asked for it.

Promises: the engine gets its stop signal, and after a grace period SIGKILL, as soon as the keeper's standard input
reaches its end. That happens on an orderly stop and just as well when the owner is killed with -9, whichever of its
threads started us: PR_SET_PDEATHSIG alone would follow that thread. Where the kernel has it, it makes the engine die
with the keeper. When told to, the engine runs under another account.

A program of its own, standard library only: `python -I -S keeper.py {json}`. Once the engine's program has begun, it
reports the pid as a line on standard output. Orders hold no secrets: they stand in argv, where everybody on the
machine can read them. Leaves to `child.py`: pid files, logs, readiness.
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
# Search and read below closed folders. The second also writes: for containers that drop the first.
CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE = 2, 1
POLL_S = 0.02
EXIT_NO_RIGHTS, EXIT_NO_PROGRAM, EXIT_ORPHAN = 126, 127, 125
# Loaded while we may: after the change of account the interpreter's own library can be out of reach.
LIBC = ctypes.CDLL(None, use_errno=True)


def keep_only(capability: int) -> bool:
    """Keep one capability across the coming exec; False when the kernel or the container refuses."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    data = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if LIBC.capset(header, data) != 0:
        return False
    return bool(LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0)


def drop_privileges(uid: int, gid: int, *, closed_parents: bool) -> None:
    """Become `uid`; with `closed_parents` keep the right to reach files below folders that account can't enter."""
    if closed_parents:
        LIBC.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if closed_parents and not keep_only(CAP_DAC_READ_SEARCH) and not keep_only(CAP_DAC_OVERRIDE):
        sys.stderr.write(f"FATAL: uid {uid} can't enter a folder above the data or the programs: choose other ones\n")
        os._exit(EXIT_NO_RIGHTS)


def become(order: dict[str, Any]) -> NoReturn:
    """Change account and turn into the ordered program; never comes back."""
    try:
        if order["account"]:
            uid, gid, closed_parents = order["account"]
            drop_privileges(uid, gid, closed_parents=closed_parents)
        if "keeper_pid" in order:
            die_with(order["keeper_pid"], order["orphan_signal"])
        os.umask(0o077)
        os.chdir(order["folder"])
        os.execv(order["command"][0], order["command"])  # noqa: S606 - no shell is what we want
    except OSError as error:
        sys.stderr.write(f"FATAL: {order['command'][0]}: {error}\n")
    os._exit(EXIT_NO_PROGRAM)


def die_with(parent_pid: int, number: int) -> None:
    """Get a signal when the parent dies. Lost on a change of account, hence asked for after it."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(EXIT_ORPHAN)


def launch(order: dict[str, Any]) -> int:
    """The engine's pid, once its program has begun or failed to: exec closes the pipe we wait for."""
    begun_read, begun_write = os.pipe()
    order["keeper_pid"] = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.dup2(2, 1)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        become(order)
    os.close(begun_write)
    os.read(begun_read, 1)
    os.close(begun_read)
    return pid


def wait_for_end(pid: int, timeout_s: float) -> int | None:
    """The exit status, or None when the process still runs after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline:
            return None
        time.sleep(POLL_S)


def wait_for_order(pid: int, wake: int) -> int | None:
    """Until the engine ends (its status), or we are to end it (None): standard input ends, or a signal says so."""
    while True:
        status = wait_for_end(pid, 0)
        if status is not None:
            return status
        ready, _, _ = select.select([0, wake], [], [])
        if 0 in ready or set(os.read(wake, 64)) - {signal.SIGCHLD}:
            return None


def watch(pid: int, stop_signal: int, grace_s: float) -> int:
    """See the engine out, however it comes to its end; its exit status, or 0 when it was told to."""
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    status = wait_for_order(pid, wake_read)
    if status is not None:
        return status
    os.kill(pid, stop_signal)
    if wait_for_end(pid, grace_s) is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return 0


def main() -> int:
    """Reads its order (`child.Order`) from the first argument; one marked `once` is carried out in our place."""
    order = json.loads(sys.argv[1])
    if order["once"]:
        become(order)
    pid = launch(order)
    os.write(1, f"{pid}\n".encode())
    os.close(1)
    status = watch(pid, order["stop_signal"], order["grace_s"])
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
