"""The language between a rendering process and its parent: frames over two pipes.

A frame is a prefix (header length in 4 bytes, payload length in 8, big-endian), a JSON object, and raw bytes. One
request gives one reply; a reply with `error` carries a slug and params of `watermark.errors`.

Promises: encoding and decoding only, with bounds. Leaves reading and writing to the two ends: `worker` (blocking) and
the parent (asyncio).
"""

import json
import struct
from typing import Any

PREFIX = struct.Struct(">IQ")
HEADER_MAX_BYTES = 64 * 1024
Header = dict[str, Any]
# What it raises to read what isn't as promised: brackets without end and 1e999 stand in JSON as well.
NONSENSE = (LookupError, TypeError, AttributeError, ValueError, OverflowError, RecursionError)


class BadFrame(ValueError):
    """The other end does not speak this language: the connection is of no further use."""


def head(header: Header, payload_bytes: int) -> bytes:
    """Everything of a frame that precedes its payload of `payload_bytes`."""
    body = json.dumps(header, separators=(",", ":")).encode()
    if len(body) > HEADER_MAX_BYTES:
        raise BadFrame("header too long")
    return PREFIX.pack(len(body), payload_bytes) + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """(header bytes, payload bytes) that follow this prefix."""
    header_bytes, payload_bytes = PREFIX.unpack(prefix)
    if header_bytes > HEADER_MAX_BYTES:
        raise BadFrame("header too long")
    return header_bytes, payload_bytes


def parsed(body: bytes) -> Header:
    """The header's object."""
    try:
        header = json.loads(body)
    except NONSENSE as error:
        raise BadFrame("header is not JSON") from error
    if not isinstance(header, dict):
        raise BadFrame("header is not an object")
    return header
