"""Chromium sends parts straight to the store where it can, and through the server where it can't."""

import asyncio
import hashlib
import secrets
from pathlib import Path

import pytest
from playwright.async_api import Page, Request, Route, expect
from sqlalchemy import select

from fileserver.uploads import layout
from storage.engines import Endpoints
from storage.provision import allow_origin
from storage.schema import upload
from tests.browser.conftest import Console, free_port
from tests.browser.test_uploads import choose, done, uploading, verified

pytestmark = pytest.mark.browser

PART_BYTES = 6 << 20
FILM = secrets.token_bytes(17 << 20)
PARTS = 3


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "PART_SIZE_MIN_BYTES", PART_BYTES)


@pytest.fixture
def own_config(engines: Endpoints, request: pytest.FixtureRequest) -> dict[str, str]:
    """The store's address for browsers: the true one, or one where nobody answers."""
    away = getattr(request, "param", "") == "out of reach"
    return {"s3_public_url": f"http://127.0.0.1:{free_port()}" if away else engines.s3.endpoint_url}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file of three parts."""
    path = tmp_path / "培训视频.mp4"
    path.write_bytes(FILM)
    return path


async def allowed(console: Console, engines: Endpoints) -> None:
    """The bucket lets the console's pages send to it."""
    assert await asyncio.to_thread(allow_origin, engines.s3, console.url) in ("set", "kept")


def puts(page: Page) -> list[Request]:
    """The parts that the page sends to the store, as they leave."""
    sent: list[Request] = []
    page.on("request", lambda each: sent.append(each) if each.method == "PUT" else None)
    return sent


async def uploads(console: Console) -> dict[str | None, str]:
    """The way that each upload came, by SHA-256."""
    async with console.services.database.transaction() as tx:
        return {row.sha256: row.way for row in await tx.execute(select(upload.c.sha256, upload.c.way))}


async def test_parts_go_straight_to_the_store(console: Console, engines: Endpoints, film: Path) -> None:
    """Each part is one PUT to the store, none of the bytes come to the server, and the hash of the whole is right."""
    await allowed(console, engines)
    async with uploading(console) as page:
        parts = puts(page)
        await choose(page, film)
        await verified(console, page)
        assert PARTS == len(parts)
    assert all(part.url.startswith(engines.s3.endpoint_url) for part in parts)
    assert "direct" == (await uploads(console))[hashlib.sha256(FILM).hexdigest()]
    assert [] == console.complaints


async def test_parts_that_are_there_are_not_sent_again(console: Console, engines: Endpoints, film: Path) -> None:
    """The page is closed before the last part is stored; the same file goes on with that part alone."""
    await allowed(console, engines)
    async with uploading(console) as page:
        await page.route("**partNumber=3*", lambda route: asyncio.sleep(0))  # it never leaves
        stored: list[int] = []
        page.on("response", lambda each: stored.append(each.status) if each.request.method == "PUT" else None)
        await choose(page, film)
        await expect(page.locator("[data-total-text]")).to_contain_text("12.6 MB / 17.8 MB", timeout=20_000)
    async with uploading(console) as page:
        parts = puts(page)
        await choose(page, film)
        await verified(console, page)
    assert (1, [200, 200]) == (len(parts), stored)
    assert "direct" == (await uploads(console))[hashlib.sha256(FILM).hexdigest()]


async def test_a_signature_that_ran_out_is_asked_for_again(console: Console, engines: Endpoints, film: Path) -> None:
    """The store refuses one; the page asks the server for another and sends the part with it."""
    await allowed(console, engines)

    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, headers={"Access-Control-Allow-Origin": console.url})

    async with uploading(console) as page:
        signed: list[str] = []
        page.on("request", lambda each: signed.append(each.url) if "/multipart/" in each.url else None)
        await page.route("**partNumber=2*", refuse, times=1)
        await choose(page, film)
        await verified(console, page)
    assert 2 == sum("/2?" in url for url in signed)
    assert hashlib.sha256(FILM).hexdigest() in await uploads(console)


async def test_a_lost_answer_loses_nothing(console: Console, engines: Endpoints, film: Path) -> None:
    """The server has joined the parts, and the page never hears of it: it looks, and sends nothing again."""
    await allowed(console, engines)

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    async with uploading(console) as page:
        parts = puts(page)
        await page.route("**/complete?*", lose, times=1)
        await choose(page, film)
        await verified(console, page)
    assert PARTS == len(parts)


async def test_a_store_that_refuses_is_passed_by(console: Console, engines: Endpoints, film: Path) -> None:
    """Where no signature helps, as behind a proxy that changes requests, the file goes through the server."""
    await allowed(console, engines)

    async def refuse(route: Route) -> None:
        await route.fulfill(status=403, headers={"Access-Control-Allow-Origin": console.url})

    async with uploading(console) as page:
        await page.route("**partNumber=1*", refuse)
        await choose(page, film)
        await done(page, "1 / 1")
    assert "streamed" == (await uploads(console))[hashlib.sha256(FILM).hexdigest()]


@pytest.mark.parametrize("own_config", ["out of reach"], indirect=True)
async def test_a_store_out_of_reach_is_passed_by(console: Console, tmp_path: Path, film: Path) -> None:
    """The file goes through the server instead, and the next one does so at once."""
    another = tmp_path / "另一个.mp4"
    another.write_bytes(FILM[::-1])
    async with uploading(console) as page:
        begun: list[str] = []
        page.on("request", lambda each: begun.append(each.url) if each.url.endswith("/s3/multipart") else None)
        await choose(page, film)
        await done(page, "1 / 1")
        await choose(page, another)
        await done(page, "2 / 2")
    ways = await uploads(console)
    assert {"streamed"} == {ways[hashlib.sha256(body).hexdigest()] for body in (FILM, FILM[::-1])}
    assert 1 == len(begun)
