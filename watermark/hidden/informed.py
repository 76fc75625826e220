"""Reading a suspect against its original: whose copy it is, of those that were served.

Promises: an answer in bounded time and memory whatever comes in: the copies named, with a bound on false accusation,
how near the next ones come, and where the original lies in the suspect. Where nothing can be registered or nobody is
named, it says so. Leaves which originals, keys and copies to try to the caller, who tells how many in `trials`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.alignment import align
from watermark.hidden.carrier import Carrier, canvas_size
from watermark.hidden.codeword import CODE_BITS, COPY_ID_BITS, decode
from watermark.hidden.keys import HiddenKey
from watermark.hidden.matching import Features, shrunk
from watermark.hidden.reading import sightings
from watermark.hidden.registration import SUSPECT_PIXELS_MAX, Placement, placements
from watermark.hidden.scoring import Suspicion, decoded_score, ranked
from watermark.hidden.soft_bits import heard
from watermark.hidden.tiling import placements_by_tiles
from watermark.hidden.whitening import views

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Ids = NDArray[np.uint64]

PLACEMENTS_MAX = 3
VIEWS_MAX = 2  # the whole suspect, and in half size
SIGHTINGS_MAX = 4  # of repeating tiles, where features lead to nothing
PLACES_MAX = 3  # for each sighting
ATTEMPTS_MAX = PLACEMENTS_MAX + SIGHTINGS_MAX * (PLACES_MAX + 1)
AGREEMENT_MIN = 0.6  # below, a decoder errs so often that its check of 16 bits is no proof


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
    suspect, factor = shrunk(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8), SUSPECT_PIXELS_MAX)
    best = InformedReading(None)
    for evidence, placement in _attempts(pixels, suspect, factor, source, key, asset):
        suspicions = ranked(evidence, candidates, key, trials=trials * ATTEMPTS_MAX)
        decoded = decoded_from(evidence, key, trials=trials * ATTEMPTS_MAX)
        reading = InformedReading(placement, tuple(suspicions), decoded)
        if reading.named or decoded:
            return reading
        best = max(best, reading, key=_strength)
    return best


def decoded_from(evidence: list[Floats], key: HiddenKey, *, trials: int) -> Suspicion | None:
    """The copy id that the code gives by itself: of the first layer alone, or of all layers together."""
    tried = np.stack([evidence[0], np.sum(evidence, axis=0)])
    words = decode(tried, key)
    agreement = np.sum(words.code * tried, axis=1) / (np.linalg.norm(tried, axis=1) * CODE_BITS**0.5 + 1e-12)
    ids = np.unique(words.copy_ids[words.checked & (agreement >= AGREEMENT_MIN)])
    found = [decoded_score(evidence, int(each), key, chances=trials << COPY_ID_BITS) for each in ids]
    return max((each for each in found if each.named), key=lambda each: each.score, default=None)


def _attempts(
    pixels: Pixels, suspect: Pixels, factor: float, source: Original, key: HiddenKey, asset: bytes
) -> Iterator[tuple[list[Floats], Placement | None]]:
    """Soft bits of both layers for each likely placement, the surest first; then what the tiles alone say.

    `suspect` is `pixels` in grey, brought down by `factor`.
    """

    def both(placement: Placement) -> tuple[list[Floats], Placement]:
        seen = align(suspect, source.grey, placement)
        return heard(seen, source.grey, source.carrier).soft_bits(key, asset), placement

    yield from map(both, placements(suspect, source.features, source.grey, most=PLACEMENTS_MAX))
    seen_in_views = (each for view in islice(views(pixels), VIEWS_MAX) for each in sightings(view, [key]))
    for sighting in islice(seen_in_views, SIGHTINGS_MAX):
        to_suspect = np.diag([factor, factor, 1.0]) @ sighting.to_pixels
        inverted = sighting.inverted
        yield from map(both, placements_by_tiles(suspect, source.grey, to_suspect, inverted=inverted, most=PLACES_MAX))
        yield [sighting.evidence.soft], None


def _strength(reading: InformedReading) -> float:
    return max((each.score for each in reading.suspicions), default=0.0)
