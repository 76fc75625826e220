"""The pages around the text: cover, imprint, contents, letter, back cover.

Promises five pages in the palette of the brand; contents take their page numbers from what was laid out.
"""

from fileserver.demo.materials import brand
from fileserver.demo.materials.brochure import style
from fileserver.demo.materials.brochure.story import Section
from fileserver.demo.materials.pictures import place
from fileserver.demo.materials.sheet import Sheet, Type

LETTER_ZH = [
    "各位同事：",
    (
        "一家门诊的品质，往往不在于它说了什么，而在于它如何处理那些没有人看见的时刻："
        "一次没有被省略的手卫生，一张写清楚批号的标签，一句没有说满的解释。"
    ),
    (
        "这本手册把这些时刻收集起来，写成可以照着做、也可以照着查的六个部分。它每年修订一次，修订意见来自各教学点的带教记录。"
        "如果您在阅读时发现与实际工作不符之处，请写下来，交给所在机构的培训联络人。"
    ),
    "愿我们都能在光里看清，在序里安放。",
]
LETTER_EN = [
    "Dear colleagues,",
    (
        "The quality of a clinic lies less in what it says than in how it handles the moments nobody sees: "
        "hand hygiene that was not skipped, a label with its batch number, an explanation that did not overstate."
    ),
    (
        "This handbook gathers such moments into six parts to work from and to look things up in. "
        "It is revised once a year from the notes of our mentors. "
        "Where it does not match your work, please write it down and hand it to your training contact."
    ),
    "May we see clearly in the light, and find our place in order.",
]


def cover(sheet: Sheet) -> None:
    """The front: a tall picture, the name set vertically beside it."""
    sheet.add_page()
    sheet.block(0, 0, style.WIDTH, style.HEIGHT, brand.IVORY)
    place(sheet, "sunlit_wall", 1, 70, 0, 140, 222)
    for index, character in enumerate(brand.NAME_ZH[:2]):
        sheet.put(39, 24 + index * 34, character, Type(74, brand.PINE, 1.3, 0, 0.004), "centre")
    for index, character in enumerate("临床培训手册"):
        sheet.put(39, 102 + index * 9.2, character, Type(15, brand.CLAY, 1.4), "centre")
    sheet.rule(29, 168, 20)
    sheet.put(39, 173, "2026", Type(13, brand.PINE, 1.4, 0.16), "centre")
    sheet.put(70, 234, brand.NAME_EN.upper(), Type(19, brand.PINE, 1.3, 0.22))
    sheet.put(70, 246, "Clinical Training Handbook", Type(12, brand.CLAY, 1.4, 0.04))
    sheet.put(70, 272, brand.ACADEMY_ZH, Type(9, brand.INK, 1.5, 0.06))
    sheet.put(70, 277.5, brand.ACADEMY_EN, Type(7.6, brand.MOSS, 1.5, 0.06))
    sheet.put(188, 277.5, brand.EDITION, Type(7.6, brand.MOSS, 1.5, 0.06), "right")


def imprint(sheet: Sheet) -> None:
    """Inside the cover: how the handbook may be used."""
    sheet.add_page()
    sheet.block(0, 0, style.WIDTH, style.HEIGHT, brand.PINE)
    for index, character in enumerate(brand.NAME_ZH[:2]):
        sheet.put(style.LEFT - 8 + index * 84, 38, character, Type(240, (54, 84, 78), 1.0))
    pale, soft = Type(9, brand.SAND, 1.8, 0.02), Type(8, brand.SAGE, 1.7, 0.02)
    y = sheet.flow(style.LEFT, 196, 110, brand.TRAINING_ZH + "。", pale)
    y = sheet.flow(style.LEFT, y, 110, brand.TRAINING_EN, soft) + 6
    y = sheet.flow(style.LEFT, y, 110, brand.GUIDANCE_ZH + "。", pale)
    y = sheet.flow(style.LEFT, y, 110, brand.GUIDANCE_EN + ".", soft) + 6
    sheet.rule(style.LEFT, y, 12)
    y = sheet.flow(style.LEFT, y + 5, 110, f"{brand.ACADEMY_ZH}　版本 {brand.EDITION}", soft)
    sheet.flow(style.LEFT, y, 110, f"{brand.ACADEMY_EN}, edition {brand.EDITION}", soft)


