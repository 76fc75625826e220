"""Stored deflate blocks and their checksum."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.templates import stored


@pytest.mark.parametrize("size", [0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, 200_000])
def test_any_zlib_unpacks_it(size: int) -> None:
    """The stream unpacks to the data, on the edges of blocks too; its checksum stands where it is said to be."""
    data = bytes(each % 251 for each in range(size))
    packed = stored.stream_of(data)

    assert zlib.decompress(packed) == data
    if data:
        start = len(stored.ZLIB_HEAD) + stored.BLOCK_HEAD_BYTES
        assert start + stored.stream_tail_bytes(size) + stored.SUM_BYTES == len(packed)
        assert all(packed[start + stored.offset_in_stream(at)] == data[at] for at in range(0, size, 997))


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_checksums_are_joined(first: bytes, second: bytes) -> None:
    """The checksum of both is found without either."""
    assert zlib.adler32(first + second) == stored.joined_sum(zlib.adler32(first), zlib.adler32(second), len(second))


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300))
def test_a_checksum_follows_from_what_stands_around(before: bytes, data: bytes, behind: bytes) -> None:
    """What is known beforehand of the data around a slot is all that its checksum needs."""
    around = stored.Around.of(zlib.adler32(before), zlib.adler32(behind), len(behind), len(data))

    assert zlib.adler32(before + data + behind) == around.sum_with(zlib.adler32(data))
