"""What a hostile caller tries, each with the promise that it must not break."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from compliance.access import Actor, Role
from compliance.errors import AccessDenied
from compliance.events import Trail
from compliance.rendering import BaseOf, Seal, Sealer
from fileserver.accounts.authentication import authenticate
from fileserver.app import create_app
from fileserver.audit import exporting as audit
from fileserver.audit.schemas import ExportIn
from fileserver.http.caller import Caller
from fileserver.services import Services
from tests.reviewing import decision as signed
from tests.stage import Stage, serving

READ_TIMEOUT_S = 20
ID_MAX = 2**63 - 1


async def raw(stage: Stage, who: str, line: str, *headers: bytes) -> int:
    """The status of a request whose headers no HTTP library would send."""
    token = stage.cast.tokens[who].encode()
    sent = (line.encode() + b" HTTP/1.1", b"Host: a", b"Connection: close", b"Authorization: Bearer " + token, *headers)
    reader, writer = await asyncio.open_connection(stage.client.host, stage.client.port)
    try:
        writer.write(b"".join(each + b"\r\n" for each in (*sent, b"")))
        async with asyncio.timeout(READ_TIMEOUT_S):
            return int((await reader.readline()).split()[1])
    finally:
        writer.close()


async def test_no_user_agent_hides_a_refusal_from_the_log(stage: Stage) -> None:
    """A user agent that is no text is hashed like any other: the refusal is answered as one, and told."""
    assert 403 == await raw(stage, "admin", "GET /api/v1/events", b"User-Agent: \xff\xfe")
    (event,) = await stage.told("employee:request:deny")
    assert ("admin", 16) == (event["role"], len(event["ua"]))


class Watched:
    """The real authenticator, which tells when it has let a caller in for the first time."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def __call__(self, request: web.Request, services: Services) -> Caller | None:
        """Who calls."""
        caller = await authenticate(request, services)
        self.asked.set()
        return caller


async def disable(stage: Stage) -> None:
    """The administrator shuts the reviewer out."""
    path = f"/people/accounts/{stage.cast.people['reviewer']}/disable"
    (await stage.api("admin").post(path)).ok  # noqa: B018  # reading it asserts success


async def sign_out(stage: Stage) -> None:
    """The reviewer signs out."""
    assert 204 == (await stage.api("reviewer").call("DELETE", "/sessions/current")).status


@pytest.mark.parametrize("end", [disable, sign_out])
async def test_body_that_trickles_outlives_no_permission(stage: Stage, end: Callable[[Stage], Awaitable[None]]) -> None:
    """Who is shut out, or signs out, while their request's body is still on its way decides nothing any more."""
    watched = Watched()
    app = create_app(stage.services.config, stage.services, authenticate=watched)
    decision = signed(stage.api("reviewer"), await pending_sha256(stage))

    async def body() -> AsyncIterator[bytes]:
        yield b" "
        await watched.asked.wait()
        await end(stage)
        yield json.dumps(decision).encode()

    headers = {"Authorization": f"Bearer {stage.cast.tokens['reviewer']}", "Content-Type": "application/json"}
    async with TestClient(TestServer(app)) as client:
        path = f"/api/v1/reviews/{stage.cast.review_id}/decision"
        async with client.post(path, data=body(), headers=headers) as response:
            assert 401 == response.status
    assert [stage.cast.sha256] == [event["ver"] for event in await stage.told("employee:version:approve")]


async def pending_sha256(stage: Stage) -> str:
    """The bytes that wait for a decision."""
    found: str = (await stage.api("reviewer").get(f"/reviews/{stage.cast.review_id}")).ok["sha256"]
    return found


async def test_no_page_of_the_log_is_read_in_silence(stage: Stage) -> None:
    """A search that begins in the middle is told like one that begins at the end."""
    auditor = stage.api("auditor")
    assert (await auditor.get("/events", before=ID_MAX)).ok["items"]
    (event,) = await stage.told("employee:event:search")
    assert ("auditor", ID_MAX) == (event["role"], int(event["det"]["before"]))


async def test_log_keeps_no_name_that_could_be_guessed(stage: Stage) -> None:
    """Whom an auditor searched for stands in the log as a keyed hash: a list of surnames finds nobody there."""
    await stage.api("auditor").get("/events", person="李娜")
    (event,) = await stage.told("employee:event:search")
    assert stage.services.keys.master.keyed_hash("person-search", "李娜")[:16] == event["det"]["person"]


async def test_event_number_beyond_any_is_bad_input(stage: Stage, subtests: pytest.Subtests) -> None:
    """A number that no event can have is refused by name, in the API and on the page."""
    for before in ["100000000000000000000", str(ID_MAX + 1), "0", "-1"]:
        with subtests.test(str(before)):
            answer = await stage.api("auditor").get("/events", before=before)
            assert (422, {"/before"}) == (answer.status, answer.fields)
            assert 422 == (await page(stage, "auditor", f"/log?before={before}")).status


@pytest.mark.parametrize("since", ["0001-01-01T00:00%2B14:00", "9999-12-31T23:59-14:00"])
async def test_time_at_the_end_of_the_calendar_is_bad_input(stage: Stage, since: str) -> None:
    """A time that China's clocks can't show is refused by the page, and breaks nothing."""
    assert 422 == (await page(stage, "auditor", f"/log?since={since}")).status


