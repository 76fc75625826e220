"""Which of the copies that were really served a suspect is, and how probable it is that chance names an innocent one.

Promises: the stated probability is a bound, not a fit, and it is the larger of two. Over keys: whatever the soft code
bits are, a key that did not mark the suspect has signs that are independent of them, so by Hoeffding's inequality a sum
that stands z standard deviations out has at most probability exp(-z²/2). Over copy ids, which are drawn by chance: what
`innocence` reckons, also when the suspect is the copy of somebody who is not among the candidates. Times candidates,
trials and rounds (union bound). Copies that were mixed are named one after the other: the share of each is taken out
before the next is judged. Memory is bounded by CHUNK. Leaves soft bits to the layers.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from watermark.hidden.codeword import encode
from watermark.hidden.innocence import log_chance
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
    ids, views = _distinct(candidates), views_of(evidence)
    chances = len(ids) * trials * len(views) * NAMED_MAX
    found: list[Suspicion] = []
    while len(ids) and len(found) < NAMED_MAX:
        rest = _without(views, found, key)
        scores = _scores(rest, ids, key)
        best = int(scores.argmax())
        suspicion = Suspicion(int(ids[best]), float(scores[best]), bound(float(scores[best]), chances))
        if suspicion.named:
            suspicion = _doubted(suspicion, rest, key, chances)
        if not suspicion.named:
            following = scores.argsort()[-2 : -OTHERS_SHOWN - 1 : -1]
            others = [Suspicion(int(ids[at]), float(scores[at]), bound(float(scores[at]), chances)) for at in following]
            return [*found, suspicion, *others]
        found.append(suspicion)
        ids = np.delete(ids, best)
    return found


def decoded_score(evidence: Sequence[Floats], copy_id: int, key: HiddenKey, *, chances: int) -> Suspicion:
    """One id, which a decoder chose among `chances`: that it is random says nothing then, and only keys count."""
    views = views_of(evidence)
    score = float(_scores(views, np.array([copy_id], np.uint64), key)[0])
    return Suspicion(copy_id, score, bound(score, chances * len(views)))


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


def _distinct(candidates: Ids) -> Ids:
    """In order, each once; `np.unique` would hash them first, which takes ten times as long."""
    ids = np.sort(candidates)
    return ids[np.concatenate([[True], ids[1:] != ids[:-1]])] if len(ids) else ids


def _doubted(suspicion: Suspicion, views: list[Floats], key: HiddenKey, chances: int) -> Suspicion:
    """The suspicion with the larger bound: it may be like another copy whose mark the suspect bears."""
    word = encode(np.array([suspicion.copy_id], np.uint64), key)[0]
    best = views[int((word @ normalised(views)).argmax())].sum(axis=0)
    by_chance = min(1.0, chances * math.exp(log_chance(best, float(word @ best))))
    return replace(suspicion, false_accusation=max(suspicion.false_accusation, by_chance))


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
