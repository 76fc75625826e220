"""The demo's data folder: one demo at a time, and nothing of anybody else's touched."""

import os
from pathlib import Path

import pytest

from fileserver.demo import household
from fileserver.demo.errors import DemoError
from fileserver.demo.folder import PARTS, claimed, forget


def test_makes_a_private_folder(tmp_path: Path) -> None:
    """A folder that isn't there is made with its parents, closed to everybody else."""
    with claimed(tmp_path / "a" / "b"):
        assert 0o700 == (tmp_path / "a" / "b").stat().st_mode & 0o777


def test_a_second_claim_is_refused_and_names_the_first(tmp_path: Path) -> None:
    """While one demo has the folder another is told its process and address."""
    with claimed(tmp_path):
        household.save(tmp_path, household.with_port(household.load(tmp_path), 8123))
        with pytest.raises(DemoError, match=f"process {os.getpid()}, at http://127.0.0.1:8123"), claimed(tmp_path):
            pass


def test_a_claim_ends_with_its_block(tmp_path: Path) -> None:
    """A folder that was let go can be claimed again."""
    for _ in range(2):
        with claimed(tmp_path):
            pass


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    """A folder that was never a demo's stays as it is, without even a lock in it."""
    (tmp_path / "engines").mkdir()
    with pytest.raises(DemoError, match="holds other things"), claimed(tmp_path):
        pass
    assert ["engines"] == [each.name for each in tmp_path.iterdir()]


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    """A path that can't be a folder is refused with the system's reason."""
    (tmp_path / "file").touch()
    with pytest.raises(DemoError, match="can't be used: Not a directory"), claimed(tmp_path / "file" / "below"):
        pass


def test_forgetting_removes_the_demo_and_nothing_else(tmp_path: Path) -> None:
    """What a demo makes is removed; what somebody put beside it stays, also behind a link."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    data_dir = tmp_path / "data"
    with claimed(data_dir):
        household.save(data_dir, household.load(data_dir))
        (data_dir / "engines" / "postgres").mkdir(parents=True)
        (data_dir / "serve").symlink_to(elsewhere)
        (data_dir / "note").touch()
        forget(data_dir)
        assert {"demo.lock", "note"} == {each.name for each in data_dir.iterdir()}
    assert (elsewhere / "kept").exists()


def test_the_lock_is_no_part_of_what_is_forgotten() -> None:
    """The lock's file stays, or two demos could hold two files of one name."""
    assert "demo.lock" not in PARTS
