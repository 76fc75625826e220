"""Text with places: what stands where in a version, as data that every reader of it shares.

Promises: a piece is a line, a cell or a caption with its place; `ExtractedText.pages` are the texts that rules are
matched against, and `place_of` leads from offsets in them back to where a person sees it. Its JSON is the rendition
`text`. Leaves finding the pieces to `compliance.reading.extracting`.
"""

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import accumulate
from typing import Any, Literal, Self, get_args

from compliance.detecting.model import Box, Place
from compliance.reading.errors import BadText
from compliance.reading.numbers import box_of, number_of
from compliance.reading.seen import Seen
from watermark.framing import NONSENSE

Source = Literal["layer", "ocr", "subtitle", "notes", "member"]
SOURCES: frozenset[str] = frozenset(get_args(Source))
FORMAT = 1
BETWEEN = "\n"  # stands between two pieces of a page
WIDE = frozenset("WF")  # East Asian Width (UAX 11): a character as wide as it is high


@dataclass(frozen=True, kw_only=True)
class TextPiece:
    """A line, a cell or a caption.

    `page` counts from 1, None for what no page shows; `box` is (x0, y0, x1, y1) in thousandths of the page's width and
    height from the upper left; `start_ms` and `end_ms` are moments of a video; `member` names what is no page: a
    part of a container, a hidden sheet, the notes of a slide.
    """

    text: str
    page: int | None = None
    box: Box | None = None
    start_ms: int | None = None
    end_ms: int | None = None
    member: str | None = None
    source: Source = "layer"

    @property
    def unit(self) -> "Unit":
        """What it is read together with."""
        return Unit(self.page, None if self.page is not None else self.member)


@dataclass(frozen=True)
class Unit:
    """One text of `ExtractedText.pages`: a page, or (page None) a member, or all that has neither."""

    page: int | None
    member: str | None


@dataclass(frozen=True, kw_only=True)
class ExtractedText:
    """All text of a version. `page_count` pages come first in `pages`, then what is on none of them, as `units` says.

    `complete` is False when a limit cut it short: then nothing may pass as free of anything. `seen` is what its
    pictures show besides text, `made_by` names the reading that made it: another one may find more. `unlooked` counts
    pages that may show words for which nobody looked, because nothing here recognises them; of a film it is 1.
    `drawn`: it is a drawing that may show words which it does not spell.
    """

    pieces: tuple[TextPiece, ...]
    page_count: int
    complete: bool = True
    seen: tuple[Seen, ...] = ()
    made_by: str = ""
    unlooked: int = 0
    drawn: bool = False

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """What each of `pages` is, in the same order."""
        others = dict.fromkeys(each.unit for each in self.pieces if not self._is_page(each))
        return (*(Unit(page, None) for page in range(1, self.page_count + 1)), *others)

    @cached_property
    def pages(self) -> list[str]:
        """The text of each unit: its pieces in reading order, BETWEEN them."""
        return [BETWEEN.join(each.text for each in pieces) for pieces in self._by_unit]

    def place_of(self, page: int, start: int, end: int) -> Place:
        """Where the characters `start` to `end` of `pages[page - 1]` are seen.

        The box is that of the pieces; of a single line, reckoned from how wide its characters usually are.
        Raises IndexError for a page that isn't there.
        """
        if not 1 <= page <= len(self.units):
            raise IndexError(page)
        unit, pieces, starts = self.units[page - 1], self._by_unit[page - 1], self._starts[page - 1]
        first = max(0, bisect_right(starts, start) - 1)
        last = max(first + 1, bisect_right(starts, max(start, end - 1)))
        met = list(zip(pieces[first:last], starts[first:last], strict=True))
        spans = [part_of(piece.text, piece.box, start - at, end - at) for piece, at in met if piece.box is not None]
        moments = [piece for piece, _ in met if piece.start_ms is not None]
        return Place(
            page=unit.page,
            box=around(spans),
            start_ms=min((each.start_ms for each in moments if each.start_ms is not None), default=None),
            end_ms=max((each.end_ms for each in moments if each.end_ms is not None), default=None),
            member=next((piece.member for piece, _ in met if piece.member), unit.member),
            start=start,
            end=end,
        )

    def to_json(self) -> bytes:
        """UTF-8, without what is None."""
        whole = {
            "v": FORMAT,
            "page_count": self.page_count,
            "complete": self.complete,
            "made_by": self.made_by,
            "unlooked": self.unlooked,
            "drawn": self.drawn,
            "pieces": _known(self.pieces),
            "seen": _known(self.seen),
        }
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """What `to_json` wrote. Raises BadText for anything else: those who wrote it are not trusted."""
        try:
            whole = json.loads(body)
            if whole["v"] != FORMAT:
                raise BadText
            pieces = tuple(_piece(each) for each in whole["pieces"])
            seen = tuple(Seen.of_row(each) for each in whole.get("seen", ()))
            page_count, complete = number_of(whole["page_count"]), whole["complete"] is True
            made_by, unlooked = str(whole.get("made_by", "")), number_of(whole.get("unlooked", 0))
            drawn = whole.get("drawn", False) is True
        except NONSENSE as error:
            raise BadText from error
        return cls(
            pieces=pieces,
            page_count=page_count,
            complete=complete,
            seen=seen,
            made_by=made_by,
            unlooked=unlooked,
            drawn=drawn,
        )

    def _is_page(self, piece: TextPiece) -> bool:
        return piece.page is not None and 1 <= piece.page <= self.page_count

    @cached_property
    def _by_unit(self) -> list[list[TextPiece]]:
        found: dict[Unit, list[TextPiece]] = {unit: [] for unit in self.units}
        for piece in self.pieces:
            found[piece.unit].append(piece)
        return list(found.values())

    @cached_property
    def _starts(self) -> list[list[int]]:
        """Offset of each piece in its page."""
        return [
            [0, *accumulate(len(each.text) + len(BETWEEN) for each in pieces)][: len(pieces)]
            for pieces in self._by_unit
        ]


def part_of(text: str, box: Box, start: int, end: int) -> Box:
    """The box of some characters of a line, by the usual widths."""
    x0, y0, x1, y1 = box
    widths = [0, *accumulate(2 if unicodedata.east_asian_width(each) in WIDE else 1 for each in text)]
    first, last = (min(max(0, at), len(text)) for at in (start, end))
    if y1 - y0 > x1 - x0 or widths[-1] == 0:
        return box  # written downwards, or nothing to measure by
    scale = (x1 - x0) / widths[-1]
    return x0 + int(widths[first] * scale), y0, min(x1, x0 + round(widths[last] * scale + 0.5)), y1


def around(boxes: Sequence[Box]) -> Box | None:
    """The smallest box that holds them all."""
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _known(rows: Iterable[TextPiece | Seen]) -> list[dict[str, Any]]:
    return [{name: value for name, value in vars(each).items() if value is not None} for each in rows]


def _piece(found: dict[str, Any]) -> TextPiece:
    known = {field.name for field in fields(TextPiece)}
    text, member, source = found["text"], found.get("member"), found.get("source", "layer")
    if (
        not set(found) <= known
        or source not in SOURCES
        or not all(isinstance(each, str) for each in (text, member or ""))
    ):
        raise BadText
    return TextPiece(
        text=text,
        page=_number_or_none(found.get("page")),
        box=box_of(found["box"]) if "box" in found else None,
        start_ms=_number_or_none(found.get("start_ms")),
        end_ms=_number_or_none(found.get("end_ms")),
        member=member,
        source=source,
    )


def _number_or_none(found: Any) -> int | None:
    return None if found is None else number_of(found)
