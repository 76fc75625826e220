"""What a trace takes from the upload of a suspect to its answer, where 10,000 copies of the material were served.

The whole way: over HTTP into a server, then as a worker's job does it: drawn in a confined process, read blind, its
page found among those of the document, read against it and all copies, compared with what was drawn, pictures made.
Suspects are pages that a viewer was served, attacked; and the same pages bare, for which everything is tried in vain.
Whoever is named is looked at. `tracing.pace` has the reading alone.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import cv2
import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.crowd import copied
from benchmarks.node import desk, node, phone_of
from benchmarks.pages import PAGE_BYTES_MAX, approved
from benchmarks.processes import Tree
from benchmarks.stage import Figure
from benchmarks.tracing.attacks import Attack, attacks
from compliance.access import Role
from fileserver.demo.api import Desk
from fileserver.services import Services
from fileserver.traces.jobs import tracer_of

Pixels = NDArray[np.uint8]

COPIES = 10_000
TRACE_S_MAX = 10.0
SENT_QUALITY = 95  # of what an attack has compressed already
ATTACKED = {
    ("none", "as delivered"),
    ("goal", "resize 50%, crop 30%, JPEG 50"),
    ("crop 90%", "JPEG 70"),
    ("photo of a screen", "corners off by 4%"),
    ("print and scan", "turned 0.5°"),
}
VIEWER = {"name": "陈思远", "phone": "13800001234", "clinic_name": "测速诊所"}


@dataclass(frozen=True)
class Trace:
    """How long one took, processor time of all processes here (engines, too), and which visits it named."""

    seconds: float
    cpu_s: float
    named: set[str]


async def run(services: Services) -> list[Figure]:
    """Suspects one after the other, marked and bare."""
    async with (
        node(services) as server,
        desk(services, server, Role.MARKETER) as marketer,
        desk(services, server, Role.REVIEWER) as reviewer,
        desk(services, server, Role.AUDITOR) as auditor,
        phone_of(services, server, **VIEWER) as phone,
    ):
        material_id, version_id = await approved(services, marketer, reviewer)
        share = await marketer.call("POST", "/api/v1/shares", {"material_id": material_id})
        visit = await phone.call("POST", "/api/v1/visits", {"token": share["token"]})
        served = [await _read(phone, each["url"]) for each in visit["pages"]]  # at once: addresses last for minutes
        plain = [
            await services.objects.read_all(f"versions/{version_id}/page/{page}.jpg", limit_bytes=PAGE_BYTES_MAX)
            for page in range(1, len(served) + 1)
        ]
        await _served_to_others(services, visit["id"])
        marked, bare = [], []
        for number, attack in enumerate(each for each in attacks() if (each.name, each.strength) in ATTACKED):
            page = number % len(served)
            marked.append(await _traced(services, auditor, _attacked(served[page], attack), material_id))
            bare.append(await _traced(services, auditor, _attacked(plain[page], attack), material_id))
    return _figures(marked, bare, visit["id"])


def _figures(marked: list[Trace], bare: list[Trace], owner: str) -> list[Figure]:
    whole, cpu_s = [each.seconds for each in (*marked, *bare)], [each.cpu_s for each in (*marked, *bare)]
    found = sum(each.named == {owner} for each in marked)
    innocent = sum(bool(each.named - {owner}) for each in marked) + sum(bool(each.named) for each in bare)
    about = f"{COPIES:,} copies, upload to answer"
    slowest = max(whole)
    return [
        Figure("trace, a copy's page, median", float(np.median([each.seconds for each in marked])), "s", about),
        Figure("trace, a bare page, median", float(np.median([each.seconds for each in bare])), "s", about),
        Figure("trace, longest", slowest, "s", f"{about}, bar ≤ {TRACE_S_MAX:g} s", passed=slowest <= TRACE_S_MAX),
        Figure("trace, CPU of all processes, median", float(np.median(cpu_s)), "s"),
        Figure("trace, CPU of all processes, most", max(cpu_s), "s"),
        Figure("traces that name the viewer", found, f"of {len(marked)}", "nobody else beside", found == len(marked)),
        Figure("traces that name somebody else", innocent, f"of {len(whole)}", "0 wanted", innocent == 0),
    ]


async def _served_to_others(services: Services, visit_id: str) -> None:
    """The rows of as many visits as are missing."""
    rows = [{"id": uuid4(), "copy_id": secrets.randbits(48)} for _ in range(COPIES - 1)]
    async with services.database.transaction() as tx:
        await copied(tx, "visit", "id", UUID(visit_id), rows)


async def _read(phone: Desk, path: str) -> bytes:
    async with (
        aiohttp.ClientSession(headers={"Authorization": phone.authorization}) as http,
        http.get(phone.url + path) as response,
    ):
        response.raise_for_status()
        return await response.read()


def _attacked(page: bytes, attack: Attack) -> bytes:
    pixels = cv2.imdecode(np.frombuffer(page, np.uint8), cv2.IMREAD_COLOR_RGB)
    suspect = attack.apply(np.asarray(pixels, np.uint8), 1)
    options = [cv2.IMWRITE_JPEG_QUALITY, SENT_QUALITY]
    return cv2.imencode(".jpg", cv2.cvtColor(suspect, cv2.COLOR_RGB2BGR), options)[1].tobytes()


async def _traced(services: Services, auditor: Desk, suspect: bytes, material_id: str) -> Trace:
    here = Tree(psutil.Process())
    started, used_s = time.perf_counter(), here.cpu_s()
    async with (
        aiohttp.ClientSession(headers={"Authorization": auditor.authorization}) as http,
        http.post(f"{auditor.url}/api/v1/traces", data=suspect, params={"material_id": material_id}) as response,
    ):
        response.raise_for_status()
        made: dict[str, Any] = await response.json()
    await tracer_of(services).trace(UUID(made["id"]))
    found = await auditor.call("GET", f"/api/v1/traces/{made['id']}")
    if found["state"] != "done":
        raise RuntimeError(f"a trace ended as {found['state']}: {found}")
    named = {each["visit_id"] for each in found["copies"]}
    return Trace(time.perf_counter() - started, here.cpu_s() - used_s, named)
