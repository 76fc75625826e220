"""Reading a suspect against its original: whose copy it is, of those that were served.

Promises: an answer in bounded time and memory whatever comes in: the copies named, with a bound on false accusation,
how near the next ones come, and where the original lies in the suspect. Where nothing can be registered or nobody is
named, it says so. Leaves which originals, keys and copies to try to the caller, who tells how many in `trials`.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.alignment import align
from watermark.hidden.carrier import Carrier, canvas_size
from watermark.hidden.codeword import COPY_ID_BITS, decode
from watermark.hidden.keys import HiddenKey
from watermark.hidden.matching import Features, shrunk
from watermark.hidden.registration import SUSPECT_PIXELS_MAX, Placement, placements
from watermark.hidden.scoring import Suspicion, judged, ranked
from watermark.hidden.soft_bits import evidence_of

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Ids = NDArray[np.uint64]

PLACEMENTS_MAX = 3


@dataclass(frozen=True)
class Original:
    """What reading needs of a stored picture, computed once for any number of suspects."""

    grey: Floats
    features: Features
    carrier: Carrier

    @classmethod
    def of(cls, pixels: Pixels) -> "Original":
        """Of the picture as it was before it was marked, RGB uint8 (H, W, 3)."""
        height, width = pixels.shape[:2]
        small = cv2.resize(pixels, canvas_size(width, height), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        return cls(grey.astype(np.float32), Features.of(np.asarray(grey, np.uint8)), Carrier.of(pixels))


@dataclass(frozen=True)
class InformedReading:
    """`suspicions`: the named copies first, then the best of the others. `placement` is None where nothing matched.

    `decoded` is what the codeword says without any list: an id whose keyed check holds and which is beyond chance.
    """

    placement: Placement | None
    suspicions: tuple[Suspicion, ...] = ()
    decoded: Suspicion | None = None

    @property
    def named(self) -> tuple[Suspicion, ...]:
        """Those for whom the evidence is enough; several, where several copies were mixed."""
        return tuple(each for each in self.suspicions if each.named)


def read_informed(
    pixels: Pixels, original: Original | Pixels, key: HiddenKey, asset: bytes, candidates: Ids, *, trials: int = 1
) -> InformedReading:
    """Read a suspect (RGB uint8) against an original. `candidates`: the copy ids that were served of it."""
    source = original if isinstance(original, Original) else Original.of(original)
    suspect, _ = shrunk(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8), SUSPECT_PIXELS_MAX)
    best = InformedReading(None)
    for placement in placements(suspect, source.features, source.grey, most=PLACEMENTS_MAX):
        evidence = evidence_of(align(suspect, source.grey, placement), source.grey, source.carrier, key, asset)
        suspicions = ranked(evidence, candidates, key, trials=trials * PLACEMENTS_MAX)
        decoded = decoded_from(evidence, key, trials=trials * PLACEMENTS_MAX)
        reading = InformedReading(placement, tuple(suspicions), decoded)
        if reading.named or decoded:
            return reading
        best = max(best, reading, key=_strength)
    return best


def decoded_from(evidence: list[Floats], key: HiddenKey, *, trials: int) -> Suspicion | None:
    """The copy id that the code gives by itself: of the secret layer alone, or of all layers together."""
    tried = np.stack([evidence[0], np.sum(evidence, axis=0)])
    words = decode(tried, key)
    ids = np.unique(words.copy_ids[words.checked])
    found = [judged(evidence, int(each), key, chances=trials << COPY_ID_BITS) for each in ids]
    return max((each for each in found if each.named), key=lambda each: each.score, default=None)


def _strength(reading: InformedReading) -> float:
    return max((each.score for each in reading.suspicions), default=0.0)
