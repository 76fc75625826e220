"""The words between detectors and the rest."""

import json

import pytest

from compliance.detecting import QUOTE_MAX, Found, Place, Subject

FOUND = Found(
    detector="rules",
    rule="A1",
    severity="block",
    place=Place(page=3, box=(10, 20, 500, 1000), start=4, end=7),
    params={"count": 2, "member": "word/document.xml"},
    quote="国家级",
    basis="GGF 9(3)",
)


def test_a_finding_crosses_a_process_border_unchanged() -> None:
    """What is read back equals what was written, through JSON."""
    assert FOUND == Found.of_row(json.loads(json.dumps(FOUND.to_row())))


def test_a_place_says_only_what_is_known() -> None:
    """Nothing stands for what does not apply."""
    assert {} == Place().to_row()
    assert {"page": 3, "box": [10, 20, 500, 1000], "start": 4, "end": 7} == FOUND.place.to_row()


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\u202eb", "a\nb"])
def test_nothing_that_a_database_or_a_terminal_stumbles_over_is_kept(text: str) -> None:
    """Controls, direction overrides and halves of characters become spaces."""
    found = Found(detector="d", rule="r", severity="review", quote=text, place=Place(member=text), params={"p": text})
    assert ("a b", "a b", "a b") == (found.quote, found.place.member, found.params["p"])


def test_a_quote_is_cut() -> None:
    """A detector can't copy a material into its findings."""
    assert QUOTE_MAX == len(Found(detector="d", rule="r", severity="review", quote="长" * 10_000).quote)


@pytest.mark.parametrize(
    "wrong",
    [
        {"page": 0},
        {"page": -1},
        {"box": (0, 0, 1001, 5)},
        {"box": (5, 0, 1, 5)},
        {"box": (1, 2, 3)},
        {"start_ms": -1},
    ],
)
def test_a_place_that_is_nowhere_is_refused(wrong: dict[str, object]) -> None:
    """Whatever a confined process says of places is checked."""
    with pytest.raises(ValueError, match=r"page|box|numbers"):
        Place.of_row(wrong)


def test_an_unknown_severity_is_refused() -> None:
    """Severities are the three words."""
    with pytest.raises(ValueError, match="severity"):
        Found.of_row({**FOUND.to_row(), "severity": "none"})


def test_a_subject_knows_whether_it_is_whole() -> None:
    """Of a file that is too large there are only its two ends."""
    assert Subject(content=b"abc", size_bytes=3, media_type="text/plain", filename="a.txt").whole
    assert not Subject(content=b"abc", size_bytes=9, media_type="text/plain", filename="a.txt", tail=b"xyz").whole
