"""How many threads a process may have: somebody outside is asked before each, and counts.

RLIMIT_NPROC can't say it: it doesn't bind root, and counts whatever else its user runs. So the kernel holds a process
that wants a thread until `Watch` has answered, by seccomp's user notification (seccomp_unotify(2), Linux 5.5). The
watch is kept by who forks the processes that are watched, before it forks them; these know nothing of it.

Promises: no process that was forked since has more than twice THREADS_MAX threads, however they are started: so many
can be asked for at once before the first is counted. Without the watch there is none more. Leaves forbidding new
processes to `calls`.
"""

import errno
import fcntl
import struct
from contextlib import suppress
from pathlib import Path
from typing import Self

from watermark.jail import calls
from watermark.jail.kernel import PR_SET_NO_NEW_PRIVS, checked, libc

THREADS_MAX = 16  # drawing takes two, the recogniser of text a few more

_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_…
_ASKED = struct.Struct("=QII64x")  # struct seccomp_notif: its id, who asks
_SAID = struct.Struct("=QqiI")  # struct seccomp_notif_resp: the id, a value, an error, flags
_GO_ON = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE
_LINKS_MIN = 2  # of a folder: each thread is one more of `task`


class Watch:
    """Over every process that this one forks from now on. `file` is readable when one asks."""

    def __init__(self, file: int) -> None:
        self.file = file

    @classmethod
    def begin(cls) -> Self:
        """The calling process is watched, too: it must start no thread itself. Raises NoJail."""
        checked("prctl", libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return cls(calls.listening())

    def answer(self) -> None:
        """To one that asks; its process may be gone by now."""
        asked = bytearray(_ASKED.size)
        with suppress(FileNotFoundError):
            fcntl.ioctl(self.file, _RECEIVE, asked)
            number, who, _ = _ASKED.unpack(asked)
            refusal = 0 if _threads_of(who) < THREADS_MAX else -errno.EAGAIN
            fcntl.ioctl(self.file, _ANSWER, _SAID.pack(number, 0, refusal, 0 if refusal else _GO_ON))


def _threads_of(process: int) -> int:
    """How many there are; where that can't be seen, as many as there may be."""
    try:
        return Path(f"/proc/{process}/task").stat().st_nlink - _LINKS_MIN
    except OSError:
        return THREADS_MAX
