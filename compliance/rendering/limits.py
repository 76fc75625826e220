"""How much one document may cost.

Promises: every bound of rendering has a name and a unit here. Leaves enforcing them to `child`, `pool` and
`watermark.worker`.
"""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class RenderLimits:
    """Bounds on a document, on a job, and on the process that renders it."""

    pages_max: int = 1000
    pixels_max: int = 100_000_000
    source_max_bytes: int = 512 * MIB
    memory_max_bytes: int = 1536 * MIB  # address space of one process, the source included
    page_timeout_s: float = 20  # from a request to its reply: one page drawn, one picture sealed
    job_timeout_s: float = 900  # all the time one job waits for its process; the time its caller takes is not counted
    queue_timeout_s: float = 30  # until a process comes free, for work somebody waits for
    jobs_per_process_max: int = 1000  # then a fresh process: what leaks, leaks no further


DEFAULT_LIMITS = RenderLimits()
