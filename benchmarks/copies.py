"""A sealed PDF through the server beside the same bytes unsealed, alternately: the first byte, the rate, a range.

The copy is a stored template with one visit's bytes in its slots; the other is the original of about the same size,
streamed by the same server from the same S3 to an employee who may have it: sign-in, decision and events are alike, so
what differs is the seal. A plain client that reads the template straight from S3 is told beside them. Processor time
is the server's with its sealing processes. Leaves preparing, and readers, to `templates`.
"""

import io
import os
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import aiohttp
import pikepdf
from PIL import Image
from yarl import URL

from benchmarks.node import Node, desk, node, phone_of
from benchmarks.stage import Figure, prepare
from compliance.access import Role
from fileserver.demo.api import Desk
from fileserver.services import Services, s3_settings
from storage.provision.bucket import client_for
from storage.rows import renditions, versions

MIB = 1 << 20
PAGES, PAGE_BYTES = 200, 430_000
ROUNDS, FIRSTS, RANGES, VIEWERS = 7, 40, 60, 24
RANGE_BYTES = 64 << 10
FIRST_BAR, RATE_BAR, VIEWER_BAR_MS = 1.2, 0.85, 8.0
PERSON = {"name": "陈思远", "phone": "13800001234", "clinic_name": "测速诊所"}


@dataclass
class Way:
    """One way to the bytes, and what it took."""

    url: URL
    headers: dict[str, str]
    firsts_ms: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)


async def run(services: Services) -> list[Figure]:
    """Medians of alternating reads."""
    async with node(services) as server, _ways(services, server) as (sealed, unsealed, plain, fresh), _client() as http:
        for way in (sealed, unsealed, plain):
            await _rate(http, server, way)  # what a visit needs once is made now
            way.rates.clear()
            way.cpu_s.clear()
        for _ in range(FIRSTS):
            for way in (sealed, unsealed, plain):
                way.firsts_ms.append(await _first_ms(http, way))
        for _ in range(ROUNDS):
            for way in (sealed, unsealed, plain):
                await _rate(http, server, way)
        first_ms, again_ms = (await _cpu_ms(server, http, fresh), await _cpu_ms(server, http, fresh))
        ranges_ms = [await _range_ms(http, sealed, number) for number in range(RANGES)]
    return _figures(sealed, unsealed, plain, first_ms - again_ms, ranges_ms)


def _figures(sealed: Way, unsealed: Way, plain: Way, further_ms: float, ranges_ms: list[float]) -> list[Figure]:
    first, first_of, first_plain = (statistics.median(way.firsts_ms) for way in (sealed, unsealed, plain))
    ratio = statistics.median(one / other for one, other in zip(sealed.rates, unsealed.rates, strict=True))
    size = f"{PAGES} pages, {PAGES * PAGE_BYTES // MIB} MiB"
    return [
        Figure("sealed PDF, first byte", first, "ms", f"{size}; straight from S3 {first_plain:.1f} ms"),
        Figure(
            "sealed PDF, first byte / unsealed",
            first / first_of,
            "×",
            f"bar {FIRST_BAR}",
            first / first_of <= FIRST_BAR,
        ),
        Figure("sealed PDF", statistics.median(sealed.rates) / MIB, "MiB/s"),
        Figure("sealed PDF, rate / unsealed", ratio, "×", f"bar {RATE_BAR}", ratio >= RATE_BAR),
        Figure(
            "sealed PDF, rate / straight from S3", statistics.median(sealed.rates) / statistics.median(plain.rates), "×"
        ),
        Figure(
            "sealed PDF, processor / unsealed", statistics.median(sealed.cpu_s) / statistics.median(unsealed.cpu_s), "×"
        ),
        Figure(
            "a further viewer's copy", further_ms, "CPU ms", f"bar {VIEWER_BAR_MS:.0f}", further_ms <= VIEWER_BAR_MS
        ),
        Figure("64 KiB of a sealed PDF", statistics.median(ranges_ms), "ms", "over HTTP, with its events"),
    ]


@asynccontextmanager
async def _client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=600)) as http:
        yield http


async def _first_ms(http: aiohttp.ClientSession, way: Way) -> float:
    started = time.perf_counter()
    async with http.get(way.url, headers=way.headers) as response:
        response.raise_for_status()
        await response.content.readany()
        taken_ms = (time.perf_counter() - started) * 1000
        response.close()
    return taken_ms


