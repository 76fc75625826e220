"""Pages with figures: bars, lines, radar, and the layered section through the skin.

Promises vector drawings in the palette, labelled in both languages; layouts have the signature (sheet, section, page).
"""

import math

from fileserver.demo.materials import brand
from fileserver.demo.materials.brochure import style
from fileserver.demo.materials.brochure.story import Page, Section
from fileserver.demo.materials.sheet import Sheet, Type

LABEL = Type(7.6, brand.MOSS, 1.5)
VALUE = Type(9, brand.PINE, 1.5)
TINTS = (brand.PINE, brand.CLAY, brand.GOLD)
LEVELS = 5
TICKS = 6


def _open(sheet: Sheet, section: Section, page: Page) -> float:
    sheet.add_page()
    style.running(sheet, section)
    return style.lead(sheet, page, style.heading(sheet, page, 34)) + 6


def bars(sheet: Sheet, section: Section, page: Page) -> None:
    """One series as columns, three figures under them."""
    y = _open(sheet, section, page)
    height, foot = 78.0, y + 92
    sheet.put(style.LEFT, y, f"{page.unit_zh} {page.unit_en}", LABEL)
    step = style.MEASURE / len(page.values)
    for index, (label, value) in enumerate(zip(page.labels, page.values, strict=True)):
        x, tall = style.LEFT + index * step + step * 0.22, height * value / max(page.values)
        sheet.block(x, foot - tall, step * 0.56, tall, brand.CLAY if index == len(page.values) - 1 else brand.SAGE)
        sheet.put(x + step * 0.28, foot - tall - 6.4, f"{value:g}", VALUE, "centre")
        sheet.put(x + step * 0.28, foot + 2.4, label, LABEL, "centre")
    sheet.rule(style.LEFT, foot, style.MEASURE, brand.PINE, 0.3)
    y = foot + 26
    for index, note in enumerate(page.notes):
        x = style.LEFT + index * (style.MEASURE / 3)
        sheet.put(x, y, note.value, style.FIGURE)
        sheet.put(x, y + 15, note.zh, Type(9, brand.INK, 1.5))
        sheet.put(x, y + 20.5, note.en, LABEL)
    style.source(sheet, page, 258)


def lines(sheet: Sheet, section: Section, page: Page) -> None:
    """Several series over an axis, with optional dashed limits."""
    y = _open(sheet, section, page)
    left, width, top, height = style.LEFT + 10, style.MEASURE - 12, y + 14, 104.0

    def at(value: float) -> float:
        return top + height * (1 - (value - page.low) / (page.high - page.low))

    for tick in range(TICKS + 1):
        value = page.low + (page.high - page.low) * tick / TICKS
        sheet.rule(left, at(value), width, brand.MIST, 0.25)
        sheet.put(left - 3, at(value) - 2, f"{value:g}", LABEL, "right")
    for limit in page.limits:
        with sheet.local_context(dash_pattern=(1.6, 1.4, 0)):
            sheet.rule(left, at(limit), width, brand.CLAY, 0.35)
    step = width / (len(page.labels) - 1)
    for index, label in enumerate(page.labels):
        sheet.put(left + index * step, top + height + 3, label, LABEL, "centre")
    for series, tint in zip(page.series, TINTS, strict=False):
        points = [(left + index * step, at(value)) for index, value in enumerate(series.values)]
        _curve(sheet, points, tint)
    sheet.put(left + width, top + height + 10, f"{page.axis_zh} {page.axis_en}", LABEL, "right")
    _legend(sheet, page, y)
    style.source(sheet, page, 258)


def _curve(sheet: Sheet, points: list[tuple[float, float]], tint: brand.Colour) -> None:
    sheet.set_draw_color(*tint)
    sheet.set_line_width(0.7)
    sheet.polyline(points)
    for x, y in points:
        sheet.set_fill_color(*brand.WHITE)
        sheet.circle(x, y, 1.1, style="DF")


def _legend(sheet: Sheet, page: Page, y: float) -> None:
    x = style.LEFT
    for series, tint in zip(page.series, TINTS, strict=False):
        text = f"{series.zh}　{series.en}"
        sheet.block(x, y + 1.6, 6, 1.2, tint)
        sheet.put(x + 8, y, text, LABEL)
        x += 8 + sheet.extent(text, LABEL) + 9


def radar(sheet: Sheet, section: Section, page: Page) -> None:
    """Two roles on the same axes."""
    y = _open(sheet, section, page)
    cx, cy, radius = style.WIDTH / 2, y + 78, 56.0

    def spot(axis: int, share: float) -> tuple[float, float]:
        angle = -math.pi / 2 + axis * 2 * math.pi / len(page.axes)
        return cx + math.cos(angle) * radius * share, cy + math.sin(angle) * radius * share

    sheet.set_line_width(0.25)
    sheet.set_draw_color(*brand.SAGE)
    for level in range(1, LEVELS + 1):
        sheet.polygon([spot(axis, level / LEVELS) for axis in range(len(page.axes))])
    for axis, name in enumerate(page.axes):
        sheet.line(cx, cy, *spot(axis, 1))
        x, top = spot(axis, 1.17)
        sheet.put(x, top - 2.4, name, Type(8.4, brand.INK, 1.5), "centre")
    for series, tint in zip(page.series, TINTS, strict=False):
        points = [spot(axis, value / LEVELS) for axis, value in enumerate(series.values)]
        with sheet.local_context(fill_opacity=0.14, fill_color=tint, draw_color=tint, line_width=0.7):
            sheet.polygon(points, style="DF")
    _legend(sheet, page, y)
    style.source(sheet, page, 258)


def layers(sheet: Sheet, section: Section, page: Page) -> None:
    """Bands with wavy borders, each tied to its name and sentence."""
    y = _open(sheet, section, page)
    tints = (brand.SAND, brand.BLUSH, brand.SKIN, (203, 153, 124), (236, 205, 150))
    heights, width = (10.0, 26.0, 22.0, 56.0, 46.0), 74.0
    top = y
    for index, (item, tint, height) in enumerate(zip(page.items, tints, heights, strict=True)):
        rough = (0.5, 0.9, 3.2, 1.8, 1.4)[index]
        edge = [(style.LEFT + t, top + rough * math.sin(t * (0.55, 0.5, 0.62, 0.24, 0.3)[index])) for t in range(75)]
        sheet.set_fill_color(*tint)
        sheet.polygon([*edge, (style.LEFT + width, top + height + 6), (style.LEFT, top + height + 6)], style="F")
        middle = y + 8 + index * 33.0
        sheet.set_draw_color(*brand.GOLD)
        sheet.set_line_width(0.2)
        sheet.polyline([(style.LEFT + width - 4, top + height / 2), (style.LEFT + width + 8, top + height / 2)])
        sheet.line(style.LEFT + width + 8, top + height / 2, style.LEFT + width + 16, middle)
        x = style.LEFT + width + 19
        sheet.put(x, middle - 3.4, item.zh, style.STRONG)
        sheet.put(x, middle + 3, item.en.upper(), style.STRONG_EN)
        below = sheet.flow(x, middle + 8.6, 72, item.text_zh, Type(8.6, brand.INK, 1.6))
        sheet.flow(x, below, 72, item.text_en, Type(7.4, brand.MOSS, 1.5))
        top += height
    sheet.block(style.LEFT, top, width, 7, brand.WHITE)
