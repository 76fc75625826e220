"""The look of the visible mark: chosen with a share, tried on before, kept by forwards, drawn on every page."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from storage.rows import shares
from storage.schema import share as share_table
from tests.api import Api
from tests.pictures import changed_share, decoded
from tests.stage import Stage
from watermark.wording import DEFAULT_TEXT

STANDARD = {
    "strength": "standard",
    "layout": "tiled",
    "text": DEFAULT_TEXT,
    "colour": "black",
    "opacity_percent": None,
    "size": "medium",
}


@pytest.fixture
def owner(stage: Stage) -> Api:
    """The marketer of the brochure."""
    return stage.api("owner")


async def page_of(stage: Stage, **policy: Any) -> Any:
    """The first page that a viewer gets through a share of this policy."""
    _, visit = await stage.visit("li", **policy)
    answer = await stage.get("li", visit["pages"][0]["url"])
    assert 200 == answer.status
    return decoded(answer.body)


async def tried(stage: Stage, who: str, **wanted: Any) -> Any:
    """The first page of the brochure as this employee sees it in this look."""
    body = {"version_id": str(stage.cast.version_id), **wanted}
    answer = await stage.request("POST", who, "/api/v1/looks/preview", json=body)
    assert (200, "image/jpeg") == (answer.status, answer.headers["Content-Type"])
    assert "no-store" in answer.headers["Cache-Control"]
    return decoded(answer.body)


async def test_a_changed_look_is_for_visits_that_begin_afterwards(stage: Stage, owner: Api) -> None:
    """A visit that runs keeps the look it began with, in a trace too; the next has the new one; the log tells."""
    made, visit = await stage.visit("li", watermark="strong")
    url = visit["pages"][0]["url"]
    before = (await stage.get("li", url)).body
    stage.clock.advance(seconds=60)
    changed = (await owner.post(f"/shares/{made['id']}/look", {"watermark": "corner"})).ok
    stage.clock.advance(seconds=60)
    fresh = (await stage.open("wang", made["token"])).ok
    after = await stage.get("wang", fresh["pages"][0]["url"])
    async with stage.services.database.transaction() as tx:
        row = await shares.share_by_id(tx, UUID(made["id"]))
        assert row is not None
        then = await shares.marked_at(tx, row, datetime.fromisoformat(visit["started_at"]))
    (event,) = await stage.told("employee:share:look")

    assert ("corner", "corner") == (changed["watermark"], changed["look"]["layout"])
    assert before == (await stage.get("li", url)).body
    assert changed_share(decoded(before), decoded(after.body)) > 0.05
    assert ("strong", "corner") == (then.watermark, row.watermark)
    assert ("corner", 1) == (event["det"]["watermark"], event["det"]["shares"])


async def test_a_share_says_how_its_copies_are_marked(stage: Stage, owner: Api) -> None:
    """The preset's name and the whole look come back, with the changes in it; the log tells all but the text."""
    look = {"layout": "diagonal", "text": "请勿外传 {name}", "opacity_percent": 25}
    made = await stage.share(watermark="strong", look=look)
    read = (await owner.get(f"/shares/{made['id']}")).ok
    (event,) = await stage.told("employee:share:create")
    plain = await stage.share()

    assert ("strong", STANDARD | {"strength": "strong"} | look) == (read["watermark"], read["look"])
    assert ("strong", "strong diagonal black 25% medium") == (event["det"]["watermark"], event["det"]["look"])
    assert "请勿外传" not in str(event)
    assert ("standard", STANDARD) == (plain["watermark"], plain["look"])


async def test_a_bad_look_names_its_field(stage: Stage, owner: Api, subtests: pytest.Subtests) -> None:
    """Both the share and the preview refuse it with the field and a sentence, and no share is made."""
    for look, field in [
        ({"strength": "none"}, "/look/strength"),
        ({"layout": "nowhere"}, "/look/layout"),
        ({"size": 3}, "/look/size"),
        ({"colour": "#FFF"}, "/look/colour"),
        ({"opacity_percent": 1}, "/look/opacity_percent"),
        ({"opacity_percent": "20"}, "/look/opacity_percent"),
        ({"text": "请勿外传"}, "/look/text"),
        ({"text": "{name} {password}"}, "/look/text"),
        ({"text": "{name}" + "密" * 200}, "/look/text"),
        ({"blur": True}, "/look/blur"),
        ("strong", "/look"),
    ]:
        with subtests.test(str((look, field))):
            for path, body in (
                ("/shares", {"material_id": str(stage.cast.material_id), "look": look}),
                ("/looks/preview", {"version_id": str(stage.cast.version_id), "look": look}),
            ):
                refused = await owner.post(path, body)
                assert (422, {field}) == (refused.status, refused.fields)
            assert [] == (await owner.get("/shares")).ok["items"]


async def test_every_page_is_drawn_in_the_look_of_its_share(stage: Stage) -> None:
    """Another look gives the same viewer another page, and red strokes are red."""
    plain = await page_of(stage)
    red = await page_of(stage, watermark="confidential")
    corner = await page_of(stage, watermark="corner")

    assert changed_share(plain, red) > 0.02
    assert changed_share(plain, corner) > 0.02
    width, height = corner.size
    below = (0, height // 2, width, height * 9 // 10)
    assert changed_share(plain.crop(below), corner.crop(below)) > 0.02


async def test_shares_of_the_release_before_keep_their_strength(stage: Stage, owner: Api) -> None:
    """A row without a look is drawn as its preset says."""
    made = await stage.share(watermark="strong")
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(share_table).where(share_table.c.id == made["id"]).values(look=None))

    assert STANDARD | {"strength": "strong"} == (await owner.get(f"/shares/{made['id']}")).ok["look"]


async def test_a_row_that_nobody_understands_is_drawn_strongly(stage: Stage, owner: Api) -> None:
    """What a later release wrote costs no copy its mark."""
    made = await stage.share(watermark="light")
    async with stage.services.database.transaction() as tx:
        values = {"look": {"layout": "spiral", "glow": 3}}
        await tx.execute(update(share_table).where(share_table.c.id == made["id"]).values(values))

    assert "strong" == (await owner.get(f"/shares/{made['id']}")).ok["look"]["strength"]


async def test_a_look_is_tried_on_the_real_page(stage: Stage) -> None:
    """The preview is the page, sealed to whoever asks: it changes with the look and with the person, and is logged."""
    plain = await tried(stage, "owner")
    corner = await tried(stage, "owner", watermark="standard", look={"layout": "corner"})
    manager = await tried(stage, "manager")

    assert changed_share(plain, corner) > 0.02
    assert changed_share(plain, manager) > 0.001
    events = await stage.told("employee:material:preview")
    assert 3 == len(events)
    assert {"page"} == {event["det"]["kind"] for event in events}


async def test_nothing_is_tried_on_what_is_not_there(stage: Stage, owner: Api) -> None:
    """An unknown version or page is not found."""
    unknown = await owner.post("/looks/preview", {"version_id": "00000000-0000-4000-8000-000000000000"})
    beyond = await owner.post("/looks/preview", {"version_id": str(stage.cast.version_id), "page": 999})
    assert [404, 404] == [unknown.status, beyond.status]
