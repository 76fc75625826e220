"""The demo's data folder: used by one demo at a time, and nothing in it is touched that isn't the demo's.

Promises: whoever holds a `claimed` folder is alone in it, from before the first look into it until the end, however
that comes; a second demo changes nothing and says who is there; what a killed demo still runs is ended before its data
is removed. A folder that holds other things and was never a demo's is refused.
"""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fileserver.demo import household
from fileserver.demo.errors import DemoError
from storage.engines.folder import lock_folder, unlock_folder
from storage.engines.stale import end_leftover
from storage.errors import EngineBusy, EngineFailed

LOCK_NAME = "demo.lock"
ENGINES, SERVE, WORKER, STUDIO = "engines", "serve", "worker", "studio"
PID_FILE = "engine.pid"
FORGET_GRACE_S = 10.0
# Everything a demo makes beside the lock, which stays: two demos must not lock two files of one name.
PARTS = (SERVE, WORKER, STUDIO, ENGINES, household.FILE_NAME, household.DRAFT_NAME)


@contextmanager
def claimed(data_dir: Path) -> Iterator[None]:
    """The folder, made if need be, is ours alone as long as the block lasts. Raises DemoError."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_ours(data_dir):
            raise DemoError(f"{data_dir} holds other things; it is left alone. Choose another folder with --data-dir.")
        lock = lock_folder(data_dir, LOCK_NAME)
    except EngineBusy as busy:
        raise DemoError(_who_is_there(data_dir, busy)) from busy
    except EngineFailed as failed:
        raise DemoError(f"{failed.params['reason']}") from failed
    except OSError as error:
        raise DemoError(f"{data_dir} can't be used: {error.strerror}.") from error
    try:
        yield
    finally:
        unlock_folder(lock)


def is_ours(data_dir: Path) -> bool:
    """Whether a demo may write here: the folder is empty, or a demo has been here before."""
    return not any(data_dir.iterdir()) or any((data_dir / name).exists() for name in (LOCK_NAME, household.FILE_NAME))


def forget(data_dir: Path) -> None:
    """Removes what a demo made in a claimed folder, and nothing else. Raises DemoError when something resists."""
    end_leftovers(data_dir)
    try:
        for name in PARTS:
            part = data_dir / name
            if part.is_dir() and not part.is_symlink():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise DemoError(f"{error.filename} can't be removed: {error.strerror}.") from error


def end_leftovers(data_dir: Path) -> None:
    """Ends what a killed demo still runs, whose data nobody wants; mostly its keepers have seen to that already."""
    for pid_file in data_dir.glob(f"*/{PID_FILE}"):
        end_leftover(pid_file, signal.SIGTERM, FORGET_GRACE_S)
    for pid_file in data_dir.glob(f"*/*/{PID_FILE}"):
        end_leftover(pid_file, signal.SIGQUIT, FORGET_GRACE_S)


def _who_is_there(data_dir: Path, busy: EngineBusy) -> str:
    who = f"process {busy.params['pid']}" if busy.params["pid"] else "another process"
    try:
        port = household.load(data_dir).port
    except DemoError:
        port = 0
    where = f", at {household.address(port)}" if port else ""
    return f"A demo runs in {data_dir} already: {who}{where}. End it first, or choose another folder with --data-dir."