async def page(stage: Stage, who: str, path: str) -> Any:
    """A page of the console, which only a cookie opens."""
    cookie = f"sealshare_session={stage.cast.tokens[who]}"
    return await stage.request("GET", None, path, headers={"Cookie": cookie, "Accept": "text/html"})


async def test_no_path_of_ours_links_elsewhere(stage: Stage) -> None:
    """An address with two slashes in front is no page, and its link to the other language stays here."""
    reader, writer = await asyncio.open_connection(stage.client.host, stage.client.port)
    writer.write(b"GET ///elsewhere.example/ HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(READ_TIMEOUT_S):
        answer = (await reader.read(-1)).decode()
    writer.close()
    assert "404" in answer.partition("\r\n")[0]
    assert 'href="/elsewhere.example/?lang=' in answer


ORIGINAL = "/api/v1/versions/{}/original"


async def test_odd_range_is_no_fault_of_ours(stage: Stage, subtests: pytest.Subtests) -> None:
    """A range that makes no sense is ignored, one that holds nothing is refused (RFC 9110 §14.1.2, §14.2)."""
    path = ORIGINAL.format(stage.cast.version_id)
    whole = (await stage.get("owner", path)).body
    for asked, status in [
        ("bytes=5-3", 200),
        ("items=0-1", 200),
        ("bytes=0-0,2-3", 200),
        ("bytes=-0", 416),
        ("bytes=2-4", 206),
    ]:
        with subtests.test(str((asked, status))):
            answer = await stage.get("owner", path, Range=asked)
            assert status == answer.status
            if status != 416:
                assert (whole[2:5] if status == 206 else whole) == answer.body
                assert (status == 206) == ("Content-Range" in answer.headers)


async def test_range_tells_nothing_to_who_may_not_read(stage: Stage) -> None:
    """A range past the end of somebody else's draft is refused as reading it would be, and told."""
    answer = await stage.get("rival", ORIGINAL.format(stage.cast.draft_version_id), Range="bytes=99999999-")
    assert 403 == answer.status
    (event,) = await stage.told("employee:request:deny")
    assert f"material:{stage.cast.draft_id}" == event["obj"]


class CountingSealer(Sealer):
    """The real sealer; knows how many pictures were ever on their way through it at once."""

    def __init__(self) -> None:
        super().__init__(processes=1)
        self.inside = self.most = 0

    async def seal(self, base: BaseOf, seal: Seal, **how: Any) -> bytes:
        """Counts, then seals."""
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            return await super().seal(base, seal, **how)
        finally:
            self.inside -= 1


async def test_storm_by_one_viewer_leaves_room_for_others(stage: Stage) -> None:
    """However many pages one person asks for at once, few are read into memory and queue for the sealer."""
    _, visit = await stage.visit("li")
    async with CountingSealer() as sealer, serving(replace(stage.services, sealer=sealer)) as client:
        headers = {"Authorization": f"Bearer {stage.cast.tokens['li']}"}
        answers = await asyncio.gather(*(client.get(visit["pages"][0]["url"], headers=headers) for _ in range(8)))
        assert {200} == {answer.status for answer in answers}
    assert 2 == sealer.most


CONNECTIONS_MAX = 20  # of the database's pool


async def export(stage: Stage) -> AsyncGenerator[bytes]:
    """An export of the whole log, begun by the auditor."""
    actor = Actor(person_id=stage.cast.people["auditor"], role=Role.AUDITOR)
    made = await audit.export(stage.services, actor, Trail(role="auditor"), ExportIn(format="ndjson"))
    return made.pieces


async def test_reader_who_stalls_holds_no_connection(stage: Stage) -> None:
    """However many exports are begun and not read on, the database still answers everybody else."""
    async with AsyncExitStack() as stack:
        for _ in range(CONNECTIONS_MAX + 1):
            assert await anext(await stack.enter_async_context(aclosing(await export(stage))))
        await stage.services.database.ping()


async def test_export_ends_with_the_auditors_right(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An auditor who is shut out in the middle of an export gets no further part of it."""
    monkeypatch.setattr(audit, "EXPORT_BATCH", 3)
    async with aclosing(await export(stage)) as rows:
        for _ in range(2):
            assert 3 == (await anext(rows)).count(b"\n")
        (await stage.api("admin").post(f"/people/accounts/{stage.cast.people['auditor']}/disable")).ok  # noqa: B018  # reading it asserts success
        with pytest.raises(AccessDenied):
            await anext(rows)


async def test_nobody_is_called_by_what_can_not_be_seen(stage: Stage, subtests: pytest.Subtests) -> None:
    """A name without anything to see would leave a copy with nobody's name on it, so nobody may have one."""
    for name in ["\u3164", "\u2800", "\uffa0\u115f", "\u034f"]:
        with subtests.test(str(name)):
            said = {"name": name * 2, "id_number": "110101194001010010"}
            refused = await stage.api("li").post("/entry/verification", said)
            assert (422, {"/name"}) == (refused.status, refused.fields)
