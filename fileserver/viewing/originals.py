"""The stored bytes of a version over HTTP, for employees who may: ranges, conditions, HEAD, and the two ways to leave.

Promises that nothing is said before the gate has said yes, conditions included; that what leaves is in the log before;
that a broken download can be gone on with (one range, a strong tag). `SEALSHARE_ORIGINALS_BY=redirect` sends browsers
to the object store with an address good for seconds; whoever would lose by that is served from here all the same:
players, which come back to an address again and again, scripts of pages, and conditions that only we understand.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from compliance.exit import ByAddress, Departure, DeskGate, Gate, Leave, Original, ProofGate, Released
from fileserver.config import Config, OriginalsBy
from fileserver.http import conditions
from fileserver.http.call import Call
from fileserver.viewing.delivery import content_disposition, headers_of, range_of, send_stored
from fileserver.viewing.schemas import EvidencePath, VersionPath

NAVIGATING = "navigate"


async def original(call: Call[None, None, VersionPath]) -> web.StreamResponse:
    """The stored bytes themselves, for the reviewer who must judge them and for their owner."""
    return await _answer(call, DeskGate(call.params.version_id, call.signed_in.person_id))


async def proof(call: Call[None, None, EvidencePath]) -> web.StreamResponse:
    """A file that proves what a material says, for its owner and for reviewers; never opened in the browser."""
    return await _answer(call, ProofGate(call.params.evidence_id, call.signed_in.person_id), attachment=True)


async def _answer(call: Call[Any, Any, Any], gate: Gate, *, attachment: bool = False) -> web.StreamResponse:
    request, services = call.request, call.services
    released = await services.exit.release_original(
        gate, lambda known: _leaving(request, services.config, known), call.trail
    )
    if released.address is not None:
        return web.Response(status=307, headers={"Location": released.address, "Cache-Control": "no-store, private"})
    headers = _headers(released.original)
    if attachment:
        headers["Content-Disposition"] = content_disposition(released.original.filename, attachment=True)
    if released.departure is not None:
        return await _sent(request, released.original, released.departure, headers)
    return _said(request, released, headers)


def _leaving(request: web.Request, config: Config, known: Original) -> Leave:
    """What leaves of it. Raises PreconditionFailed, RangeUnsatisfiable."""
    if conditions.has_already(request, known.sha256, known.made_at) or request.method == "HEAD":
        return None
    if _is_led_away(request, config, known):
        disposition = content_disposition(known.filename, attachment=True)
        return ByAddress(
            lifetime_s=config.originals_address_lifetime_s, media_type=known.media_type, disposition=disposition
        )
    return _part(request, known) or range(known.size_bytes)


def _is_led_away(request: web.Request, config: Config, known: Original) -> bool:
    if config.originals_by is not OriginalsBy.REDIRECT or not known.size_bytes:
        return False
    navigating = request.headers.get("Sec-Fetch-Mode", NAVIGATING) == NAVIGATING
    return navigating and not conditions.names_ours(request, known.sha256, known.made_at)


def _part(request: web.Request, known: Original) -> range | None:
    if not conditions.range_counts(request, known.sha256, known.made_at):
        return None
    return range_of(request, known.size_bytes)


async def _sent(
    request: web.Request, known: Original, departure: Departure, headers: Mapping[str, str]
) -> web.StreamResponse:
    return await send_stored(request, departure, _part(request, known), known.size_bytes, headers)


def _said(request: web.Request, released: Released, headers: Mapping[str, str]) -> web.StreamResponse:
    """304, or the answer to HEAD: headers alone."""
    known = released.original
    if conditions.has_already(request, known.sha256, known.made_at):
        return web.Response(status=304, headers=headers)
    named = headers_of(known.media_type, known.filename)
    response = web.StreamResponse(headers={**named, **headers})
    response.content_length = known.size_bytes
    return response


def _headers(known: Original) -> dict[str, str]:
    tags = conditions.headers_of(known.sha256, known.made_at)
    return {**tags, "Accept-Ranges": "bytes", "Cache-Control": "no-store, private"}
