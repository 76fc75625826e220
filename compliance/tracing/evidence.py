"""What the pieces of evidence say together: which copies are named, how sure that is, and what it is not enough for.

Promises: a copy is named only if the probability that chance alone names an innocent copy in the whole trace is at most
FALSE_ACCUSATION_MAX, reckoned as a union bound over everything that was looked at. Pieces are not multiplied: the
strongest counts, so pieces that depend on each other claim no more than one of them. Confidence is that probability
turned around by the bound of Sellke, Bayarri and Berger (2001), which no prior of the alternative can beat, from even
odds; it says nothing about whether the person who was served the copy is the one who passed it on.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

FALSE_ACCUSATION_MAX = 1e-6
COPIES_NAMED_MAX = 16
PIECE_TOLD_MAX = 0.01  # a weaker one speaks for nobody, and is not told beside the strong ones


class Kind(StrEnum):
    """How a piece of evidence was come by."""

    BLIND = "blind"  # the repeating layer of the hidden mark, read without knowing the page
    INFORMED = "informed"  # both layers, read against the page and the copies served of it
    FILE_ID = "file_id"  # what a PDF says of itself: whoever edits a file can write there what they like
    TEXT = "text"  # a machine read a copy's facts on the page: anybody can write them there
    VISIBLE = "visible"  # the text drawn on the page fits what was drawn for this copy: anybody can draw a text


DECISIVE = frozenset({Kind.BLIND, Kind.INFORMED})  # the others are pointers: true or not, anybody could have made them


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One look that speaks for one copy. `false_accusation` is a bound for this look alone, all its candidates counted.

    `suspect_page` counts the pages of the suspect, `page` those of the version; 0 where there is none.
    """

    kind: Kind
    copy_id: int
    suspect_page: int = 0
    page: int = 0
    score: float
    false_accusation: float
    kid: int = 0


@dataclass(frozen=True, kw_only=True)
class Named:
    """A copy that the evidence is enough for."""

    copy_id: int
    false_accusation: float
    confidence: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The named copies, the surest first; `closest` is the best bound of those that were not enough, 1 without any.

    `leads` are copies that only pointers speak for: where an investigator may look, and no finding.
    """

    named: tuple[Named, ...]
    leads: tuple[Named, ...]
    closest: float


def weigh(pieces: Iterable[Piece], looks: int) -> Verdict:
    """What the pieces come to; `looks` is how many looks were taken, the fruitless ones too."""
    by_copy: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_copy.setdefault(piece.copy_id, []).append(piece)
    judged = sorted((_judged(copy_id, found, looks) for copy_id, found in by_copy.items()), key=_surest)
    named = [each for each in judged if each.false_accusation <= FALSE_ACCUSATION_MAX]
    rest = [each for each in judged if each.false_accusation > FALSE_ACCUSATION_MAX]
    return Verdict(
        named=tuple(named[:COPIES_NAMED_MAX]),
        leads=tuple(each for each in rest if _points(each))[:COPIES_NAMED_MAX],
        closest=min((each.false_accusation for each in rest), default=1.0),
    )


def confidence_of(false_accusation: float) -> float:
    """At least this probable that the copy was a source, from even odds: 1 / (1 + BF), BF = -e p ln p."""
    p = min(max(false_accusation, 5e-324), 1 / math.e)
    factor = -math.e * p * math.log(p)
    return 1 / (1 + factor)


def _judged(copy_id: int, pieces: Sequence[Piece], looks: int) -> Named:
    best = min((each.false_accusation for each in pieces if each.kind in DECISIVE), default=1.0)
    bound = min(1.0, best * max(1, looks))
    told = [each for each in pieces if each.false_accusation <= PIECE_TOLD_MAX or each.kind not in DECISIVE]
    return Named(
        copy_id=copy_id, false_accusation=bound, confidence=confidence_of(bound), pieces=_strongest(told)
    )  # fmt: skip


def _strongest(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Of looks of one kind at one place, which would be told in the same words, the one that says most."""
    best: dict[tuple[Kind, int, int], Piece] = {}
    for piece in sorted(pieces, key=_order):
        best.setdefault((piece.kind, piece.suspect_page, piece.page), piece)
    return tuple(best.values())


def _points(judged: Named) -> bool:
    return any(each.kind not in DECISIVE and each.false_accusation <= FALSE_ACCUSATION_MAX for each in judged.pieces)


def _surest(judged: Named) -> tuple[float, int]:
    return judged.false_accusation, judged.copy_id


def _order(piece: Piece) -> tuple[float, str, int, int]:
    return piece.false_accusation, piece.kind.value, piece.suspect_page, piece.page
