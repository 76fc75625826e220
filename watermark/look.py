"""How a share's visible mark looks: what its maker may choose, and the presets to begin with.

Promises: a `Look` that exists can be drawn, is legible on any ground and names a person in every copy; what can't
raises LookInvalid with the field and the rule. Leaves colours to `ink`, places on the page to `geometry`, texts to
`wording`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from watermark import wording
from watermark.ink import Ink, ink, is_colour
from watermark.stamp import Stamp

Strength = Literal["light", "standard", "strong"]
Layout = Literal["tiled", "diagonal", "corner"]
Size = Literal["small", "medium", "large"]
PresetName = Literal["light", "standard", "strong", "diagonal", "corner", "confidential"]

# Opacity of the strokes where the maker says nothing else, for black.
STRENGTHS: Mapping[str, int] = {"light": 11, "standard": 17, "strong": 32}
OPACITY_MIN_PERCENT = 8  # below this JPEG alone takes it away
OPACITY_MAX_PERCENT = 60  # above, what lies under it can't be read any more
CORNER_FACTOR = 2  # what stands on the page once, and small, is drawn twice as strong


class LookInvalid(ValueError):
    """A look that can't be; `field` and `rule` say why, `params` are the numbers of the rule."""

    def __init__(self, field: str, rule: str, **params: str | int) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule
        self.params = params


@dataclass(frozen=True, kw_only=True)
class Look:
    """One way to draw a mark. Raises LookInvalid naming the field.

    `text` has places {name} {clinic} {phone} {time} {share}; `colour` is a name of `ink.COLOURS` or #rrggbb;
    `opacity_percent` replaces what the strength says; `size` is relative to the page.
    """

    strength: Strength = "standard"
    layout: Layout = "tiled"
    text: str = wording.DEFAULT_TEXT
    colour: str = "black"
    opacity_percent: int | None = None
    size: Size = "medium"

    def __post_init__(self) -> None:
        for name, kind in (("strength", Strength), ("layout", Layout), ("size", Size)):
            if getattr(self, name) not in get_args(kind):
                raise LookInvalid(name, "literal-error", expected=", ".join(get_args(kind)))
        if not is_colour(self.colour):
            raise LookInvalid("colour", "look-colour")
        if self.opacity_percent is not None and not OPACITY_MIN_PERCENT <= self.opacity_percent <= OPACITY_MAX_PERCENT:
            raise LookInvalid("opacity_percent", "look-opacity", min=OPACITY_MIN_PERCENT, max=OPACITY_MAX_PERCENT)
        try:
            wording.check(self.text)
        except wording.WordingInvalid as error:
            raise LookInvalid("text", error.rule, **error.params) from error

    @property
    def ink(self) -> Ink:
        """Colours and opacities of the strokes."""
        return ink(self.colour, self.strokes_percent * (CORNER_FACTOR if self.layout == "corner" else 1))

    def lines(self, stamp: Stamp) -> tuple[str, ...]:
        """What is drawn for this copy. Never empty, and never without the person where anything is known of them."""
        lines = wording.filled(self.text, stamp.facts)
        named = any(stamp.facts[each] for each in wording.places_of(self.text) & {"name", "phone"})
        return lines if named else stamp.lines

    @property
    def strokes_percent(self) -> int:
        """The opacity of the strokes, for black, whether chosen or implied."""
        return STRENGTHS[self.strength] if self.opacity_percent is None else self.opacity_percent


# The one table of presets; their words stand in the locales under `watermark-<name>`.
PRESETS: Mapping[PresetName, Look] = {
    "light": Look(strength="light"),
    "standard": Look(),
    "strong": Look(strength="strong"),
    "diagonal": Look(layout="diagonal"),
    "corner": Look(layout="corner"),
    "confidential": Look(
        strength="strong", colour="red", text="请勿外传 {name} {phone}\n{clinic}\n{time} \u00b7 {share}"
    ),
}
STANDARD = PRESETS["standard"]
