"""What a rendering process may not do, set by itself before it sees a byte of anybody's file.

Promises: no memory above the bound, no file written, no other process, no core dump; and processor seconds that run
out even when the parent is gone. Leaves wall-clock time to the parent, who kills. Limits are those of setrlimit(2).
"""

import resource

FILES_MAX = 64
_CPU_MARGIN_S = 1


def confine(memory_max_bytes: int) -> None:
    """Give up, for good, what rendering does not need; `memory_max_bytes` bounds the address space."""
    lower(resource.RLIMIT_AS, memory_max_bytes)
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, 0)
    lower(resource.RLIMIT_NOFILE, FILES_MAX)
    lower(resource.RLIMIT_NPROC, 0)


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
