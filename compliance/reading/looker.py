"""The looking process: `python -m compliance.reading.looker`, started and spoken to by its parent only.

It recognises text in pictures of our own making: pages that another process has drawn, and frames of videos. There is
one of it in a server, for it takes 1 GiB. What `watermark.serving` promises holds here.

Requests (`op`; payload): `look` faces, pairs (a JPEG or PNG): `lines` [text, box, score], `faces` and `pairs` [box,
score] as JSON in the payload. A frame equal to the one before (`again`) is not looked at twice: `same` is said then.
"""

import io
import json

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from compliance.reading.pictures.faces import Faces
from compliance.reading.pictures.pairs import pairs
from compliance.reading.pictures.recogniser import Recogniser
from watermark.errors import ImageDamaged
from watermark.framing import BadFrame, Header
from watermark.serving import Emit, Reply, run

LONG_SIDE_MAX_PX = 2400
SAME_PX, SAME_TONES = 48, 3.0  # two frames whose tones differ by less show the same words


class Session:
    """The models, and what the last picture looked like."""

    def __init__(self) -> None:
        self._recogniser, self._faces = Recogniser(), Faces()
        self._last: NDArray[np.float32] | None = None

    def handle(self, request: Header, payload: bytes, _emit: Emit) -> Reply:
        """Carry out one request. Raises WatermarkError, MemoryError, or whatever a library let out."""
        if request["op"] != "look":
            raise BadFrame(request["op"])
        pixels = _pixels(payload)
        small = np.asarray(cv2.resize(pixels, (SAME_PX, SAME_PX), interpolation=cv2.INTER_AREA), np.float32)
        last, self._last = self._last, small
        if request.get("again") and last is not None and float(np.abs(small - last).max()) < SAME_TONES:
            return {"same": True}, b""
        seen = {
            "lines": self._recogniser.lines(pixels),
            "faces": self._faces.found(pixels) if request.get("faces") else [],
            "pairs": pairs(pixels) if request.get("pairs") else [],
        }
        return {"same": False}, json.dumps(seen, ensure_ascii=False).encode("utf-8", "replace")


def _pixels(payload: bytes) -> NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(payload), formats=("JPEG", "PNG")) as opened:
            if max(opened.size) > LONG_SIDE_MAX_PX:
                opened.draft("RGB", (LONG_SIDE_MAX_PX, LONG_SIDE_MAX_PX))
                opened.thumbnail((LONG_SIDE_MAX_PX, LONG_SIDE_MAX_PX))
            return np.asarray(opened.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageDamaged from error


def main() -> None:
    """Serve until the input ends."""
    run(Session)


if __name__ == "__main__":
    main()
