"""Where a line of mixed Chinese and Latin text may end.

Promises lines that fit, without a closing mark at the start or an opening mark at the end of a line (避头尾), and Latin
words kept whole. Measuring is the caller's: the same breaks serve PDF and pictures.
"""

import re
from collections.abc import Callable

ROUNDING = 0.01
RUNT_DONOR_MIN = 8
CLOSING = "，。、；：！？）》」』”’…·%）】〕"
OPENING = "（《「『“‘【〔"
_UNIT = re.compile(r"\s+|[!-~\u00a0-\u024f\u2010-\u2015\u2264\u00b0–—]+|.", re.DOTALL)

Measure = Callable[[str], float]


def units(text: str) -> list[str]:
    """The unbreakable pieces of a paragraph, spaces included."""
    pieces: list[str] = []
    for piece in _UNIT.findall(text):
        closes = pieces and piece[0] in CLOSING
        follows = pieces and pieces[-1][-1] in OPENING
        if closes or follows:
            pieces[-1] += piece
        else:
            pieces.append(" " if piece.isspace() else piece)
    return pieces


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """Greedy lines no wider than `width` (a single longer piece stands alone); a newline in the text always breaks."""
    return [line for paragraph in text.split("\n") for line in _fill(units(paragraph), width, measure)]


def _fill(pieces: list[str], width: float, measure: Measure) -> list[str]:
    lines: list[list[str]] = [[]]
    used = 0.0
    for piece in pieces:
        size = measure(piece)
        if lines[-1] and used + size > width + ROUNDING and piece != " ":
            lines.append([])
            used = 0.0
        if lines[-1] or piece != " ":
            lines[-1].append(piece)
            used += size
    return ["".join(line).rstrip() for line in _without_runt(lines)]


def _without_runt(lines: list[list[str]]) -> list[list[str]]:
    """A last line of one Chinese character takes one more from the line above."""
    if len(lines) > 1 and len("".join(lines[-1]).strip(CLOSING)) <= 1 and len(lines[-2]) > RUNT_DONOR_MIN:
        lines[-1].insert(0, lines[-2].pop())
    return lines
