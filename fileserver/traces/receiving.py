"""How a suspect comes in: one body, bounded, hashed while it arrives, stored, and recorded with its job.

Bytes first, row after: a request that is cut off, or that the rules refuse in the end, leaves no row; an object that no
row names is deleted at once, or by the sweep (`jobs`).
"""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from aiohttp import ClientPayloadError, web

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.errors import InvalidValue
from compliance.events import Act, Trail
from compliance.materials import clean_filename
from compliance.media_types import HEAD_BYTES, recognise
from compliance.rendering import SEALABLE_MEDIA_TYPES
from compliance.visits import actor_of, person_now
from fileserver.http.errors import BodyTimedOut, BodyTooLarge, MalformedBody
from fileserver.services import Services
from fileserver.traces.errors import SuspectEmpty, TooManyTraces
from fileserver.traces.schemas import TraceQueryIn
from storage.database import Transaction
from storage.errors import StorageError
from storage.rows import materials, shares, traces
from storage.rows.traces import TraceRow
from watermark.errors import UnsupportedType

SUSPECT_MAX_BYTES = 64_000_000  # said in MB, as sizes are everywhere
RECEIVE_TIMEOUT_S = 300
TRACES_OPEN_MAX = 50  # waiting or at work, of everybody together
TRACE = "traces.trace"
OBJECTS = "traces/"
OCTETS = "application/octet-stream"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Received:
    """The suspect's bytes, in memory."""

    body: bytes
    sha256: str


async def create(
    services: Services, actor: Actor, trail: Trail, request: web.Request, wanted: TraceQueryIn
) -> TraceRow:
    """A queued trace of the request's body.

    Raises AccessDenied, InvalidValue for an unknown material or share, UnsupportedType for what can't be drawn,
    TooManyTraces, SuspectEmpty, BodyTooLarge, BodyTimedOut, MalformedBody for a body that breaks off, StorageError.
    """
    async with services.database.transaction() as tx:
        await _admit(tx, actor, wanted, services.clock())
    async with services.suspects:
        received = await _received(request)
        row = _row(services, actor, received, wanted)
        await services.objects.put(row.object_key or "", received.body, media_type=OCTETS)
    try:
        await _record(services, actor, trail, row, wanted)
    except Exception:
        with suppress(StorageError):
            await services.objects.delete(row.object_key or "")
        raise
    return row


def key_of(trace_id: UUID, name: str) -> str:
    """Where in the store something of a trace is."""
    return f"{OBJECTS}{trace_id}/{name}"


async def _admit(tx: Transaction, actor: Actor, wanted: TraceQueryIn, now: datetime) -> str:
    """The rule that lets this person trace now. Raises for what would only be refused once the bytes are here."""
    rule = require(actor_of(await person_now(tx, actor.person_id), now), Action.TRACE_RUN)
    if wanted.material_id and await materials.material_by_id(tx, wanted.material_id) is None:
        raise InvalidValue(field="material_id", rule="must-exist")
    if wanted.share_id and await shares.share_by_id(tx, wanted.share_id) is None:
        raise InvalidValue(field="share_id", rule="must-exist")
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise InvalidValue(field="until", rule="before-since")
    if await traces.count_open(tx) >= TRACES_OPEN_MAX:
        raise TooManyTraces(traces_max=TRACES_OPEN_MAX)
    return rule


async def _record(services: Services, actor: Actor, trail: Trail, row: TraceRow, wanted: TraceQueryIn) -> None:
    async with services.database.transaction() as tx:
        rule = await _admit(tx, actor, wanted, services.clock())  # the body took a while
        await traces.add_trace(tx, row)
        about = {"sha256": row.sha256, "bytes": row.size_bytes, "type": row.media_type}
        narrowing = {"material": row.material_id, "share": row.share_id, "since": row.since, "until": row.until}
        said = {name: str(value) for name, value in narrowing.items() if value is not None}
        event = trail.event(Act.EMPLOYEE_TRACE_CREATE, why=rule, obj=f"trace:{row.id}", det={**about, **said})
        await ledger.append(tx, event, now=row.created_at)
        await services.jobs.enqueue(tx, TRACE, key=f"{TRACE}:{row.id}", trace_id=str(row.id))


async def _received(request: web.Request) -> Received:
    """All of the body. Raises as soon as it is known to be too long."""
    if (request.content_length or 0) > SUSPECT_MAX_BYTES:
        raise BodyTooLarge(size_max_bytes=SUSPECT_MAX_BYTES)
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun
    body, sha256 = bytearray(), hashlib.sha256()
    try:
        async with asyncio.timeout(RECEIVE_TIMEOUT_S):
            async for chunk in request.content.iter_any():
                body += chunk
                sha256.update(chunk)
                if len(body) > SUSPECT_MAX_BYTES:
                    raise BodyTooLarge(size_max_bytes=SUSPECT_MAX_BYTES)
    except TimeoutError:
        raise BodyTimedOut(timeout_s=RECEIVE_TIMEOUT_S) from None
    except (ClientPayloadError, OSError) as error:
        raise MalformedBody(reason="cut-off") from error
    if not body:
        raise SuspectEmpty
    return Received(bytes(body), sha256.hexdigest())


def _row(services: Services, actor: Actor, received: Received, wanted: TraceQueryIn) -> TraceRow:
    filename = clean_filename(wanted.filename)
    media_type = recognise(received.body[:HEAD_BYTES], filename).media_type
    if media_type not in SEALABLE_MEDIA_TYPES:
        raise UnsupportedType(media_type=media_type)
    trace_id = uuid4()
    return TraceRow(
        id=trace_id,
        person_id=actor.person_id,
        sha256=received.sha256,
        size_bytes=len(received.body),
        media_type=media_type,
        filename=filename,
        object_key=key_of(trace_id, "suspect"),
        material_id=wanted.material_id,
        share_id=wanted.share_id,
        since=wanted.since,
        until=wanted.until,
        created_at=services.clock(),
    )
