"""Reading a suspect against its original: whose copy it is, of those that were served.

Promises: an answer in bounded time and memory whatever comes in: the copies named, with a bound on false accusation,
how near the next ones come, and where the original lies in the suspect. Where nothing can be registered or nobody is
named, it says so. Leaves which originals, keys and copies to try to the caller, who tells how many in `trials`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.hidden.alignment import align
from watermark.hidden.carrier import Carrier, canvas_size
from watermark.hidden.codeword import CODE_BITS, COPY_ID_BITS, decode
from watermark.hidden.keys import HiddenKey
from watermark.hidden.matching import Features
from watermark.hidden.registration import Placement, placements
from watermark.hidden.scoring import Suspicion, decoded_score, ranked
from watermark.hidden.soft_bits import heard
from watermark.hidden.suspect import SIGHTINGS_MAX, Suspect
from watermark.hidden.tiling import placements_by_tiles

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Ids = NDArray[np.uint64]

PLACEMENTS_MAX = 3
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
    suspect: Suspect | Pixels,
    original: Original | Pixels,
    key: HiddenKey,
    assets: Sequence[bytes],
    candidates: Ids,
    *,
    trials: int = 1,
) -> InformedReading:
    """Read a suspect (RGB uint8) against an original. `candidates`: the copy ids that were served of it.

    `assets` are the names of the patterns that its copies may carry. Bounds count all of them, and `trials`.
    """
    seen = suspect if isinstance(suspect, Suspect) else Suspect(suspect)
    source = original if isinstance(original, Original) else Original.of(original)
    best, chances = InformedReading(None), trials * ATTEMPTS_MAX * len(assets)
    for evidence, placement in _attempts(seen, source, key, assets):
        suspicions = ranked(evidence, candidates, key, trials=chances)
        decoded = decoded_from(evidence, key, trials=chances)
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
    suspect: Suspect, source: Original, key: HiddenKey, assets: Sequence[bytes]
) -> Iterator[tuple[list[Floats], Placement | None]]:
    """Soft bits of both layers for each likely placement and asset, the surest first; then what the tiles alone say."""

    def both(found: Iterable[Placement]) -> Iterator[tuple[list[Floats], Placement]]:
        for placement in found:
            said = heard(align(suspect.grey, source.grey, placement), source.grey, source.carrier)
            for asset in assets:
                yield said.soft_bits(key, asset), placement

    features, grey = suspect.features, suspect.grey
    yield from both(placements(grey, source.features, source.grey, most=PLACEMENTS_MAX, features=features))
    for sighting in suspect.sightings(key):
        to_suspect = np.diag([suspect.factor, suspect.factor, 1.0]) @ sighting.to_pixels
        inverted = sighting.inverted
        yield from both(placements_by_tiles(grey, source.grey, to_suspect, inverted=inverted, most=PLACES_MAX))
        yield [sighting.evidence.soft], None


def _strength(reading: InformedReading) -> float:
    return max((each.score for each in reading.suspicions), default=0.0)
