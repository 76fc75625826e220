"""Results: what a row keeps comes back as it was, and ids survive readers that know only doubles."""

import json

from compliance.tracing.evidence import Kind, Named, Piece
from compliance.tracing.results import Match, Results, SuspectPage, read, stored

PIECE = Piece(kind=Kind.INFORMED, copy_id=2**48 - 1, suspect_page=1, page=2, score=12.5, false_accusation=1e-30, kid=3)
RESULTS = Results(
    pages_total=9,
    copies_considered=12,
    originals_considered=40,
    looks=3,
    closest=0.25,
    pages=(
        SuspectPage(
            suspect_page=1,
            width_px=600,
            height_px=800,
            match=Match(
                version_id="v",
                version_sha256="00",
                page=2,
                width_px=1414,
                height_px=2000,
                homography=(1.0, 0.0, 2.5, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
                inliers=70,
            ),
            pictures=("suspect", "original"),
        ),
        SuspectPage(suspect_page=5, width_px=1, height_px=1, match=None, pictures=()),
    ),
    named=(Named(copy_id=2**48 - 1, false_accusation=3e-30, confidence=1.0, pieces=(PIECE,)),),
    leads=(Named(copy_id=0, false_accusation=1.0, confidence=0.5, pieces=()),),
)


def test_reading_gives_what_was_stored() -> None:
    """Through JSON and back."""
    assert RESULTS == read(json.loads(json.dumps(stored(RESULTS))))


def test_copy_ids_are_text() -> None:
    """Twelve hexadecimal digits, leading zeros too."""
    document = stored(RESULTS)
    assert ["ffffffffffff", "000000000000"] == [document[name][0]["copy_id"] for name in ("named", "leads")]
