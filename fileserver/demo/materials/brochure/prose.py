"""Pages that are read: opener, feature, essay, three principles, plate, notice.

Promises layouts with the signature (sheet, section, page); every one adds exactly one page.
"""

from fileserver.demo.materials import brand
from fileserver.demo.materials.brochure import style
from fileserver.demo.materials.brochure.story import Page, Section
from fileserver.demo.materials.pictures import place
from fileserver.demo.materials.sheet import Sheet, Type

PICTURE_FOOT = 270.0
PANELS = {"I": brand.PINE, "II": brand.CLAY, "III": brand.MOSS, "IV": brand.INK, "V": brand.PINE, "VI": brand.CLAY}


def opener(sheet: Sheet, section: Section) -> None:
    """A picture over a panel of colour with the section's numeral and title."""
    sheet.add_page()
    panel = PANELS[section.numeral]
    sheet.block(0, 0, style.WIDTH, style.HEIGHT, panel)
    place(sheet, section.scene, section.seed, 0, 0, style.WIDTH, 186)
    red, green, blue = (round(channel + (255 - channel) * 0.12) for channel in panel)
    sheet.put(style.RIGHT + 4, 214, section.glyph, Type(150, (red, green, blue), 1.0), "right")
    sheet.put(style.LEFT, 204, section.title_zh, Type(32, brand.IVORY, 1.3, 0.06))
    sheet.put(style.LEFT, 220, section.title_en.upper(), Type(9.4, brand.SAND, 1.5, 0.16))
    sheet.rule(style.LEFT, 233, 12, brand.SAND)
    y = sheet.flow(style.LEFT, 240, 110, section.lead_zh, Type(10.4, brand.IVORY, 1.8, 0.02))
    sheet.flow(style.LEFT, y + 1, 110, section.lead_en, Type(8.4, brand.SAND, 1.6))


def feature(sheet: Sheet, _section: Section, page: Page) -> None:
    """A picture across the upper part, Chinese and English side by side under it."""
    sheet.add_page()
    place(sheet, page.scene, page.seed, 0, 0, style.WIDTH, 128)
    sheet.put(style.LEFT, 131, f"{page.caption_zh}　{page.caption_en}", style.NOTE)
    y = style.heading(sheet, page, 146)
    sheet.paragraphs(style.LEFT, y, style.COLUMN, page.zh, style.BODY, justify=True)
    sheet.paragraphs(style.LEFT + style.COLUMN + style.GUTTER, y, style.COLUMN, page.en, style.BODY_EN, justify=False)
    style.folio(sheet)


def essay(sheet: Sheet, section: Section, page: Page) -> None:
    """A lead, Chinese in two columns, English in two columns, and a picture in what is left of the page."""
    sheet.add_page()
    style.running(sheet, section)
    y = style.heading(sheet, page, 34)
    y = style.lead(sheet, page, y) + 4
    y = sheet.columns(style.LEFT, y, style.MEASURE, style.GUTTER, page.zh, style.BODY, justify=True) + 9
    sheet.rule(style.LEFT, y, style.MEASURE, brand.SAND, 0.2)
    y = sheet.columns(style.LEFT, y + 8, style.MEASURE, style.GUTTER, page.en, style.BODY_EN, justify=False) + 10
    place(sheet, page.scene, page.seed, style.LEFT, y, style.MEASURE, PICTURE_FOOT - y)


def trio(sheet: Sheet, section: Section, page: Page) -> None:
    """A picture between the lead and three short texts."""
    sheet.add_page()
    style.running(sheet, section)
    y = style.heading(sheet, page, 34)
    y = style.lead(sheet, page, y, style.MEASURE) + 2
    place(sheet, page.scene, page.seed, 0, y, style.WIDTH, 106)
    y += 106 + 12
    width = (style.MEASURE - 2 * style.GUTTER) / 3
    for index, item in enumerate(page.items):
        x = style.LEFT + index * (width + style.GUTTER)
        sheet.rule(x, y, width, brand.SAND, 0.3)
        sheet.put(x, y + 4, item.zh, style.STRONG)
        sheet.put(x, y + 10.6, item.en.upper(), style.STRONG_EN)
        below = sheet.paragraphs(x, y + 18, width, [item.text_zh], Type(8.8, brand.INK, 1.8), justify=True)
        sheet.flow(x, below + 2.5, width, item.text_en, Type(7.8, brand.MOSS, 1.6))


def plate(sheet: Sheet, _section: Section, page: Page) -> None:
    """A picture alone, with one sentence under it."""
    sheet.add_page()
    place(sheet, page.scene, page.seed, 0, 0, style.WIDTH, 238)
    sheet.put(style.WIDTH / 2, 252, page.quote_zh, Type(16, brand.PINE, 1.4, 0.14), "centre")
    sheet.put(style.WIDTH / 2, 263, page.quote_en, Type(9, brand.CLAY, 1.5, 0.06), "centre")


def notice(sheet: Sheet, section: Section, page: Page) -> None:
    """The terms of use, in a quiet single column each."""
    sheet.add_page()
    sheet.block(0, 0, style.WIDTH, style.HEIGHT, brand.IVORY)
    style.running(sheet, section)
    y = style.heading(sheet, page, 96)
    sheet.paragraphs(style.LEFT, y, style.COLUMN, page.zh, Type(8.6, brand.INK, 1.85), justify=True)
    sheet.paragraphs(
        style.LEFT + style.COLUMN + style.GUTTER, y, style.COLUMN, page.en, Type(7.8, brand.MOSS, 1.7), justify=False
    )
