"""How many reports of reading can be taken in, each durable before it is acknowledged, and whether one is ever lost.

Twice: by the part that clocks and commits them (`compliance.beacons.Intake`) in this process, token checked, each
report a beacon of another visit; and over HTTP by a server process, with a viewer's session asked for at each request,
reports of one beacon and of eight. Client, server and PostgreSQL share the machine's cores. Afterwards the sums in
PostgreSQL are compared with what was acknowledged.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from uuid import UUID, uuid4

import psutil
from sqlalchemy import text
from yarl import URL

from benchmarks.node import Node, desk, node, phone_of
from benchmarks.pages import approved
from benchmarks.processes import Tree
from benchmarks.stage import Figure, stage
from compliance.access import Role
from compliance.beacons import Beacon, PageToken, Report, read_page_token, sign_page
from fileserver.services import Services
from storage.database import Database
from tests.viewers import come_in

PER_S_MIN = 5_000
VISITS = 4_000
STRETCH_S = 6.0
AT_ONCE = 512
CONNECTIONS = 32
PAGE = 1
VIEWER = {"name": "陈思远", "phone": "13800001234", "clinic_name": "测速诊所"}
_SEED = text(
    "INSERT INTO visit (id, share_id, version_id, person_id, copy_id, kid, started_at, expires_at, seen_at) "
    "SELECT t.id, share_id, version_id, person_id, floor(random() * 281474976710656)::bigint, kid, :began, :ends, "
    ":began FROM visit v, unnest(CAST(:ids AS uuid[])) AS t (id) WHERE v.id = :like RETURNING person_id"
)


@dataclass
class Visits:
    """Visits of one viewer, each with a token of its page and the number of its last beacon."""

    services: Services
    person_id: UUID
    began: datetime
    tokens: dict[UUID, str]
    seq: int = 0

    def beacons(self) -> Iterator[tuple[UUID, int]]:
        """A visit and a number again and again, each visit after all the others."""
        while True:
            self.seq += 1
            for visit_id in self.tokens:
                yield visit_id, self.seq


async def run(_services: Services) -> list[Figure]:
    """By the part alone, and over HTTP; on engines of its own, which a share with thousands of visits stays on."""
    async with stage() as services:
        return await _run(services)


async def _run(services: Services) -> list[Figure]:
    async with node(services) as server:
        like = await _opened(services, server)
    figures = await _alone(await _seeded(services, like))
    signed_in = await come_in(services, **VIEWER)
    async with node(services) as server:
        for at_once in (1, 8):
            figures += await _over_http(await _seeded(services, like), server.url, signed_in["token"], at_once)
    return figures


async def _opened(services: Services, server: Node) -> UUID:
    """A visit of the viewer's to an approved document."""
    async with (
        desk(services, server, Role.MARKETER) as marketer,
        desk(services, server, Role.REVIEWER) as reviewer,
        phone_of(services, server, **VIEWER) as phone,
    ):
        material_id, _ = await approved(services, marketer, reviewer)
        share = await marketer.call("POST", "/api/v1/shares", {"material_id": material_id})
        visit = await phone.call("POST", "/api/v1/visits", {"token": share["token"]})
    return UUID(visit["id"])


async def _seeded(services: Services, like: UUID) -> Visits:
    """Visits like one, straight into the table: what is measured comes after them."""
    began = services.clock() - timedelta(hours=1)
    ends = began + timedelta(hours=12)
    ids = [uuid4() for _ in range(VISITS)]
    async with services.database.transaction() as tx:
        seeded = await tx.scalars(_SEED, {"ids": ids, "like": like, "began": began, "ends": ends})
        person_id = next(iter(seeded))
    tokens = {
        visit_id: sign_page(
            services.keys, PageToken(visit_id=visit_id, page=PAGE, person_id=person_id, served_at=began)
        )
        for visit_id in ids
    }
    return Visits(services, person_id, began, tokens)


