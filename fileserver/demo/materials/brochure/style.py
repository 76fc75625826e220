"""The grid and the type styles of the brochure, and what every inner page carries.

Promises one margin, one column width, one hierarchy: display, heading, lead, body, note.
"""

from fileserver.demo.materials import brand
from fileserver.demo.materials.brochure.story import Page, Section
from fileserver.demo.materials.sheet import Sheet, Type

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT = 22.0, 188.0
MEASURE = RIGHT - LEFT
GUTTER = 10.0
COLUMN = (MEASURE - GUTTER) / 2

DISPLAY = Type(40, brand.WHITE, 1.25, 0.06)
HEADING = Type(24, brand.PINE, 1.3, 0.04)
HEADING_EN = Type(8.6, brand.CLAY, 1.5, 0.12)
LEAD = Type(12, brand.PINE, 1.75, 0.02)
LEAD_EN = Type(9.2, brand.MOSS, 1.6)
BODY = Type(9.3, brand.INK, 1.85)
BODY_EN = Type(8.4, brand.MOSS, 1.65)
STRONG = Type(12.5, brand.PINE, 1.5, 0.04)
STRONG_EN = Type(7.6, brand.CLAY, 1.5, 0.08)
NOTE = Type(6.8, brand.MOSS, 1.6, 0.02)
FIGURE = Type(30, brand.PINE, 1.2)


def running(sheet: Sheet, section: Section) -> None:
    """Header and folio of an inner page."""
    sheet.put(LEFT, 12, f"{brand.NAME_ZH}　{brand.NAME_EN.upper()}", NOTE)
    sheet.put(RIGHT, 12, f"{section.numeral}　{section.title_zh} / {section.title_en}", NOTE, "right")
    folio(sheet)


def folio(sheet: Sheet, colour: brand.Colour = brand.MOSS) -> None:
    """Page number at the outer edge, the training notice at the inner one."""
    even = sheet.page_no() % 2 == 0
    outer, inner = (LEFT, RIGHT) if even else (RIGHT, LEFT)
    sheet.put(outer, 281, f"{sheet.page_no():02d}", Type(8, colour, 1.5, 0.08), "left" if even else "right")
    sheet.put(inner, 281.3, brand.TRAINING_ZH, NOTE.on(colour), "right" if even else "left")


def heading(sheet: Sheet, page: Page, y: float) -> float:
    """Title in both languages over a short rule; returns the y below."""
    sheet.rule(LEFT, y, 12)
    y = sheet.flow(LEFT, y + 5, MEASURE, page.title_zh, HEADING)
    return sheet.flow(LEFT, y + 0.5, MEASURE, page.title_en.upper(), HEADING_EN) + 7


def lead(sheet: Sheet, page: Page, y: float, width: float = 140.0) -> float:
    """The sentence that opens a page; returns the y below."""
    y = sheet.flow(LEFT, y, width, page.lead_zh, LEAD)
    return sheet.flow(LEFT, y + 1.5, width, page.lead_en, LEAD_EN) + 8


def source(sheet: Sheet, page: Page, y: float) -> None:
    """Where the figures come from."""
    y = sheet.flow(LEFT, y, MEASURE, page.source_zh, NOTE)
    sheet.flow(LEFT, y, MEASURE, page.source_en, NOTE)
