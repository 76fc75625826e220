"""How many reports of reading can be taken in, each durable before it is acknowledged, and whether one is ever lost.

Over HTTP by two server processes, each report by another viewer's session; and by the part alone that checks, clocks
and commits them (`compliance.beacons.Intake`), in this one process and so on one core. A page reports every half a
minute, with one beacon for each page that was looked at since: five where somebody turns the page every seven seconds,
three where every fifteen, one where they stay on it, eight where they leaf. The bar is of two cores and of reports of
five. What costs is the report: one of a single beacon costs nearly what one of five does, so rows say how many reports
that are, too.
Client, server and PostgreSQL share the machine's cores. Afterwards the sums in PostgreSQL are compared with what was
acknowledged.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import quantiles
from typing import cast
from uuid import UUID

import psutil
from sqlalchemy import text
from yarl import URL

from benchmarks.crowd import Crowd, CrowdReader, Like, gathered, long_unseen
from benchmarks.node import Node, desk, node, phone_of
from benchmarks.pages import approved
from benchmarks.processes import Tree
from benchmarks.stage import Figure, stage
from compliance.access import Role
from compliance.beacons import Beacon, Report, read_page_token
from fileserver.cli.serve import settle_garbage_collector
from fileserver.http.caller import session_cookie
from fileserver.services import Services
from storage.database import Database
from tests.viewers import come_in

PER_S_MIN = 5_000
STRETCH_S = 6.0
AT_ONCE = 512
CONNECTIONS = 512
PAGE_SENDS = 5  # beacons in a report of somebody who turns the page every seven seconds
READERS = {
    PAGE_SENDS: "a page turned every seven seconds",
    3: "a page turned every fifteen seconds",
    1: "a reader who stays on a page",
    8: "a reader who leafs",
}
_HEAD = (  # as a browser says it, the session's cookie last
    "Host: {host}\r\nOrigin: {address}\r\nSec-Fetch-Site: same-origin\r\nAccept: */*\r\n"
    "Accept-Language: zh-CN,zh;q=0.9,en;q=0.8\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Referer: {address}/s/\r\nUser-Agent: Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile MicroMessenger/8.0\r\n"
    "Content-Type: application/json\r\nCookie: lang=zh-CN; {name}="
)
VIEWER = {"name": "陈思远", "phone": "13800001234", "clinic_name": "测速诊所"}


async def run(_services: Services) -> list[Figure]:
    """By the part alone, and over HTTP; on engines of its own, which a share with thousands of visits stays on."""
    async with stage() as services:
        return await _run(services)


async def _run(services: Services) -> list[Figure]:
    async with node(services) as server:
        crowd = await gathered(services, await _opened(services, server))
    figures: list[Figure] = []
    async with node(services) as one, node(services) as other:
        for beacons in READERS:
            await long_unseen(services)
            figures += await _over_http(services, crowd, (one, other), beacons)
    settle_garbage_collector()  # as a server does once it has started
    for beacons in (PAGE_SENDS, 1):
        await long_unseen(services)
        figures += await _alone(services, crowd, beacons)
    return figures


async def _opened(services: Services, server: Node) -> Like:
    """A viewer with a visit to an approved document."""
    async with (
        desk(services, server, Role.MARKETER) as marketer,
        desk(services, server, Role.REVIEWER) as reviewer,
        phone_of(services, server, **VIEWER) as phone,
    ):
        material_id, _ = await approved(services, marketer, reviewer)
        share = await marketer.call("POST", "/api/v1/shares", {"material_id": material_id})
        visit = await phone.call("POST", "/api/v1/visits", {"token": share["token"]})
    signed_in = await come_in(services, **VIEWER)
    person_id, session_id = signed_in["person"]["id"], signed_in["id"]
    return Like(UUID(person_id), UUID(session_id), UUID(share["id"]), UUID(visit["id"]))


async def _alone(services: Services, crowd: Crowd, beacons: int) -> list[Figure]:
    reports = crowd.reports(beacons)

    async def one() -> int:
        reader, seq = next(reports)
        report = Report(
            visit_id=reader.visit_id,
            person_id=reader.person_id,
            session_id=reader.session_id,
            at=services.clock(),
            beacons=[_beacon(services, reader, page, seq) for page in range(1, beacons + 1)],
        )
        return (await services.beacons.take(report)).ms

    name = f"beacons taken in by one process without HTTP, {beacons} a report"
    note = f"{AT_ONCE} reports under way; door looked at, clocked, committed"
    return await _measured(services.database, name, one, beacons, AT_ONCE, note)


def _beacon(services: Services, reader: CrowdReader, page: int, seq: int) -> Beacon:
    """A page's claim, its token believed."""
    token = read_page_token(
        services.keys, reader.tokens[page - 1], visit_id=reader.visit_id, page=page, person_id=reader.person_id
    )
    return Beacon(page=page, seq=seq + page, claimed_ms=1, served_at=token.served_at)


