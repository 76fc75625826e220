"""Choosing how a mark looks: the presets as small pictures, and what the form's script needs to know of them.

The pictures are drawn by the same geometry as the marks themselves, with bars where the lines are. What a mark really
looks like is asked of the server, on the material's own page (`/api/v1/looks/preview`).
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from fileserver.i18n import Language, translate
from fileserver.looks import LookOut
from watermark import geometry, wording
from watermark.ink import COLOURS
from watermark.look import OPACITY_MAX_PERCENT, OPACITY_MIN_PERCENT, PRESETS, STANDARD, STRENGTHS, Layout, Look, Size

PAPER = (60, 80)  # of a picture, in its own units
SAMPLE = ("张伟 *1234", "瑞丽医美门诊部", "2026-11-23 13:05")
BAR_SHARE = 0.52  # of an em: how thick a line of type appears
FULL_OPACITY_PERCENT = STRENGTHS["strong"]
TEXT_ROWS = tuple(enumerate((44, 44, 44, 26) * 2 + (44, 44, 30)))  # the page under the mark: lines and their lengths
SCRIPT_TEXTS = {
    "drawing": "look-drawing",
    "drawn": "look-drawn",
    "offline": "page-offline",
    "failed": "look-failed",
}


@dataclass(frozen=True)
class Choice:
    """One preset to choose."""

    name: str
    picture: str  # SVG, of nothing but our own tables


@cache
def choices() -> tuple[Choice, ...]:
    """The presets in the order of their table."""
    return tuple(Choice(name, _picture(look)) for name, look in PRESETS.items())


def offered(preset: str = "standard", look: LookOut | None = None) -> dict[str, Any]:
    """What may be changed, for the form, and how it stands: as `look` is, or as `preset` has it."""
    return {
        "presets": choices(),
        "preset": preset,
        "chosen": _controls(Look(**look.model_dump()) if look else _preset(preset) or STANDARD),
        "layouts": get_args(Layout),
        "sizes": get_args(Size),
        "colours": COLOURS,
        "opacity_min": OPACITY_MIN_PERCENT,
        "opacity_max": OPACITY_MAX_PERCENT,
        "places": wording.PLACES,
        "text_chars_max": wording.TEXT_CHARS_MAX,
    }


def for_script(language: Language) -> dict[str, Any]:
    """The values of each preset's controls, and the sentences for what happens to the preview."""
    return {
        "presets": {name: _controls(look) for name, look in PRESETS.items()},
        "texts": {name: translate(language, key) for name, key in SCRIPT_TEXTS.items()},
    }


def adjusted(preset: str, look: LookOut) -> bool:
    """Whether a share's mark is not as its preset has it now."""
    of_preset = _preset(preset)
    return of_preset is None or _controls(of_preset) != _controls(Look(**look.model_dump()))


def _preset(name: str) -> Look | None:
    """A preset by its name; None for one that an earlier release knew."""
    return next((look for each, look in PRESETS.items() if each == name), None)


def _controls(look: Look) -> dict[str, Any]:
    opacity = STRENGTHS[look.strength] if look.opacity_percent is None else look.opacity_percent
    return {
        "layout": look.layout,
        "size": look.size,
        "colour": look.colour,
        "opacity_percent": opacity,
        "text": look.text,
    }


def _picture(look: Look) -> str:
    width, height = PAPER
    planned = geometry.setting(SAMPLE, look, width, height, em_min=0)
    bars = "".join(
        f'<rect x="{-length / 2:.2f}" y="{below - thick / 2:.2f}" width="{length:.2f}" height="{thick:.2f}" '
        f'rx="{thick / 4:.2f}"/>'
        for length, below, thick in _bars(planned)
    )
    blocks = "".join(
        f'<g transform="translate({x:.2f} {y:.2f}) rotate({-planned.angle:.1f})">{bars}</g>'
        for x, y in planned.centres(width, height)
    )
    opacity = min(1.0, STRENGTHS[look.strength] * (2 if look.layout == "corner" else 1) / FULL_OPACITY_PERCENT)
    colour = "currentColor" if look.colour == "black" else COLOURS[look.colour]
    lines = "".join(f'<rect x="8" y="{8 + 6 * row}" width="{length}" height="2" rx="1"/>' for row, length in TEXT_ROWS)
    return (
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false"><g class="content">{lines}</g>'
        f'<g fill="{colour}" opacity="{opacity:.2f}">{blocks}</g></svg>'
    )


def _bars(planned: geometry.Setting) -> list[tuple[float, float, float]]:
    """Length, place and thickness of what stands for each line."""
    thick = planned.em * BAR_SHARE
    return [
        (geometry.length_em(line) * planned.em, below, thick)
        for line, below in zip(planned.lines, planned.rows, strict=True)
    ]
