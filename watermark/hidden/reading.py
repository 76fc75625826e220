"""A copy id read from a suspect picture, without its original.

Promises: whatever was cut off, resized, compressed, turned, mirrored or inverted, a reading that is returned has a
stated bound on the probability of being wrong, and none is returned above FALSE_ALARM_MAX. The work is bounded; it ends
with the first view that proves something; where none does, `listed` holds the copies that were served against what was
seen. Leaves what to do without a reading to the informed layer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from watermark.hidden.evidence import FALSE_ALARM_MAX, Evidence, weighed
from watermark.hidden.folding import Placement, folded, placed
from watermark.hidden.keys import HiddenKey
from watermark.hidden.lattice import candidates
from watermark.hidden.listed import named_among
from watermark.hidden.refining import refined
from watermark.hidden.whitening import View, views

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]
Ids = NDArray[np.uint64]

SCORE_BEYOND_DOUBT = 9.0
SCORE_WORTH_WIDENING = 5.5
REFINED_MAX = 3  # the best placements of a view that are refined and decoded
SCORE_WORTH_REFINING = 4.8  # in deviations; the highest of 130,000 chance values lies near 4.5


@dataclass(frozen=True)
class Sighting:
    """A place where a key's pilot seems to be, whether or not what it says can be proven.

    `evidence.soft` are the 256 soft code bits in an arbitrary scale; `to_pixels` (3, 3) leads from tile units to pixels
    of the suspect.
    """

    kid: int
    evidence: Evidence
    quarter_turns: int
    mirrored: bool
    inverted: bool
    to_pixels: Matrix


@dataclass(frozen=True)
class BlindReading:
    """A proven copy id: `score` is the pilot's, in deviations; `false_alarm` bounds the probability of an error.

    `listed`: the code could not be decoded, and was told among the copies that were served; `score` is its own then.
    """

    copy_id: int
    kid: int
    score: float
    false_alarm: float
    sighting: Sighting
    listed: bool = False


def read_blind(
    pixels: Pixels, keys: Sequence[HiddenKey], served: Mapping[int, Ids] | None = None
) -> list[BlindReading]:
    """The copy ids proven by the repeating layer of a suspect (RGB, uint8), surest first; none if nothing is.

    `served` are the copies there are by the `kid` of their key; without it, only what can be decoded is read.
    """
    seen: list[Sighting] = []
    for view in views(pixels):
        for sighting in sightings(view, keys):
            if sighting.evidence.false_alarm <= FALSE_ALARM_MAX:
                return [_reading(sighting)]
            seen.append(sighting)
    return _listed(seen, {key.kid: key for key in keys}, served) if served else []


def sightings(view: View, keys: Sequence[HiddenKey]) -> Iterator[Sighting]:
    """The likeliest places of any key's tile in one view, refined, likeliest first."""
    found = _placements(view, keys)
    for placement in found[:REFINED_MAX]:
        if placement.score < SCORE_WORTH_REFINING:
            break
        seen = _seen(view, placement, len(keys))
        yield seen
        if view.part_of and seen.evidence.pilot_score >= SCORE_WORTH_WIDENING:
            yield _seen(view.part_of, _widened(view, placement, seen), len(keys))


def _placements(view: View, keys: Sequence[HiddenKey]) -> list[Placement]:
    """The best place on each likely lattice, best first; one that stands out ends the search."""
    found: list[Placement] = []
    for lattice in candidates(view.values, skewed=view.part_of is not None):
        folds = folded(view.values, lattice)
        found += [placed(folds, key) for key in keys]
        if max(placement.score for placement in found) >= SCORE_BEYOND_DOUBT:
            break
    return sorted(found, key=lambda placement: -placement.score)


def _widened(view: View, placement: Placement, seen: Sighting) -> Placement:
    """What was seen in a part, as a place to start from in the whole."""
    to_part = np.linalg.inv(view.to_pixels) @ seen.to_pixels
    return replace(placement, to_view=view.to_whole @ to_part)


def _seen(view: View, placement: Placement, keys_tried: int) -> Sighting:
    summed = refined(view.values, placement)
    exact = summed.placement
    return Sighting(
        kid=exact.key.kid,
        evidence=weighed(summed.tile, exact.key, keys_tried),
        quarter_turns=exact.quarter_turns,
        mirrored=exact.mirrored,
        inverted=exact.inverted,
        to_pixels=view.to_pixels @ exact.to_view,
    )


def _reading(seen: Sighting) -> BlindReading:
    evidence = seen.evidence
    return BlindReading(evidence.copy_id, seen.kid, evidence.pilot_score, evidence.false_alarm, seen)


def _listed(seen: Sequence[Sighting], keys: Mapping[int, HiddenKey], served: Mapping[int, Ids]) -> list[BlindReading]:
    at, named = named_among([(keys[each.kid], each.evidence) for each in seen], served)
    return [
        BlindReading(each.copy_id, seen[at].kid, each.score, each.false_accusation, seen[at], listed=True)
        for each in named
    ]
