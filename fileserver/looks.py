"""The look of a visible mark at the edge: what callers send and get, for shares and for trying one on."""

from typing import Any

from pydantic import Field

from compliance.looks import chosen
from fileserver.http.schemas import Input, Output
from watermark.look import OPACITY_MAX_PERCENT, OPACITY_MIN_PERCENT, Layout, Look, PresetName, Size, Strength
from watermark.wording import TEXT_CHARS_MAX

COLOUR_CHARS_MAX = 7


class LookIn(Input):
    """Changes to a preset; what is left out, or null, is as the preset has it."""

    strength: Strength | None = Field(default=None, description="How strongly the strokes cover what is under them")
    layout: Layout | None = Field(
        default=None, description="All over the page, once across it, or once in the upper right corner"
    )
    text: str | None = Field(
        default=None,
        max_length=TEXT_CHARS_MAX,
        description="Up to three lines with places `{name}` `{clinic}` `{phone}` `{time}` `{share}`. "
        "`{name}`, or `{clinic}` and `{phone}`, must be among them",
    )
    colour: str | None = Field(
        default=None,
        max_length=COLOUR_CHARS_MAX,
        description="black, red, blue, green, white, or #rrggbb in small letters; the outline follows by itself",
    )
    opacity_percent: int | None = Field(
        default=None,
        ge=OPACITY_MIN_PERCENT,
        le=OPACITY_MAX_PERCENT,
        description="Opacity of the strokes, instead of what the strength says",
    )
    size: Size | None = Field(default=None, description="Size of the type")


class LookOut(Output):
    """How copies are marked."""

    strength: Strength
    layout: Layout
    text: str
    colour: str
    opacity_percent: int | None = Field(description="null: as the strength says")
    size: Size


def look_in(preset: PresetName, changes: LookIn | None) -> Look:
    """The look that was asked for. Raises InvalidValue naming the field."""
    wanted: dict[str, Any] = changes.model_dump(exclude_none=True) if changes else {}
    return chosen(preset, wanted)


def look_out(look: Look) -> LookOut:
    """The same for an answer."""
    return LookOut(
        strength=look.strength,
        layout=look.layout,
        text=look.text,
        colour=look.colour,
        opacity_percent=look.opacity_percent,
        size=look.size,
    )
