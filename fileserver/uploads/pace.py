"""How slowly a body may come: each wait for it has an end (`body`), and all of them together must bring bytes.

Only the time spent waiting for the client counts: where the store is slow, the client can't help it.
"""

import time
from types import TracebackType
from typing import Self

from fileserver.uploads.errors import UploadSlow

PATIENCE_S = 120.0  # before the rate counts
RATE_MIN_BYTES_S = 1024  # less is nobody's line, and would hold a place among the receiving ones for days


class Pace:
    """Times the waits for one body, each in a `with` block, and counts what came."""

    def __init__(self) -> None:
        self._bytes, self._waited_s, self._begun = 0, 0.0, 0.0

    def __enter__(self) -> Self:
        """A wait begins. Raises UploadSlow when those before it have brought too little."""
        if self._waited_s > PATIENCE_S + self._bytes / RATE_MIN_BYTES_S:
            raise UploadSlow(rate_min_bytes_s=RATE_MIN_BYTES_S)
        self._begun = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waited_s += time.monotonic() - self._begun

    def came(self, size_bytes: int) -> None:
        """So many bytes."""
        self._bytes += size_bytes
