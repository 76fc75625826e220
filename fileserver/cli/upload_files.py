"""Which files an upload means, and each of them as it is to arrive.

Promises: folders are walked whole and in an order that is always the same; what can't be sent is told, never left out
silently; a file that changes while it is sent is noticed. Only a few MiB of a file are in memory at once.
"""

import asyncio
import base64
import hashlib
import mimetypes
import os
import platform
import re
import stat
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

OCTETS = "application/octet-stream"
READ_BYTES = 1 << 20
SAMPLE_BYTES = 64 << 10  # of the beginning and of the end, for the fingerprint
NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff/\\]")  # what the server refuses in a filename

SHORTER = "the file became shorter while it was being sent"

Progress = Callable[[int], None]


class Unusable(Exception):
    """A file can't be sent, or not any more; the message says why."""


@dataclass(frozen=True)
class Found:
    """A file that is to be sent, or why it can't be."""

    path: Path
    size_bytes: int = 0
    problem: str | None = None


@dataclass(frozen=True)
class Source:
    """A file as it was when its upload began."""

    path: Path
    size_bytes: int
    changed_ns: int
    fingerprint: str

    @classmethod
    def look(cls, path: Path) -> "Source":
        """The file now. Raises Unusable."""
        with _readable(), path.open("rb") as file:
            status = os.fstat(file.fileno())
            return cls(path, status.st_size, status.st_mtime_ns, _fingerprint(path, file, status))

    @property
    def name(self) -> str:
        """What the file is called at its destination."""
        return NOT_IN_NAMES.sub("_", self.path.name)

    @property
    def media_type(self) -> str:
        """Guessed from the name; nothing relies on it."""
        return mimetypes.guess_type(self.path.name)[0] or OCTETS

    def check(self) -> None:
        """Raises Unusable when the file isn't what it was any more."""
        with _readable():
            status = self.path.stat()
        if (status.st_size, status.st_mtime_ns) != (self.size_bytes, self.changed_ns):
            raise Unusable("the file changed while it was being sent")


def collect(arguments: Sequence[Path]) -> list[Found]:
    """Every file that the arguments name, folders with all that is below them; a file named twice is found once."""
    seen, found = set[Path](), list[Found]()
    for each in (each for argument in arguments for each in _below(argument)):
        real = each.path.resolve() if each.problem is None else each.path
        if real not in seen:
            seen.add(real)
            found.append(each)
    return found


def _below(path: Path) -> Iterator[Found]:
    if not path.is_dir():
        yield _as_found(path)
        return
    empty = True
    for each in _walk(path):
        empty = False
        yield each
    if empty:
        yield Found(path, problem="there is no file in this folder")


def _walk(folder: Path) -> Iterator[Found]:
    """Everything below, names in order; links, which could lead in circles or out of the folder, are only told."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Found(folder, problem=error.strerror or type(error).__name__)
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif entry.is_symlink():
            yield Found(path, problem="a link is not followed; name what it leads to")
        else:
            yield _as_found(path)


def _as_found(path: Path) -> Found:
    try:
        status = path.stat()
    except OSError as error:
        return Found(path, problem=error.strerror or type(error).__name__)
    if not stat.S_ISREG(status.st_mode):
        return Found(path, problem="not a regular file")
    return Found(path, status.st_size)


async def pieces(source: Source, offset: int, size_bytes: int, progress: Progress) -> AsyncIterator[bytes]:
    """A part of the file, read as it is sent; `progress` hears how much. Raises Unusable when the file changed."""
    left = size_bytes
    with _opened(source, offset) as file:
        while left:
            with _readable():
                piece = await asyncio.to_thread(file.read, min(READ_BYTES, left))
            if not piece:
                raise Unusable(SHORTER)
            yield piece
            left -= len(piece)
            progress(size_bytes - left)
    source.check()


def sha256_of(source: Source, offset: int, size_bytes: int) -> "hashlib._Hash":
    """Of a part of the file; blocks, so call it in a thread. Raises Unusable."""
    digest, left = hashlib.sha256(), size_bytes
    with _readable(), _opened(source, offset) as file:
        while left and (piece := file.read(min(READ_BYTES, left))):
            digest.update(piece)
            left -= len(piece)
    if left:
        raise Unusable(SHORTER)
    return digest


def _opened(source: Source, offset: int) -> BinaryIO:
    with _readable():
        file = source.path.open("rb")
        file.seek(offset)
        return file


@contextmanager
def _readable() -> Iterator[None]:
    """Turns the errors of files into Unusable."""
    try:
        yield
    except OSError as error:
        raise Unusable(error.strerror or type(error).__name__) from error


def as_base64(text: str) -> str:
    """A value of Upload-Metadata."""
    return base64.b64encode(text.encode()).decode()


def _fingerprint(path: Path, file: BinaryIO, status: os.stat_result) -> str:
    """Tells a file on this machine from every other; a changed file is another one."""
    facts = f"{platform.node()}\n{path.resolve()}\n{status.st_size}\n{status.st_mtime_ns}\n"
    digest = hashlib.sha256(facts.encode(errors="surrogateescape"))
    digest.update(file.read(SAMPLE_BYTES))
    if status.st_size > SAMPLE_BYTES:
        file.seek(-SAMPLE_BYTES, os.SEEK_END)
        digest.update(file.read(SAMPLE_BYTES))
    return f"cli-{digest.hexdigest()}"
