"""Bytes in a Flate stream that can be exchanged without packing anything.

A stored deflate block (RFC 1951, 3.2.4) holds up to 65,535 bytes as they are; around it stand the zlib header and the
Adler-32 of the data (RFC 1950). So whoever replaces the bytes and the checksum has replaced the data, and the stream
keeps its length. Promises exactly that arithmetic. Leaves where in the file it happens to `slots`.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

BLOCK_MAX_BYTES = 65_535
BLOCK_HEAD_BYTES = 5
ZLIB_HEAD = b"\x78\x01"
SUM_BYTES = 4
_ADLER_BASE = 65_521


def stream_of(data: bytes) -> bytes:
    """`data` as a Flate stream of stored blocks only."""
    blocks = b"".join(block(piece, final=at + len(piece) == len(data)) for at, piece in pieces(data))
    return ZLIB_HEAD + blocks + zlib.adler32(data).to_bytes(SUM_BYTES, "big")


def block(data: bytes, *, final: bool) -> bytes:
    """One stored block of at most BLOCK_MAX_BYTES."""
    length = len(data).to_bytes(2, "little")
    return bytes([final]) + length + bytes(each ^ 0xFF for each in length) + data


def pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The data of each block, with its offset in `data`."""
    for at in range(0, max(1, len(data)), BLOCK_MAX_BYTES):
        yield at, data[at : at + BLOCK_MAX_BYTES]


def offset_in_stream(at: int) -> int:
    """How far behind the first data byte the data byte `at` stands, block heads between them counted."""
    return at + at // BLOCK_MAX_BYTES * BLOCK_HEAD_BYTES


def stream_tail_bytes(capacity: int) -> int:
    """From the first data byte of `stream_of` to its Adler-32."""
    return offset_in_stream(capacity - 1) + 1


@dataclass(frozen=True)
class Around:
    """What stands before and behind data whose length is known, as far as the Adler-32 of the whole depends on it."""

    low: int
    high: int
    after_bytes: int

    @classmethod
    def of(cls, before: int, after: int, after_bytes: int, data_bytes: int) -> "Around":
        """`before` and `after` are their sums. The sum of the whole is linear in both halves of that of the data."""
        through = joined_sum(before, 0, data_bytes)
        whole = joined_sum(through, after, after_bytes)
        return cls(whole & 0xFFFF, whole >> 16, after_bytes)

    def sum_with(self, data: int) -> int:
        """The sum of all, `data` being that of the data."""
        low = data & 0xFFFF
        high = (data >> 16) + self.high + self.after_bytes * low
        return high % _ADLER_BASE << 16 | (low + self.low) % _ADLER_BASE


def joined_sum(first: int, second: int, second_bytes: int) -> int:
    """The Adler-32 of two strings, one behind the other, from theirs and the length of the second."""
    length = second_bytes % _ADLER_BASE
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % _ADLER_BASE
    high = ((first >> 16) + (second >> 16) + length * ((first & 0xFFFF) - 1)) % _ADLER_BASE
    return high << 16 | low
