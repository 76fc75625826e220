"""Frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watermark.framing import HEADER_MAX_BYTES, PREFIX, BadFrame, head, lengths, parsed

VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())


@given(st.dictionaries(st.text(), VALUES, max_size=5), st.integers(0, 2**40))
def test_a_frame_reads_back(header: dict[str, object], payload_bytes: int) -> None:
    """What was put into a frame's head comes out of it."""
    frame = head(header, payload_bytes)
    body = frame[PREFIX.size :]

    assert (len(body), payload_bytes) == lengths(frame[: PREFIX.size])
    assert header == parsed(body)


def test_headers_are_bounded() -> None:
    """Neither end writes or believes a header larger than the limit."""
    with pytest.raises(BadFrame):
        head({"text": "x" * HEADER_MAX_BYTES}, 0)
    with pytest.raises(BadFrame):
        lengths(PREFIX.pack(HEADER_MAX_BYTES + 1, 0))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"7", b"[" * HEADER_MAX_BYTES])
def test_other_things_are_not_headers(body: bytes) -> None:
    """Only a JSON object is a header."""
    with pytest.raises(BadFrame):
        parsed(body)
