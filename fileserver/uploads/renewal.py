"""A connection after a body that was read past aiohttp's parser.

The parser still waits for that body, so it is replaced by one that waits for a request. aiohttp has no call for this;
where its insides look different than expected, nothing is touched and the caller closes the connection instead.
"""

import asyncio

from aiohttp import web
from aiohttp.http import HttpRequestParser
from aiohttp.web_protocol import MAX_MSG_QUEUE_SIZE, RequestPayloadError

READ_BYTES = 1 << 16  # what aiohttp takes by default


def renew(request: web.Request) -> bool:
    """Make the connection ready for its next request; False: it can't be. Call it once all of the body is read."""
    protocol = request.protocol
    if not isinstance(getattr(protocol, "_parser", None), HttpRequestParser):
        return False
    protocol._parser = HttpRequestParser(  # noqa: SLF001  # there is no other way, see above
        protocol,
        asyncio.get_running_loop(),
        READ_BYTES,
        max_line_size=protocol.max_line_size,
        max_field_size=protocol.max_field_size,
        max_headers=protocol.max_headers,
        payload_exception=RequestPayloadError,
        max_msg_queue_size=MAX_MSG_QUEUE_SIZE,
    )
    return True
