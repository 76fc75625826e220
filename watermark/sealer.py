"""The sealing process: `python -m watermark.sealer`, started and spoken to by its parent only.

It is given renditions of our own making, who gets them, and the key of the hidden mark; it never opens what strangers
send (`worker` does). Decoded bases are kept for the next viewer. What `serving` promises holds here.

Request `seal`: base (its name, or empty), page_px (width and height of the page image, or null), stamp, look, mark
(null, or copy_id, kid, and secret and asset in hexadecimal digits), media_type, jpeg_max_bytes (or null), cut (left,
top, right and bottom of the part that is wanted, or null); payload: the base's JPEG or PNG, or nothing where the
process may have it. Replies with the copy, or with `missing` when it needs the bytes.

Request `splice`: the same, but `base` names a slot map, which is the payload, and instead of media_type there is
file_id (hexadecimal digits). Replies with what makes a template the viewer's (`Patches.packed`).
"""

import json

import cv2
import numpy as np

from watermark.bases import Base, Bases, Pixels
from watermark.framing import BadFrame, Header
from watermark.hidden import HiddenKey
from watermark.look import Look
from watermark.papers import hidden_picture
from watermark.sealing import Mark, encoded, sealed, sealed_pixels
from watermark.serving import Emit, Reply, run
from watermark.stamp import Stamp
from watermark.templates import SlotMap, patches

SLOT_MAPS_MAX = 32
WHOLES_MAX_BYTES = 256 * 1024 * 1024
BASES_MAX_BYTES = 256 * 1024 * 1024


class Session:
    """The bases that this process has seen."""

    def __init__(self) -> None:
        self._bases = Bases(BASES_MAX_BYTES)
        self._wholes = Bases(WHOLES_MAX_BYTES)
        self._slot_maps: dict[str, SlotMap] = {}

    def handle(self, request: Header, payload: bytes, _emit: Emit) -> Reply:
        """Carry out one request. Raises WatermarkError, MemoryError, or whatever a decoder let out."""
        match request["op"]:
            case "seal":
                return self._seal(request, payload)
            case "splice":
                return self._splice(request, payload)
            case unknown:
                raise BadFrame(unknown)

    def _seal(self, request: Header, payload: bytes) -> Reply:
        base = self._base(request, payload)
        if base is None:
            return {"missing": True}, b""
        if request["cut"]:
            left, top, right, bottom = request["cut"]
            tile = self._whole(base, request)[top:bottom, left:right]
            return {}, encoded(np.ascontiguousarray(tile), request["media_type"])
        stamp, look = Stamp(**request["stamp"]), Look(**request["look"])
        mark, most = _mark(request["mark"]), request["jpeg_max_bytes"]
        return {}, sealed(base, stamp, look, mark, request["media_type"], jpeg_max_bytes=most)

    def _whole(self, base: Base, request: Header) -> Pixels:
        """The sealed picture that tiles are cut from, so that they fit at their seams and carry one mark."""
        name = json.dumps([request[each] for each in ("base", "page_px", "stamp", "look", "mark")])
        kept = self._wholes.get(name)
        if kept is None:
            stamp, look = Stamp(**request["stamp"]), Look(**request["look"])
            kept = Base(sealed_pixels(base, stamp, look, _mark(request["mark"])), base.page_px)
            self._wholes.keep(name, kept)
        return kept.pixels

    def _splice(self, request: Header, payload: bytes) -> Reply:
        slot_map = self._slot_map(request["base"], payload)
        if slot_map is None:
            return {"missing": True}, b""
        stamp, look, mark = Stamp(**request["stamp"]), Look(**request["look"]), _mark(request["mark"])
        width, height = request["page_px"]
        hidden = hidden_picture(slot_map, mark, (width, height)) if mark else None
        file_id = bytes.fromhex(request["file_id"])
        return {}, patches(slot_map, stamp, look, file_id=file_id, hidden=hidden).packed

    def _slot_map(self, name: str, content: bytes) -> SlotMap | None:
        kept = self._slot_maps.get(name)
        if kept is not None or not content:
            return kept
        made = SlotMap.from_bytes(content)
        self._slot_maps[name] = made
        while len(self._slot_maps) > SLOT_MAPS_MAX:
            del self._slot_maps[next(iter(self._slot_maps))]
        return made

    def _base(self, request: Header, content: bytes) -> Base | None:
        name: str = request["base"]
        kept = self._bases.get(name)
        if kept is not None or not content:
            return kept
        page_px = request["page_px"]
        made = Base.decoded(content, tuple(page_px) if page_px else None)
        if name:
            self._bases.keep(name, made)
        return made


def _mark(said: Header | None) -> Mark | None:
    if said is None:
        return None
    key = HiddenKey(said["kid"], bytes.fromhex(said["secret"]))
    return Mark(said["copy_id"], key, bytes.fromhex(said["asset"]))


def main() -> None:
    """Serve until the input ends."""
    cv2.setNumThreads(1)  # the pool is what uses the processors
    run(Session)


if __name__ == "__main__":
    main()
