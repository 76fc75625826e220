"""Where a log's bytes come from: a folder, a tar or a zip file. Anything else that answers `get` does as well."""

import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Protocol

from compliance.verifying.errors import Malformed
from compliance.verifying.layout import CHECKPOINT


class Source(Protocol):
    """Files of a log by path, as tlog-tiles lays them out."""

    def get(self, path: str, limit_bytes: int) -> bytes | None:
        """The bytes, at most one more than the limit; None when there is no such file."""


class Folder:
    """An unpacked bundle."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, path: str, limit_bytes: int) -> bytes | None:
        """The file's bytes."""
        try:
            with (self._root / path).open("rb") as file:
                return file.read(limit_bytes + 1)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None


class Tar:
    """A bundle as it was downloaded. Only an index of it is held in memory: some 200 bytes a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: dict[str, tuple[int, int]] = {}
        with tarfile.open(fileobj=file, mode="r:") as opened:
            while (member := opened.next()) is not None:
                opened.members.clear()  # type: ignore[attr-defined]  # it would keep them all; the stubs leave it out
                if member.isfile():
                    self._places[member.name] = member.offset_data, member.size
        self._folder = _folder_of(self._places)

    def get(self, path: str, limit_bytes: int) -> bytes | None:
        """The member's bytes."""
        place = self._places.get(self._folder + path)
        if place is None:
            return None
        self._file.seek(place[0])
        return self._file.read(min(place[1], limit_bytes + 1))


class Zip:
    """A bundle that somebody packed again."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._folder = _folder_of(archive.namelist())

    def get(self, path: str, limit_bytes: int) -> bytes | None:
        """The member's bytes."""
        try:
            with self._archive.open(self._folder + path) as member:
                return member.read(limit_bytes + 1)
        except KeyError:
            return None
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise Malformed(f"{path}: {error}") from error


def open_source(path: Path) -> AbstractContextManager[Source]:
    """The log in this folder, tar or zip file. Raises Malformed when it is none of them, OSError."""
    return _open(path)


@contextmanager
def _open(path: Path) -> Iterator[Source]:
    if path.is_dir():
        yield Folder(path)
        return
    with path.open("rb") as file:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                yield Zip(archive)
            return
        file.seek(0)
        try:
            found = Tar(file)
        except tarfile.TarError:
            raise Malformed(f"{path.name} is neither a folder nor a tar or zip file of a log") from None
        yield found


def _folder_of(names: Iterator[str] | dict[str, tuple[int, int]] | list[str]) -> str:
    """The one folder that everything lies in, with a slash; empty when it lies at the top."""
    heads = [name for name in names if name == CHECKPOINT or name.endswith(f"/{CHECKPOINT}")]
    return min(heads, key=len).removesuffix(CHECKPOINT) if heads else ""
