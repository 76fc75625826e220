"""How well the text that is visible on a suspect fits what was drawn for a copy.

Promises: the suspect, laid over its page, is compared with that page stamped for the copy and with the page stamped
with made-up words of the same make (`decoys`); what all stamps have in common counts for none of them. The fit is in
deviations of the decoys, and honest only as far as they go: it is told beside what names a copy, and names nobody.
Pixels are uint8 RGB (H, W, 3).
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

STROKES_PX = 1.0  # the suspect's text is at least so blurred
GROUND_PX = 25  # what is coarser is light and shade
SPREAD_MIN = 0.01  # of correlations: eight decoys may happen to agree more than they should
OUTLIER = 3.0  # a moved edge of the page weighs no more than a letter


def fit(aligned: Pixels, reached: Mask, original: Pixels, drawn: Sequence[Pixels]) -> float:
    """How many deviations `drawn[0]`, the page stamped for the copy, fits better than the others, its decoys.

    All pictures are of one size; `reached` tells where the suspect says anything.
    """
    residual = _strokes(_luma(aligned) - _luma(original)) * reached
    scores = [_correlation(residual, _strokes(_luma(each) - _luma(original)) * reached) for each in drawn]
    others = np.array(scores[1:])
    return float((scores[0] - others.mean()) / max(SPREAD_MIN, float(others.std(ddof=1))))


def _correlation(one: Floats, other: Floats) -> float:
    weight = float(np.sqrt(float((one * one).sum()) * float((other * other).sum())))
    return float((one * other).sum()) / weight if weight else 0.0


def _strokes(levels: Floats) -> Floats:
    strokes = cv2.GaussianBlur(levels, (0, 0), STROKES_PX) - cv2.blur(levels, (GROUND_PX, GROUND_PX))
    limit = OUTLIER * float(strokes.std()) + 1e-6
    return np.asarray(np.clip(strokes, -limit, limit), np.float32)


def _luma(pixels: Pixels) -> Floats:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)
