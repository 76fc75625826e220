"""A request's body as pieces: asked for only when it is wanted, and with a reason when it ends early."""

from collections.abc import AsyncIterator

from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError

from fileserver.http.errors import MediaTypeRefused
from fileserver.uploads.errors import UploadCut, UploadSilent
from fileserver.uploads.headers import OFFSET_STREAM
from fileserver.uploads.receptions import Reception

SILENCE_MAX_S = 60


def body_bytes(request: web.Request) -> int | None:
    """The announced size; None for a chunked body."""
    return None if "Transfer-Encoding" in request.headers else request.content_length or 0


def check_body_type(request: web.Request) -> None:
    """Raises MediaTypeRefused unless the body is tus's, and as it is: a coded one has another length than it says."""
    if request.content_type != OFFSET_STREAM:
        raise MediaTypeRefused(expected=OFFSET_STREAM)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise MediaTypeRefused(expected="identity")


async def pieces(request: web.Request, reception: Reception) -> AsyncIterator[bytes]:
    """The body as it arrives. Raises UploadCut, UploadSilent, or why the reception must end."""
    await _ask_for_it(request)
    while True:
        try:
            async with reception.waiting(SILENCE_MAX_S):
                piece = await request.content.readany()
        except TimeoutError:
            raise UploadSilent(timeout_s=SILENCE_MAX_S) from None
        except (OSError, ClientPayloadError, HttpProcessingError, web.PayloadAccessError) as error:
            raise UploadCut from error
        if not piece:
            return
        yield piece


async def _ask_for_it(request: web.Request) -> None:
    """Answer `Expect: 100-continue` (RFC 9110 §10.1.1); the route has aiohttp leave that to us."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer itself has not begun
