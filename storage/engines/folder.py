"""The data folder of the embedded engines: private, and used by one process at a time.

Promises: mode 0700; an exclusive lock that the kernel releases when its holder dies, however it dies. Refuses a folder
that already holds other things others may read, because closing it would take it away from them.
"""

import fcntl
import os
from pathlib import Path

from storage.engines import fork_guard
from storage.errors import EngineBusy, EngineFailed

LOCK_NAME = "engines.lock"


def prepare_folder(data_dir: Path) -> None:
    """Makes the folder, or checks the one that is there. EngineFailed names what is wrong with it."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = data_dir.stat()
        ours = (data_dir / LOCK_NAME).exists() or not any(data_dir.iterdir())
    except (OSError, ValueError) as error:
        raise _unusable(data_dir, error) from error
    if not ours and status.st_mode & 0o077:
        raise _unusable(
            data_dir, "it holds other files and is open to other users; choose an empty folder or chmod 700 it"
        )
    if os.geteuid() not in (0, status.st_uid):
        raise _unusable(data_dir, "it belongs to another user")
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise _unusable(data_dir, "it isn't writable")
    data_dir.chmod(0o700)


def lock_folder(data_dir: Path, name: str = LOCK_NAME) -> int:
    """The descriptor that holds the lock file `name`, for `unlock_folder`. EngineBusy names the holder's pid."""
    try:
        lock = os.open(data_dir / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise _unusable(data_dir, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 32).decode().strip()
        os.close(lock)
        raise EngineBusy(data_dir=str(data_dir), pid=int(holder) if holder.isdigit() else 0) from None
    try:
        os.truncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        os.close(lock)
        raise _unusable(data_dir, error) from error
    return fork_guard.guard(lock)


def unlock_folder(lock: int) -> None:
    """Lets go of the folder."""
    fork_guard.release(lock)
    os.close(lock)


def _unusable(data_dir: Path, reason: object) -> EngineFailed:
    return EngineFailed(engine="all", reason=f"the data folder {data_dir} can't be used: {reason}", log=())
