"""The data folder: private, and one process at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.engines.folder import lock_folder, prepare_folder, unlock_folder
from storage.errors import EngineBusy, EngineFailed

HOLDER = """
import sys, time
from pathlib import Path
from storage.engines.folder import lock_folder
lock_folder(Path(sys.argv[1]))
print("locked", flush=True)
time.sleep(60)
"""

# What multiprocessing's workers are on Linux.
FORKER = """
import os, sys, time
from pathlib import Path
from storage.engines.folder import lock_folder
lock_folder(Path(sys.argv[1]))
if not os.fork():
    print(os.getpid(), flush=True)  # by the child: what it does as it is born is done then
time.sleep(60)
"""


def test_makes_the_folder_private(tmp_path: Path) -> None:
    """A folder that isn't there is made, with its parents, closed to everybody else."""
    prepare_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_closes_an_empty_folder(tmp_path: Path) -> None:
    """An empty folder that was open to others is closed."""
    tmp_path.chmod(0o755)
    prepare_folder(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_leaves_a_shared_folder_alone(tmp_path: Path) -> None:
    """A folder with other things in it that others may read is refused, and stays as it was."""
    (tmp_path / "somebody's").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(EngineFailed, match="open to other users"):
        prepare_folder(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_refuses_a_file(tmp_path: Path) -> None:
    """A path that is no folder is refused by name."""
    (tmp_path / "file").touch()
    with pytest.raises(EngineFailed, match=f"{tmp_path}/file can't be used"):
        prepare_folder(tmp_path / "file")


def test_a_second_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    """The lock excludes a second holder, who learns the first one's pid."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(EngineBusy) as busy:
            lock_folder(tmp_path)
        holder.kill()
    assert busy.value.params == {"data_dir": str(tmp_path), "pid": holder.pid}
    unlock_folder(lock_folder(tmp_path))


def test_a_forked_child_does_not_hold_the_lock_for_its_parent(tmp_path: Path) -> None:
    """A process forked without exec gives up its copy of the lock, so that it falls when the parent dies."""
    with subprocess.Popen([sys.executable, "-c", FORKER, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        holder.kill()
        holder.wait()
        unlock_folder(lock_folder(tmp_path))
        os.kill(child, signal.SIGKILL)