async def _rate(http: aiohttp.ClientSession, server: Node, way: Way) -> None:
    cpu_s, started, size_bytes = server.tree.cpu_s(), time.perf_counter(), 0
    async with http.get(way.url, headers=way.headers) as response:
        response.raise_for_status()
        async for piece in response.content.iter_any():
            size_bytes += len(piece)
    way.rates.append(size_bytes / (time.perf_counter() - started))
    way.cpu_s.append(server.tree.cpu_s() - cpu_s)


async def _cpu_ms(server: Node, http: aiohttp.ClientSession, ways: list[Way]) -> float:
    """Processor time of one byte of each, on average: its clock ticks in hundredths of a second."""
    cpu_s = server.tree.cpu_s()
    for way in ways:
        async with http.get(way.url, headers={**way.headers, "Range": "bytes=0-0"}) as response:
            response.raise_for_status()
            await response.read()
    return (server.tree.cpu_s() - cpu_s) * 1000 / len(ways)


async def _range_ms(http: aiohttp.ClientSession, way: Way, number: int) -> float:
    start = number * (PAGES * PAGE_BYTES - RANGE_BYTES) // RANGES
    headers = {**way.headers, "Range": f"bytes={start}-{start + RANGE_BYTES - 1}"}
    started = time.perf_counter()
    async with http.get(way.url, headers=headers) as response:
        response.raise_for_status()
        await response.read()
    return (time.perf_counter() - started) * 1000


@asynccontextmanager
async def _ways(services: Services, server: Node) -> AsyncIterator[tuple[Way, Way, Way, list[Way]]]:
    """A viewer's copy, the original, the template as it is stored, and copies that nobody has asked for yet."""
    async with (
        desk(services, server, Role.MARKETER) as marketer,
        desk(services, server, Role.REVIEWER) as reviewer,
    ):
        material_id, version_id = await _approved(services, marketer, reviewer)
        async with phone_of(services, server, **PERSON) as phone:
            copies = [await _copy(server, marketer, phone, material_id) for _ in range(1 + VIEWERS)]
            original = URL(f"{server.url}/api/v1/versions/{version_id}/original")
            unsealed = Way(original, {"Authorization": marketer.authorization})
            yield copies[0], unsealed, Way(await _stored(services, version_id), {}), copies[1:]


async def _copy(server: Node, marketer: Desk, phone: Desk, material_id: str) -> Way:
    share = await marketer.call("POST", "/api/v1/shares", {"material_id": material_id, "download": True})
    visit = await phone.call("POST", "/api/v1/visits", {"token": share["token"]})
    return Way(URL(server.url + visit["download_url"], encoded=True), {"Authorization": phone.authorization})


async def _stored(services: Services, version_id: str) -> URL:
    async with services.database.transaction() as tx:
        row = await renditions.rendition_of(tx, UUID(version_id), "template-interleaved", 1)
    if row is None:
        raise RuntimeError("no template was made")
    settings = s3_settings(services.config)
    return URL(client_for(settings).get_presigned_url("GET", settings.bucket, row.object_key), encoded=True)


async def _approved(services: Services, marketer: Desk, reviewer: Desk) -> tuple[str, str]:
    upload_id = await marketer.upload("book.pdf", "application/pdf", _book())
    wanted = {"upload_id": upload_id, "title": "测速", "class": "in_clinic"}
    made = await marketer.call("POST", "/api/v1/materials", wanted)
    version_id = made["versions"][0]["id"]
    await prepare(services, version_id)
    async with services.database.transaction() as tx:
        prepared = await versions.version_by_id(tx, UUID(version_id))
    if prepared is None or prepared.preparation != "ready":
        raise RuntimeError("the book was not prepared")
    await marketer.call("POST", f"/api/v1/materials/{made['id']}/submit", {})
    (review,) = (await reviewer.call("GET", "/api/v1/reviews"))["items"]
    await reviewer.sign(review["id"], review["sha256"])
    return made["id"], version_id


def _book() -> bytes:
    """A page a picture, each with bytes of its own behind its end."""
    picture = io.BytesIO()
    Image.effect_noise((400, 560), 60).convert("RGB").save(picture, "JPEG", quality=80)
    jpeg, out = picture.getvalue(), io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(PAGES):
            pdf.add_blank_page(page_size=(420, 595))
            image = pdf.make_stream(
                jpeg + os.urandom(PAGE_BYTES - len(jpeg)), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
                Width=400, Height=560, BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceRGB,
                Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
            page = pdf.pages[-1]
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
            page.Contents = pdf.make_stream(b"q 420 0 0 595 0 0 cm /I Do Q")
        pdf.save(out)
    return out.getvalue()
