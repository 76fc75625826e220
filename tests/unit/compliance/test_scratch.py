"""Folders of one job: theirs alone, gone afterwards, and what killed processes left goes with the next of the kind."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from compliance.reading.film import FOLDER_PREFIX as FILM
from compliance.scratch import FORGOTTEN_AFTER_S, temporary_folder, write_source
from watermark.errors import SourceIncomplete


async def pieces(*sizes: int) -> AsyncIterator[bytes]:
    """A source in pieces of these sizes."""
    for size in sizes:
        yield b"x" * size


def left_behind(parent: Path, name: str, age_s: float) -> Path:
    """A folder that nobody has touched for so long."""
    folder = parent / name
    folder.mkdir()
    (folder / "source").write_bytes(b"x")
    then = folder.stat().st_mtime - age_s
    os.utime(folder, (then, then))
    return folder


async def test_what_a_killed_process_left_goes_with_the_next_of_its_kind(tmp_path: Path) -> None:
    """Old folders with the same beginning are cleared away; younger ones, and those of others, stay."""
    old = left_behind(tmp_path, f"{FILM}old", FORGOTTEN_AFTER_S + 60)
    young = left_behind(tmp_path, f"{FILM}young", 60)
    foreign = left_behind(tmp_path, "foreign", FORGOTTEN_AFTER_S + 60)
    async with temporary_folder(FILM, tmp_path) as folder:
        assert 0o700 == folder.stat().st_mode & 0o777
    assert (False, False, True, True) == (folder.exists(), old.exists(), young.exists(), foreign.exists())


@pytest.mark.parametrize("sizes", [(2, 1), (2, 3), (5,)])
async def test_a_source_of_another_size_is_no_source(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    """One that breaks off, or goes on for longer than was said, is refused."""
    with pytest.raises(SourceIncomplete):
        await write_source(tmp_path / "source", pieces(*sizes), 4)


async def test_a_source_is_written_whole(tmp_path: Path) -> None:
    """All pieces, in order."""
    await write_source(tmp_path / "source", pieces(2, 2), 4)
    assert b"xxxx" == (tmp_path / "source").read_bytes()
