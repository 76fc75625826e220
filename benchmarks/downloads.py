"""An original through the server beside the same object read straight from S3 by a plain client, alternately.

Both are read over loopback by the same plain aiohttp client, which throws the bytes away, from the same SeaweedFS, and
count from the request to the last byte. What the server does on top is in its figure: the sign-in, the decision, its
committed event, the questions asked again on the way, and the event of the end. The first byte is counted apart, on a
range of a few KiB. Processor time is the server process's own; client, server and S3 share this machine's cores, which
flatters nobody. The relay is the least that can stand in between (`benchmarks.relay`): what passing bytes on one by one
leaves on this machine. Each round's straight reads stand before and after the others, and their mean is what those are
held against: the machine's pace changes within a round.
"""

import os
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import aiohttp
from yarl import URL

from benchmarks import standing
from benchmarks.node import Node, desk, node
from benchmarks.relay import relay
from benchmarks.stage import Figure
from compliance.access import Role
from fileserver.demo.api import Desk
from fileserver.services import Services, s3_settings
from storage.provision.bucket import client_for
from storage.rows import versions

MIB, GIB = 1 << 20, 1 << 30
SIZE_BYTES = 1024 * MIB
PIECE_BYTES = 256 << 10
BLOCK = os.urandom(8 * MIB)
ROUNDS = 9
SNIPPETS = 40
ANSWER_TIMEOUT_S = 600
BAR = 0.9
TUS = {"Tus-Resumable": "1.0.0"}
SNIPPET = {"Range": "bytes=1048576-1052671"}


@dataclass
class Read:
    """What reading the same object in one way took."""

    rates: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    snippets_ms: list[float] = field(default_factory=list)


async def run(services: Services) -> list[Figure]:
    """Rates both ways, their ratio, the wait for the first bytes, what the server spends: medians. And its memory."""
    through, straight, relayed = Read(), Read(), Read()
    timeout = aiohttp.ClientTimeout(total=None, sock_read=ANSWER_TIMEOUT_S)
    async with (
        node(services) as server,
        desk(services, server, Role.MARKETER) as marketer,
        aiohttp.ClientSession(timeout=timeout) as http,
        relay(s3_settings(services.config)) as port,
    ):
        url, key = await _original(services, server, http, marketer)
        headers = {"Authorization": marketer.authorization}
        for _ in range(ROUNDS):
            signed = _presigned(services, key)
            await _measure(straight, server, http, signed, {})
            await _measure(through, server, http, url, headers)
            await _measure(relayed, server, http, signed.with_port(port), {"Host": signed.authority})
            await _measure(straight, server, http, signed, {})
        for _ in range(SNIPPETS):
            for way, address, named in ((through, url, headers), (straight, _presigned(services, key), {})):
                way.snippets_ms.append(await _taken_s(http, address, {**named, **SNIPPET}) * 1000)
        held = await standing.memory(server, url, marketer.authorization)
    return [*_figures(through, straight, relayed), *held]


def _figures(through: Read, straight: Read, relayed: Read) -> list[Figure]:
    ours, plain = statistics.median(through.rates), statistics.median(straight.rates)
    size = f"{SIZE_BYTES // MIB} MiB"
    around = [statistics.harmonic_mean(pair) for pair in zip(straight.rates[::2], straight.rates[1::2], strict=True)]
    ratios = sorted(one / other for one, other in zip(through.rates, around, strict=True))
    least = statistics.median(one / other for one, other in zip(relayed.rates, around, strict=True))
    ratio, span = statistics.median(ratios), f"rounds {ratios[0]:.2f} to {ratios[-1]:.2f}"
    return [
        Figure("original through the server", ours / MIB, "MiB/s", size),
        Figure("original by a plain client from S3", plain / MIB, "MiB/s", size),
        Figure("original, through / plain", ratio, "×", f"bar {BAR}; {span}", ratio >= BAR),
        Figure("original, relay / plain", least, "×", "what passing each byte on leaves"),
        Figure("original, server's processor", statistics.median(through.cpu_s) * GIB / SIZE_BYTES, "CPU s/GiB"),
        Figure("4 KiB of an original, median", statistics.median(through.snippets_ms), "ms", "with both its events"),
        Figure("4 KiB by a plain client from S3", statistics.median(straight.snippets_ms), "ms"),
    ]


async def _measure(way: Read, server: Node, http: aiohttp.ClientSession, url: URL, headers: dict[str, str]) -> None:
    cpu_s = server.tree.cpu_s()
    way.rates.append(SIZE_BYTES / await _taken_s(http, url, headers))
    way.cpu_s.append(server.tree.cpu_s() - cpu_s)


async def _taken_s(http: aiohttp.ClientSession, url: URL, headers: dict[str, str]) -> float:
    """From the request to the last byte, which must come."""
    started, size_bytes = time.perf_counter(), 0
    async with http.get(url, headers=headers) as response:
        response.raise_for_status()
        async for piece in response.content.iter_any():
            size_bytes += len(piece)
        if size_bytes != response.content_length:
            raise RuntimeError(f"{size_bytes} bytes came of {response.content_length}")
    return time.perf_counter() - started


def _presigned(services: Services, key: str) -> URL:
    settings = s3_settings(services.config)
    return URL(client_for(settings).get_presigned_url("GET", settings.bucket, key), encoded=True)


async def _original(services: Services, server: Node, http: aiohttp.ClientSession, owner: Desk) -> tuple[URL, str]:
    """The address of an original of the size, and its key in the bucket."""
    headers = {"Authorization": owner.authorization, **TUS, "Upload-Length": str(SIZE_BYTES)}
    headers |= {"Content-Type": "application/offset+octet-stream", "Content-Length": str(SIZE_BYTES)}
    async with http.post(f"{server.url}/uploads/", headers=headers, data=_pieces()) as stored:
        stored.raise_for_status()
        upload_id = stored.headers["Location"].rpartition("/")[2]
    wanted = {"upload_id": upload_id, "title": "测速", "class": "internal"}
    version = (await owner.call("POST", "/api/v1/materials", wanted))["versions"][0]
    async with services.database.transaction() as tx:
        row = await versions.version_by_id(tx, UUID(version["id"]))
    if row is None:
        raise RuntimeError("the version that was made is not there")
    return URL(f"{server.url}/api/v1/versions/{version['id']}/original"), row.object_key


async def _pieces() -> AsyncIterator[memoryview]:
    view = memoryview(BLOCK)
    for _ in range(SIZE_BYTES // len(BLOCK)):
        for start in range(0, len(BLOCK), PIECE_BYTES):
            yield view[start : start + PIECE_BYTES]
