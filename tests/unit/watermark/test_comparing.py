"""Comparing: a suspect is laid over its page where the homography says, and differences show."""

import cv2
import numpy as np
import pytest

from watermark.comparing import OUTSIDE_LEVEL, SHOWN_LONG_SIDE_PX, check_homography, compare, shrunk

NOISE = np.random.default_rng(1).integers(0, 255, (60, 40, 3)).astype(np.uint8)
ORIGINAL = np.asarray(cv2.resize(NOISE, (400, 600), interpolation=cv2.INTER_CUBIC), np.uint8)


def test_a_crop_comes_to_lie_where_it_was_cut_out() -> None:
    """Inside it is the page again, outside it is grey, and nothing differs."""
    crop = np.ascontiguousarray(ORIGINAL[100:400, 50:350])
    moved = np.array([[1.0, 0, 50], [0, 1, 100], [0, 0, 1]])
    found = compare(crop, ORIGINAL, moved)
    assert np.abs(found.aligned[110:390, 60:340].astype(int) - ORIGINAL[110:390, 60:340]).max() <= 1
    assert (found.aligned[:90] == OUTSIDE_LEVEL).all()
    assert np.abs(found.difference.astype(int) - OUTSIDE_LEVEL).max() <= 12


def test_what_was_drawn_on_it_shows() -> None:
    """A line on the suspect is far from grey in the difference."""
    drawn = ORIGINAL.copy()
    cv2.line(drawn, (50, 300), (350, 300), (0, 0, 0), 3)
    difference = compare(drawn, ORIGINAL, np.eye(3)).difference.astype(int) - OUTSIDE_LEVEL
    assert np.abs(difference[299:302, 60:340]).mean() > 5 * np.abs(difference[100:250]).mean()


def test_pictures_are_of_one_bounded_size() -> None:
    """A large page is shown smaller, and everything with it."""
    large = np.asarray(cv2.resize(ORIGINAL, (1400, 2100)), np.uint8)
    found = compare(ORIGINAL, large, np.diag([3.5, 3.5, 1.0]))
    assert SHOWN_LONG_SIDE_PX == max(found.original.shape)
    assert found.original.shape == found.aligned.shape == found.difference.shape
    assert np.abs(found.aligned[20:-20, 20:-20].astype(int) - found.original[20:-20, 20:-20]).mean() < 6


@pytest.mark.parametrize("matrix", [np.zeros((3, 3)), np.full((3, 3), np.nan), np.eye(2)])
def test_a_matrix_that_maps_nowhere_is_refused(matrix: np.ndarray) -> None:
    """Before anything is warped by it."""
    with pytest.raises(ValueError, match="homography"):
        check_homography(matrix)


def test_shrinking_never_enlarges() -> None:
    """Small pictures stay as they are."""
    assert shrunk(NOISE, 1000) is NOISE
    assert (30, 20, 3) == shrunk(NOISE, 30).shape
