"""Features of a picture, and which of two pictures' features are the same.

Promises: at most FEATURES_MAX features, found on at most FEATURE_PIXELS_MAX pixels, so that matching has a bound too.
Where things repeat, as letters do, pairs that agree on one scale, turn and place stand in for pairs that are unlike
all others. Leaves the geometry to `registration`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Pairs = NDArray[np.intp]

FEATURE_PIXELS_MAX = 1_200_000
FEATURES_MAX = 3000
DESCRIPTOR_LENGTH = 128
CONTRAST = 0.01  # low, for photographs of screens
RATIO = 0.8  # Lowe's test
NEAREST = 4  # originals that a suspect's feature may be, before agreement on one place decides
SCALE_BIN, TURN_BIN, PLACE_BIN = 0.5, np.radians(24), 64.0  # octaves, radians, units
CELLS_TRIED = 6


@dataclass(frozen=True)
class Features:
    """Keypoints (n, 2) in pixels of the picture, unit descriptors (n, 128), sizes in pixels and angles in radians."""

    points: Floats
    descriptors: Floats
    sizes: Floats
    angles: Floats

    @classmethod
    def of(cls, grey: Pixels) -> "Features":
        """At most FEATURES_MAX features of a grey picture, found on at most FEATURE_PIXELS_MAX."""
        small, factor = shrunk(grey, FEATURE_PIXELS_MAX)
        detector = cv2.SIFT.create(nfeatures=FEATURES_MAX, contrastThreshold=CONTRAST)
        # OpenCV's annotations leave out that there are no descriptors where there are no keypoints.
        answer: tuple[Sequence[cv2.KeyPoint], Floats | None] = detector.detectAndCompute(small, None)  # type: ignore[assignment]  # as the stubs don't say
        keypoints, descriptors = answer
        if descriptors is None:
            nothing = np.zeros(0, np.float32)
            return cls(nothing.reshape(0, 2), nothing.reshape(0, DESCRIPTOR_LENGTH), nothing, nothing)
        found = np.array([(*each.pt, each.size, each.angle) for each in keypoints], np.float32).reshape(-1, 4)
        length = min(len(found), FEATURES_MAX)
        found, descriptors = found[:length], np.reshape(descriptors, (-1, DESCRIPTOR_LENGTH))[:length]
        # Square roots of L1-normalised descriptors: Euclid's distance becomes Hellinger's, which tells apart better.
        unit = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6))
        return cls((found[:, :2] + 0.5) / factor - 0.5, unit, found[:, 2] / factor, np.radians(found[:, 3]))

    def inverted(self) -> "Features":
        """Those of the negative: gradients and the keypoint's own direction turn about, so only cells change places."""
        return replace(
            self, descriptors=self._cells()[:, ::-1, ::-1].reshape(-1, DESCRIPTOR_LENGTH), angles=self.angles + np.pi
        )

    def mirrored(self, width_px: int) -> "Features":
        """Those of the picture, `width_px` wide, seen in a mirror: reflected at each keypoint's own direction."""
        cells = np.roll(self._cells()[:, ::-1, :, ::-1], 1, axis=3)
        points = np.stack([width_px - 1 - self.points[:, 0], self.points[:, 1]], axis=1)
        return replace(
            self, points=points, descriptors=cells.reshape(-1, DESCRIPTOR_LENGTH), angles=np.pi - self.angles
        )

    def _cells(self) -> Floats:
        """A descriptor is four rows of four cells, and in each eight directions of gradients."""
        return self.descriptors.reshape(-1, 4, 4, 8)


def shrunk(grey: Pixels, pixels_max: int) -> tuple[Pixels, float]:
    """A grey picture brought down by area to at most `pixels_max`, and the factor."""
    factor = min(1.0, float(np.sqrt(pixels_max / grey.size)))
    if factor == 1.0:
        return grey, 1.0
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8), factor


def pairs_of(original: Features, suspect: Features) -> tuple[Pairs, NDArray[np.bool_]]:
    """The NEAREST originals of each suspect feature as pairs (n * NEAREST, 2), and which pass Lowe's test."""
    # Descriptors are unit vectors: the nearest is the one with the largest product, and products are fast.
    products = suspect.descriptors @ original.descriptors.T
    nearest = np.argpartition(-products, NEAREST - 1, axis=1)[:, :NEAREST]
    rows = np.repeat(np.arange(len(nearest))[:, None], NEAREST, axis=1)
    distances = 1 - products[rows, nearest]
    order = distances.argsort(axis=1)
    nearest, distances = np.take_along_axis(nearest, order, 1), np.take_along_axis(distances, order, 1)
    clear = np.zeros(nearest.shape, bool)
    clear[:, 0] = distances[:, 0] < RATIO**2 * distances[:, 1]
    return np.stack([nearest.ravel(), rows.ravel()], axis=1), clear.ravel()


def agreeing(original: Features, suspect: Features, pairs: Pairs) -> Pairs:
    """Pairs that agree on scale, turn and place (Lowe's generalised Hough transform): letters repeat, places don't."""
    at, to = original.points[pairs[:, 0]], suspect.points[pairs[:, 1]]
    scale = np.log2(suspect.sizes[pairs[:, 1]] / original.sizes[pairs[:, 0]])
    turn = (suspect.angles[pairs[:, 1]] - original.angles[pairs[:, 0]]) % (2 * np.pi)
    factor = np.exp2(scale)
    cosine, sine = np.cos(turn) / factor, np.sin(turn) / factor
    # Where on the canvas the suspect's centre lies, if this pair is right.
    away = to.mean(axis=0) - to
    x, y = at[:, 0] + cosine * away[:, 0] + sine * away[:, 1], at[:, 1] - sine * away[:, 0] + cosine * away[:, 1]
    bins = np.stack([scale / SCALE_BIN, turn / TURN_BIN, x / PLACE_BIN, y / PLACE_BIN], axis=1)
    best, most = np.zeros(len(pairs), bool), 0
    for offset in (0.0, 0.5):
        cells = np.floor(bins + offset).astype(np.int64)
        _, which, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
        for candidate in counts.argsort()[: -CELLS_TRIED - 1 : -1]:
            centre = cells[which.ravel() == candidate][0] + 0.5 - offset
            apart = np.abs(bins - centre)
            apart[:, 1] = np.minimum(apart[:, 1], 2 * np.pi / TURN_BIN - apart[:, 1])
            near = (apart < 1).all(axis=1)
            votes = len(np.unique(pairs[near, 1]))
            if votes > most:
                best, most = near, votes
    return pairs[best]
