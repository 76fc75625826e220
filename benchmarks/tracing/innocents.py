"""How often innocents are accused: unmarked, wrongly keyed and others' pictures against 100,000 candidates.

Promises: every input goes the way of a suspect (attack, registration, alignment, soft bits, scores); of each registered
suspect many crops are judged, each by itself, cut out of what it says beyond its original. The scores of all candidates
are counted, so that the stated bound can be laid beside what happened: over keys for pictures without this key's mark,
over ids for copies of somebody else.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.stage import Figure
from benchmarks.tracing.attacks import attacks, delivered
from benchmarks.tracing.copies import COPIES, Source
from watermark.hidden import FALSE_ACCUSATION_MAX, HiddenKey
from watermark.hidden.alignment import align
from watermark.hidden.codeword import encode
from watermark.hidden.informed import ATTEMPTS_MAX
from watermark.hidden.registration import placements
from watermark.hidden.scoring import NAMED_MAX, bound, normalised, ranked, views_of
from watermark.hidden.soft_bits import Heard, heard

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

CANDIDATES = 100_000
CROPS = 40  # of each registered suspect
CHUNK = 8192
STEPS = np.arange(0, 12, 0.25)
LOOKED_AT = (4.0, 4.5, 5.0)
VIEWS = 3  # of evidence from two layers, in `scoring`
OTHERS = "of another copy"
KINDS = ("unmarked", OTHERS, "of another key")


@dataclass
class Tally:
    """What was seen: `above[i]` scores of STEPS[i] and more among `scores`, the `highest`, inputs and `accused`."""

    above: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(STEPS), np.int64))
    scores: int = 0
    highest: float = 0.0
    inputs: int = 0
    accused: int = 0


@dataclass(frozen=True)
class Trial:
    """One key and many ids that had nothing to do with a suspect."""

    key: HiddenKey
    ids: NDArray[np.uint64]

    @classmethod
    def of(cls, number: int, candidates: int) -> "Trial":
        """Another for each suspect."""
        secret = hashlib.sha256(b"innocents %d" % number).digest()
        return cls(HiddenKey(1, secret), np.random.default_rng(number).integers(0, 1 << 48, candidates, np.uint64))


def innocents(pictures: Sequence[Pixels], inputs: int, candidates: int = CANDIDATES) -> list[Figure]:
    """At least `inputs` innocent inputs, of each picture in turn unmarked, marked by others, and wrongly keyed."""
    tallies = {kind: Tally() for kind in KINDS}
    sources = cycle([Source.of(each) for each in pictures])
    for number in count():
        if sum(tally.inputs for tally in tallies.values()) >= inputs:
            break
        trial = Trial.of(number, candidates)
        evidence = list(_soft_bits(next(sources), trial.key, number))
        if evidence:
            _count(tallies[KINDS[number % len(KINDS)]], evidence, trial)
    return [figure for kind, tally in tallies.items() for figure in _figures(kind, tally, candidates)]


def _figures(kind: str, tally: Tally, candidates: int) -> list[Figure]:
    figures = [
        Figure(f"{kind}: inputs", tally.inputs, "", f"each against {candidates:,} candidates"),
        Figure(f"{kind}: accused", tally.accused, "", "0 wanted", passed=tally.accused == 0),
        Figure(f"{kind}: highest score", tally.highest, "σ", f"bound over keys: {_named_from(candidates):.2f} σ"),
    ]
    return figures if kind == OTHERS else [*figures, *(_compared(kind, tally, level) for level in LOOKED_AT)]


def _soft_bits(source: Source, key: HiddenKey, number: int) -> Iterator[list[Floats]]:
    """Both layers' soft bits of many crops of one suspect; none where it can't be registered."""
    suspect = _suspect(source, key, number)
    grey = np.asarray(cv2.cvtColor(suspect, cv2.COLOR_RGB2GRAY), np.uint8)
    original = source.original
    placement = next(placements(grey, original.features, original.grey, most=1), None)
    if placement is None:
        return
    whole = heard(align(grey, original.grey, placement), original.grey, source.carrier)
    chance = np.random.default_rng(number)
    for _ in range(CROPS):
        window = _window(whole.levels.shape, chance)
        yield Heard(whole.levels * window, whole.power * window).soft_bits(key, source.asset)


def _suspect(source: Source, key: HiddenKey, number: int) -> Pixels:
    """A picture of the kind whose turn it is, attacked."""
    foreign = HiddenKey(1, hashlib.sha256(b"foreign").digest())
    match KINDS[number % len(KINDS)]:
        case "unmarked":
            before = delivered(source.pixels)
        case "of another copy":
            before = source.copy(number % COPIES, key)  # SERVED are not among the candidates
        case _:
            before = source.copy(number % COPIES, foreign)
    known = list(attacks())
    return known[number * 7 % len(known)].apply(before, number)


def _window(shape: tuple[int, ...], chance: np.random.Generator) -> Floats:
    """A rectangle of 5 to 100 % of the canvas."""
    rows, columns = shape[:2]
    side = chance.uniform(0.05, 1) ** 0.5
    high, wide = int(rows * side), int(columns * side)
    top, left = int(chance.integers(0, rows - high + 1)), int(chance.integers(0, columns - wide + 1))
    window = np.zeros((rows, columns), np.float32)
    window[top : top + high, left : left + wide] = 1
    return window


def _count(tally: Tally, evidence: Sequence[list[Floats]], trial: Trial) -> None:
    sums = np.concatenate([normalised(views_of(bits)) for bits in evidence], axis=1)
    best = np.zeros(sums.shape[1], np.float32)
    for start in range(0, len(trial.ids), CHUNK):
        scores = encode(trial.ids[start : start + CHUNK], trial.key) @ sums
        best = np.maximum(best, scores.max(axis=0))
        tally.above += np.histogram(scores, np.append(STEPS, np.inf))[0][::-1].cumsum()[::-1]
        tally.scores += scores.size
    highest = best.reshape(-1, VIEWS).max(axis=1)
    tally.inputs += len(highest)
    tally.highest = max(tally.highest, float(highest.max()))
    # Below this score nobody is named; above it, the second bound decides.
    for bits in (bits for bits, score in zip(evidence, highest, strict=True) if score >= _named_from(len(trial.ids))):
        tally.accused += any(each.named for each in ranked(bits, trial.ids, trial.key, trials=ATTEMPTS_MAX))


def _compared(kind: str, tally: Tally, level: float) -> Figure:
    """How many scores per million reach a level, beside the bound."""
    seen = tally.above[int(np.searchsorted(STEPS, level))] / max(tally.scores, 1) * 1e6
    allowed = bound(level, 1) * 1e6
    return Figure(
        f"{kind}: scores of {level} σ and more", seen, "per million", f"bound {allowed:.3g}", passed=seen <= allowed
    )


def _named_from(candidates: int) -> float:
    """The score at which the bound over keys is FALSE_ACCUSATION_MAX."""
    chances = candidates * VIEWS * NAMED_MAX * ATTEMPTS_MAX
    return float(np.sqrt(2 * np.log(chances / FALSE_ACCUSATION_MAX)))
