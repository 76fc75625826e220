"""Originals over HTTP: in parts, on conditions, gone on with after a break; only for who may, and while they may."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping
from uuid import UUID

import aiohttp
import pytest
from structlog.testing import capture_logs

from compliance.exit import asking, ends
from fileserver.viewing import delivery
from storage.engines import Endpoints
from storage.objects import passing
from tests.brochure import brochure
from tests.contract.faulty_gate import FaultyGate
from tests.materials import add_upload
from tests.services import Clock, config_for, copied_database
from tests.stage import Cast, Stage, running
from tests.uploads import until

BODY = brochure()
SIZE = len(BODY)
TAG = f'"{hashlib.sha256(BODY).hexdigest()}"'
OTHER = f'"{"0" * 64}"'
MIB = 1 << 20
LONG_AGO, FAR_AHEAD = "Mon, 23 Nov 2020 01:30:00 GMT", "Mon, 23 Nov 2099 01:30:00 GMT"


def path_of(stage: Stage, version_id: UUID | str | None = None) -> str:
    """Where the approved brochure's original is, or that of another version."""
    return f"/api/v1/versions/{version_id or stage.cast.version_id}/original"


RANGES: list[tuple[str | None, int, slice]] = [
    (None, 200, slice(None)),
    ("bytes=0-0", 206, slice(0, 1)),
    ("bytes=100-299", 206, slice(100, 300)),
    ("bytes=100-", 206, slice(100, None)),
    ("bytes=-100", 206, slice(-100, None)),
    (f"bytes=-{10 * SIZE}", 206, slice(None)),
    (f"bytes=5-{10 * SIZE}", 206, slice(5, None)),
    ("bytes=0-1,5-6", 200, slice(None)),
    ("bytes=9-5", 200, slice(None)),
    ("lines=1-2", 200, slice(None)),
    ("bytes=x-y", 200, slice(None)),
]


async def test_ranges(stage: Stage) -> None:
    """One range is cut out exactly and says where it lies; what is none, or several, gives the whole."""
    for asked, status, part in RANGES:
        answer = await stage.get("reviewer", path_of(stage), **({"Range": asked} if asked else {}))
        start, stop, _ = part.indices(SIZE)
        place = f"bytes {start}-{stop - 1}/{SIZE}" if status == 206 else None
        assert (status, place, BODY[part]) == (answer.status, answer.headers.get("Content-Range"), answer.body), asked
        names = ("Accept-Ranges", "ETag", "Content-Length")
        assert ("bytes", TAG, str(stop - start)) == tuple(answer.headers[name] for name in names), asked
    await stage.services.exit.settle()
    lengths = [len(range(*part.indices(SIZE))) for _, _, part in RANGES]
    whole = [length for length in lengths if length == SIZE]
    told = await stage.told("employee:original:end")
    assert [*whole, sum(lengths) - sum(whole)] == [event["bytes"] for event in told]
    assert len(lengths) - len(whole) == told[-1]["det"]["ranges"]
    assert len(whole) + 1 == len(await stage.told("employee:material:original"))


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full';
END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION full_disk();
"""


async def test_a_log_that_takes_nothing_stops_ranges_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once an event could not be written no range leaves on an earlier one; what has left is told when it can be."""
    monkeypatch.setattr(ends, "SETTLE_S", 0.1)
    assert 206 == (await stage.get("reviewer", path_of(stage), Range="bytes=0-9")).status
    async with stage.services.database.driver() as driver:
        await driver.execute(FULL)
    for headers in ({}, {"Range": "bytes=10-14"}):
        assert 503 == (await stage.get("reviewer", path_of(stage), **headers)).status
    await stage.services.exit.settle()  # tries, and keeps it
    assert 503 == (await stage.get("reviewer", path_of(stage), Range="bytes=10-14")).status
    async with stage.services.database.driver() as driver:
        await driver.execute("DROP FUNCTION full_disk CASCADE")
    assert 206 == (await stage.get("reviewer", path_of(stage), Range="bytes=10-14")).status
    await stage.services.exit.settle()
    assert [5, 10] == sorted(event["bytes"] for event in await stage.told("employee:original:end"))


async def test_range_behind_the_end(stage: Stage) -> None:
    """There is nothing to give; the answer says how long the original is, and nothing is told to have left."""
    for asked in (f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 9}", "bytes=-0"):
        refused = await stage.get("reviewer", path_of(stage), Range=asked)
        assert (416, f"bytes */{SIZE}") == (refused.status, refused.headers.get("Content-Range")), asked
    assert [] == await stage.told("employee:material:original")


