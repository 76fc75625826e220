"""How probable it is that a copy id drawn by chance fits soft code bits as well as a suspect's does.

Promises: a bound over all code words, whatever the soft bits are, also where they hold the mark of a copy that is not
among the candidates: the code is local, so words of ids that agree in a run of bits are alike, and of 100,000 random
ids some agree with any given one in twenty or thirty. The expectation of exp(λ · sum) over random messages is exact (a
product of transfer matrices round the trellis), and Chernoff's inequality makes it a bound.
"""

import math

import numpy as np
from numpy.typing import NDArray

from watermark.hidden.codeword import MESSAGE_BITS, RATE, STATES, branches

Floats = NDArray[np.float32]

TILTS = (0.6, 0.85, 1.2, 1.7, 2.6)  # times the λ that would be best if the sum were Gaussian


def log_chance(soft: Floats, total: float) -> float:
    """A bound on the natural logarithm of the probability that a random word's sum with `soft` (256,) is ≥ `total`."""
    power = float(soft @ soft)
    if total <= 0 or power <= 0:
        return 0.0
    tilts = [total / power * each for each in TILTS]
    return min(0.0, *(_log_moment(soft * np.float32(tilt)) - tilt * total for tilt in tilts))


def _log_moment(tilted: Floats) -> float:
    """The logarithm of the mean of exp(sum of word times tilted) over all messages: the trace of a product."""
    before, words = branches()
    gains = np.tensordot(words.reshape(STATES, 2, RATE), tilted.reshape(MESSAGE_BITS, RATE), axes=(2, 1))
    paths, log_scale = np.eye(STATES, dtype=np.float32), 0.0
    for step in range(MESSAGE_BITS):
        top = float(gains[:, :, step].max())
        weights = (np.exp(gains[:, :, step] - top) / 2).astype(np.float32)
        paths = paths[before[:, 0]] * weights[:, :1] + paths[before[:, 1]] * weights[:, 1:]
        largest = float(paths.max())
        paths /= np.float32(largest)
        log_scale += top + math.log(largest)
    return log_scale + math.log(max(float(np.trace(paths)), 1e-30))
