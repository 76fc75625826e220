"""Pages that are looked up: table, steps, checklist, reporting path, calendar, glossary.

Promises layouts with the signature (sheet, section, page); every one adds exactly one page.
"""

from fileserver.demo.materials import brand
from fileserver.demo.materials.brochure import style
from fileserver.demo.materials.brochure.story import Page, Section
from fileserver.demo.materials.sheet import Sheet, Type

CELL_ZH = Type(8.8, brand.INK, 1.55)
CELL_EN = Type(7.4, brand.MOSS, 1.5)
HEAD = Type(8, brand.IVORY, 1.5, 0.03)
CELL_TYPES = (CELL_ZH, CELL_EN)
ROW_PAD = 3.4
CELL_INSET = 5.0


def _open(sheet: Sheet, section: Section, page: Page) -> float:
    sheet.add_page()
    style.running(sheet, section)
    y = style.heading(sheet, page, 34)
    return style.lead(sheet, page, y) + 4 if page.lead_zh else y + 2


def table(sheet: Sheet, section: Section, page: Page) -> None:
    """A table with a dark head; a cell is Chinese over English."""
    y = _open(sheet, section, page)
    scale = style.MEASURE / sum(page.widths)
    widths = [width * scale for width in page.widths]
    sheet.block(style.LEFT, y, style.MEASURE, 10, brand.PINE)
    x = style.LEFT
    for text, width in zip(page.columns, widths, strict=True):
        sheet.put(x + 3, y + 2.9, text, HEAD)
        x += width
    y += 10
    for index, row in enumerate(page.rows):
        y = _row(sheet, row, widths, y, brand.IVORY if index % 2 else None)
    sheet.rule(style.LEFT, y, style.MEASURE, brand.PINE, 0.35)
    style.source(sheet, page, y + 6)


def _row(sheet: Sheet, row: list[str], widths: list[float], y: float, ground: brand.Colour | None) -> float:
    cells = [cell.split("\n") for cell in row]
    height = 2 * ROW_PAD + max(_cell_height(sheet, cell, width) for cell, width in zip(cells, widths, strict=True))
    if ground:
        sheet.block(style.LEFT, y, style.MEASURE, height, ground)
    x = style.LEFT
    for cell, width in zip(cells, widths, strict=True):
        below = y + ROW_PAD
        for line, kind in zip(cell, CELL_TYPES, strict=False):
            below = sheet.flow(x + 3, below, width - CELL_INSET, line, kind)
        x += width
    sheet.rule(style.LEFT, y + height, style.MEASURE, brand.MIST, 0.2)
    return y + height


def _cell_height(sheet: Sheet, cell: list[str], width: float) -> float:
    return sum(sheet.depth(line, width - CELL_INSET, kind) for line, kind in zip(cell, CELL_TYPES, strict=False))


def steps(sheet: Sheet, section: Section, page: Page) -> None:
    """Numbered steps down the page, joined by a line."""
    y = _open(sheet, section, page)
    sheet.set_draw_color(*brand.SAND)
    sheet.set_line_width(0.3)
    sheet.line(style.LEFT + 8, y + 4, style.LEFT + 8, y + 4 + 28 * (len(page.items) - 1))
    for index, item in enumerate(page.items, 1):
        sheet.set_fill_color(*(brand.PINE if index % 2 else brand.CLAY))
        sheet.circle(style.LEFT + 8, y + 5, 7, style="F")
        sheet.put(style.LEFT + 8, y + 1.6, f"{index}", Type(13, brand.IVORY, 1.5), "centre")
        sheet.put(style.LEFT + 24, y - 0.6, item.zh, style.STRONG)
        sheet.put(style.LEFT + 24, y + 6, item.en.upper(), style.STRONG_EN)
        below = sheet.flow(style.LEFT + 72, y, 94, item.text_zh, CELL_ZH)
        sheet.flow(style.LEFT + 72, below + 0.6, 94, item.text_en, CELL_EN)
        y += 28


