"""Documents as files in memory, given to confined processes."""

import asyncio
import fcntl
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from compliance.rendering.source_file import SourceFile
from watermark.errors import SourceIncomplete

GROWING = """
import os, sys
from watermark.confinement import confine
confine(1 << 30)
path = sys.argv[1]
print(len(open(path, 'rb').read()))
for lengthened in (lambda: os.truncate(path, 4096), lambda: os.pwrite(os.open(path, os.O_RDWR), b'x', 4095)):
    try:
        lengthened()
    except OSError as error:
        print(error.strerror)
"""

WITHOUT = """
import os, resource
from compliance.rendering.source_file import SourceFile
free = os.dup(0)
os.close(free)
for left in (0, 1):
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + left, 4096))
    print(SourceFile.if_any())
print(free == os.dup(0))
"""
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def file() -> Iterator[SourceFile]:
    """An empty one."""
    made = SourceFile()
    yield made
    made.close()


async def pieces(*given: bytes) -> AsyncIterator[bytes]:
    """As a store gives them."""
    for piece in given:
        yield piece


def held(file: SourceFile) -> bytes:
    """What is in it."""
    return Path(f"/proc/self/fd/{file.given}").read_bytes()


def growing(file: SourceFile) -> list[str]:
    """What a confined process says that tries to."""
    order = (sys.executable, "-c", GROWING, f"/proc/self/fd/{file.given}")
    said = subprocess.run(order, pass_fds=[file.given], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return said.stdout.splitlines()


async def test_it_holds_one_source_after_the_other(file: SourceFile) -> None:
    """Nothing of a longer source is left behind a shorter one, nor anything once it is emptied."""
    await file.fill(pieces(b"a long", b"er one"), 12)
    assert held(file) == b"a longer one"
    await file.fill(pieces(b"short"), 5)
    assert held(file) == b"short"
    file.empty()
    assert held(file) == b""


@pytest.mark.parametrize("size_bytes", [3, 5], ids=["too much", "too little"])
async def test_a_source_of_another_length_is_told(file: SourceFile, size_bytes: int) -> None:
    """A source that broke off, or goes on, is no document."""
    with pytest.raises(SourceIncomplete):
        await file.fill(pieces(b"four"), size_bytes)


async def test_a_confined_process_makes_it_no_longer(file: SourceFile) -> None:
    """It reads what is there; memory beyond its own is not to be had this way."""
    await file.fill(pieces(b"%PDF"), 4)
    said = await asyncio.to_thread(growing, file)

    assert ["4", "Operation not permitted", "Operation not permitted"] == said
    assert held(file) == b"%PDF"


def test_nobody_can_seal_it(file: SourceFile) -> None:
    """Sealed by a process that was taken over, it could not be emptied any more."""
    with Path(f"/proc/self/fd/{file.given}").open("r+b") as again, pytest.raises(PermissionError):
        fcntl.fcntl(again, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK)


def test_where_there_are_none_nothing_is_left_open() -> None:
    """Refused outright, or with one descriptor left of the two it needs: none, for the pipe to be used."""
    said = subprocess.run((sys.executable, "-c", WITHOUT), env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert ["None", "None", "True"] == said.stdout.splitlines()


def test_closed_twice_it_is_closed() -> None:
    """Whoever ends a process may not know that somebody else does, too."""
    made = SourceFile()
    made.close()
    made.close()
    made.empty()
    assert made.given == -1
