"""Where in a page's content a mark may stand.

Promises: a place between two operators, outside text objects, paths, inline images and marked content, at which the
page's states are those it began with but for a matrix that is told; behind everything that could cover the mark, and
before the rest. None where the content doesn't allow one or can not be read so. Leaves decoding to `interleaving`.
Spec: ISO 32000-1, 7.8.2, 8.2.
"""

import re
from dataclasses import dataclass

from watermark.templates.placing import Matrix

IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
DETERMINANT_MIN = 1e-9
_END = rb"(?=[\s()<>\[\]{}/%]|$)"
_COVERING = frozenset({b"Do", b"sh", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"EI"})
_OPERATORS = rb"(?:q|Q|cm|BT|ET|BI|BMC|BDC|EMC|Do|sh|[fBb]\*?|F|W\*?)"
_STRING = rb"\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\))*+\)"
_OTHER_WORD = rb"(?!" + _OPERATORS + _END + rb")[A-Za-z'\"\x80-\xff][^\s()<>\[\]{}/%]*+"
# Everything up to the next operator that matters, in one step.
_STEP = re.compile(
    rb"(?:[^A-Za-z'\"\x80-\xff(%</]++|%[^\r\n]*+|<[0-9A-Fa-f\s]*+>|<<|/[^\s()<>\[\]{}/%]*+|"
    + _STRING + rb"|" + _OTHER_WORD + rb")*+(?:(" + _OPERATORS + rb")" + _END + rb"|$)",
    re.DOTALL,
)  # fmt: skip
_SIX_NUMBERS = re.compile(rb"(?:[+-]?[0-9.]{1,20}\s+){6}cm\Z")
_IMAGE_END = re.compile(rb"\sEI" + _END)


@dataclass(frozen=True)
class Split:
    """The content is to be cut at `at`; `current` is the matrix in force there."""

    at: int
    current: Matrix


class _State:
    """What an interpreter would know at a point, as far as it matters here."""

    def __init__(self) -> None:
        self.saved = 0
        self.marked = 0
        self.in_text = False
        self.clipped = False
        self.current: Matrix | None = IDENTITY  # None: unknown, or one that nothing can be drawn with

    @property
    def open(self) -> bool:
        """Whether something may be drawn here as on an empty page."""
        return not (self.saved or self.marked or self.in_text or self.clipped) and self.current is not None


def split(content: bytes) -> Split | None:
    """The first place behind everything that covers; None if there is none."""
    state, at = _State(), 0
    found: Split | None = None
    while at < len(content):
        step = _STEP.match(content, at)
        if step is None:
            return None
        operator, start, at = step.group(1), at, step.end()
        if operator is None:
            break
        if operator == b"BI":
            ended = _IMAGE_END.search(content, at)
            if ended is None:
                return None
            operator, at = b"EI", ended.end()
        _advance(state, operator, content[start:at])
        if state.saved < 0:
            return None
        if operator in _COVERING:
            found = None
        if found is None and state.open and operator in {b"Q", b"ET", b"EMC", b"EI", b"Do", b"sh"} | _COVERING:
            found = Split(at, state.current or IDENTITY)
    return found if found and not (state.saved or state.in_text) else None


def _advance(state: _State, operator: bytes, step: bytes) -> None:
    match operator:
        case b"q":
            state.saved += 1
        case b"Q":
            state.saved -= 1
        case b"BT" | b"ET":
            state.in_text = operator == b"BT"
        case b"BMC" | b"BDC":
            state.marked += 1
        case b"EMC":
            state.marked -= 1
        case b"W" | b"W*":
            state.clipped = state.clipped or not state.saved
        case b"cm" if not state.saved:
            state.current = _joined(step, state.current)


def _joined(step: bytes, current: Matrix | None) -> Matrix | None:
    numbers = _SIX_NUMBERS.search(step)
    if numbers is None or current is None:
        return None
    try:
        first = [float(each) for each in numbers.group().split()[:6]]
    except ValueError:
        return None
    made = product((first[0], first[1], first[2], first[3], first[4], first[5]), current)
    return made if abs(determinant(made)) > DETERMINANT_MIN else None


def product(first: Matrix, second: Matrix) -> Matrix:
    """`first`, then `second` (row vectors, as PDF has it)."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def inverse(matrix: Matrix) -> Matrix:
    """The matrix that leads back; that of a split always has one."""
    a, b, c, d, e, f = matrix
    whole = determinant(matrix)
    return (d / whole, -b / whole, -c / whole, a / whole, (c * f - d * e) / whole, (b * e - a * f) / whole)


def determinant(matrix: Matrix) -> float:
    """How an area grows; 0 where everything falls on a line."""
    return matrix[0] * matrix[3] - matrix[1] * matrix[2]
