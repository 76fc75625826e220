"""A brochure of 40 pages that are nothing but pictures, scanned whole: seconds, seconds a page, planted pages found.

As a worker does it, with every page looked at: posters, each fourth a dense page, each fifth with a planted phrase.
"""

import io
import random
import time
from dataclasses import replace
from uuid import UUID

from PIL import Image, ImageDraw

from benchmarks.stage import Figure, prepare
from compliance.access import Role
from compliance.events import Trail
from compliance.reading.ocr import Ocr
from compliance.reading.processes import Extractor, Looker
from compliance.reading.reader import Reader
from fileserver.materials import service
from fileserver.materials.schemas import MaterialIn
from fileserver.services import Services
from storage.rows import versions
from tests import posters
from tests.materials import add_upload
from tests.people import add_employee

PAGES = 40
DENSE_EVERY, PLANTED_EVERY = 4, 5
PHRASE = "国家级专家团队"
PAGE_MAX_S = 6.0  # the bar of a dense page; the whole may take as long as if all were


def brochure(pages: int = PAGES) -> bytes:
    """A PDF of pictures of pages."""
    drawn = [_page(number) for number in range(1, pages + 1)]
    out = io.BytesIO()
    drawn[0].save(out, "PDF", save_all=True, append_images=drawn[1:], resolution=120, quality=85)
    return out.getvalue()


def _page(number: int) -> Image.Image:
    chance = random.Random(number)  # noqa: S311  # variety, not a secret
    page = posters.dense_page() if number % DENSE_EVERY == 0 else posters.poster(chance).picture
    if number % PLANTED_EVERY == 0:
        draw = ImageDraw.Draw(page)
        draw.rectangle((60, 1290, 760, 1400), fill="white")
        draw.text((80, 1300), PHRASE, font=posters.font(64), fill="black")
    return page


async def run(services: Services) -> list[Figure]:
    """How long it takes, and how many of the planted pages are told."""
    owner = await add_employee(services, Role.MARKETER)
    upload_id = await add_upload(services, owner.person_id, brochure(), "brochure.pdf")
    wanted = MaterialIn.model_validate({"upload_id": upload_id, "title": "40", "class": "public_ad"})
    version_id = (await service.create(services, owner.actor, Trail(), wanted)).versions[0].id
    async with Extractor() as extractor, Looker() as looker:
        reader = Reader(services.database, services.objects, extractor, looker, ocr=Ocr.ALWAYS)
        started = time.perf_counter()
        await prepare(replace(services, reader=reader), str(version_id))
        whole_s = time.perf_counter() - started
    found = await _found(services, version_id)
    planted = set(range(PLANTED_EVERY, PAGES + 1, PLANTED_EVERY))
    bar = PAGES * PAGE_MAX_S
    return [
        Figure("brochure, whole scan", whole_s, "s", f"{PAGES} pages; bar {bar:.0f} s", passed=whole_s <= bar),
        Figure("brochure, a page", whole_s / PAGES, "s", "prepared, read, looked at, matched"),
        Figure("brochure, planted pages", len(planted & found) / len(planted), "share", f"of {len(planted)} told"),
    ]


async def _found(services: Services, version_id: UUID) -> set[int]:
    """The pages on which rule A1 was met."""
    async with services.database.transaction() as tx:
        rows = (await versions.findings_of(tx, [version_id]))[version_id]
    return {each.place["page"] for each in rows if each.rule == "A1" and "page" in each.place}
