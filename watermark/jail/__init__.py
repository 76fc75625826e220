"""A process that opens other people's documents, kept from everything but what it needs for that.

Two doors, which close behind a process for good, and behind all that it starts. They need no privilege, and no
namespaces, which containers forbid. Files are governed by Landlock (`files`), everything else by seccomp (`calls`).

- `enter`, for a process that starts a program of somebody else: files outside the named folders can be neither read nor
  written; no network and no other process's socket, no new session to hide in from who ends the process group, no
  look into other processes and no signal to them.
- `close_files`, then `close_calls`, for one that reads, reckons and answers through what it has open: of the machine it
  reads the named folders, and nothing else is left to it: it writes no file, has no socket, starts neither program nor
  process, and neither sees nor signals another. Threads that it needs are started in between, or allowed.

What a path names, and how large that is, both still see everywhere. Of threads there are only a few, where who forks
the process keeps a `threads.Watch`. Leaves memory and time to `watermark.confinement` and to the parent.
Formats: landlock(7), linux/landlock.h, linux/filter.h, linux/seccomp.h.
"""

import errno
import platform
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from watermark.jail import calls, files
from watermark.jail.kernel import PR_SET_NO_NEW_PRIVS, NoJail, checked, libc

__all__ = ["Lack", "NoJail", "available", "close_calls", "close_files", "enclosing", "enter", "lack"]


class Lack(StrEnum):
    """What keeps this kernel, this machine or whatever this process runs in from having all of it."""

    SECCOMP = "seccomp"  # a machine whose calls aren't known, or on which this process may forbid none
    LANDLOCK = "landlock"  # Linux 5.13 or later, switched on
    LISTENER = "listener"  # the kernel takes one over a process, and there is somebody else's


def lack() -> Lack | None:
    """The first thing that is not to be had; None where all is."""
    if not _has_calls() or not calls.available():
        return Lack.SECCOMP
    if files.abi() <= 0:
        return Lack.LANDLOCK
    return None if calls.may_listen() else Lack.LISTENER


def available() -> bool:
    """Whether all of it is to be had."""
    return lack() is None


def enclosing() -> bool:
    """Whether all is to be had that `enter` takes."""
    return _has_calls() and calls.available() and files.abi() > 0


def enter(*, readable: Iterable[Path], writable: Iterable[Path], required: bool = True) -> None:
    """Close the door behind a process that is to start a program. Paths that don't exist are left out.

    What is below `readable` may be read and executed, what is below `writable` used at will. access(2) says of every
    path that it can't be written, wherever that is: programs that look for a common folder then take their own.
    Where it is not `required`, as much of it is done as this kernel and machine have. Raises NoJail.
    """
    if required and not enclosing():
        raise NoJail(errno.ENOSYS, "Landlock or seccomp is not to be had")
    if not _has_calls():
        return
    _prepare()
    if files.abi() > 0:
        files.restrict(((files.READ | files.EXECUTE, readable), (files.ALL, writable)))
    calls.restrict(calls.of_programs(platform.machine(), signals=files.scopes_signals()))


def close_files(readable: Iterable[Path]) -> None:
    """From now on only these are read, and none is written, where the kernel has Landlock. Raises NoJail."""
    if _has_calls() and files.abi() > 0:
        _prepare()
        files.restrict(((files.READ, readable),))


def close_calls(*, threads: bool = False) -> bool:
    """Nothing is left but reading and reckoning, on a machine whose calls are known; there the answer is yes.

    With `threads` more of them may be started. Raises NoJail.
    """
    if not _has_calls():
        return False
    checked("prctl", libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    calls.restrict(calls.alone(platform.machine(), threads=threads))
    return True


def _has_calls() -> bool:
    return sys.platform == "linux" and platform.machine() in calls.MACHINES


def _prepare() -> None:
    if sum(1 for _ in Path("/proc/self/task").iterdir()) > 1:
        raise NoJail(errno.EBUSY, "Landlock would leave the other threads outside")
    checked("prctl", libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