def checklist(sheet: Sheet, section: Section, page: Page) -> None:
    """Groups of boxes to tick."""
    y = _open(sheet, section, page)
    for group in page.groups:
        sheet.block(style.LEFT, y, 26, 48, brand.MIST)
        sheet.put(style.LEFT + 13, y + 14, group.zh, Type(22, brand.PINE, 1.3), "centre")
        sheet.put(style.LEFT + 13, y + 26, group.en.upper(), Type(6.4, brand.CLAY, 1.5, 0.1), "centre")
        for index, (zh, en) in enumerate(group.items):
            top = y + index * 12
            sheet.set_draw_color(*brand.MOSS)
            sheet.set_line_width(0.3)
            sheet.rect(style.LEFT + 33, top + 2.2, 4.2, 4.2)
            sheet.put(style.LEFT + 42, top + 0.6, zh, CELL_ZH)
            sheet.put(style.LEFT + 42, top + 5.6, en, CELL_EN)
            sheet.rule(style.LEFT + 33, top + 12, style.MEASURE - 33, brand.MIST, 0.2)
        y += 57


def flow(sheet: Sheet, section: Section, page: Page) -> None:
    """Boxes from top to bottom with their time limits and arrows between."""
    y = _open(sheet, section, page)
    for index, item in enumerate(page.items):
        ground = brand.CLAY if index == 0 else brand.MIST
        ink = brand.IVORY if index == 0 else brand.PINE
        sheet.block(style.LEFT, y, 38, 22, ground)
        sheet.put(style.LEFT + 19, y + 7, item.limit, Type(14, ink, 1.5), "centre")
        sheet.block(style.LEFT + 39, y, style.MEASURE - 39, 22, brand.IVORY)
        sheet.put(style.LEFT + 46, y + 4.4, item.zh, style.STRONG)
        sheet.put(style.LEFT + 46, y + 11.6, item.en.upper(), style.STRONG_EN)
        sheet.flow(style.LEFT + 104, y + 4.8, 58, item.text_zh, CELL_ZH)
        sheet.flow(style.LEFT + 104, y + 11.4, 58, item.text_en, CELL_EN)
        if index < len(page.items) - 1:
            x = style.LEFT + 19
            sheet.set_fill_color(*brand.GOLD)
            sheet.polygon([(x - 2.4, y + 24.4), (x + 2.4, y + 24.4), (x, y + 27.6)], style="F")
        y += 30


def calendar(sheet: Sheet, section: Section, page: Page) -> None:
    """Twelve months in a grid of three by four."""
    y = _open(sheet, section, page)
    width, height = (style.MEASURE - 10) / 3, 36.0
    tints = (brand.MIST, brand.IVORY, brand.BLUSH, brand.SAND)
    for index, (month_zh, month_en, zh, en) in enumerate(page.rows):
        x, top = style.LEFT + index % 3 * (width + 5), y + index // 3 * (height + 5)
        sheet.block(x, top, width, height, tints[index // 3])
        sheet.put(x + 5, top + 5, month_zh, Type(8, brand.CLAY, 1.5, 0.06))
        sheet.put(x + width - 5, top + 5, month_en.upper(), Type(7, brand.MOSS, 1.6, 0.12), "right")
        sheet.put(x + 5, top + 19, zh, Type(11, brand.PINE, 1.5, 0.02))
        sheet.put(x + 5, top + 25.5, en, CELL_EN)


def glossary(sheet: Sheet, section: Section, page: Page) -> None:
    """Terms in two columns: Chinese, English, meaning."""
    y = _open(sheet, section, page)
    half = (len(page.rows) + 1) // 2
    for index, (zh, en, meaning) in enumerate(page.rows):
        x = style.LEFT + (index // half) * (style.COLUMN + style.GUTTER)
        top = y + index % half * 17
        sheet.put(x, top, zh, Type(10.4, brand.PINE, 1.5, 0.03))
        sheet.put(x + style.COLUMN, top + 0.5, en, Type(8, brand.CLAY, 1.5, 0.01), "right")
        sheet.put(x, top + 6, meaning, Type(8, brand.MOSS, 1.5))
        sheet.rule(x, top + 13, style.COLUMN, brand.MIST, 0.25)
