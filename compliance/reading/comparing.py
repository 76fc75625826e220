"""What changed between two versions, page by page: lines of text that went and came. Pure.

Promises: the same text on both sides is no change, however it is broken into lines; pages are compared by their number,
what stands on no page by its name. Leaves where the pictures differ to `processes.Extractor.changes`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from compliance.reading.merging import plain
from compliance.reading.pieces import ExtractedText, Unit

LINES_MAX = 2_000  # of one page that are compared line by line
Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True)
class Line:
    """A line of either version, or of both."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class UnitChanges:
    """A page, or what has a name instead: which of the versions has it, and its lines."""

    unit: Unit
    before: bool
    after: bool
    lines: tuple[Line, ...]

    @property
    def changed(self) -> bool:
        """Whether its words did."""
        return any(each.kind != "same" for each in self.lines)


def compared(before: ExtractedText, after: ExtractedText) -> Iterator[UnitChanges]:
    """Every unit of either, pages first."""
    olds, news = _by_unit(before), _by_unit(after)
    for unit in (*news, *(each for each in olds if each not in news)):
        lines = _lines(olds.get(unit, ""), news.get(unit, ""))
        yield UnitChanges(unit, unit in olds, unit in news, tuple(lines))


def _by_unit(text: ExtractedText) -> dict[Unit, str]:
    return dict(zip(text.units, text.pages, strict=True))


def _lines(before: str, after: str) -> Iterator[Line]:
    olds, news = before.splitlines()[:LINES_MAX], after.splitlines()[:LINES_MAX]
    if plain(before) == plain(after):
        yield from (Line("same", each) for each in news)
        return
    matcher = SequenceMatcher(None, [plain(each) for each in olds], [plain(each) for each in news], autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            yield from (Line("same", each) for each in news[new_from:new_to])
            continue
        yield from (Line("removed", each) for each in olds[old_from:old_to])
        yield from (Line("added", each) for each in news[new_from:new_to])
