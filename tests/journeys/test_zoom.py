"""Looking closely: tiles of a page at several times its size, sealed like the page, over HTTP."""

import asyncio
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.journeys.test_hidden_marks import read
from tests.stage import Stage


async def whole(stage: Stage, who: str, zoom: dict[str, Any]) -> NDArray[np.uint8]:
    """Every tile of a level, laid side by side."""
    side, width, height = zoom["tile_px"], zoom["width_px"], zoom["height_px"]
    out = np.zeros((height, width, 3), np.uint8)
    places = [(column, row) for row in range(-(-height // side)) for column in range(-(-width // side))]
    answers = await asyncio.gather(*(stage.get(who, zoom["url"].format(column=c, row=r)) for c, r in places))
    for (column, row), answer in zip(places, answers, strict=True):
        assert (200, "image/jpeg") == (answer.status, answer.headers["Content-Type"])
        tile = np.asarray(Image.open(io.BytesIO(answer.body)).convert("RGB"))
        out[row * side : row * side + tile.shape[0], column * side : column * side + tile.shape[1]] = tile
    return out


async def test_tiles_are_the_page_larger_and_lead_to_its_visit(stage: Stage) -> None:
    """Put together they are one picture of twice the size with one hidden mark; so is what a phone shows of it."""
    _, visit = await stage.visit("li")
    page = visit["pages"][0]
    zoom = page["zooms"][0]
    assert [2, 4] == [each["level"] for each in page["zooms"]]
    assert (2 * page["width_px"], 2 * page["height_px"]) == (zoom["width_px"], zoom["height_px"])
    sharp = await whole(stage, "li", zoom)
    soft = Image.open(io.BytesIO((await stage.get("li", page["url"])).body)).convert("RGB")
    shrunk = Image.fromarray(sharp).resize(soft.size, Image.Resampling.BOX)
    # Under the marks, whose letters are some pixels longer or shorter at twice the size, each tile is the page's part.
    other = np.abs(np.asarray(shrunk, int) - np.asarray(soft, int)).mean(axis=2)
    half = zoom["tile_px"] // 2
    parts = [
        other[y : y + half, x : x + half] for y in range(0, len(other), half) for x in range(0, len(other[0]), half)
    ]
    assert max(np.median(part) for part in parts) < 3
    events = await stage.told("viewer:copy:view")
    assert {"tile", "page"} == {event["det"]["kind"] for event in events}
    told = events[0]["det"]["copy"]
    assert [told, told] == [read(stage, sharp), read(stage, sharp[700:2700, 400:2000])]


async def test_a_level_is_drawn_once(stage: Stage) -> None:
    """Another viewer's tile is cut from the same drawing, and is theirs."""
    tiles = []
    for who in ("li", "wang"):
        _, visit = await stage.visit(who)
        tiles.append((await stage.get(who, visit["pages"][1]["zooms"][0]["url"].format(column=1, row=1))).body)
    assert tiles[0] != tiles[1]
    keys = [
        each.key
        async for page in stage.services.objects.list_pages(f"versions/{stage.cast.version_id}/zoom-2/")
        for each in page
    ]
    assert f"versions/{stage.cast.version_id}/zoom-2/2.jpg" in keys


async def test_an_employees_tile_leads_to_them(stage: Stage) -> None:
    """Who reads a version inside the brand may look as closely, and what they see carries their copy's id."""
    path = f"/api/v1/versions/{stage.cast.version_id}/pages/1/tiles/2"
    tiles = [await stage.get("reviewer", f"{path}/{column}-{row}") for column, row in ((1, 1), (2, 1))]
    assert [200, 200] == [each.status for each in tiles]
    event, again = await stage.told("employee:material:preview")
    assert ("tile", 2, event["det"]["copy"]) == (event["det"]["kind"], event["det"]["level"], again["det"]["copy"])
    side_by_side = np.hstack([np.asarray(Image.open(io.BytesIO(each.body)).convert("RGB")) for each in tiles])
    assert (512, 1024, 3) == side_by_side.shape
    assert 403 == (await stage.get("li", f"{path}/1-1")).status
    assert 404 == (await stage.get("reviewer", f"{path}/60-1")).status


async def test_a_large_picture_is_zoomed_into_itself(stage: Stage) -> None:
    """Tiles of a photograph come from its own pixels; one that is no larger than its page offers none."""
    photo = Image.effect_noise((3000, 1500), 60).convert("RGB")
    for picture, levels in ((photo, [(2, 3000, 1500)]), (photo.resize((900, 450)), [])):
        out = io.BytesIO()
        picture.save(out, "JPEG")
        material = await stage.approved(out.getvalue(), "photo.jpg")
        share = (await stage.api("owner").post("/shares", {"material_id": material})).ok
        (page,) = (await stage.open("li", share["token"])).ok["pages"]
        assert levels == [(each["level"], each["width_px"], each["height_px"]) for each in page["zooms"]]
        if levels:
            tile = await stage.get("li", page["zooms"][0]["url"].format(column=5, row=2))
            assert (200, (3000 - 5 * 512, 1500 - 2 * 512)) == (tile.status, Image.open(io.BytesIO(tile.body)).size)


async def test_what_is_not_there_is_not_drawn(stage: Stage) -> None:
    """A tile past the edge, a level that is not offered, another page's address: refused, and no event of a copy."""
    _, visit = await stage.visit("li")
    url = visit["pages"][0]["zooms"][0]["url"]
    for path in (
        url.format(column=6, row=0),
        url.format(column=0, row=8),
        url.replace("/tiles/2/", "/tiles/3/").format(column=0, row=0),
        url.replace("/pages/1/", "/pages/2/").format(column=0, row=0),
    ):
        assert (await stage.get("li", path)).status in {403, 404}, path
    assert 403 == (await stage.get("wang", url.format(column=0, row=0))).status
    assert [] == await stage.told("viewer:copy:")
