"""An upload through the server beside the same bytes sent straight to S3 by presigned parts, alternately in one run.

Both go over loopback to the same SeaweedFS, from this process. The ratio is what counts: 1 would mean that the server
costs nothing. SHA-256, rows and events are on, as ever.
"""

import asyncio
import secrets
import statistics
import time
from collections.abc import AsyncGenerator, Awaitable

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from benchmarks.stage import Figure
from compliance.access import Role
from compliance.events import Trail
from fileserver.accounts import service as accounts
from fileserver.accounts.service import NewAccount
from fileserver.app import create_app
from fileserver.http.serving import RUNNER_SETTINGS
from fileserver.services import Services
from storage.objects import Part

Client = TestClient[web.Request, web.Application]

MIB = 1 << 20
PART_BYTES = 16 * MIB
FILE_BYTES = 256 * MIB
ROUNDS = 3
PASSWORD = secrets.token_urlsafe(16)


async def run(services: Services) -> list[Figure]:
    """Medians of a few rounds."""
    block = secrets.token_bytes(MIB)
    server = TestServer(create_app(services.config, services))
    await server.start_server(**RUNNER_SETTINGS)
    async with TestClient(server) as client:
        headers = {"Authorization": f"Bearer {await _token(client, services)}"}
        through, direct = list[float](), list[float]()
        for number in range(ROUNDS):
            through.append(await _timed(_through(client, headers, block)))
            direct.append(await _timed(_direct(services, f"bench/{number}", block)))
    ratio = statistics.median(direct) / statistics.median(through)
    return [
        Figure("upload through the server", FILE_BYTES / MIB / statistics.median(through), "MiB/s", "one PATCH"),
        Figure("upload by presigned parts", FILE_BYTES / MIB / statistics.median(direct), "MiB/s", "two at a time"),
        Figure("through / presigned", ratio, "×", "bar 0.8"),
    ]


async def _timed(work: Awaitable[None]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


async def _through(client: Client, headers: dict[str, str], block: bytes) -> None:
    tus = {**headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(FILE_BYTES)}
    async with client.post("/uploads/", headers=tus) as created:
        path = "/uploads/" + created.headers["Location"].rsplit("/", 1)[-1]
    sending = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sending["Content-Length"] = str(FILE_BYTES)
    async with client.patch(path, data=_blocks(block, FILE_BYTES), headers=sending) as response:
        if not response.ok:
            raise RuntimeError(await response.text())


async def _direct(services: Services, key: str, block: bytes) -> None:
    objects = services.objects
    multipart_id = await objects.create_multipart(key, media_type="application/octet-stream")
    slots = asyncio.Semaphore(2)

    async def part(number: int) -> Part:
        async with slots:
            return await objects.upload_part(key, multipart_id, number, _blocks(block, PART_BYTES), PART_BYTES)

    parts = await asyncio.gather(*(part(number + 1) for number in range(FILE_BYTES // PART_BYTES)))
    await objects.complete_multipart(key, multipart_id, parts)
    await objects.delete(key)


async def _blocks(block: bytes, size_bytes: int) -> AsyncGenerator[bytes]:
    for _ in range(size_bytes // len(block)):
        yield block


async def _token(client: Client, services: Services) -> str:
    hashed = await services.passwords.hash(PASSWORD)
    new = NewAccount(login="bench", name="Bench", role=Role.MARKETER, password_hash=hashed)
    async with services.database.transaction() as tx:
        await accounts.add(tx, services.keys.master, Trail(role="operator"), new, now=services.clock())
    async with client.post("/api/v1/sessions", json={"login": "bench", "password": PASSWORD}) as response:
        return str((await response.json())["token"])
