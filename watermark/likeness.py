"""What a page looks like, in a few kilobytes: enough to find it again by a picture of a part of it.

Promises: features are ORB corners (Rublee et al. 2011) of the page at one size: place, direction, size, and 32 bytes
that are compared by Hamming distance. A vote is a pair of corners that agrees with others on one shift, turn and scale
(Lowe 2004, section 7.3); a mirrored or inverted picture is tried as such. Votes are no evidence: they only say which
pages are worth registering. Pixels are uint8 RGB (H, W, 3).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

PAGE_LONG_SIDE_PX = 800
PAGE_CORNERS_MAX = 250
SUSPECT_LONG_SIDES_PX = (800, 400)  # as much as the page, and a quarter of its area
SUSPECT_CORNERS_MAX = 700  # at each size
SIDE_MIN_PX = 32  # a corner and what lies around it
DISTANCE_MAX = 64  # bits of 256; chance pairs lie around 128
RATIO_MAX = 0.88  # of Lowe's test; loose, for what agrees on a pose decides
VOTES_CLEAR = 20  # a picture that gets so many needs no other look
TURN_STEP, OCTAVE_STEP, SHIFT_STEP_PX = np.pi / 6, 0.8, 160.0
CORNER = np.dtype([("x", "<f4"), ("y", "<f4"), ("turn", "<f4"), ("size", "<f4"), ("bits", "u1", 32)])
CORNER_BYTES = CORNER.itemsize  # 48: 12 KB a page


@dataclass(frozen=True)
class _Corners:
    """`pose` (n, 4): x, y in pixels from the middle of the picture, direction in radians, logarithm of the size."""

    pose: Floats
    bits: Pixels

    @classmethod
    def of(cls, data: bytes) -> "_Corners":
        read = np.frombuffer(data, CORNER)
        pose = np.stack([read["x"], read["y"], read["turn"], read["size"]], axis=1)
        return cls(np.asarray(pose, np.float32), np.ascontiguousarray(read["bits"]))


def features(pixels: Pixels) -> bytes:
    """The features of a page; empty for one without corners."""
    return _found(_grey(pixels), PAGE_LONG_SIDE_PX, PAGE_CORNERS_MAX)


def votes(suspect: Pixels, pages: Sequence[bytes]) -> list[int]:
    """How many corners of each page the suspect has in one pose; the best over the ways it can be turned over."""
    known = [_Corners.of(page) for page in pages]
    best = np.zeros(len(pages), np.int64)
    for look in _looks(_grey(suspect)):
        best = np.maximum(best, [_votes(look, page) for page in known])
        if best.max(initial=0) >= VOTES_CLEAR:
            break
    return [int(count) for count in best]


def _looks(grey: Pixels) -> Iterator[_Corners]:
    """Corners of the picture as it is, mirrored, inverted, and both."""
    for turned in (grey, grey[:, ::-1], 255 - grey, 255 - grey[:, ::-1]):
        sizes = [_found(turned, side_px, SUSPECT_CORNERS_MAX) for side_px in SUSPECT_LONG_SIDES_PX]
        yield _Corners.of(b"".join(sizes))


def _votes(suspect: _Corners, page: _Corners) -> int:
    if len(suspect.bits) == 0 or len(page.bits) < 2:  # noqa: PLR2004  # a ratio needs two to compare
        return 0
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(suspect.bits, page.bits, k=2)
    good = [
        (best.queryIdx, best.trainIdx)
        for best, second in pairs
        if best.distance <= DISTANCE_MAX and best.distance <= RATIO_MAX * second.distance
    ]
    if not good:
        return 0
    of_suspect, of_page = np.array(good).T
    return _agreeing(suspect.pose[of_suspect], page.pose[of_page], of_page)


def _agreeing(suspect: Floats, page: Floats, corners: NDArray[np.int64]) -> int:
    """The most corners of the page whose pairs fall into one cell of poses; two grids, half a cell apart."""
    turn = (page[:, 2] - suspect[:, 2]) % (2 * np.pi)
    octave = page[:, 3] - suspect[:, 3]
    scale = np.exp2(octave)
    x = page[:, 0] - scale * (np.cos(turn) * suspect[:, 0] - np.sin(turn) * suspect[:, 1])
    y = page[:, 1] - scale * (np.sin(turn) * suspect[:, 0] + np.cos(turn) * suspect[:, 1])
    poses = np.stack([turn / TURN_STEP, octave / OCTAVE_STEP, x / SHIFT_STEP_PX, y / SHIFT_STEP_PX], axis=1)
    most = 0
    for offset in (0.0, 0.5):
        cells = np.floor(poses + offset).astype(np.int64)
        cells[:, 0] %= round(2 * np.pi / TURN_STEP)
        _, cell = np.unique(cells, axis=0, return_inverse=True)
        distinct = np.unique(np.stack([cell.ravel(), corners], axis=1), axis=0)
        most = max(most, int(np.bincount(distinct[:, 0]).max()))
    return most


def _found(grey: Pixels, long_side_px: int, corners_max: int) -> bytes:
    scale = long_side_px / max(grey.shape)
    height, width = (round(side * scale) for side in grey.shape)
    if min(height, width) < SIDE_MIN_PX:
        return b""
    resized = cv2.resize(np.ascontiguousarray(grey), (width, height), interpolation=cv2.INTER_AREA)
    detector = cv2.ORB.create(nfeatures=corners_max, fastThreshold=10)
    keypoints, bits = detector.detectAndCompute(resized, None)
    return _packed(keypoints[:corners_max], bits, resized.shape)


def _packed(keypoints: Sequence[Any], bits: Any, shape: tuple[int, ...]) -> bytes:
    packed = np.zeros(len(keypoints), CORNER)
    for at, each in enumerate(keypoints):
        place = each.pt[0] - shape[1] / 2, each.pt[1] - shape[0] / 2
        packed[at] = (*place, np.deg2rad(each.angle), np.log2(each.size), bits[at])
    return packed.tobytes()


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
