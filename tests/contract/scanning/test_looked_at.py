"""A poster looked at by the real recogniser: what only the picture says is found, at its place."""

import io
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from argon2.profiles import CHEAPEST
from imageio_ffmpeg import get_ffmpeg_exe
from noto_cjk_sans_otc import FONT_PATH
from PIL import Image, ImageDraw, ImageFont

from compliance.access import Role
from compliance.passwords import Passwords
from compliance.preparation import Preparer
from compliance.reading.ocr import Ocr
from compliance.reading.step import Reading
from compliance.ruling import rules_for
from compliance.scanning import Case
from fileserver.config import Config
from fileserver.materials.scanning import scanner_of
from fileserver.services import Services, open_services
from storage.rows import materials, scans, versions
from tests.api import Client, sign_in
from tests.inspecting import InThisProcess
from tests.materials import add_upload
from tests.people import add_employee
from tests.services import Clock


@pytest.fixture
async def services(config: Config, clock: Clock) -> AsyncIterator[Services]:
    """The services as an operator starts them: pictures are looked at."""
    looking = config.model_copy(update={"ocr": Ocr.NEEDED})
    async with open_services(looking, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess()) as opened:
        yield opened


def poster(words: str) -> bytes:
    """A small picture that says this, in its upper half."""
    picture = Image.new("RGB", (480, 320), "white")
    font = ImageFont.truetype(str(FONT_PATH), 44)
    ImageDraw.Draw(picture).text((60, 50), words, font=font, fill="black")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


async def scanned(services: Services, version_id: UUID) -> None:
    """What the job does, for as long as it takes: a worker that is to end gives it some seconds only."""
    preparer = Preparer(services.database, services.objects, services.renderer, services.clock)
    await scanner_of(services).scan(
        version_id, lambda: preparer.prepare(version_id), lambda: preparer.keep_shut(version_id)
    )


def booklet(*pages: str) -> bytes:
    """A PDF whose pages are pictures."""
    first, *others = [Image.open(io.BytesIO(poster(words))).convert("RGB") for words in pages]
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others)
    return out.getvalue()


async def pages_are_told_as_they_are_looked_at(services: Services, client: Client, _folder: Path) -> None:
    """Whoever follows the scan of a booklet sees how many pages are done, and what stands on them, before its end."""
    owner = await add_employee(services, Role.MARKETER)
    marketer = await sign_in(client, owner)
    upload_id = await add_upload(services, owner.person_id, booklet("国家级专家", "效果最佳"))
    made = await marketer.post("/materials", {"upload_id": str(upload_id), "title": "画册", "class": "public_ad"})
    version_id, seen = UUID(made.ok["versions"][0]["id"]), list[tuple[int, set[int]]]()

    class Followed(Case):
        async def progress(self, stage: str, *, done: int = 0, total: int | None = None) -> None:
            await super().progress(stage, done=done, total=total)
            version = (await marketer.get(f"/materials/{made.ok['id']}")).ok["versions"][0]
            pages = {each["page"] for each in version["findings"] if each["detector"] == "rules"}
            seen.append((version["scan"]["pages_done"], pages))

    await Preparer(services.database, services.objects, services.renderer, services.clock).prepare(version_id)
    async with services.database.transaction() as tx:
        waiting, version = await scans.newest_scan(tx, version_id), await versions.version_by_id(tx, version_id)
        assert waiting
        assert version
        material = await materials.material_by_id(tx, version.material_id)
        begun = await scans.begin_scan(
            tx, waiting.id, services.clock(), material_class="public_ad", declaration_revision=0
        )
    assert begun
    assert material
    assert services.reader
    reading = Reading(services.reader, [rules_for(services.database, services.clock)])
    await reading.look(Followed(services.database, services.clock, begun, version, material))
    assert [(1, {1}), (2, {1, 2})] == seen


def film(folder: Path, words: str) -> bytes:
    """Two seconds of grey, then two of a picture that says this."""
    (folder / "said.png").write_bytes(poster(words))
    grey, said = "color=c=gray:s=480x320:r=2:d=2", ("-loop", "1", "-framerate", "2", "-t", "2", "-i", "said.png")
    joined = "[0:v]format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]concat=n=2"
    made = [get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", grey, *said]
    subprocess.run([*made, "-filter_complex", joined, "-c:v", "mpeg4", "film.mp4"], cwd=folder, check=True)
    return (folder / "film.mp4").read_bytes()


async def words_of_a_film_are_told_by_their_second(services: Services, client: Client, folder: Path) -> None:
    """A film is not sealed yet: its owner reads that it can't be shared, and what is wrong with it at which second."""
    owner = await add_employee(services, Role.MARKETER)
    marketer = await sign_in(client, owner)
    upload_id = await add_upload(services, owner.person_id, film(folder, "国家级专家"), "film.mp4")
    made = await marketer.post("/materials", {"upload_id": str(upload_id), "title": "短片", "class": "public_ad"})
    await scanned(services, UUID(made.ok["versions"][0]["id"]))
    version = (await marketer.get(f"/materials/{made.ok['id']}")).ok["versions"][0]
    found = next(each for each in version["findings"] if each["rule"] == "A1")
    assert ("refused", "block", None) == (version["preparation"], found["severity"], found["page"])
    assert 1_500 <= found["start_ms"] < 4_000
    shown = {"Authorization": f"Bearer {marketer.token}", "Accept": "text/html", "Accept-Language": "en"}
    async with client.get(f"/materials/{made.ok['id']}", headers=shown) as answer:
        text = await answer.text()
    assert f"Second {found['start_ms'] // 1000}" in text.replace("\u2068", "").replace("\u2069", "")
    assert "not shown outside the brand yet" in text


async def words_of_a_poster_are_found(services: Services, client: Client, _folder: Path) -> None:
    """A national rank that is nothing but pixels: the rule, the page, and a box around the words."""
    owner = await add_employee(services, Role.MARKETER)
    marketer = await sign_in(client, owner)
    upload_id = await add_upload(services, owner.person_id, poster("国家级专家团队"), "poster.png")
    made = await marketer.post("/materials", {"upload_id": str(upload_id), "title": "海报", "class": "public_ad"})
    await scanned(services, UUID(made.ok["versions"][0]["id"]))
    version = (await marketer.get(f"/materials/{made.ok['id']}")).ok["versions"][0]
    (found,) = [each for each in version["findings"] if each["rule"] == "A1"]
    assert ("block", 1) == (found["severity"], found["page"])
    assert "国家级" in found["quote"]
    left, top, right, bottom = found["box"]
    assert 80 < left < right < 800
    assert 100 < top < bottom < 400
    assert version["scan"]["detectors"]["text"].endswith("/always")


async def test_what_only_pictures_say_is_found(
    services: Services, client: Client, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    """On a poster, in a booklet page by page, in a film by the second; one recogniser, whose models are read once."""
    for seen in (
        words_of_a_poster_are_found,
        pages_are_told_as_they_are_looked_at,
        words_of_a_film_are_told_by_their_second,
    ):
        with subtests.test(seen.__name__):
            await seen(services, client, tmp_path)
