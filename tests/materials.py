"""Materials for tests: uploads that are finished already, documents to upload, and the jobs a worker would do."""

import base64
import hashlib
import io
import time
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from fileserver.services import Services
from fileserver.worker import register_jobs
from storage.rows import uploads
from storage.rows.uploads import UploadRow
from tests.api import Api
from tests.people import Employee
from tests.queues import Queue
from tests.reviewing import approve

PART_BYTES = 16 << 20


def pdf(pages: int = 1, *, trailer: bytes = b"") -> bytes:
    """A PDF with this many empty A4 pages, of the same bytes whenever it is made."""
    out = io.BytesIO()
    first, *others = [Image.new("RGB", (210, 297), (255, 255 - page % 200, 200)) for page in range(pages)]
    long_ago = time.gmtime(0)
    first.save(out, "PDF", save_all=True, append_images=others, creationDate=long_ago, modDate=long_ago)
    return out.getvalue() + trailer


def png(width: int = 60, height: int = 40, colour: tuple[int, int, int] = (200, 30, 60)) -> bytes:
    """A PNG in one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


async def add_upload(
    services: Services, person_id: UUID, body: bytes, filename: str = "brochure.pdf", *, state: str = "complete"
) -> UUID:
    """An upload with its bytes in the store, in the state that receiving it would have left."""
    upload_id, now = uuid4(), services.clock()
    key = f"uploads/{upload_id}"
    await services.objects.put(key, body, media_type="application/octet-stream")
    row = UploadRow(
        id=upload_id,
        person_id=person_id,
        length_bytes=len(body),
        offset_bytes=len(body),
        metadata={"filename": base64.b64encode(filename.encode()).decode()},
        object_key=key,
        part_size_bytes=PART_BYTES,
        state=state,
        sha256=hashlib.sha256(body).hexdigest() if state == "complete" else None,
        created_at=now,
        updated_at=now,
        expires_at=None,
    )
    async with services.database.transaction() as tx:
        await uploads.add_upload(tx, row)
    return upload_id


async def run_jobs(services: Services) -> None:
    """What a worker does until its queue is empty."""
    jobs = Queue(services.config.database_url.get_secret_value())
    register_jobs(replace(services, jobs=jobs))
    await jobs.empty(services.database)


async def approved_material(
    services: Services, marketer: Api, reviewer: Api, owner: Employee, *, title: str = "产品手册", body: bytes = b""
) -> dict[str, Any]:
    """A material that went the whole way over HTTP, as its owner sees it then."""
    upload_id = await add_upload(services, owner.person_id, body or pdf())
    wanted = {"upload_id": str(upload_id), "title": title, "class": "in_clinic"}
    path = f"/materials/{(await marketer.post('/materials', wanted)).ok['id']}"
    await run_jobs(services)
    version = (await marketer.post(f"{path}/submit")).ok["versions"][0]
    await approve(version, reviewer, services, reviewer.client)
    approved: dict[str, Any] = (await marketer.get(path)).ok
    return approved
