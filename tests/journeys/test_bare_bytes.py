"""No way leads a viewer to bytes that are not sealed to them: every route, with every id they could have seen."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from yarl import URL

from fileserver.http.routing import Route
from fileserver.routes import ROUTES
from storage.schema import rendition, version
from tests.brochure import brochure
from tests.stage import Stage

SLICE_BYTES = 200
SLICES_MAX = 20
START_OF_SCAN = b"\xff\xda"
SIGNING_OUT = {"sessions.end_current", "sessions.end"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Bare:
    """What must not come out, and how it is recognised."""

    slices: tuple[bytes, ...]

    def within(self, body: bytes) -> bool:
        """Whether any part of it is in there."""
        return any(piece in body for piece in self.slices)


def slices_of(content: bytes) -> list[bytes]:
    """The parts of a file that are most its own.

    Every JPEG has the same tables before its first scan, a plain colour looks the same in all, and between two marks
    a sealed page has short runs in common with its base: so parts are of scans, long, and rich.
    """
    content = content[max(content.find(START_OF_SCAN), 0) :]
    cut = [content[at : at + SLICE_BYTES] for at in range(0, len(content) - SLICE_BYTES, SLICE_BYTES)]
    return sorted(cut, key=lambda piece: len(zlib.compress(piece)))[-SLICES_MAX:]


async def object_keys(stage: Stage) -> list[str]:
    """Where the brochure's original and renditions lie in the store."""
    version_id = stage.cast.version_id
    async with stage.services.database.transaction() as tx:
        original = await tx.scalars(select(version.c.object_key).where(version.c.id == version_id))
        made = await tx.scalars(select(rendition.c.object_key).where(rendition.c.version_id == version_id))
        return [*original, *made]


@pytest.fixture
async def bare(stage: Stage) -> Bare:
    """The original and every base rendition."""
    found = slices_of(brochure())
    for key in await object_keys(stage):
        found += slices_of(await stage.services.objects.read_all(key, limit_bytes=1 << 27))
    return Bare(tuple(found))


async def ids_of(stage: Stage, share: dict[str, Any], visit: dict[str, Any]) -> list[str]:
    """Everything that could stand in a path: ids of all kinds, the token, and the keys of objects."""
    cast = stage.cast
    known = (cast.material_id, cast.version_id, cast.draft_id, cast.draft_version_id, cast.pending_version_id)
    keys = await object_keys(stage)
    uploads = [key.partition("/")[2] for key in keys if key.startswith("uploads/")]
    return [*map(str, known), share["id"], share["token"], visit["id"], *uploads, keys[0], keys[1]]


def paths_of(route: Route, ids: list[str]) -> list[str]:
    """The route with each id in each placeholder; pages are page 1."""
    path = route.path.replace(":.+", "").replace("{page}", "1").replace("{column}-{row}", "0-0").replace("{level}", "2")
    names = route.placeholders - {"page", "level", "column", "row"}
    if not names:
        return [path]
    return [path.format(**dict.fromkeys(names, each)) for each in ids]


async def test_the_check_finds_bare_bytes(stage: Stage, bare: Bare) -> None:
    """Given the original or a base rendition, the check of this file says so; given a sealed page, it doesn't."""
    original = await stage.get("reviewer", f"/api/v1/versions/{stage.cast.version_id}/original")
    assert (200, True) == (original.status, bare.within(original.body))
    for key in await object_keys(stage):
        stored = await stage.services.objects.read_all(key, limit_bytes=1 << 27)
        assert bare.within(b"before" + stored[len(stored) // 20 :] + b"after"), key
    _, visit = await stage.visit("li")
    page = await stage.get("li", visit["pages"][0]["url"])
    assert (200, False) == (page.status, bare.within(page.body))


def asked(method: str, ids: list[str], *, whole: bool) -> list[str]:
    """Every path: with every id where a route serves the method by bytes, with one where there are none.

    The router refuses others whatever the id, and HEAD gets the head of what GET gets. The whole product is for `make
    whole`.
    """
    served = {route.path for route in ROUTES if route.method == method}
    paths = set()
    for route in ROUTES:
        if route.name not in SIGNING_OUT:
            paths |= {*paths_of(route, ids if whole or route.path in served else ids[:1])}
    return sorted(paths)


@pytest.mark.parametrize("method", METHODS)
async def test_no_route_with_any_id(stage: Stage, bare: Bare, method: str, *, whole: bool) -> None:
    """A viewer in a visit calls every path by every method with every id: nothing bare in any answer."""
    share, visit = await stage.visit("li", download=True)
    ids = await ids_of(stage, share, visit)
    served = []
    for path in asked(method, ids, whole=whole):
        answer = await stage.request(method, "li", path, headers={"Range": "bytes=0-99999"})
        assert answer.status != 500, (path, answer.body)
        assert not bare.within(answer.body), path
        served += [path] if answer.status < 300 and answer.body.startswith((b"\xff\xd8", b"%PDF", b"\x89PNG")) else []
    assert [] == served  # pictures and files come by signed addresses only, which none of these is


async def test_signed_addresses_give_sealed_bytes_only(stage: Stage, bare: Bare) -> None:
    """Every address that a visit hands out, whole, by range, and by HEAD: sealed or nothing."""
    _, visit = await stage.visit("li", download=True, seal_level="flattened")
    addresses = [address for page in visit["pages"] for address in (page["url"], page["thumb_url"])]
    for address in [*addresses, visit["download_url"]]:
        whole = await stage.get("li", address)
        part = await stage.get("li", address, Range="bytes=100-2000")
        assert (200, False) == (whole.status, bare.within(whole.body))
        assert not bare.within(part.body)
        head = await stage.request("HEAD", "li", address)
        assert (200 if address == visit["download_url"] else 405, b"") == (head.status, head.body)


def wanderings(visit_id: str, keys: list[str]) -> Iterator[str]:
    """Paths that try to leave the place they begin in."""
    for key in keys:
        yield from (f"/{key}", f"/v/{key}", f"/static/{key}", f"/v/{visit_id}/{key}", f"/v/{visit_id}/pages/{key}")
        for up in ("../", "..%2f", "%2e%2e/", "%252e%252e/", "..\\", "....//", "%c0%ae%c0%ae/"):
            for base in ("/static/", f"/v/{visit_id}/pages/", "/s/"):
                yield f"{base}{up * 6}{key}"
    for piece in ("original", "full", "pages/0", "pages/-1", "pages/1.jpg", "pages/1/", "thumbs/1/../../document"):
        yield f"/v/{visit_id}/{piece}"
    for upwards in ("../../../etc/passwd", "..%2f..%2f..%2fpyproject.toml", "%2e%2e/%2e%2e/routes.py"):
        yield f"/static/{upwards}"


async def test_wandering_leads_nowhere(stage: Stage, bare: Bare) -> None:
    """Traversal, keys of objects and invented pieces find nothing, with and without a session."""
    _, visit = await stage.visit("li", download=True)
    signature = visit["pages"][0]["url"].partition("?")[2]
    for path in wanderings(visit["id"], (await object_keys(stage))[:3]):
        for who in ("li", None):
            url = URL(f"{stage.client.make_url('/').origin()}{path}?{signature}", encoded=True)
            headers = {"Authorization": f"Bearer {stage.cast.tokens[who]}"} if who else {}
            async with stage.client.session.get(url, headers=headers, allow_redirects=False) as response:
                body = await response.read()
                assert response.status in {400, 401, 403, 404, 422}, (path, response.status)
            assert not bare.within(body), path
            assert b"root:" not in body, path
            assert b"[project]" not in body, path
            assert b"ROUTES" not in body, path
