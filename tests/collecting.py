"""On a fresh clone one process of the tests collects first: the others then find every module compiled.

Else each of them would compile all that the tests import, some five thousand modules, at the same moment: a third of a
minute of processor time for each. Where somebody has collected before, they all collect at once.
"""

import fcntl
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

COMPILED = any(Path(__file__).parent.glob("unit/__pycache__/*.pyc"))  # of the folder that is collected last


@pytest.hookimpl(specname="pytest_collection", wrapper=True)
def one_collects_first(session: pytest.Session) -> Generator[None, object, object]:
    """Whoever comes first holds the lock alone, the others share it once they get it."""
    worker = getattr(session.config, "workerinput", None)
    if COMPILED or worker is None:
        return (yield)
    path = Path(tempfile.gettempdir()) / f"collecting-{worker['testrunuid']}"
    with path.open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            return (yield)
        finally:
            path.unlink(missing_ok=True)