async def _alone(visits: Visits) -> list[Figure]:
    services, beacons = visits.services, visits.beacons()

    async def one() -> int:
        visit_id, seq = next(beacons)
        now = services.clock()
        token = read_page_token(
            services.keys, visits.tokens[visit_id], visit_id=visit_id, page=PAGE, person_id=visits.person_id
        )
        beacon = Beacon(page=PAGE, seq=seq, claimed_ms=1, served_at=token.served_at)
        report = Report(visit_id=visit_id, person_id=visits.person_id, at=now, beacons=[beacon])
        return (await services.beacons.take(report)).ms

    note = f"one a report, {AT_ONCE} under way; checked, clocked, committed"
    return await _measured("beacons taken in", one, 1, AT_ONCE, note, visits, passes=True)


async def _over_http(visits: Visits, url: str, token: str, at_once: int) -> list[Figure]:
    beacons, address = visits.beacons(), URL(url)
    head = f"Host: {address.authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
    streams = [await asyncio.open_connection(address.host, address.port) for _ in range(CONNECTIONS)]
    free = list(streams)

    async def one() -> int:
        """A request of one visit, as a browser that reads several pages sends it."""
        visit_id, seq = next(beacons)
        said = [
            {"page": PAGE, "seq": seq * 8 + number, "ms": 1, "token": visits.tokens[visit_id]}
            for number in range(at_once)
        ]
        body = json.dumps({"beacons": said})
        stream = free.pop()
        reader, writer = stream
        writer.write(f"POST /v/{visit_id}/beacons HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        answer = await _answer(reader)
        free.append(stream)
        ms: int = json.loads(answer)["ms"]
        return ms

    note = f"{at_once} a request, {CONNECTIONS} connections, one server process; client beside it"
    try:
        return await _measured(f"beacons over HTTP, {at_once} a request", one, at_once, CONNECTIONS, note, visits)
    finally:
        for _, writer in streams:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head[:16]:
        raise RuntimeError(head.decode())
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    return await reader.readexactly(length)


async def _measured(
    name: str,
    one: Callable[[], Awaitable[int]],
    beacons: int,
    at_once: int,
    note: str,
    visits: Visits,
    *,
    passes: bool = False,
) -> list[Figure]:
    waits: list[float] = []
    acknowledged_ms = 0
    everything = Tree(psutil.Process())
    started, spent_s = time.perf_counter(), everything.cpu_s()

    async def keep_on() -> None:
        nonlocal acknowledged_ms
        while (now := time.perf_counter()) - started < STRETCH_S:
            ms = await one()
            acknowledged_ms += ms
            waits.append(time.perf_counter() - now)

    await asyncio.gather(*(keep_on() for _ in range(at_once)))
    count = len(waits) * beacons
    per_s, cpu_s = count / (time.perf_counter() - started), everything.cpu_s() - spent_s
    lost = acknowledged_ms - await _kept_ms(visits.services.database, [*visits.tokens])
    p99 = quantiles(waits, n=100)[98] * 1000
    bar = f"; bar {PER_S_MIN:,}" if passes else ""
    return [
        Figure(name, per_s, "beacons/s", f"{note}; p99 {p99:.0f} ms{bar}", per_s >= PER_S_MIN if passes else None),
        Figure(
            f"{name}, processor time", cpu_s / count * 1e6, "µs/beacon", "of all processes, PostgreSQL and client too"
        ),
        Figure(f"{name}, acknowledged and lost", lost, "ms", f"of {acknowledged_ms:,}; bar 0", lost == 0),
    ]


async def _kept_ms(database: Database, ids: list[UUID]) -> int:
    query = text("SELECT coalesce(sum(ms), 0) FROM beacon_page WHERE visit_id = ANY(:ids)")
    async with database.transaction() as tx:
        return int(await tx.scalar(query, {"ids": ids}) or 0)
