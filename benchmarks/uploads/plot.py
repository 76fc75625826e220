"""Figures as a picture: bars in groups, each on a scale of its own, because only ratios within a group mean much."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.stage import Figure

WIDTH, MARGIN, LABEL, BAR_MAX = 860, 20, 110, 520
LINE, BAR, GAP = 18, 13, 10
WHOLE_FROM = 100
DRAWN_UNITS = ("MB/s", "files/s", "CPU s/GiB", "ms", "s", "MiB")
FONT = "font-family='sans-serif'"
COLOURS = {
    "ours": "#0f766e", "peer": "#b45309", "plain": "#6b7280", "relay": "#64748b", "checked": "#94a3b8",
    "direct": "#0891b2", "raw": "#9ca3af",
}  # fmt: skip
NAMED = re.compile(rf"(?P<title>.+?): (?P<who>{'|'.join(COLOURS)})(?:, (?P<what>.+))?")

Groups = dict[str, list[tuple[str, Figure]]]


def draw(figures: Sequence[Figure]) -> str:
    """The SVG. Figures that compare nobody are left out."""
    y, pieces = MARGIN, list[str]()
    for title, bars in _groups(figures).items():
        y += LINE
        pieces.append(_text(MARGIN, y, title, "font-weight='bold'"))
        for who, figure in bars:
            y += LINE
            pieces += _bar(y, who, figure, max(each.value for _, each in bars))
        y += GAP
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{y + MARGIN}' font-size='12' {FONT}>"
        f"<rect width='100%' height='100%' fill='white'/>{''.join(pieces)}</svg>\n"
    )


def _groups(figures: Sequence[Figure]) -> Groups:
    """What matters and was measured of several, in the order it came; a title names what and the unit."""
    found: Groups = {}
    for figure in figures:
        if figure.unit in DRAWN_UNITS and (named := NAMED.fullmatch(figure.name)):
            what = f", {named['what']}" if named["what"] else ""
            found.setdefault(f"{named['title']}{what} ({figure.unit})", []).append((named["who"], figure))
    return {title: bars for title, bars in found.items() if len(bars) > 1}


def _bar(y: int, who: str, figure: Figure, longest: float) -> Iterator[str]:
    width = round(BAR_MAX * max(figure.value, 0) / (longest or 1))
    yield _text(MARGIN, y, who)
    yield f"<rect x='{LABEL}' y='{y - BAR + 2}' width='{max(width, 1)}' height='{BAR}' fill='{COLOURS[who]}'/>"
    yield _text(LABEL + width + GAP, y, f"{figure.value:,.3g}" if figure.value < WHOLE_FROM else f"{figure.value:,.0f}")


def _text(x: int, y: int, text: str, style: str = "") -> str:
    return f"<text x='{x}' y='{y}' {style}>{escape(text)}</text>"
