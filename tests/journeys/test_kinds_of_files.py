"""Kinds of files that are not a PDF or a plain picture, from the upload to who opens the link."""

import io

import pytest
from PIL import Image

from tests import office_files
from tests.pictures import decoded, least_changed_share, text_of
from tests.stage import Stage
from tests.unit.watermark.sample_images import heic

MP4 = b"\0\0\0\x1cftypisom\0\0\2\0isomiso2mp41\0\0\x13\x90free" + bytes(5000)
HELD = 0x0112  # Exif's Orientation
MAKER = 0x010F  # Exif's Make
SAID = {"Accept": "text/html", "Accept-Language": "en"}


async def test_a_photograph_of_a_phone_goes_the_whole_way(stage: Stage) -> None:
    """HEIC is shown and downloaded upright as a JPEG with marks all over, and says nothing of who took it."""
    exif = Image.Exif()
    exif[HELD], exif[MAKER] = 6, "a phone of Li Na"
    taken = Image.radial_gradient("L").resize((1200, 900)).convert("RGB")
    material_id = await stage.approved(heic(taken, exif=exif.tobytes()), "门店照片.heic")
    share = await stage.share(material_id=material_id, download=True)
    visit = (await stage.open("li", share["token"])).ok
    page, copy = [await stage.get("li", path) for path in (visit["pages"][0]["url"], visit["download_url"])]

    assert ("image/heic", "ready", 1) == (visit["media_type"], visit["status"], len(visit["pages"]))
    assert [(200, "image/jpeg")] * 2 == [(each.status, each.headers["Content-Type"]) for each in (page, copy)]
    assert (900, 1200) == decoded(copy.body).size
    assert least_changed_share(taken.rotate(-90, expand=True), decoded(copy.body)) > 0.005
    assert b"a phone of Li Na" not in page.body + copy.body
    assert {} == dict(Image.open(io.BytesIO(copy.body)).getexif())


@pytest.mark.office
@pytest.mark.parametrize(
    ("body", "filename"),
    [
        (office_files.pptx("Hyaluronic gel 玻尿酸"), "培训.pptx"),
        (office_files.docx("Hyaluronic gel 玻尿酸"), "说明.docx"),
        (office_files.xlsx("Hyaluronic gel 玻尿酸"), "价目.xlsx"),
    ],
    ids=["pptx", "docx", "xlsx"],
)
async def test_an_office_file_goes_the_whole_way(stage: Stage, body: bytes, filename: str) -> None:
    """It is shown page by page and downloaded as a PDF, sealed, with its text; the file itself stays inside."""
    material_id = await stage.approved(body, filename)
    share = await stage.share(material_id=material_id, download=True, seal_level="shared")
    visit = (await stage.open("li", share["token"])).ok
    page, copy = [await stage.get("li", path) for path in (visit["pages"][0]["url"], visit["download_url"])]

    assert ("ready", 1) == (visit["status"], len(visit["pages"]))
    assert [(200, "image/jpeg"), (200, "application/pdf")] == [
        (each.status, each.headers["Content-Type"]) for each in (page, copy)
    ]
    assert "Hyaluronic gel 玻尿酸" in text_of(copy.body)
    assert ".pdf" in copy.headers["Content-Disposition"]
    assert body[:4] not in copy.body[:64] + page.body[:64]


@pytest.mark.parametrize(
    ("body", "filename", "told"),
    [
        (MP4, "短片.mp4", "Videos are kept, checked and approved"),
        (b"any words", "notes.txt", "Nobody outside the brand"),
    ],
    ids=["film", "text"],
)
async def test_what_nobody_outside_gets_to_see_is_said_before(
    stage: Stage, body: bytes, filename: str, told: str
) -> None:
    """To who submits it, who approves it and who shares it, by one or by a list; who opens the link reads why."""
    material_id = await stage.approved(body, filename)
    reviews = (await stage.api("reviewer").get("/reviews?state=decided")).ok["items"]
    review = next(each for each in reviews if each["material"]["id"] == material_id)
    for who, path in (
        ("owner", f"/materials/{material_id}"),
        ("reviewer", f"/reviews/{review['id']}"),
        ("owner", f"/materials/{material_id}/share"),
        ("owner", f"/materials/{material_id}/share/people"),
    ):
        seen = await stage.request("GET", who, path, headers=SAID)
        assert (200, True) == (seen.status, told in seen.body.decode()), path
    whole = await stage.request("GET", "owner", f"/materials/{stage.cast.material_id}/share", headers=SAID)
    assert told not in whole.body.decode()
    share = await stage.share(material_id=material_id)
    assert "not_sealable" == (await stage.open("li", share["token"])).ok["status"]
    door = await stage.request("GET", "li", f"/s/{share['token']}", headers=SAID)
    assert "neither shown nor downloaded" in door.body.decode()


async def test_what_nobody_may_let_pass_is_not_said_to_be_approved(stage: Stage) -> None:
    """A file that is held up needs another one: how far this one would come is no help."""
    material_id = await stage.drafted(b"MZ" + bytes(64), "setup.exe")
    page = (await stage.request("GET", "owner", f"/materials/{material_id}", headers=SAID)).body.decode()
    assert "nobody can wave through" in page
    assert "It can be approved" not in page
