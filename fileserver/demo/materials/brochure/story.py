"""The text of the brochure, read from the TOML files beside the code.

Promises validated sections in their order; a misspelt key fails at once. Leaves the look to the layouts.
"""

import tomllib
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

PACKAGE = "fileserver.demo.materials"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Strict):
    """A head with a sentence, in both languages."""

    zh: str
    en: str
    text_zh: str = ""
    text_en: str = ""
    limit: str = ""


class Note(_Strict):
    """A figure and what it counts."""

    value: str
    zh: str
    en: str


class Group(_Strict):
    """One column of a checklist; each item is (Chinese, English)."""

    zh: str
    en: str
    items: list[tuple[str, str]]


class Series(_Strict):
    """One line of a chart."""

    zh: str
    en: str
    values: list[float]


class Page(_Strict):
    """One page; `kind` names the layout, which uses some of the other fields."""

    kind: str
    title_zh: str = ""
    title_en: str = ""
    lead_zh: str = ""
    lead_en: str = ""
    zh: list[str] = []
    en: list[str] = []
    scene: str = ""
    seed: int = 0
    caption_zh: str = ""
    caption_en: str = ""
    quote_zh: str = ""
    quote_en: str = ""
    items: list[Item] = []
    groups: list[Group] = []
    notes: list[Note] = []
    series: list[Series] = []
    columns: list[str] = []
    widths: list[float] = []
    rows: list[list[str]] = []
    labels: list[str] = []
    values: list[float] = []
    limits: list[float] = []
    axes: list[str] = []
    low: float = 0
    high: float = 0
    unit_zh: str = ""
    unit_en: str = ""
    axis_zh: str = ""
    axis_en: str = ""
    source_zh: str = ""
    source_en: str = ""


class Section(_Strict):
    """An opener and its pages."""

    numeral: str
    glyph: str
    title_zh: str
    title_en: str
    lead_zh: str
    lead_en: str
    scene: str
    seed: int
    page: list[Page]


def sections() -> list[Section]:
    """The six sections in the order of their file names."""
    folder = files(PACKAGE) / "text"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return [Section.model_validate(tomllib.loads((folder / name).read_text("utf-8"))) for name in names]
