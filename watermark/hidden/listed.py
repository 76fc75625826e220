"""The copies that were served, held against what the tiles of a suspect say, where their code can't be decoded.

Promises: a copy is named only if the probability that chance names any innocent one of the list, at any of the places
that are tried, is bounded by FALSE_ACCUSATION_MAX: `scoring` says how. The places are chosen by the pilot alone, whose
signs have nothing to do with those of the code; so only their number counts, not how many were searched for them. To
choose among 100,000 codes takes a code 7.7 deviations high; a decoder, which chooses among 2⁴⁸, begins to err below
ten. Leaves finding places to `reading`.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from watermark.hidden.evidence import Evidence
from watermark.hidden.keys import HiddenKey
from watermark.hidden.scoring import Suspicion, ranked

Served = Mapping[int, NDArray[np.uint64]]  # copy ids by the key of their marks

PLACES_MAX = 6  # the likeliest of a suspect
PILOT_MIN = 5.0  # deviations: a code that stands out stands beside a pilot that does


def named_among(seen: Sequence[tuple[HiddenKey, Evidence]], served: Served) -> tuple[int, list[Suspicion]]:
    """Which of `seen` names copies, and these, the surest first; no copies if none of the likeliest does."""
    for at, found in judged(seen, served):
        if named := [each for each in found if each.named]:
            return at, named
    return -1, []


def judged(seen: Sequence[tuple[HiddenKey, Evidence]], served: Served) -> Iterator[tuple[int, list[Suspicion]]]:
    """The likeliest of `seen` by their pilots, each with what it says of the copies that its key marked."""
    likely = [at for at, (key, each) in enumerate(seen) if each.pilot_score >= PILOT_MIN and key.kid in served]
    for at in sorted(likely, key=lambda at: -seen[at][1].pilot_score)[:PLACES_MAX]:
        key, evidence = seen[at]
        yield at, ranked([evidence.soft], served[key.kid], key, trials=PLACES_MAX)
