"""An upload through a server beside the same bytes sent straight to S3 by presigned parts, alternately in one run.

Both go over loopback from this process to the same SeaweedFS, and count from the first request to the confirmed end.
Straight is measured one part after the other and two at a time; the ratio is to the better. What the server does on
top is in its figure: SHA-256 of the whole, rows and events, and it could have been interrupted anywhere. Processor
time and memory are the server process's own; client, server and S3 share this machine's cores, which flatters nobody.
"""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp

from benchmarks.node import Node, desk, node
from benchmarks.stage import Figure
from compliance.access import Role
from fileserver.services import Services, s3_settings
from storage.objects import Part
from storage.provision.bucket import client_for

MIB, GIB = 1 << 20, 1 << 30
PART_BYTES = 16 * MIB
PIECE_BYTES = 256 << 10
PARTS = 24
WARM_UP_PARTS = 2
ROUNDS = 3
AT_ONCE = (1, 2)
ANSWER_TIMEOUT_S = 600
BLOCK = os.urandom(PART_BYTES)
TYPE = "application/octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Passed:
    """One upload through the server; `grown_bytes`: its memory's peak above the resting one."""

    per_s: float
    cpu_s: float
    peak_bytes: int
    grown_bytes: int


async def run(services: Services) -> list[Figure]:
    """Rates both ways, their ratio, and what the server spends. Medians of a few rounds; memory at its worst."""
    through, straight = list[Passed](), {at_once: list[float]() for at_once in AT_ONCE}
    timeout = aiohttp.ClientTimeout(total=None, sock_read=ANSWER_TIMEOUT_S)
    async with (
        node(services) as server,
        desk(services, server, Role.MARKETER) as marketer,
        aiohttp.ClientSession(timeout=timeout) as http,
    ):
        authorization = {"Authorization": marketer.authorization}
        await _through(server, http, authorization, WARM_UP_PARTS)
        for _ in range(ROUNDS):
            through.append(await _through(server, http, authorization, PARTS))
            for at_once, rates in straight.items():
                rates.append(await _straight(services, http, at_once))
    return [*_rates(through, straight), *_costs(through)]


def _rates(through: list[Passed], straight: dict[int, list[float]]) -> list[Figure]:
    ours = statistics.median(each.per_s for each in through)
    medians = {at_once: statistics.median(rates) for at_once, rates in straight.items()}
    size = f"{PARTS * PART_BYTES // MIB} MiB"
    return [
        Figure("upload through the server", ours / MIB, "MiB/s", f"{size} in one PATCH"),
        *(
            Figure("upload by presigned parts", rate / MIB, "MiB/s", f"{size}, {at_once} at a time")
            for at_once, rate in medians.items()
        ),
        Figure("through / presigned", ours / max(medians.values()), "×", "bar 0.8"),
    ]


def _costs(through: list[Passed]) -> list[Figure]:
    cpu_s = statistics.median(each.cpu_s for each in through)
    peak, grown = (max(getattr(each, name) for each in through) for name in ("peak_bytes", "grown_bytes"))
    return [
        Figure("upload, server's processor", cpu_s * GIB / (PARTS * PART_BYTES), "CPU s/GiB"),
        Figure("upload, server's memory at its peak", peak / MIB, "MiB"),
        Figure("upload, of it above rest", grown / MIB, "MiB", "bar 64 for each upload in flight"),
    ]


async def _through(server: Node, http: aiohttp.ClientSession, authorization: dict[str, str], parts: int) -> Passed:
    size_bytes = parts * PART_BYTES
    rest_bytes, cpu_s, started = server.begin_peak(), server.cpu_s(), time.perf_counter()
    length = {"Upload-Length": str(size_bytes)}
    async with http.post(f"{server.url}/uploads/", headers={**authorization, **TUS, **length}) as created:
        created.raise_for_status()
        url = created.headers["Location"]
    sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "Content-Length": str(size_bytes)}
    async with http.patch(url, headers={**authorization, **TUS, **sent}, data=_pieces(parts)) as patched:
        patched.raise_for_status()
    took_s, cpu_s, peak_bytes = time.perf_counter() - started, server.cpu_s() - cpu_s, server.peak_bytes()
    async with http.delete(url, headers={**authorization, **TUS}) as forgotten:
        forgotten.raise_for_status()
    return Passed(size_bytes / took_s, cpu_s, peak_bytes, peak_bytes - rest_bytes)


async def _straight(services: Services, http: aiohttp.ClientSession, at_once: int) -> float:
    settings, key = s3_settings(services.config), f"bench/{os.urandom(8).hex()}"
    signing, started = client_for(settings), time.perf_counter()
    multipart_id = await services.objects.create_multipart(key, media_type=TYPE)
    numbers, sent = iter(range(1, PARTS + 1)), list[Part]()

    async def send() -> None:
        for number in numbers:
            query: dict[str, str | list[str] | tuple[str]] = {"partNumber": str(number), "uploadId": multipart_id}
            url = signing.get_presigned_url("PUT", settings.bucket, key, extra_query_params=query)
            async with http.put(url, data=_pieces(1), headers={"Content-Length": str(PART_BYTES)}) as stored:
                stored.raise_for_status()
                sent.append(Part(number, PART_BYTES, stored.headers["ETag"].strip('"')))

    await asyncio.gather(*(send() for _ in range(at_once)))
    await services.objects.complete_multipart(key, multipart_id, sorted(sent, key=lambda part: part.number))
    per_s = PARTS * PART_BYTES / (time.perf_counter() - started)
    await services.objects.delete(key)
    return per_s


async def _pieces(parts: int) -> AsyncIterator[memoryview]:
    view = memoryview(BLOCK)
    for _ in range(parts):
        for start in range(0, PART_BYTES, PIECE_BYTES):
            yield view[start : start + PIECE_BYTES]
