"""What a viewer's page costs from request to last byte: over HTTP, from a server process, through the one exit.

Each read asks the access rule, commits its event, fetches the prepared page from S3, burns the viewer's name into it
and sends it; nothing is kept from one read to the next. First one reader, for the latency; then several at once, for
the throughput. Beside it, in the same run, the floor: the same prepared pages read bare from S3. `sealing` has the
burning in alone. Leaves out preparing, which happens once for a version, and the network.
"""

import asyncio
import math
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.node import Node, desk, node, phone_of
from benchmarks.stage import Figure, prepare
from compliance.access import Role
from fileserver.demo.api import Desk
from fileserver.demo.materials.guide import service_guide
from fileserver.services import Services

READS = 60
READERS = 4
WARM_UP = 8
TAIL = 0.95
PAGE_BYTES_MAX = 32 << 20
VIEWER = {"name": "陈思远", "phone": "13800001234", "clinic_name": "测速诊所"}


@dataclass(frozen=True)
class Reading:
    """A viewer with the addresses of pages, and the keys of the same pages in the bucket."""

    phone: Desk
    urls: Sequence[str]
    keys: Sequence[str]


async def run(services: Services) -> list[Figure]:
    """Milliseconds a page for one reader, pages a second for several, and how much of it is not reading."""
    async with node(services) as server, _reading(services, server) as visit:
        await asyncio.gather(*(_taken_ms(visit.phone.read, visit.urls, WARM_UP) for _ in range(READERS)))
        sealed_ms = await _taken_ms(visit.phone.read, visit.urls, READS)
        bare_ms = await _taken_ms(
            lambda key: services.objects.read_all(key, limit_bytes=PAGE_BYTES_MAX), visit.keys, READS
        )
        started = time.perf_counter()
        await asyncio.gather(*(_taken_ms(visit.phone.read, visit.urls, READS // READERS) for _ in range(READERS)))
        per_second = READS // READERS * READERS / (time.perf_counter() - started)
    middle_ms, floor_ms = statistics.median(sealed_ms), statistics.median(bare_ms)
    slow_ms = sorted(sealed_ms)[math.ceil(TAIL * len(sealed_ms)) - 1]
    return [
        Figure("page through the exit, median", middle_ms, "ms", "one reader, over HTTP"),
        Figure("page through the exit, 95 of 100", slow_ms, "ms", "one reader, over HTTP"),
        Figure("page through the exit / bare from S3", middle_ms / floor_ms, "×", f"bare {floor_ms:.1f} ms"),
        Figure("pages through the exit", per_second, "pages/s", f"{READERS} readers at once"),
    ]


async def _taken_ms(read: Callable[[str], Awaitable[Any]], places: Sequence[str], reads: int) -> list[float]:
    taken = []
    for index in range(reads):
        started = time.perf_counter()
        await read(places[index % len(places)])
        taken.append((time.perf_counter() - started) * 1000)
    return taken


@asynccontextmanager
async def _reading(services: Services, server: Node) -> AsyncIterator[Reading]:
    """An approved document behind a share that a viewer has opened."""
    async with (
        desk(services, server, Role.MARKETER) as marketer,
        desk(services, server, Role.REVIEWER) as reviewer,
    ):
        material_id, version_id = await approved(services, marketer, reviewer)
        share = await marketer.call("POST", "/api/v1/shares", {"material_id": material_id})
        async with phone_of(services, server, **VIEWER) as phone:
            visit = await phone.call("POST", "/api/v1/visits", {"token": share["token"]})
            pages = range(1, len(visit["pages"]) + 1)
            keys = [f"versions/{version_id}/page/{page}.jpg" for page in pages]
            yield Reading(phone, [each["url"] for each in visit["pages"]], keys)


async def approved(services: Services, marketer: Desk, reviewer: Desk) -> tuple[str, str]:
    """A document that may be shared: the ids of its material and its version."""
    upload_id = await marketer.upload("guide.pdf", "application/pdf", await asyncio.to_thread(service_guide))
    wanted = {"upload_id": upload_id, "title": "测速", "class": "in_clinic"}
    made = await marketer.call("POST", "/api/v1/materials", wanted)
    version_id = made["versions"][0]["id"]
    await prepare(services, version_id)
    await marketer.call("POST", f"/api/v1/materials/{made['id']}/submit", {})
    (review,) = (await reviewer.call("GET", "/api/v1/reviews"))["items"]
    await reviewer.sign(review["id"], review["sha256"])
    return made["id"], version_id
