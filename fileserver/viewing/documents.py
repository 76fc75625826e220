"""A visit's copy of a whole document over HTTP: ranges, conditions and HEAD where its bytes are known beforehand.

Promises that nothing is said before the gate has said yes, conditions included; that what leaves is in the log before;
that a broken download can be gone on with as long as the copy is the same (one range, a strong tag).
"""

from aiohttp import web

from compliance.exit import Copy, Departure, VisitGate
from compliance.links import open_address
from fileserver.http import conditions
from fileserver.http.call import Call
from fileserver.viewing.delivery import headers_of, range_of, send_stored
from fileserver.viewing.schemas import Address, VisitPath


async def document(call: Call[None, Address, VisitPath]) -> web.StreamResponse:
    """The whole version as a file sealed to the viewer."""
    request, services = call.request, call.services
    await open_address(services.keys, services.database, request.path, call.query.model_dump(), services.clock())
    gate = VisitGate(call.params.visit_id, call.signed_in.person_id, call.signed_in.session_id)
    released = await services.exit.release_document(gate, lambda copy: _leaving(request, copy), call.trail)
    if released.departure is not None:
        return await _sent(request, released.copy, released.departure)
    return _said(request, released.copy)


def _leaving(request: web.Request, copy: Copy) -> range | None:
    """What leaves of it. Raises PreconditionFailed, RangeUnsatisfiable."""
    if conditions.has_already(request, copy.tag, copy.made_at) or request.method == "HEAD":
        return None
    return _part(request, copy) or range(copy.size_bytes)


def _part(request: web.Request, copy: Copy) -> range | None:
    if not conditions.range_counts(request, copy.tag, copy.made_at):
        return None
    return range_of(request, copy.size_bytes)


async def _sent(request: web.Request, copy: Copy, departure: Departure) -> web.StreamResponse:
    return await send_stored(request, departure, _part(request, copy), copy.size_bytes, _headers(copy))


def _said(request: web.Request, copy: Copy) -> web.StreamResponse:
    """304, or the answer to HEAD: headers alone."""
    if conditions.has_already(request, copy.tag, copy.made_at):
        return web.Response(status=304, headers=_headers(copy))
    response = web.StreamResponse(headers=_headers(copy))
    response.content_length = copy.size_bytes
    return response


def _headers(copy: Copy) -> dict[str, str]:
    """Said of a copy in every answer."""
    named = headers_of(copy.media_type, copy.filename, attachment=True)
    return {**named, **conditions.headers_of(copy.tag, copy.made_at), "Accept-Ranges": "bytes"}
