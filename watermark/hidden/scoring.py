"""Which of the copies that were really served a suspect is, and how probable it is that chance names an innocent one.

Promises: the stated probability is a bound, not a fit. Whatever the soft code bits of a suspect are, the signs of an
innocent copy's chips are keyed and independent of them, so by Hoeffding's inequality a sum that stands z standard
deviations out has at most probability exp(-z²/2); times candidates, trials and rounds (union bound). Copies that were
mixed are named one after the other: the share of each is taken out before the next is judged. Memory is bounded by
CHUNK. Leaves soft bits to the layers.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watermark.hidden.codeword import encode
from watermark.hidden.keys import HiddenKey

Floats = NDArray[np.float32]
Ids = NDArray[np.uint64]

FALSE_ACCUSATION_MAX = 1e-6  # for a whole search, however many candidates it has
NAMED_MAX = 8  # rounds; more mixed copies than this can't be told apart anyway
OTHERS_SHOWN = 5
CHUNK = 8192


@dataclass(frozen=True)
class Suspicion:
    """A candidate, its score in standard deviations, and a bound on the probability that chance lifts any so high."""

    copy_id: int
    score: float
    false_accusation: float

    @property
    def named(self) -> bool:
        """Whether the evidence is enough to say that this copy was the source, or one of several."""
        return self.false_accusation < FALSE_ACCUSATION_MAX


def ranked(evidence: Sequence[Floats], candidates: Ids, key: HiddenKey, *, trials: int = 1) -> list[Suspicion]:
    """The named copies in the order of their evidence, then the best of the others.

    `evidence`: soft code bits (256,) of each layer that has any, in one unit: the noisier, the smaller. The first
    layer is also judged alone. `trials`: how many suspects, turns or keys the caller tries for one answer.
    """
    ids, views = np.unique(candidates), views_of(evidence)
    chances = len(ids) * trials * len(views) * NAMED_MAX
    found: list[Suspicion] = []
    while len(ids) and len(found) < NAMED_MAX:
        scores = _scores(_without(views, found, key), ids, key)
        best = int(scores.argmax())
        suspicion = _suspicion(ids[best], scores[best], chances)
        if not suspicion.named:
            return found + [
                _suspicion(ids[at], scores[at], chances) for at in scores.argsort()[: -OTHERS_SHOWN - 1 : -1]
            ]
        found.append(suspicion)
        ids = np.delete(ids, best)
    return found


def judged(evidence: Sequence[Floats], copy_id: int, key: HiddenKey, *, chances: int) -> Suspicion:
    """One id, which the caller chose among `chances`."""
    views, one = views_of(evidence), np.array([copy_id], np.uint64)
    return _suspicion(one[0], _scores(views, one, key)[0], chances * len(views))


def bound(score: float, chances: int) -> float:
    """At most this probable: that one of so many independent looks at chance alone gives at least this score."""
    return min(1.0, chances * math.exp(-(max(score, 0.0) ** 2) / 2))


def normalised(views: Sequence[Floats]) -> Floats:
    """Columns (256, views) whose products with code bits are scores."""
    return np.stack([view.sum(axis=0) / max(float(np.linalg.norm(view)), 1e-12) for view in views], axis=1)


def views_of(evidence: Sequence[Floats]) -> list[Floats]:
    """The first layer alone (somebody may have turned the other against us), and all together, in two ways.

    As they are, where noise decides how much each is worth; equally loud, where it is the length of the code.
    """
    layers = np.stack(evidence)
    loudness = np.maximum(np.linalg.norm(layers, axis=1, keepdims=True), 1e-12)
    return [layers[:1], layers, layers / loudness] if len(layers) > 1 else [layers]


def _suspicion(copy_id: np.uint64, score: np.floating, chances: int) -> Suspicion:
    return Suspicion(int(copy_id), float(score), bound(float(score), chances))


def _without(views: list[Floats], found: list[Suspicion], key: HiddenKey) -> list[Floats]:
    """The soft bits less what the codewords of those already named explain of them, layer by layer."""
    if not found:
        return views
    words = encode(np.array([each.copy_id for each in found], np.uint64), key).T
    return [view - (words @ np.linalg.lstsq(words, view.T, rcond=None)[0]).T.astype(np.float32) for view in views]


def _scores(views: list[Floats], ids: Ids, key: HiddenKey) -> Floats:
    """Of each id the best view's score: its sum over that sum's standard deviation under random signs."""
    sums = normalised(views)
    return np.concatenate([(encode(part, key) @ sums).max(axis=1) for part in _chunks(ids)])


def _chunks(ids: Ids) -> Iterator[Ids]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