CONDITIONS: list[tuple[Mapping[str, str], int]] = [
    ({"If-None-Match": TAG}, 304),
    ({"If-None-Match": f"W/{TAG}"}, 304),
    ({"If-None-Match": f"{OTHER}, {TAG}"}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": OTHER}, 200),
    ({"If-None-Match": OTHER, "If-Modified-Since": FAR_AHEAD}, 200),
    ({"If-None-Match": TAG, "Range": "bytes=0-9"}, 304),
    ({"If-Modified-Since": FAR_AHEAD}, 304),
    ({"If-Modified-Since": LONG_AGO}, 200),
    ({"If-Modified-Since": "yesterday"}, 200),
    ({"If-Match": TAG}, 200),
    ({"If-Match": f"{OTHER}, {TAG}"}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": OTHER}, 412),
    ({"If-Match": f"W/{TAG}"}, 412),
    ({"If-Match": OTHER, "If-None-Match": TAG}, 412),
    ({"If-Match": TAG, "If-Unmodified-Since": LONG_AGO}, 200),
    ({"If-Unmodified-Since": LONG_AGO}, 412),
    ({"If-Unmodified-Since": FAR_AHEAD}, 200),
    ({"Range": "bytes=0-9", "If-Range": TAG}, 206),
    ({"Range": "bytes=0-9", "If-Range": f"W/{TAG}"}, 200),
    ({"Range": "bytes=0-9", "If-Range": OTHER}, 200),
    ({"Range": "bytes=0-9", "If-Range": FAR_AHEAD}, 200),
    ({"Range": f"bytes={SIZE}-", "If-Range": OTHER}, 200),
]


async def test_conditions(stage: Stage) -> None:
    """RFC 9110 §13.2.2: in this order, strongly where it says so; what sends no byte is no release."""
    for headers, status in CONDITIONS:
        answer = await stage.get("reviewer", path_of(stage), **headers)
        assert status == answer.status, headers
        assert status != 304 or (b"", TAG) == (answer.body, answer.headers["ETag"]), headers
    sent = [headers for headers, status in CONDITIONS if status in (200, 206)]
    assert len(sent) == len(await stage.told("employee:material:original"))


async def test_the_date_works_as_a_condition(stage: Stage) -> None:
    """Last-Modified, sent back, is met exactly."""
    made_at = (await stage.get("reviewer", path_of(stage))).headers["Last-Modified"]
    assert 304 == (await stage.get("reviewer", path_of(stage), **{"If-Modified-Since": made_at})).status
    assert 200 == (await stage.get("reviewer", path_of(stage), **{"If-Unmodified-Since": made_at})).status
    part = await stage.get("reviewer", path_of(stage), **{"If-Range": made_at, "Range": "bytes=7-"})
    assert (206, BODY[7:]) == (part.status, part.body)


async def test_conditions_tell_nothing_to_who_may_not(stage: Stage) -> None:
    """Whoever may not read is refused alike, whatever they guess."""
    for headers, _ in CONDITIONS:
        for method in ("GET", "HEAD"):
            refused = await stage.request(method, "rival", path_of(stage), headers=headers)
            told = [name for name in ("ETag", "Last-Modified", "Content-Range") if name in refused.headers]
            assert (403, []) == (refused.status, told), headers


async def test_head_says_what_get_would(stage: Stage) -> None:
    """HEAD gives the headers of the whole without a body, and is no release; conditions hold for it too."""
    head, whole = [await stage.request(method, "reviewer", path_of(stage)) for method in ("HEAD", "GET")]
    names = ("Content-Length", "Content-Type", "Content-Disposition", "ETag", "Last-Modified", "Accept-Ranges")
    assert (200, b"", [whole.headers[name] for name in names]) == (
        head.status,
        head.body,
        [head.headers[name] for name in names],
    )
    assert 304 == (await stage.request("HEAD", "reviewer", path_of(stage), headers={"If-None-Match": TAG})).status
    assert 1 == len(await stage.told("employee:material:original"))


async def test_the_name_survives(stage: Stage) -> None:
    """A Chinese file name arrives as it is, beside one in ASCII for old clients."""
    version = await made(stage, b"%PDF-1.4 tiny", "春季 手册.pdf")
    named = (await stage.get("owner", path_of(stage, version))).headers["Content-Disposition"]
    assert named.startswith('attachment; filename="')
    assert named.endswith("filename*=UTF-8''%E6%98%A5%E5%AD%A3%20%E6%89%8B%E5%86%8C.pdf")


async def test_an_empty_original(stage: Stage) -> None:
    """Nothing is a file too: whole it is empty, and no range of it exists."""
    version = await made(stage, b"", "leer.txt")
    answer = await stage.get("owner", path_of(stage, version))
    assert (200, b"", "0") == (answer.status, answer.body, answer.headers["Content-Length"])
    assert 416 == (await stage.get("owner", path_of(stage, version), Range="bytes=0-")).status


async def made(stage: Stage, body: bytes, filename: str = "grosse Datei.bin") -> str:
    """A draft of the owner's, of these bytes."""
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], body, filename)
    wanted = {"upload_id": str(upload_id), "title": "x", "class": "in_clinic"}
    version_id: str = (await stage.api("owner").post("/materials", wanted)).ok["versions"][0]["id"]
    return version_id


