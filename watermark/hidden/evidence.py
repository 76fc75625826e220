"""What a tile proves, and how sure that is.

Promises: a bound on the probability that chance alone shows this much, for any picture whatever. The signs of pilot and
code are keyed, independent of each other and of the picture; so in a picture that this key did not mark, each sum of
signed chips exceeds t times its norm with a probability of at most exp(-t²/2) (Hoeffding), and the bounds multiply over
everything that was tried: shifts, orientations, lattices, refinements for the pilot, all 2⁴⁸ copy ids for the code.
A second bound says how likely a marked picture is misread: the noise that the code bits show must leave the decoder
almost no room for error, and the keyed check catches all but one in 65,536 of those errors. The larger bound counts.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watermark.hidden.codeword import CHECK_BITS, CODE_BITS, COPY_ID_BITS, decode
from watermark.hidden.folding import SHIFTS
from watermark.hidden.keys import HiddenKey
from watermark.hidden.repeating import CHIP_UNITS, CHIPS, chip_map, pattern, pilot_chips
from watermark.hidden.spectra import flattened

Floats = NDArray[np.float32]

FALSE_ALARM_MAX = 1e-6
PLACES_TRIED_MAX = 7 * 18 * 4_000  # views × lattices × homographies of a refinement, for one key
# How often the decoder errs and yet agrees with what it read to this degree, at whatever noise is worst for that:
# measured by decoding random words; the next lower line counts.
MISREADS = ((0.0, 1.0), (0.55, 0.15), (0.58, 0.05), (0.60, 0.015), (0.62, 0.005), (0.64, 0.002), (0.66, 0.001))


@dataclass(frozen=True)
class Evidence:
    """What a tile says: the likeliest copy id and a bound on the probability that it says so by chance."""

    copy_id: int
    checked: bool
    pilot_score: float
    code_score: float
    agreement: float
    false_alarm: float
    soft: Floats


def weighed(tile: Floats, key: HiddenKey, keys_tried: int) -> Evidence:
    """The evidence of an upright tile (128, 128); `keys_tried` is how many keys were looked for."""
    chips = _chips(tile)
    norm = float(np.linalg.norm(chips)) + 1e-12
    known = pilot_chips(key)
    pilot_score = float(chips @ known) / norm
    rest = chips - known * np.float32(chips @ known / len(chips))
    soft = chip_map(key).gather(rest)
    decoded = decode(soft[None], key)
    agreeing = float(soft @ decoded.code[0])
    code_score = agreeing / (float(np.linalg.norm(rest)) + 1e-12)
    agreement = agreeing / (float(np.linalg.norm(soft)) * math.sqrt(CODE_BITS) + 1e-12)
    checked = bool(decoded.checked[0])
    by_chance = _by_chance(pilot_score, code_score, keys_tried)
    misread = next(rate for least, rate in reversed(MISREADS) if agreement >= least) / (1 << CHECK_BITS)
    false_alarm = max(by_chance, misread) if checked else 1.0
    return Evidence(int(decoded.copy_ids[0]), checked, pilot_score, code_score, agreement, false_alarm, soft)


def _by_chance(pilot_score: float, code_score: float, keys_tried: int) -> float:
    """The bound for pictures that none of the keys marked."""
    places = math.log(2 * SHIFTS * PLACES_TRIED_MAX * keys_tried)
    pilot = min(0.0, places - max(0.0, pilot_score) ** 2 / 2)
    code = min(0.0, COPY_ID_BITS * math.log(2) - max(0.0, code_score) ** 2 / 2)
    return math.exp(pilot + code)


def _chips(tile: Floats) -> Floats:
    """What each chip of a tile shows: the whitened tile compared with the shape of a single chip, (1024,)."""
    single = np.zeros(CHIPS, np.float32)
    single[0] = 1
    flat = flattened(np.fft.rfft2(tile))
    compared = np.fft.irfft2(flat * np.conj(np.fft.rfft2(pattern(single))), tile.shape)
    return np.asarray(compared[::CHIP_UNITS, ::CHIP_UNITS].ravel(), np.float32)
