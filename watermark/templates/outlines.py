"""Letters as outlines: what a page shows without having a font.

Promises: each character of a line as filled contours of Noto Sans CJK SC, the face of `lettering`, on a grid of so
many units to the em; a character once drawn is remembered. Characters come as `lettering.drawable` leaves them; one
the font lacks becomes the mark for a missing type, none is left out. Leaves which lines, and their ink, to `marks`.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from fontTools.misc.transform import Transform
from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from noto_cjk_sans_otc import FONT_PATH
from typing_extensions import override

from watermark.lettering import FONT_INDEX_SC, MISSING_MARK

GLYPHS_CACHED = 8192
Point = tuple[float, float]


@dataclass(frozen=True)
class Glyph:
    """One character: path operators with a place for each x (`%d`), those x, and how far to go on; in grid units.

    `advance` keeps its fraction, so that a coarse grid doesn't widen the line.
    """

    operators: str
    xs: tuple[int, ...]
    advance: float


def line_width_em(line: str) -> float:
    """How long the line is."""
    return sum(_advance_em(each) for each in line)


def line_path(line: str, grid: int, left_em: float = 0) -> str:
    """Path construction operators (ISO 32000-1, 8.5.2) of the whole line; it stands on y = 0. Nothing is painted."""
    x, parts = left_em * grid, []
    for each in line:
        found = glyph(each, grid)
        shift = round(x)
        parts.append(found.operators % tuple([at + shift for at in found.xs]))
        x += found.advance
    return "".join(parts)


@lru_cache(maxsize=GLYPHS_CACHED)
def glyph(character: str, grid: int) -> Glyph:
    """The character's outline on a grid of `grid` units to the em."""
    face = _face()
    pen, scale = _GridPen(face.glyphs), grid / face.units_per_em
    face.shape(character).draw(TransformPen(pen, Transform(scale, 0, 0, scale, 0, 0)))
    return Glyph("".join(pen.parts), tuple(pen.xs), _advance_em(character) * grid)


def warm() -> None:
    """Open the font now and not for the first viewer."""
    _face()


@dataclass(frozen=True)
class _Face:
    glyphs: Any  # fontTools' glyph set, a mapping of names to what can be drawn and has a width
    names: dict[int, str]
    units_per_em: int

    def shape(self, character: str) -> Any:
        return self.glyphs[self.names.get(ord(character)) or self.names[ord(MISSING_MARK)]]


@cache
def _face() -> _Face:
    font = TTFont(str(FONT_PATH), fontNumber=FONT_INDEX_SC, lazy=True)
    return _Face(font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm)


@lru_cache(maxsize=GLYPHS_CACHED)
def _advance_em(character: str) -> float:
    face = _face()
    return float(face.shape(character).width) / face.units_per_em


class _GridPen(BasePen):  # type: ignore[misc]  # fontTools ships no annotations
    """Rounds to the grid; what rounding made a line or nothing is written as one."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.parts: list[str] = []
        self.xs: list[int] = []
        self._at = (0, 0)

    @override
    def _moveTo(self, at: Point) -> None:
        self._step("m", _rounded(at))

    @override
    def _lineTo(self, to: Point) -> None:
        if _rounded(to) != self._at:
            self._step("l", _rounded(to))

    @override
    def _curveToOne(self, leave: Point, arrive: Point, to: Point) -> None:
        first, second, end = _rounded(leave), _rounded(arrive), _rounded(to)
        if {first, second} <= {self._at, end}:
            self._lineTo(to)
        elif first == self._at:
            self._step("v", second, end)
        elif second == end:
            self._step("y", first, end)
        else:
            self._step("c", first, second, end)

    @override
    def _closePath(self) -> None:
        self.parts.append("h\n")

    def _step(self, operator: str, *points: tuple[int, int]) -> None:
        self.parts += [f"%d {y} " for _, y in points]
        self.parts.append(f"{operator}\n")
        self.xs += [x for x, _ in points]
        self._at = points[-1]


def _rounded(point: Point) -> tuple[int, int]:
    return round(point[0]), round(point[1])
