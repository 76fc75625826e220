"""The tracing process: `python -m watermark.tracer`, started and spoken to by its parent only.

It is given pixels that another process has drawn, renditions of our own making, and keys of the hidden mark; it never
opens what strangers send (`worker` does). What `serving` promises holds here. It holds one page of a suspect.

Requests (`op`; payload): `suspect` width_px, height_px (raw RGB) · `blind` keys, each with the number of copies that it
marked (their ids, key after key) · `features` (a JPEG of ours) · `votes` lengths (features of pages, one after the
other) · `informed` kid, secret, assets, trials (looks that the trace may
take), candidates (so many copy ids, eight bytes each, little-endian, then a JPEG of ours) · `fit` homography, lengths
(the page and the page stamped, as JPEGs of ours) · `compare` homography (a JPEG of ours). Replies stand at the
handlers.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from watermark.bases import Base
from watermark.comparing import SHOWN_LONG_SIDE_PX, compare, laid_over, onto_original, shrunk
from watermark.encoding import encode
from watermark.errors import WatermarkError
from watermark.framing import BadFrame, Header
from watermark.hidden import HiddenKey, InformedReading, Suspect, Suspicion, read_blind, read_informed
from watermark.likeness import features, votes
from watermark.serving import Emit, Reply, run
from watermark.stamp_reading import fit

PICTURE_QUALITY = 88
ID_BYTES = 8
Pixels = NDArray[np.uint8]


class Session:
    """The page of a suspect that is looked at."""

    def __init__(self) -> None:
        self._suspect: Suspect | None = None

    def handle(self, request: Header, payload: bytes, _emit: Emit) -> Reply:
        """Carry out one request. Raises WatermarkError, MemoryError, or whatever a library let out."""
        handlers = {
            "suspect": self._take,
            "blind": self._blind,
            "features": self._features,
            "votes": self._votes,
            "informed": self._informed,
            "fit": self._fit,
            "compare": self._compare,
        }
        if request["op"] not in handlers:
            raise BadFrame(request["op"])
        return handlers[request["op"]](request, payload)

    def _take(self, request: Header, payload: bytes) -> Reply:
        """Replies with the page as a JPEG, to be shown."""
        shape = (request["height_px"], request["width_px"], 3)
        self._suspect = Suspect(np.frombuffer(payload, np.uint8).reshape(shape))
        return {}, _jpeg(shrunk(self._page, SHOWN_LONG_SIDE_PX))

    def _blind(self, request: Header, payload: bytes) -> Reply:
        """`readings`: copy_id (hex), kid, score, false_alarm; the best first."""
        keys = [_key(each) for each in request["keys"]]
        ends = np.cumsum([each["copies"] for each in request["keys"]])
        served = dict(zip((key.kid for key in keys), np.split(_ids(payload), ends[:-1]), strict=True))
        found = [
            {
                "copy_id": f"{each.copy_id:012x}",
                "kid": each.kid,
                "score": float(each.score),
                "false_alarm": float(each.false_alarm),
            }
            for each in read_blind(self._page, keys, served)
        ]
        return {"readings": found}, b""

    def _features(self, _request: Header, payload: bytes) -> Reply:
        """What a page looks like."""
        return {}, features(_pixels(payload))

    def _votes(self, request: Header, payload: bytes) -> Reply:
        """`votes`: one number for each page."""
        ends = np.cumsum([0, *request["lengths"]])
        pages = [payload[start:end] for start, end in pairwise(ends)]
        return {"votes": votes(self._page, pages)}, b""

    def _informed(self, request: Header, payload: bytes) -> Reply:
        """`homography` (suspect to original, by rows) or null, `inliers`, and `suspicions`, the surest first.

        Their bounds are of this look alone; that it ends with the first placement that is enough for all trials, not.
        """
        split = request["candidates"] * ID_BYTES
        candidates = _ids(payload[:split])
        original = _pixels(payload[split:])
        assets, trials = [bytes.fromhex(each) for each in request["assets"]], int(request["trials"])
        reading = read_informed(self._shown, original, _key(request), assets, candidates, trials=trials)
        placed = reading.placement
        matrix = None if placed is None else onto_original(placed.homography, self._page, original)
        return {
            "homography": None if matrix is None else matrix.ravel().tolist(),
            "inliers": 0 if placed is None else placed.inliers,
            "width_px": original.shape[1],
            "height_px": original.shape[0],
            "suspicions": [_told(each, trials) for each in _all(reading)],
        }, b""

    def _compare(self, request: Header, payload: bytes) -> Reply:
        """Three JPEGs one after the other, `lengths` long: the original, the suspect laid over it, the difference."""
        matrix = np.array(request["homography"], np.float64).reshape(3, 3)
        found = compare(self._page, _pixels(payload), matrix)
        pictures = [_jpeg(each) for each in (found.original, found.aligned, found.difference)]
        return {"lengths": [len(each) for each in pictures]}, b"".join(pictures)

    def _fit(self, request: Header, payload: bytes) -> Reply:
        """`fit`: of the first stamped page, in deviations of the others."""
        ends = np.cumsum([0, *request["lengths"]])
        original, *drawn = [_pixels(payload[start:end]) for start, end in pairwise(ends)]
        matrix = np.array(request["homography"], np.float64).reshape(3, 3)
        aligned, reached = laid_over(self._page, original, matrix)
        return {"fit": fit(aligned, reached, original, drawn)}, b""

    @property
    def _shown(self) -> Suspect:
        if self._suspect is None:
            raise WatermarkError
        return self._suspect

    @property
    def _page(self) -> Pixels:
        return self._shown.pixels


def _all(reading: InformedReading) -> list[Suspicion]:
    """Those of the list, and what the code says by itself, if that is not among them."""
    listed = {each.copy_id for each in reading.suspicions}
    alone = [reading.decoded] if reading.decoded and reading.decoded.copy_id not in listed else []
    return [*reading.suspicions, *alone]


def _told(suspicion: Suspicion, trials: int) -> Header:
    bound = float(suspicion.false_accusation)
    return {
        "copy_id": f"{suspicion.copy_id:012x}",
        "score": float(suspicion.score),
        "false_accusation": bound / trials if bound < 1 else 1.0,
    }


def _ids(payload: bytes) -> NDArray[np.uint64]:
    return np.frombuffer(payload, "<u8").astype(np.uint64)


def _key(request: Header) -> HiddenKey:
    return HiddenKey(request["kid"], bytes.fromhex(request["secret"]))


def _pixels(jpeg: bytes) -> Pixels:
    return Base.decoded(jpeg).pixels


def _jpeg(pixels: Pixels) -> bytes:
    return encode(Image.fromarray(pixels), "image/jpeg", PICTURE_QUALITY)


def main() -> None:
    """Serve until the input ends."""
    cv2.setNumThreads(1)  # a confined process may start no thread
    run(Session)


if __name__ == "__main__":
    main()
