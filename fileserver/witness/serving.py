"""The witness over HTTP: `POST /add-checkpoint`, and for monitors `GET /<hash of the origin>/checkpoint`.

Submission and monitoring prefix are the same. Nobody signs in: the checkpoint's signature is what counts.
"""

import asyncio
from http import HTTPStatus

import structlog
from aiohttp import web

from fileserver.witness.cosigning import Witness
from fileserver.witness.folders import Folder
from fileserver.witness.records import Record, origin_hash
from fileserver.witness.refusals import Inconsistent, NotARequest, Refusal, Stale
from fileserver.witness.requests import BODY_BYTES_MAX, AddCheckpoint, parse_add_checkpoint

SIZE_TYPE = "text/x.tlog.size"
READ_TIMEOUT_S = 10.0

log = structlog.get_logger(__name__)


def witness_app(witness: Witness, folder: Folder) -> web.Application:
    """The application of one witness; `folder` takes evidence."""

    async def add_checkpoint(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READ_TIMEOUT_S):
                body = await _body(request)
        except TimeoutError:
            return _text("the body did not come in time", HTTPStatus.REQUEST_TIMEOUT)
        if body is None:
            return _text(f"more than {BODY_BYTES_MAX} bytes", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return await _answer(witness, folder, body)

    async def checkpoint(request: web.Request) -> web.Response:
        record = _watched(witness, request.match_info["hash"])
        if record is None or not record.note:
            return _text("nothing cosigned of this log", HTTPStatus.NOT_FOUND)
        return web.Response(text=record.note, headers={"Cache-Control": "no-cache"})

    async def healthz(_request: web.Request) -> web.Response:
        return _text("alive", HTTPStatus.OK)

    app = web.Application(client_max_size=BODY_BYTES_MAX)
    app.router.add_post("/add-checkpoint", add_checkpoint)
    app.router.add_get("/{hash:[0-9a-f]{64}}/checkpoint", checkpoint)
    app.router.add_get("/healthz", healthz)
    return app


async def _answer(witness: Witness, folder: Folder, body: bytes) -> web.Response:
    try:
        asked = parse_add_checkpoint(body)
    except NotARequest as refusal:
        return _text(str(refusal), refusal.status)
    try:
        line = await witness.add(asked)
    except Stale as refusal:
        return web.Response(
            status=refusal.status, body=f"{refusal.size}\n".encode(), headers={"Content-Type": SIZE_TYPE}
        )
    except Inconsistent as refusal:
        await _keep(folder, asked, body, refusal)
        return _text(str(refusal), refusal.status)
    except Refusal as refusal:
        log.info("refused", status=int(refusal.status), reason=str(refusal))
        return _text(str(refusal), refusal.status)
    except OSError as error:
        log.exception("nothing can be written down, so nothing is cosigned", error=type(error).__name__)
        return _text("the disk fails", HTTPStatus.SERVICE_UNAVAILABLE)
    log.info("cosigned", origin=asked.origin, size=asked.checkpoint().size)
    return web.Response(text=line)


async def _keep(folder: Folder, asked: AddCheckpoint, body: bytes, refusal: Inconsistent) -> None:
    """Signed by the log and refused: whoever runs the witness should look at it."""
    try:
        kept = await asyncio.to_thread(folder.keep, asked, body)
    except OSError:
        kept = None
    log.error("a signed checkpoint contradicts what was cosigned", reason=str(refusal), evidence=kept and kept.name)


async def _body(request: web.Request) -> bytes | None:
    pieces, size_bytes = [], 0
    async for piece in request.content.iter_any():
        size_bytes += len(piece)
        if size_bytes > BODY_BYTES_MAX:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _watched(witness: Witness, wanted: str) -> Record | None:
    return next((record for record in witness.records if origin_hash(record.origin) == wanted), None)


def _text(text: str, status: HTTPStatus) -> web.Response:
    return web.Response(text=text + "\n", status=status)
