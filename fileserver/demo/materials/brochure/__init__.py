"""The brand's training handbook: forty A4 pages, Chinese and English.

Promises the same PDF bytes on every call: `story` holds the words, `style` the grid, `prose`, `lists` and `charts` the
layouts, `covers` the pages around them.
"""

from collections.abc import Callable

from fileserver.demo.materials import brand
from fileserver.demo.materials.brochure import charts, covers, lists, prose
from fileserver.demo.materials.brochure.story import Page, Section, sections
from fileserver.demo.materials.sheet import Sheet

FIRST_SECTION_PAGE = 5

Layout = Callable[[Sheet, Section, Page], None]
LAYOUTS: dict[str, Layout] = {
    "bars": charts.bars,
    "calendar": lists.calendar,
    "checklist": lists.checklist,
    "essay": prose.essay,
    "feature": prose.feature,
    "flow": lists.flow,
    "glossary": lists.glossary,
    "layers": charts.layers,
    "lines": charts.lines,
    "notice": prose.notice,
    "plate": prose.plate,
    "radar": charts.radar,
    "steps": lists.steps,
    "table": lists.table,
    "trio": prose.trio,
}


def brochure() -> bytes:
    """The handbook as PDF."""
    parts = sections()
    numbers = [FIRST_SECTION_PAGE + sum(1 + len(part.page) for part in parts[:index]) for index in range(len(parts))]
    sheet = Sheet(f"{brand.NAME_ZH} 临床培训手册 2026 / {brand.NAME_EN} Clinical Training Handbook 2026")
    covers.cover(sheet)
    covers.imprint(sheet)
    covers.contents(sheet, parts, numbers)
    covers.letter(sheet)
    for part in parts:
        prose.opener(sheet, part)
        for page in part.page:
            LAYOUTS[page.kind](sheet, part, page)
    covers.back(sheet)
    return sheet.finish()
