"""Placing what has no features by its repeating tiles."""

import numpy as np

from tests.unit.watermark.hidden.pictures import as_jpeg
from watermark.hidden import Carrier, HiddenKey, embed, read_informed
from watermark.hidden.tiling import placements_by_tiles

KEY, ASSET = HiddenKey(1, b"k" * 32), b"a" * 32
IDS = np.random.default_rng(4).integers(0, 1 << 48, 2000, dtype=np.uint64)


def soft_light() -> np.ndarray:
    """Shades without a corner or an edge, 940 × 700."""
    rows, columns = np.mgrid[:700, :940]
    light = 120 + 70 * np.sin(columns / 210) * np.cos(rows / 150) + 25 * np.sin((columns + 2 * rows) / 330)
    grain = np.random.default_rng(1).normal(0, 1.5, (700, 940, 3))
    return np.asarray(np.clip(light[:, :, None] + grain, 0, 255), np.uint8)


def test_a_piece_of_soft_light_is_placed_and_read() -> None:
    """No feature can be matched, nor is the piece the whole frame: the tiles say where it may lie, the shades where."""
    picture = soft_light()
    copy = as_jpeg(embed(picture, Carrier.of(picture), int(IDS[7]), KEY, ASSET), 85)
    reading = read_informed(as_jpeg(np.ascontiguousarray(copy[120:580, 220:860]), 70), picture, KEY, [ASSET], IDS)
    assert [int(IDS[7])] == [each.copy_id for each in reading.named]
    assert reading.placement is not None
    x, y = (reading.placement.homography @ (430, 350, 1))[:2]
    assert abs(x - (430 - 220)) < 3
    assert abs(y - (350 - 120)) < 3


def test_degenerate_tiles_are_no_place() -> None:
    """A lattice that folds, explodes or shrinks to nothing gives no placement and costs nothing."""
    grey, canvas = np.full((300, 400), 90, np.uint8), np.full((768, 1024), 90, np.float32)
    for way in (np.diag([1e-4, 1e-4, 1.0]), np.array([[1.0, 0, 0], [0, 1, 0], [-0.01, 0, 1]])):
        assert [] == placements_by_tiles(grey, canvas, way, inverted=False, most=3)
