"""What a process that opens strangers' files may not do, set by itself before it sees a byte of them.

Promises: no memory above the bound, no file written, no other process, no core dump; processor seconds that run out
even when the parent is gone; where the kernel can (`watermark.jail`), nothing of the machine but Python and its
libraries to read, no network, no look into others and none of theirs into it. Leaves wall-clock time to the parent, who
kills. Limits are those of setrlimit(2).
"""

import ctypes
import mimetypes
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import watermark
from watermark import jail

FILES_MAX = 64
_CPU_MARGIN_S = 1
_PR_SET_DUMPABLE = 4
# Where programs of the machine have their libraries, and what these look at while they load.
_SYSTEM = (
    *("/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache"),
    *("/dev/urandom", "/proc/cpuinfo", "/sys/devices/system/cpu"),
)


def shut_in() -> None:
    """Give up the machine's files, for good; threads may be started afterwards only. Raises jail.NoJail."""
    mimetypes.init()  # reads lists of the system, which libraries would look for later
    hide()
    jail.close_files(libraries())


def confine(memory_max_bytes: int, *, threads: bool = False) -> None:
    """Give up whatever else is not needed; `memory_max_bytes` bounds the address space.

    With `threads` the process may start them, where calls can be closed: RLIMIT_NPROC makes no difference between
    threads and processes. Raises jail.NoJail.
    """
    lower(resource.RLIMIT_AS, memory_max_bytes)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, 0)
    lower(resource.RLIMIT_NOFILE, FILES_MAX)
    closed = jail.close_calls(threads=threads)
    if not (threads and closed):
        lower(resource.RLIMIT_NPROC, 0)


def hide() -> None:
    """From now on no process of the same user reads this one's memory, environment or descriptors, nor traces it.

    As prctl(2) has it of processes that leave no core; children inherit it, programs that are started don't.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def libraries() -> Iterator[Path]:
    """What Python imports later, and what that loads. Of the folder that this code lies in, only what is imported."""
    ours = Path(watermark.__file__).parents[1]
    yield from map(Path, {sys.prefix, sys.base_prefix, sys.exec_prefix, *_SYSTEM})
    yield from (Path(each) for each in sys.path if each and Path(each) != ours)
    packages = (Path(folder) for each in list(sys.modules.values()) for folder in getattr(each, "__path__", ()))
    yield from {each for each in packages if each.parent == ours}


def allow_cpu(seconds: float) -> None:
    """From now on `seconds` of processor time; the kernel ends the process that uses more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime + seconds) + _CPU_MARGIN_S
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = until if hard == resource.RLIM_INFINITY else min(until, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def lower(kind: int, value: int) -> None:
    """Bound one of the system's limits, soft and hard; never above what it is already."""
    hard = resource.getrlimit(kind)[1]
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (bound, bound))