def contents(sheet: Sheet, sections: list[Section], numbers: list[int]) -> None:
    """Sections with their first page and the titles inside."""
    sheet.add_page()
    sheet.rule(style.LEFT, 34, 12)
    sheet.put(style.LEFT, 39, "目录", style.HEADING)
    sheet.put(style.LEFT, 50, "CONTENTS", style.HEADING_EN)
    y = 70.0
    for section, number in zip(sections, numbers, strict=True):
        sheet.put(style.LEFT, y, section.numeral, Type(13, brand.CLAY, 1.4, 0.04))
        sheet.put(44, y, section.title_zh, style.STRONG)
        sheet.put(44, y + 6.6, section.title_en, style.STRONG_EN)
        titles = "、".join(page.title_zh for page in section.page if page.title_zh)
        sheet.flow(96, y + 0.8, 76, titles, Type(7.6, brand.MOSS, 1.75, 0.02))
        sheet.put(style.RIGHT, y, f"{number:02d}", Type(13, brand.PINE, 1.4, 0.06), "right")
        sheet.rule(style.LEFT, y + 20, style.MEASURE, brand.MIST, 0.3)
        y += 29
    style.folio(sheet)


def letter(sheet: Sheet) -> None:
    """An opening letter beside a narrow picture."""
    sheet.add_page()
    place(sheet, "emulsion", 2, 0, 0, 62, style.HEIGHT)
    x, width = 78.0, style.RIGHT - 78.0
    sheet.rule(x, 34, 12)
    sheet.put(x, 39, "写在前面", style.HEADING)
    sheet.put(x, 50, "A LETTER TO COLLEAGUES", style.HEADING_EN)
    y = sheet.paragraphs(x, 70, width, LETTER_ZH, Type(10, brand.INK, 1.95), justify=True)
    y = sheet.paragraphs(x, y + 8, width, LETTER_EN, style.BODY_EN, justify=False)
    sheet.put(x, y + 12, brand.ACADEMY_ZH, style.STRONG)
    sheet.put(x, y + 18.6, brand.ACADEMY_EN, style.STRONG_EN)
    sheet.put(style.RIGHT, 281, f"{sheet.page_no():02d}", Type(8, brand.MOSS, 1.5, 0.08), "right")


def back(sheet: Sheet) -> None:
    """The back: name, institution, the notice that all of it is invented."""
    sheet.add_page()
    sheet.block(0, 0, style.WIDTH, style.HEIGHT, brand.PINE)
    place(sheet, "satin", 14, 0, 0, style.WIDTH, 92)
    middle = style.WIDTH / 2
    sheet.put(middle, 132, brand.NAME_ZH, Type(30, brand.IVORY, 1.3, 0.2), "centre")
    sheet.put(middle, 147, brand.NAME_EN.upper(), Type(10, brand.SAND, 1.4, 0.3), "centre")
    sheet.rule(middle - 8, 160, 16)
    small = Type(8, brand.SAGE, 1.6, 0.04)
    sheet.put(middle, 168, brand.GUIDANCE_ZH, Type(9, brand.SAND, 1.6, 0.06), "centre")
    sheet.put(middle, 174, brand.GUIDANCE_EN, small, "centre")
    sheet.put(middle, 252, brand.CLINIC_ZH, Type(8.6, brand.SAND, 1.6, 0.06), "centre")
    sheet.put(middle, 257.5, f"{brand.ADDRESS_ZH}　{brand.TELEPHONE}", small, "centre")
    sheet.put(middle, 268, brand.FICTION_ZH, Type(6.8, brand.SAGE, 1.6, 0.02), "centre")
    sheet.put(middle, 272.4, brand.FICTION_EN, Type(6.8, brand.SAGE, 1.6, 0.02), "centre")
