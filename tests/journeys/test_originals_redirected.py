"""Originals by an address at the store: released as strictly as bytes, and good for whoever has it, for seconds."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy import text
from yarl import URL

from fileserver.config import OriginalsBy
from storage.engines import Endpoints
from tests.brochure import brochure
from tests.journeys.test_originals import TAG, on_stage, path_of
from tests.services import Clock
from tests.stage import Cast, Stage

LIFETIME_S = 2
BODY = brochure()


@pytest.fixture
async def away(engines: Endpoints, cast: Cast, clock: Clock) -> AsyncIterator[Stage]:
    """The stage with originals by redirect."""
    changed = {"s3_public_url": engines.s3.endpoint_url, "originals_by": OriginalsBy.REDIRECT}
    async with on_stage(engines, cast, clock, **changed, originals_address_lifetime_s=LIFETIME_S) as stage:
        yield stage


async def test_an_address_leads_to_the_bytes(away: Stage, engines: Endpoints) -> None:
    """The answer holds no byte; at the store the file has its type and name, is offered for saving, and ranges work."""
    led = await away.get("reviewer", path_of(away))
    address = URL(led.headers["Location"], encoded=True)
    assert (307, b"", "no-store, private") == (led.status, led.body, led.headers["Cache-Control"])
    assert (URL(engines.s3.endpoint_url).origin(), str(LIFETIME_S)) == (
        address.origin(),
        address.query["X-Amz-Expires"],
    )
    async with aiohttp.ClientSession() as anybody:
        async with anybody.get(address) as whole:
            assert (200, "application/pdf", BODY) == (whole.status, whole.content_type, await whole.read())
            assert whole.headers["Content-Disposition"].startswith("attachment; filename=")
        async with anybody.get(address, headers={"Range": "bytes=100-"}) as rest:
            assert (206, BODY[100:]) == (rest.status, await rest.read())


async def test_clients_follow_by_themselves(away: Stage) -> None:
    """A client that follows redirects gets the whole, or goes on where it stopped, with its token left behind."""
    headers = {"Authorization": f"Bearer {away.cast.tokens['owner']}"}
    async with away.client.session.get(away.client.make_url(path_of(away)), headers=headers) as whole:
        assert (200, BODY) == (whole.status, await whole.read())
    resumed = {**headers, "Range": "bytes=1000-"}
    async with away.client.session.get(away.client.make_url(path_of(away)), headers=resumed) as rest:
        assert (206, BODY[1000:]) == (rest.status, await rest.read())


async def test_the_log_knows_before(away: Stage) -> None:
    """The release counts all the bytes, since nobody sees how many are fetched, and says that it was by an address."""
    await away.get("reviewer", path_of(away))
    (event,) = await away.told("employee:material:original")
    told = {name: event["det"][name] for name in ("way", "seconds", "kind")}
    assert (len(BODY), {"way": "address", "seconds": LIFETIME_S, "kind": "original"}) == (event["bytes"], told)
    assert [] == await away.told("employee:original:end")


async def test_an_address_ends(away: Stage) -> None:
    """After its seconds the store refuses it."""
    address = URL((await away.get("reviewer", path_of(away))).headers["Location"], encoded=True)
    async with asyncio.timeout(30), aiohttp.ClientSession() as anybody:
        while True:
            async with anybody.get(address) as answer:
                if answer.status == 403:
                    assert BODY[:50] not in await answer.read()
                    return
                assert 200 == answer.status


async def test_who_may_not_gets_no_address(away: Stage) -> None:
    """The decision is the same one; so are the answers to conditions and to HEAD."""
    refused = await away.get("rival", path_of(away))
    assert (403, None) == (refused.status, refused.headers.get("Location"))
    assert 304 == (await away.get("reviewer", path_of(away), **{"If-None-Match": TAG})).status
    assert 412 == (await away.get("reviewer", path_of(away), **{"If-Match": '"other"'})).status
    assert 200 == (await away.request("HEAD", "reviewer", path_of(away))).status
    assert [] == await away.told("employee:material:original")


async def test_no_event_no_address(away: Stage) -> None:
    """When the log can't be written, nobody is led anywhere."""
    async with away.services.database.transaction() as tx:
        await tx.execute(text("ALTER TABLE event RENAME TO lost"))
    refused = await away.get("reviewer", path_of(away))
    assert refused.status >= 500
    assert "Location" not in refused.headers


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Mode": "no-cors"}, {"Sec-Fetch-Mode": "cors"}, {"If-Match": TAG}, {"If-Range": TAG}],
    ids=["player", "script", "if-match", "if-range"],
)
async def test_who_would_lose_by_it_is_served_here(away: Stage, headers: dict[str, str]) -> None:
    """Players and scripts of pages, and conditions that the store would not understand, get the bytes themselves."""
    part = await away.get("reviewer", path_of(away), Range="bytes=10-19", **headers)
    assert (206, BODY[10:20]) == (part.status, part.body)
