"""Long answers, written while they are made: only to somebody who is still signed in, and who takes them.

What makes the pieces asks its own rules before each. Here stands what all of them have in common: before another piece
is made, the session or API token that the answer was asked for with has not ended; and a piece is taken, or what is
kept for the rest of the answer would be kept for nobody. Otherwise the connection breaks off, so that what left of the
answer can't pass for the whole.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from aiohttp import web

from fileserver.http.call import Call
from fileserver.http.errors import NotSignedIn
from fileserver.http.keys import LASTS

WRITTEN_BYTES = 64 * 1024  # at once
TAKEN_WITHIN_S = 60.0  # so many bytes: a kilobyte in a second is enough


async def stream(
    call: Call[Any, Any, Any], response: web.StreamResponse, pieces: AsyncGenerator[bytes]
) -> web.StreamResponse:
    """Writes all pieces. What the first one raises is answered as a problem; what a later one raises breaks off."""
    async with aclosing(pieces):
        piece = await anext(pieces, None)
        await response.prepare(call.request)
        while piece is not None:
            await _write(call.request, response, piece)
            if not await call.request.config_dict[LASTS](call.signed_in, call.services):
                raise NotSignedIn
            piece = await anext(pieces, None)
        await response.write_eof()
    return response


async def _write(request: web.Request, response: web.StreamResponse, piece: bytes) -> None:
    """Raises ConnectionResetError where nobody takes it, as where nobody is there."""
    left = memoryview(piece)
    while left:
        try:
            async with asyncio.timeout(TAKEN_WITHIN_S):
                await response.write(left[:WRITTEN_BYTES])
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError("the client takes nothing") from None
        left = left[WRITTEN_BYTES:]
