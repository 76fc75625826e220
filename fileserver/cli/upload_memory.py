"""Which files were on their way to where, so that the same command goes on instead of beginning anew.

A file is known by its path, size, time of change and server. The memory is a small JSON file for this user only; losing
it costs sending the bytes again, nothing else. It never holds a token.
"""

import hashlib
import json
import os
from pathlib import Path

FILE_NAME = "uploads.json"
REMEMBERED_MAX = 1000


class Memory:
    """The addresses of unfinished uploads, by fingerprint."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        try:
            self._addresses: dict[str, str] = json.loads(self._file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            self._addresses = {}

    def address_of(self, fingerprint: str) -> str | None:
        """Where this file's upload is, as far as we remember."""
        return self._addresses.get(fingerprint)

    def remember(self, fingerprint: str, address: str) -> None:
        """Keep an address, and at most the newest REMEMBERED_MAX."""
        self._addresses[fingerprint] = address
        while len(self._addresses) > REMEMBERED_MAX:
            del self._addresses[next(iter(self._addresses))]
        self._save()

    def forget(self, fingerprint: str) -> None:
        """The upload is complete, or gone."""
        if self._addresses.pop(fingerprint, None) is not None:
            self._save()

    def _save(self) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(self._addresses, file)
        fresh.replace(self._file)


def fingerprint(path: Path, url: str) -> str:
    """Tells a file on its way to a server from every other; a changed file is another one."""
    status = path.stat()
    facts = f"{path.resolve()}\n{status.st_size}\n{status.st_mtime_ns}\n{url.rstrip('/')}"
    return hashlib.sha256(facts.encode(errors="surrogateescape")).hexdigest()
