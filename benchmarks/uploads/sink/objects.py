"""What the sink holds: sizes and ETags of everything, bytes of what is small, and a count of what was asked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

KEEP_MAX_BYTES = 16 << 20


@dataclass(frozen=True)
class Stored:
    """An object or a part. `body` is None when its bytes were dropped."""

    size_bytes: int
    etag: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def read(self, start: int, stop: int) -> bytes:
        """The bytes of a range; zeros where they were dropped."""
        return bytes(stop - start) if self.body is None else self.body[start:stop]


@dataclass(frozen=True)
class Multipart:
    """A multipart upload in progress."""

    key: str
    headers: Mapping[str, str]
    parts: dict[int, Stored] = field(default_factory=dict)


class Shelf:
    """One bucket, whatever its name."""

    def __init__(self) -> None:
        self.objects: dict[str, Stored] = {}
        self.multiparts: dict[str, Multipart] = {}
        self.requests: Counter[str] = Counter()
        self.received_bytes = 0
        self._serial = count(1)

    def etag(self, size_bytes: int) -> str:
        """Looks like a digest, differs each time, costs nothing."""
        return f'"{next(self._serial):016x}{size_bytes:016x}"'

    def begin(self, key: str, headers: Mapping[str, str]) -> str:
        """A new multipart upload's id."""
        upload_id = f"{next(self._serial):032x}"
        self.multiparts[upload_id] = Multipart(key, headers)
        return upload_id

    def counts(self) -> dict[str, object]:
        """Requests by operation, and how many bytes came in bodies."""
        return {"requests": dict(self.requests), "received_bytes": self.received_bytes}

    def reset(self) -> None:
        """Forgets everything."""
        self.objects.clear()
        self.multiparts.clear()
        self.requests.clear()
        self.received_bytes = 0
