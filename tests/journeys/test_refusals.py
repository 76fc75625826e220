"""A permission that ends is ended for the very next byte: between two pages of a visit, and in the middle of a file."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientResponse
from sqlalchemy import update

from compliance.rendering import BaseOf, Seal, Sealer
from storage.schema import material
from tests.journeys.test_organisation import moved
from tests.stage import Stage, serving

Share = dict[str, Any]
End = Callable[[Stage, Share], Awaitable[object]]


async def revoked(stage: Stage, share: Share) -> None:
    """The marketer closes the share."""
    (await stage.api("owner").post(f"/shares/{share['id']}/revoke")).ok  # noqa: B018  # must succeed


async def expired(stage: Stage, share: Share) -> None:
    """The share's time is over."""
    stage.clock.advance(minutes=3)


async def withdrawn(stage: Stage, share: Share) -> None:
    """The marketer takes the material out of use."""
    path = f"/materials/{share['material_id']}/withdraw"
    (await stage.api("owner").post(path, {"reason": "配方变更"})).ok  # noqa: B018  # must succeed


async def disabled(stage: Stage, share: Share) -> None:
    """The marketer leaves the brand."""
    path = f"/people/accounts/{stage.cast.people['owner']}/disable"
    (await stage.api("admin").post(path)).ok  # noqa: B018  # must succeed


async def blocked(stage: Stage, share: Share) -> None:
    """A manager shuts the viewer out."""
    path = f"/people/viewers/{stage.cast.people['li']}/block"
    (await stage.api("manager").post(path, {"reason": "转发截图"})).ok  # noqa: B018  # must succeed


ENDS: list[tuple[End, str]] = [
    (revoked, "share-revoked"),
    (expired, "share-expired"),
    (withdrawn, "material-withdrawn"),
    (disabled, "share-owner-inactive"),
]


async def ending_share(stage: Stage) -> tuple[Share, dict[str, Any]]:
    """A share that has two minutes left, and 李娜's visit to it."""
    until = stage.clock() + timedelta(minutes=2)
    return await stage.visit("li", download=True, seal_level="flattened", expires_at=until.isoformat())


async def the_refusal(stage: Stage) -> dict[str, Any]:
    """The one refusal that the log tells of."""
    (event,) = await stage.told("viewer:request:deny")
    return event


@pytest.mark.parametrize(("end", "rule"), ENDS)
async def test_next_page_is_refused(stage: Stage, end: End, rule: str) -> None:
    """Page 1 was served; then the permission ends; page 2 is refused by its rule, and so is everything else."""
    share, visit = await ending_share(stage)
    first, second = visit["pages"][:2]
    assert 200 == (await stage.get("li", first["url"])).status
    await end(stage, share)
    refused = await stage.get("li", second["url"])
    assert (403, "application/problem+json") == (refused.status, refused.headers["Content-Type"].split(";")[0])
    event = await the_refusal(stage)
    assert ("deny", rule, f"material:{stage.cast.material_id}", share["id"]) == (
        event["res"],
        event["why"],
        event["obj"],
        event["link"],
    )
    for path in (first["url"], first["thumb_url"], visit["download_url"], f"/api/v1/visits/{visit['id']}"):
        assert 403 == (await stage.get("li", path)).status, path
    assert [rule] * 5 == [event["why"] for event in await stage.told("viewer:request:deny")]
    assert 403 == (await stage.open("li", share["token"])).status


async def test_blocked_viewer_is_signed_out(stage: Stage) -> None:
    """Who is blocked between two pages is nobody any more: no page, no visit, and no new session."""
    share, visit = await ending_share(stage)
    first, second = visit["pages"][:2]
    assert 200 == (await stage.get("li", first["url"])).status
    await blocked(stage, share)
    for path in (second["url"], visit["download_url"], f"/api/v1/visits/{visit['id']}"):
        assert 401 == (await stage.get("li", path)).status, path
    assert 1 == len(await stage.told("viewer:copy:"))


