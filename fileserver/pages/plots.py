"""Small pictures of counts over time: bars in SVG, drawn here, with the same numbers as a table beside them.

A picture has a fixed size in its own units and scales with the page. Days without events take their room too, so that
a gap is seen as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 720, 96
BAR_GAP = 1
BAR_WIDTH_MAX = 24.0
BARS_MAX = 400  # more than a picture of this width can show; the latest stay


@dataclass(frozen=True, kw_only=True)
class Bar:
    """How many at one time, and where a click leads."""

    name: str
    start: date
    count: int
    url: str


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A bar with its place in the picture."""

    bar: Bar
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, kw_only=True)
class Plot:
    """The picture. `bars` are in the order of time."""

    bars: tuple[Drawn, ...]
    first: str
    last: str
    most: int
    by_month: bool
    width: int = WIDTH
    height: int = HEIGHT


def plot(bars: Sequence[Bar], *, by_month: bool) -> Plot | None:
    """The picture of these bars; None when there are none."""
    if not bars:
        return None
    place = _months if by_month else date.toordinal
    last = place(bars[-1].start)
    shown = [bar for bar in bars if last - place(bar.start) < BARS_MAX]
    first = place(shown[0].start)
    step = min(WIDTH / (last - first + 1), BAR_WIDTH_MAX)
    most = max(bar.count for bar in shown)
    drawn = []
    for bar in shown:
        height = max(2.0, bar.count / most * HEIGHT)
        drawn.append(
            Drawn(
                bar=bar,
                x=f"{(place(bar.start) - first) * step:.1f}",
                y=f"{HEIGHT - height:.1f}",
                width=f"{max(step - BAR_GAP, step / 2):.1f}",
                height=f"{height:.1f}",
            )
        )
    return Plot(bars=tuple(drawn), first=shown[0].name, last=shown[-1].name, most=most, by_month=by_month)


def _months(start: date) -> int:
    return start.year * 12 + start.month
