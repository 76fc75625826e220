"""Parts cover an upload without gap or overlap, and are few and large enough for S3."""

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
    assert layout.parts_in_flight_max * layout.step_bytes <= RETAINED_MAX_BYTES
    assert 1 == layout.places


@given(LENGTHS, st.data())
def test_steps_lead_to_the_end_of_the_part(length: int, data: st.DataObject) -> None:
    """From any offset, steps end where those from the part's beginning do; the last one is left to the part."""
    layout = Layout(length, part_size_for(length))
    offset = data.draw(st.integers(min_value=0, max_value=length - 1))
    part, at = layout.span_at(offset), offset
    while step := layout.step_at(at):
        assert (part.number, at) == (step.number, step.start)
        assert 0 < step.size_bytes <= layout.step_bytes
        assert 0 == (step.end - part.start) % layout.step_bytes
        at = step.end
    assert at < part.end <= at + layout.step_bytes
    assert layout.is_stepped or at == offset


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
