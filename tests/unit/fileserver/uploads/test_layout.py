"""Parts cover an upload without gap or overlap, and are few and large enough for S3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileserver.uploads.layout import (
    MIB,
    PART_SIZE_DEFERRED_MAX_BYTES,
    PART_SIZE_MIN_BYTES,
    PARTS_MAX,
    RETAINED_MAX_BYTES,
    Layout,
    part_size_for,
    part_size_for_deferred,
)

TIB = 1 << 40
LENGTHS = st.integers(min_value=1, max_value=5 * TIB)


@given(LENGTHS)
def test_part_size(length: int) -> None:
    """Whole MiB, never below the least, and never more than PARTS_MAX parts."""
    size = part_size_for(length)
    assert 0 == size % MIB
    assert size >= PART_SIZE_MIN_BYTES
    assert -(-length // size) <= PARTS_MAX


@given(LENGTHS, st.data())
def test_the_part_at_an_offset_holds_it(length: int, data: st.DataObject) -> None:
    """Every offset lies in the part of its number; all parts but the last are of full size."""
    layout = Layout(length, part_size_for(length))
    offset = data.draw(st.integers(min_value=0, max_value=length - 1))
    span = layout.span_at(offset)
    assert span.start <= offset < span.end <= length
    assert (span.number - 1) * layout.part_size_bytes == span.start
    assert span.size_bytes == layout.part_size_bytes or span.end == length


@given(LENGTHS)
def test_what_stays_in_memory_is_bounded(length: int) -> None:
    """As many parts as fit are under way, at most two, and at least one, without which nothing would move."""
    layout = Layout(length, part_size_for(length))
    assert 1 <= layout.parts_in_flight_max <= 2
    assert layout.parts_in_flight_max == 1 or 2 * layout.part_size_bytes <= RETAINED_MAX_BYTES


@given(LENGTHS)
def test_an_upload_without_a_length_has_an_end(size_max: int) -> None:
    """It may grow to the largest upload, or to as many parts as there may be of a size that memory bears."""
    layout = Layout(None, part_size_for_deferred(size_max), size_max)
    assert layout.part_size_bytes <= PART_SIZE_DEFERRED_MAX_BYTES <= RETAINED_MAX_BYTES
    assert min(size_max, PART_SIZE_DEFERRED_MAX_BYTES * PARTS_MAX) == layout.end_max_bytes
    assert layout.span_at(layout.end_max_bytes - 1).number <= PARTS_MAX
    assert not layout.is_single


def test_a_file_of_one_part_needs_no_multipart_upload() -> None:
    """One PutObject does it."""
    size = PART_SIZE_MIN_BYTES
    assert [True, True, False] == [Layout(length, size).is_single for length in (1, size, size + 1)]


@pytest.mark.parametrize(
    ("length_bytes", "places"), [(1, 1), (10 << 30, 1), (300 << 30, 1), (500 << 30, 2), (5 << 40, 14)]
)
def test_places_in_memory(length_bytes: int, places: int) -> None:
    """Ordinary files take one; parts of the longest ones are larger, and take as many as their bytes need."""
    layout = Layout(length_bytes, part_size_for(length_bytes))
    assert places == layout.places
    assert layout.part_size_bytes * layout.parts_in_flight_max <= places * RETAINED_MAX_BYTES
