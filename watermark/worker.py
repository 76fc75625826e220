"""The drawing process: `python -m watermark.worker`, started and spoken to by its parent only.

It opens the documents of strangers, so it holds at most one of them and no key: copies are sealed in another process
(`sealer`). What `serving` promises holds here.

Requests (`op`; payload): `open` media_type, suspect (each part is a page), pages_max, pixels_max (the document) ·
`render` page, long_side_px, thumb_px · `full` · `close` · `template` level, title, pages_max (a PDF, or `source`, the
path of one that the parent holds in memory): the template in parts, then its slot map · `pixels` page, long_side_px:
raw RGB, for a trace · `file_ids`: what a PDF calls itself (/ID).
"""

import re
from dataclasses import asdict
from pathlib import Path

from watermark.documents import Document, open_document, open_suspect
from watermark.encoding import encode
from watermark.errors import UnsupportedType, WatermarkError
from watermark.framing import BadFrame, Header
from watermark.images import open_picture, scaled, whole
from watermark.media_types import IMAGE_FORMATS
from watermark.pdf_fonts import use_bundled_fonts
from watermark.serving import Emit, Reply, run
from watermark.templates.preparing import prepare_into
from watermark.templates.slots import Level

BASE_QUALITY = 92  # of renditions that will be decoded, stamped and encoded once more
THUMB_QUALITY = 80
# /ID of ISO 32000-1, 14.4, in the trailer or in the dictionary of a cross-reference stream: neither is ever compressed.
FILE_ID = re.compile(rb"/ID\s*\[\s*<([0-9A-Fa-f]{32})>\s*<([0-9A-Fa-f]{32})>\s*\]")
FILE_IDS_MAX = 16


class Session:
    """The operations, and the one document they are about."""

    def __init__(self) -> None:
        self._document: Document | None = None
        self._source: bytes = b""
        self._media_type = ""
        self._pixels_max = 0

    def handle(self, request: Header, payload: bytes, emit: Emit) -> Reply:
        """Carry out one request. Raises WatermarkError, MemoryError, or whatever a decoder let out."""
        match request["op"]:
            case "open":
                return self._open(request, payload)
            case "render":
                return self._render(request)
            case "full":
                return self._full()
            case "template":
                return _template(request, payload, emit)
            case "pixels" | "file_ids" as op:
                return self._pixels(request) if op == "pixels" else self._file_ids()
            case "close":
                self._close()
                return {}, b""
            case unknown:
                raise BadFrame(unknown)

    def _open(self, request: Header, payload: bytes) -> Reply:
        self._close()
        self._media_type, self._pixels_max = request["media_type"], request["pixels_max"]
        opened = open_suspect if request["suspect"] else open_document
        self._document = opened(payload, self._media_type, pages_max=request["pages_max"], pixels_max=self._pixels_max)
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
        image = whole(picture)
        header = {"media_type": media_type, "width_px": image.width, "height_px": image.height}
        return header, encode(image, media_type, BASE_QUALITY)

    def _pixels(self, request: Header) -> Reply:
        image = self._opened.page(request["page"], request["long_side_px"]).image.convert("RGB")
        return {"width_px": image.width, "height_px": image.height}, image.tobytes()

    def _file_ids(self) -> Reply:
        """In the order in which they stand in the file: an updated one has several."""
        found = (each.group(half).decode().lower() for each in FILE_ID.finditer(self._source) for half in (1, 2))
        return {"file_ids": list(dict.fromkeys(found))[:FILE_IDS_MAX]}, b""

    @property
    def _opened(self) -> Document:
        if self._document is None:
            raise WatermarkError
        return self._document

    def _close(self) -> None:
        if self._document is not None:
            self._document.close()
        self._document, self._source, self._media_type = None, b"", ""


def _template(request: Header, payload: bytes, emit: Emit) -> Reply:
    source = Path(request["source"]) if "source" in request else payload
    prepared = prepare_into(
        source, emit, level=Level(request["level"]), title=request["title"], pages_max=request["pages_max"]
    )
    return {"findings": [asdict(each) for each in prepared.findings]}, prepared.slot_map.to_bytes()


def main() -> None:
    """Serve until the input ends."""
    use_bundled_fonts()
    run(Session, threads=True)  # the decoder of HEIC has one to itself, whatever it is told


if __name__ == "__main__":
    main()
