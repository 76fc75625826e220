"""Passages of a text as a platform takes them: none too long, nothing left out, and each word whole in one of them."""

import pytest

from compliance.reading import ExtractedText, TextPiece
from compliance.scanning.platform import OVERLAP, Passage, passages_of

MAX = 200


def said(*pages: str) -> ExtractedText:
    """A text with these pages."""
    pieces = tuple(TextPiece(text=page, page=number) for number, page in enumerate(pages, 1) if page)
    return ExtractedText(pieces=pieces, page_count=len(pages))


@pytest.mark.parametrize("length", [1, OVERLAP, MAX - 1, MAX, MAX + 1, 2 * MAX - OVERLAP, 2 * MAX, 1234])
def test_passages_cover_a_page_and_overlap(length: int) -> None:
    """Each is at most as long as the platform takes, and any OVERLAP characters of the page stand whole in one."""
    page = "".join(chr(0x4E00 + at) for at in range(length))
    passages = list(passages_of(said(page), MAX))
    assert all(len(each.text) <= MAX and page[each.start :].startswith(each.text) for each in passages)
    for at in range(max(1, length - OVERLAP + 1)):
        assert any(page[at : at + OVERLAP] in each.text for each in passages)


def test_no_passage_is_asked_about_for_nothing() -> None:
    """Pages without a word are left out, and a page that fits is one passage."""
    assert [Passage(2, 0, "好"), Passage(4, 0, "字" * MAX)] == list(passages_of(said("", "好", " ", "字" * MAX), MAX))
