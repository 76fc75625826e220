"""The algorithms of Upload-Checksum: hashes of hashlib, and CRC32C, which costs a tenth of them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import google_crc32c

MAKE: Callable[[], Any] = google_crc32c.Checksum  # has no types


class Crc32c:
    """CRC-32C (RFC 3720 §12.1) in the way of hashlib; the digest is 4 bytes, big-endian."""

    def __init__(self) -> None:
        self._crc: Any = MAKE()

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Takes any bytes; the library takes only those that can't change."""
        self._crc.update(data if isinstance(data, bytes) else bytes(data))

    def digest(self) -> bytes:
        """Of all that came so far."""
        return bytes(self._crc.digest())


@dataclass(frozen=True)
class Algorithm:
    """How to make a hasher, and how long its digest is."""

    hasher: Callable[[], Any]
    digest_bytes: int


# Not for security: the client states it about its own bytes.
ALGORITHMS: Mapping[str, Algorithm] = {
    "sha1": Algorithm(partial(hashlib.sha1, usedforsecurity=False), 20),
    "sha256": Algorithm(partial(hashlib.sha256, usedforsecurity=False), 32),
    "crc32c": Algorithm(Crc32c, 4),
}
