"""An original read through our one exit, beside the same object read straight from SeaweedFS, by the same client."""

import os
import statistics
from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import UUID

from benchmarks.node import Node, desk, node
from benchmarks.stage import Figure
from benchmarks.uploads.figures import MB, at_least
from benchmarks.uploads.jobs import Job, Result, perform
from benchmarks.uploads.scenarios import GIB, MIB
from benchmarks.uploads.servers import OURS
from benchmarks.uploads.stores import Store
from benchmarks.uploads.wishes import Wishes
from compliance.access import Role
from fileserver.demo.api import Desk
from fileserver.services import Services
from storage.provision.bucket import client_for
from storage.rows import uploads

FETCH = "benchmarks.uploads.fetch"
SIZE_BYTES, QUICK_BYTES = 256 * MIB, 8 * MIB
BAR = 0.9
STRAIGHT = "straight from S3"


def steps(wishes: Wishes) -> int:
    """How many times `advance` will be told of a step."""
    return 2 * wishes.rounds


async def download(services: Services, store: Store, wishes: Wishes) -> list[Figure]:
    """Both rates, their ratio, and what our server spends."""
    size_bytes = QUICK_BYTES if wishes.quick else SIZE_BYTES
    async with node(services) as server, desk(services, server, Role.MARKETER) as marketer:
        jobs = await _jobs(services, store, server, marketer, size_bytes)
        results: dict[str, list[Result]] = {name: [] for name in jobs}
        spent = list[float]()
        for number in range(wishes.rounds):
            for name in sorted(jobs, reverse=bool(number % 2)):
                wishes.advance(f"download: {name}")
                before_s = server.tree.cpu_s()
                results[name].append(await perform(FETCH, jobs[name]))
                if name == OURS:
                    spent.append(server.tree.cpu_s() - before_s)
    return _figures(size_bytes, results, spent)


async def _jobs(services: Services, store: Store, server: Node, marketer: Desk, size_bytes: int) -> Mapping[str, Job]:
    upload_id = await marketer.upload("film.bin", "application/octet-stream", os.urandom(size_bytes))
    wanted = {"upload_id": upload_id, "title": "测速", "class": "in_clinic"}
    made = await marketer.call("POST", "/api/v1/materials", wanted)
    async with services.database.transaction() as tx:
        row = await uploads.upload_by_id(tx, UUID(upload_id))
    if row is None:
        raise RuntimeError("the upload has no row")
    signed = client_for(store.settings).get_presigned_url("GET", store.settings.bucket, row.object_key)
    path = f"/api/v1/versions/{made['versions'][0]['id']}/original"
    return {
        OURS: _job(server.url + path, size_bytes, {"Authorization": marketer.authorization}),
        STRAIGHT: _job(signed, size_bytes, {}),
    }


def _job(url: str, size_bytes: int, headers: dict[str, str]) -> Job:
    at = urlsplit(url)
    path = f"{at.path}?{at.query}" if at.query else at.path
    return Job(
        way="get", host=at.hostname or "", port=at.port or 0, path=path, headers=headers, files=1,
        file_bytes=size_bytes, request_bytes=size_bytes, lanes=1,
    )  # fmt: skip


def _figures(size_bytes: int, results: Mapping[str, list[Result]], spent: list[float]) -> list[Figure]:
    rates = {name: size_bytes / statistics.median(run.took_s for run in runs) for name, runs in results.items()}
    title = "download, seaweedfs"
    return [
        *(Figure(f"{title}: {name}", rate / MB, "MB/s") for name, rate in rates.items()),
        Figure(f"{title}: {OURS}, processor", statistics.median(spent) * GIB / size_bytes, "CPU s/GiB"),
        at_least(f"{title}: {OURS} / {STRAIGHT}", rates[OURS] / rates[STRAIGHT], BAR),
    ]
