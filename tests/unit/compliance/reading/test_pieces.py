"""What stands where: text, offsets and boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.detecting import Place
from compliance.reading import BadText, ExtractedText, TextPiece, Unit

LINE = TextPiece(text="效果保证100%", page=1, box=(100, 100, 500, 140))
NEXT = TextPiece(text="立即预约", page=1, box=(100, 150, 300, 190), source="ocr")
SECOND = TextPiece(text="第二页", page=2, box=(100, 100, 220, 140))
HIDDEN = TextPiece(text="内部价 3000", member="隐藏表!B2", source="member")
CAPTION = TextPiece(text="永久有效", start_ms=1_000, end_ms=3_000, source="subtitle")
WHOLE = ExtractedText(pieces=(LINE, NEXT, SECOND, HIDDEN, CAPTION), page_count=3)


def test_each_page_has_its_text_then_what_no_page_shows() -> None:
    """Pages come first, empty ones too, then members and captions, one line for each piece."""
    assert WHOLE.pages == ["效果保证100%\n立即预约", "第二页", "", "内部价 3000", "永久有效"]
    assert WHOLE.units[3] == Unit(None, "隐藏表!B2")


def test_offsets_lead_to_the_part_of_the_line_that_is_meant() -> None:
    """The box of some characters is the part of their line by usual widths: Chinese twice as wide as Latin."""
    assert Place(page=1, box=(100, 100, 367, 140), start=0, end=4) == WHOLE.place_of(1, 0, 4)
    assert Place(page=1, box=(366, 100, 500, 140), start=4, end=8) == WHOLE.place_of(1, 4, 8)


def test_a_hit_over_two_lines_has_a_box_around_both() -> None:
    """From the middle of a line into the next: one box around both parts, whichever is wider."""
    found = WHOLE.place_of(1, 4, 10)
    assert found.box is not None
    assert (100, 100, 190) == (found.box[0], found.box[1], found.box[3])


def test_what_no_page_shows_is_named() -> None:
    """A member by its name, a caption by its moments; neither has a page."""
    assert Place(member="隐藏表!B2", start=0, end=3) == WHOLE.place_of(4, 0, 3)
    assert Place(start_ms=1_000, end_ms=3_000, start=0, end=2) == WHOLE.place_of(5, 0, 2)


def test_a_page_that_is_not_there_is_refused() -> None:
    """Zero and one too many are errors of the caller, not places."""
    for page in (0, 6):
        with pytest.raises(IndexError):
            WHOLE.place_of(page, 0, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"v":2}',
        b'{"v":1,"page_count":1,"complete":true,"pieces":[{"text":1}]}',
        b'{"v":1,"page_count":1,"complete":true,"pieces":[{"text":"a","box":[1,2,3]}]}',
        b'{"v":1,"page_count":1,"complete":true,"pieces":[{"text":"a","source":"rumour"}]}',
        b"[" * 100_000,
    ],
)
def test_json_that_was_not_written_so_is_refused(body: bytes) -> None:
    """What comes from a process that opens strangers' files is read with care."""
    with pytest.raises(BadText):
        ExtractedText.from_json(body)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PIECES = st.builds(
    TextPiece,
    text=TEXTS,
    page=st.none() | st.integers(1, 4),
    box=st.none() | st.tuples(*[st.integers(0, 500)] * 2, *[st.integers(500, 1000)] * 2),
    member=st.none() | TEXTS,
    source=st.sampled_from(["layer", "ocr", "notes"]),
)


@given(st.lists(PIECES, max_size=6), st.integers(0, 3))
def test_json_brings_back_what_was_written(pieces: list[TextPiece], page_count: int) -> None:
    """Written and read again it is equal, and every piece stands in exactly one text, at its offset."""
    whole = ExtractedText(pieces=tuple(pieces), page_count=page_count)
    again = ExtractedText.from_json(whole.to_json())
    assert whole == again
    assert sum(len(each.text) for each in pieces) == sum(len(text.replace("\n", "")) for text in again.pages) + sum(
        each.text.count("\n") for each in pieces
    )
