"""What a finished trace keeps in its row: ids, numbers and bounds, never a name.

Promises: what `stored` writes, `read` gives back. Whom the ids stand for is looked up when somebody who may reads it,
so that an erased person is nobody here too.
"""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from compliance.tracing.evidence import Kind, Named, Piece

FORMAT = 1
Homography = tuple[float, ...]  # 3 × 3 by rows: from the suspect page's pixels to the original page's


@dataclass(frozen=True, kw_only=True)
class Match:
    """The page of a version that a suspect page was laid over."""

    version_id: str
    version_sha256: str
    page: int
    width_px: int
    height_px: int
    homography: Homography
    inliers: int


@dataclass(frozen=True, kw_only=True)
class SuspectPage:
    """A page of the suspect as it was looked at; `pictures` tells which of its pictures are kept."""

    suspect_page: int
    width_px: int
    height_px: int
    match: Match | None
    pictures: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Results:
    """All of it. `copies_considered` are those that the narrowing left; `looks` is what bounds were multiplied by."""

    pages_total: int
    copies_considered: int
    originals_considered: int
    looks: int
    closest: float
    pages: tuple[SuspectPage, ...]
    named: tuple[Named, ...]
    leads: tuple[Named, ...]


def objects_of(trace_id: UUID) -> str:
    """Where in the store everything of a trace is: the suspect and the pictures."""
    return f"traces/{trace_id}/"


def picture_key(trace_id: UUID, suspect_page: int, name: str) -> str:
    """Where in the store a picture of a trace is."""
    return f"{objects_of(trace_id)}pages/{suspect_page}/{name}"


def stored(results: Results) -> dict[str, Any]:
    """As JSON for the row; copy ids as 12 hex digits, since JSON's readers lose integers beyond 53 bits."""
    document = asdict(results)
    for named in (*document["named"], *document["leads"]):
        named["copy_id"] = f"{named['copy_id']:012x}"
        for piece in named["pieces"]:
            piece["copy_id"], piece["kind"] = f"{piece['copy_id']:012x}", piece["kind"].value
    return {"format": FORMAT, **document}


def read(document: dict[str, Any]) -> Results:
    """Raises KeyError or TypeError for what `stored` didn't write."""
    pages = tuple(_page(each) for each in document["pages"])
    named, leads = (tuple(_named(each) for each in document[name]) for name in ("named", "leads"))
    plain = {
        name: document[name]
        for name in ("pages_total", "copies_considered", "originals_considered", "looks", "closest")
    }
    return Results(**plain, pages=pages, named=named, leads=leads)


def _page(document: dict[str, Any]) -> SuspectPage:
    match = document["match"]
    found = Match(**{**match, "homography": tuple(match["homography"])}) if match else None
    return SuspectPage(**{**document, "match": found, "pictures": tuple(document["pictures"])})


def _named(document: dict[str, Any]) -> Named:
    pieces = tuple(_piece(each) for each in document["pieces"])
    return Named(**{**document, "copy_id": int(document["copy_id"], 16), "pieces": pieces})


def _piece(document: dict[str, Any]) -> Piece:
    return Piece(**{**document, "copy_id": int(document["copy_id"], 16), "kind": Kind(document["kind"])})
