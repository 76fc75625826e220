"""File descriptors that must not live on in forked children.

The lifeline to a keeper and the lock of the data folder mean "the owner lives". A process that was forked off without
an exec (a multiprocessing worker, say) has copies of them, and would keep the engines alive and the folder locked
after the owner was killed. Promises that such children close their copies at once; children started by exec never get
any.
"""

import os

_guarded: set[int] = set()


def guard(descriptor: int) -> int:
    """The descriptor, from now on closed in forked children."""
    _guarded.add(descriptor)
    return descriptor


def release(descriptor: int) -> None:
    """Call before closing: the number may soon mean something else."""
    _guarded.discard(descriptor)


def _close_copies() -> None:
    for descriptor in _guarded:
        os.close(descriptor)
    _guarded.clear()


os.register_at_fork(after_in_child=_close_copies)