async def test_whoever_may_not_share_any_more_has_no_links(stage: Stage) -> None:
    """Another role, or a clearance below the material's sensitivity, ends what they shared and was passed on of it.

    Given back, the links open again: nothing was revoked.
    """
    owner, admin = stage.cast.people["owner"], stage.api("admin")
    share, visit = await stage.visit("li", forward_depth=1)
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    page = visit["pages"][0]["url"]
    async with stage.services.database.transaction() as tx:
        top = update(material).where(material.c.id == stage.cast.material_id).values(sensitivity="top")
        await tx.execute(top)
    for lost, held in (({"role": "reviewer"}, {"role": "marketer"}), ({"clearance": "usual"}, {"clearance": "top"})):
        assert [200, 201] == [(await stage.get("li", page)).status, (await stage.open("wang", child["token"])).status]
        await moved(admin, owner, **lost)
        assert 403 == (await stage.get("li", page)).status
        assert "share-owner-inactive" == (await stage.open("wang", child["token"])).body["rule"]
        assert "closed" == (await stage.api("auditor").get(f"/shares/{share['id']}")).ok["state"]
        await moved(admin, owner, **held)
    assert 200 == (await stage.get("li", page)).status


async def test_used_up_share_closes_the_door_and_nobody_inside(stage: Stage) -> None:
    """The last visit of a share goes on to the last page; the next person is refused at the door."""
    share, visit = await stage.visit("li", visits_max=1)
    refused = await stage.open("wang", share["token"])
    assert (403, "share-used-up") == (refused.status, refused.body["rule"])
    event = await the_refusal(stage)
    assert ("share-used-up", share["id"]) == (event["why"], event["link"])
    assert [200] * 3 == [(await stage.get("li", page["url"])).status for page in visit["pages"]]
    assert visit["id"] == (await stage.open("li", share["token"])).ok["id"]


class SteppingSealer(Sealer):
    """The real sealer, which seals a page only when the test lets it."""

    def __init__(self) -> None:
        super().__init__(processes=1)
        self.pages = asyncio.Semaphore(0)

    async def seal(self, base: BaseOf, seal: Seal, **how: Any) -> bytes:
        """Waits for its turn, then seals."""
        await self.pages.acquire()
        return await super().seal(base, seal, **how)


async def until_it_breaks(response: ClientResponse) -> bytes:
    """What still comes of an answer whose connection ends too early."""
    received = b""
    try:
        while not response.content.at_eof():
            received += await response.content.readany()
    except ClientPayloadError:
        return received
    raise AssertionError("the answer came to its end")


@pytest.mark.parametrize(("end", "rule"), [*ENDS, (blocked, "actor-inactive")])
async def test_file_breaks_off_before_the_next_page(stage: Stage, end: End, rule: str) -> None:
    """Page 1 of a PDF is out, page 2 is being sealed; the permission ends: page 2 never leaves, and the log knows why.

    The connection ends without the end of the body, so no reader takes half a file for the whole.
    """
    share, visit = await ending_share(stage)
    async with SteppingSealer() as sealer, serving(replace(stage.services, sealer=sealer)) as client:
        headers = {"Authorization": f"Bearer {stage.api('li').token}"}
        sealer.pages.release()
        async with client.get(visit["download_url"], headers=headers) as response:
            assert 200 == response.status
            received = b""
            while received.count(b"endstream") < 2:  # one for the drawing operation, one for the picture
                received += await response.content.readany()
            await end(stage, share)
            sealer.pages.release()
            received += await until_it_breaks(response)
    assert (1, 0) == (received.count(b"/Subtype /Image"), received.count(b"%%EOF"))
    assert rule == (await the_refusal(stage))["why"]
    (ended,) = await stage.told("viewer:copy:end")
    assert (len(received), share["id"]) == (ended["bytes"], ended["link"])
