"""The rendering process: `python -m watermark.worker`, started and spoken to by its parent only.

Promises: every request gets one reply; whatever goes wrong inside one becomes an error reply with a slug. It confines
itself (`confinement`) before it reads, holds at most one document, and ends when its input does. Trusts its parent,
not the documents. Leaves wall-clock limits, and replacing a process that died, to the parent.

Requests (`op`; payload): `open` media_type, pages_max, pixels_max (the document) · `render` page, long_side_px,
thumb_px · `full` · `seal` stamp, media_type (a JPEG or PNG of ours) · `close`. Every request carries `cpu_s`.
"""

import argparse
import os
import sys
from dataclasses import asdict
from typing import BinaryIO

from watermark.confinement import allow_cpu, confine
from watermark.documents import Document, open_document
from watermark.errors import RenderMemory, UnsupportedType, WatermarkError
from watermark.framing import PREFIX, BadFrame, Header, head, lengths, parsed
from watermark.images import open_picture, scaled
from watermark.media_types import IMAGE_FORMATS
from watermark.pdf_fonts import use_bundled_fonts
from watermark.sealing import encode, seal_bytes
from watermark.stamp import Stamp

BASE_QUALITY = 92  # of renditions that will be decoded, stamped and encoded once more
THUMB_QUALITY = 80
DRAIN_BYTES = 64 * 1024
Reply = tuple[Header, bytes]


class Session:
    """The operations, and the one document they are about."""

    def __init__(self) -> None:
        self._document: Document | None = None
        self._source: bytes = b""
        self._media_type = ""
        self._pixels_max = 0

    def handle(self, request: Header, payload: bytes) -> Reply:
        """Carry out one request. Raises WatermarkError, MemoryError, or whatever a decoder let out."""
        match request["op"]:
            case "open":
                return self._open(request, payload)
            case "render":
                return self._render(request)
            case "full":
                return self._full()
            case "seal":
                return {}, seal_bytes(payload, Stamp(**request["stamp"]), request["media_type"])
            case "close":
                self._close()
                return {}, b""
            case unknown:
                raise BadFrame(unknown)

    def _open(self, request: Header, payload: bytes) -> Reply:
        self._close()
        self._media_type, self._pixels_max = request["media_type"], request["pixels_max"]
        self._document = open_document(
            payload, self._media_type, pages_max=request["pages_max"], pixels_max=self._pixels_max
        )
        self._source = payload
        return {"page_count": self._document.page_count}, b""

    def _render(self, request: Header) -> Reply:
        page = self._opened.page(request["page"], request["long_side_px"])
        base = encode(page.image, "image/jpeg", BASE_QUALITY)
        thumb = encode(scaled(page.image, request["thumb_px"]), "image/jpeg", THUMB_QUALITY)
        header = {
            "page_bytes": len(base),
            "width_px": page.image.width,
            "height_px": page.image.height,
            "width_pt": page.width_pt,
            "height_pt": page.height_pt,
            "findings": [asdict(each) for each in page.findings],
        }
        return header, base + thumb

    def _full(self) -> Reply:
        if self._media_type not in IMAGE_FORMATS:
            raise UnsupportedType(media_type=self._media_type)
        picture = open_picture(self._source, pixels_max=self._pixels_max)
        media_type = "image/png" if picture.lossless else "image/jpeg"
        header = {"media_type": media_type, "width_px": picture.width_px, "height_px": picture.height_px}
        return header, encode(picture.image, media_type, BASE_QUALITY)

    @property
    def _opened(self) -> Document:
        if self._document is None:
            raise WatermarkError
        return self._document

    def _close(self) -> None:
        if self._document is not None:
            self._document.close()
        self._document, self._source, self._media_type = None, b"", ""


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Say that the process is ready, then answer requests until the input ends."""
    session = Session()
    _send(replies, {}, b"")
    while prefix := requests.read(PREFIX.size):
        _send(replies, *_answer(session, requests, prefix))


def _send(replies: BinaryIO, header: Header, payload: bytes) -> None:
    replies.write(head(header, len(payload)))
    replies.write(payload)
    replies.flush()


def _answer(session: Session, requests: BinaryIO, prefix: bytes) -> Reply:
    header_bytes, payload_bytes = lengths(prefix)
    request = parsed(requests.read(header_bytes))
    allow_cpu(request["cpu_s"])
    try:
        return session.handle(request, _payload(requests, payload_bytes))
    except WatermarkError as error:
        return _refusal(error)
    except MemoryError:
        return _refusal(RenderMemory())
    except Exception:  # noqa: BLE001  # whatever a decoder let out, the parent gets a reply and the process goes on
        return _refusal(WatermarkError())


def _payload(requests: BinaryIO, payload_bytes: int) -> bytes:
    try:
        payload = requests.read(payload_bytes)
    except MemoryError:
        # Nothing was read yet: the bytes still in the pipe must go, or they would be taken for the next request.
        while payload_bytes:
            payload_bytes -= len(_read_some(requests, min(payload_bytes, DRAIN_BYTES)))
        raise
    if len(payload) < payload_bytes:
        sys.exit()  # the parent went away in the middle of a request
    return payload


def _read_some(requests: BinaryIO, bytes_max: int) -> bytes:
    return requests.read(bytes_max) or sys.exit()


def _refusal(error: WatermarkError) -> Reply:
    return {"error": error.slug, "params": dict(error.params)}, b""


def main() -> None:
    """Take the pipes, confine the process, serve."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--memory-max-bytes", type=int, required=True)
    memory_max_bytes = arguments.parse_args().memory_max_bytes
    # Whatever a library prints must not end up among the frames.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    use_bundled_fonts()
    confine(memory_max_bytes)
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