async def test_a_broken_download_is_gone_on_with(stage: Stage) -> None:
    """What curl -C -, wget -c and browsers do: the rest by an open range, with the tag of what they have."""
    body = bytes(range(256)) * 20_000
    path = path_of(stage, await made(stage, body))
    headers = {"Authorization": f"Bearer {stage.cast.tokens['owner']}"}
    async with stage.client.get(path, headers=headers) as broken:
        first = await broken.content.readexactly(700_000)
        broken.close()
    rest = await stage.get("owner", path, **{"Range": f"bytes={len(first)}-", "If-Range": broken.headers["ETag"]})
    assert (206, hashlib.sha256(body).digest()) == (rest.status, hashlib.sha256(first + rest.body).digest())


async def test_a_permission_that_ends_midway_ends_the_answer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection breaks off, calmly: the client sees no whole file, the log how much left, and no traceback."""
    monkeypatch.setattr(asking, "AGAIN_BYTES", MIB)
    monkeypatch.setattr(asking, "AHEAD_BYTES", MIB)
    monkeypatch.setattr(passing, "GRANT_BYTES", MIB)
    body = bytes(64 * MIB)
    path = path_of(stage, await made(stage, body))
    headers = {"Authorization": f"Bearer {stage.cast.tokens['owner']}"}
    with capture_logs() as logs:
        async with stage.client.get(path, headers=headers) as answer:
            received = len(await answer.content.readany())
            disabling = f"/people/accounts/{stage.cast.people['owner']}/disable"
            assert 200 == (await stage.api("admin").post(disabling)).status
            with pytest.raises(aiohttp.ClientError):
                await answer.read()
    await stage.services.exit.settle()
    (end,) = await stage.told("employee:original:end")
    assert received <= end["bytes"] < len(body)
    assert ["warning"] == [line["log_level"] for line in logs if line["event"] == "answer broken off"]
    assert [] == [line for line in logs if line["log_level"] in ("error", "critical")]


async def test_a_client_that_leaves_ends_the_read_at_the_store(engines: Endpoints, cast: Cast, clock: Clock) -> None:
    """The store stops sending as soon as nobody takes the bytes, and the log has what left."""
    body = bytes(64 * MIB)
    async with FaultyGate(engines.s3).opened() as gate:  # noqa: SIM117  # the second asks the first for its address
        async with on_stage(engines, cast, clock, s3_endpoint_url=gate.settings.endpoint_url) as stage:
            path = path_of(stage, await made(stage, body))
            headers = {"Authorization": f"Bearer {cast.tokens['owner']}"}
            async with stage.client.get(path, headers=headers) as answer:
                received = len(await answer.content.readany())
                before = gate.open
                answer.close()
            await until(lambda: gate.open < before)
            await stage.services.exit.settle()
            (end,) = await stage.told("employee:original:end")
            assert received <= end["bytes"] < len(body)


async def test_a_reader_that_stands_still_is_let_go(
    engines: Endpoints, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who takes nothing holds a connection of the store: it ends, and what was taken is in the log."""
    monkeypatch.setattr(delivery, "STANDSTILL_S", 0.2)
    body = bytes(64 * MIB)
    async with FaultyGate(engines.s3).opened() as gate:  # noqa: SIM117  # the second asks the first for its address
        async with on_stage(engines, cast, clock, s3_endpoint_url=gate.settings.endpoint_url) as stage:
            headers = {"Authorization": f"Bearer {cast.tokens['owner']}"}
            async with stage.client.get(path_of(stage, await made(stage, body)), headers=headers):
                before = gate.open
                await until(lambda: gate.open < before)
            await stage.services.exit.settle()
            (end,) = await stage.told("employee:original:end")
            assert 0 < end["bytes"] < len(body)


@contextlib.asynccontextmanager
async def on_stage(engines: Endpoints, cast: Cast, clock: Clock, **changed: object) -> AsyncIterator[Stage]:
    """The stage under another configuration."""
    with copied_database(engines.database_url, cast.database_url) as url:
        config = config_for(engines, url, master_key=cast.master_key).model_copy(update=changed)
        async with running(config, clock) as (services, client):
            yield Stage(cast=cast, services=services, client=client, clock=clock)