async def _over_http(services: Services, crowd: Crowd, servers: Sequence[Node], beacons: int) -> list[Figure]:
    reports = crowd.reports(beacons)
    phones = [await _Phone.connected(URL(servers[each % len(servers)].url)) for each in range(CONNECTIONS)]
    free = list(phones)

    async def one() -> int:
        """A request of one visit, as a browser that shows several pages sends it."""
        phone = free.pop()
        ms = await phone.report(*next(reports), beacons)
        free.append(phone)
        return ms

    note = f"{READERS[beacons]}; {CONNECTIONS} connections, {len(servers)} server processes, client beside them"
    name = f"beacons over HTTP, {beacons} a report"
    try:
        return await _measured(
            services.database, name, one, beacons, CONNECTIONS, note, passes=beacons == PAGE_SENDS, servers=servers
        )
    finally:
        for phone in phones:
            phone.close()


class _Phone(asyncio.Protocol):
    """A connection with one request on its way at a time; as little of a client as there can be."""

    def __init__(self, address: URL) -> None:
        self._head = _HEAD.format(address=address.origin(), host=address.authority, name=session_cookie(str(address)))
        self._got = b""
        self._answered: asyncio.Future[bytes] | None = None

    @classmethod
    async def connected(cls, address: URL) -> "_Phone":
        """A new connection to there."""
        _, phone = await asyncio.get_running_loop().create_connection(
            lambda: cls(address), address.host or "", address.port or 0
        )
        return phone

    async def report(self, reader: CrowdReader, seq: int, beacons: int) -> int:
        """Milliseconds that the server says it counted. Raises RuntimeError for any other answer than 200."""
        said = ",".join(
            f'{{"page":{number},"seq":{seq + number},"ms":1,"token":"{reader.tokens[number - 1]}"}}'
            for number in range(1, beacons + 1)
        )
        body = f'{{"beacons":[{said}]}}'
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(
            f"POST /v/{reader.visit_id}/beacons HTTP/1.1\r\n{self._head}{reader.session_token}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        answer = await self._answered
        ms: int = json.loads(answer)["ms"]
        return ms

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end or self._answered is None:
            return
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
        if len(body) < int(length):
            return
        self._got = b""
        if b" 200 " in head[:16]:
            self._answered.set_result(body)
        else:
            self._answered.set_exception(RuntimeError((head + body).decode()))

    def close(self) -> None:
        """Hangs up."""
        self._transport.close()


async def _measured(
    database: Database,
    name: str,
    one: Callable[[], Awaitable[int]],
    beacons: int,
    at_once: int,
    note: str,
    *,
    passes: bool = False,
    servers: Sequence[Node] = (),
) -> list[Figure]:
    waits: list[float] = []
    acknowledged_ms = 0
    kept_before_ms = await _kept_ms(database)
    everything = Tree(psutil.Process())
    started, spent_s, served_s = time.perf_counter(), everything.cpu_s(), sum(each.tree.cpu_s() for each in servers)

    async def keep_on() -> None:
        nonlocal acknowledged_ms
        while (now := time.perf_counter()) - started < STRETCH_S:
            ms = await one()
            acknowledged_ms += ms
            waits.append(time.perf_counter() - now)

    await asyncio.gather(*(keep_on() for _ in range(at_once)))
    count = len(waits) * beacons
    per_s, cpu_s = count / (time.perf_counter() - started), everything.cpu_s() - spent_s
    lost = acknowledged_ms - (await _kept_ms(database) - kept_before_ms)
    p99 = quantiles(waits, n=100)[98] * 1000
    bar = f"; bar {PER_S_MIN:,}" if passes else ""
    said = f"{per_s / beacons:,.0f} reports/s; {note}; p99 {p99:.0f} ms{bar}"
    served_s = sum(each.tree.cpu_s() for each in servers) - served_s
    of_servers = f", {served_s / count * 1e6:.0f} of them the servers'" if servers else ""
    return [
        Figure(name, per_s, "beacons/s", said, per_s >= PER_S_MIN if passes else None),
        Figure(
            f"{name}, processor time",
            cpu_s / count * 1e6,
            "µs/beacon",
            f"of all processes, PostgreSQL and client too{of_servers}",
        ),
        Figure(f"{name}, acknowledged and lost", lost, "ms", f"of {acknowledged_ms:,}; bar 0", lost == 0),
    ]


async def _kept_ms(database: Database) -> int:
    async with database.transaction() as tx:
        return int(await tx.scalar(text("SELECT coalesce(sum(ms), 0) FROM beacon_page")) or 0)
