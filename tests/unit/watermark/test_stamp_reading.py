"""Reading the stamp: the words that were drawn fit, others don't, and decoys name nobody."""

from dataclasses import fields

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from watermark.decoys import DECOYS, decoys
from watermark.sealing import stamp_image
from watermark.stamp import Stamp
from watermark.stamp_reading import fit

Pixels = NDArray[np.uint8]

LI = Stamp("李娜", "瑞丽诊所", "8001", "2026-11-23 09:30", "5f3d8f89")
WANG = Stamp("王强", "悦美诊所", "8002", "2026-11-24 17:05", "a91c20e4")
CHANCE = np.random.default_rng(7)
PAGE = np.asarray(cv2.resize(CHANCE.integers(90, 250, (30, 22, 3)).astype(np.uint8), (880, 1200)), np.uint8)


def stamped(stamp: Stamp) -> Pixels:
    """The page as a viewer gets it."""
    return np.asarray(stamp_image(Image.fromarray(PAGE), stamp), np.uint8)


def photographed(pixels: Pixels) -> Pixels:
    """Blurred and noisy."""
    noise = CHANCE.normal(0, 4, pixels.shape)
    return np.clip(cv2.GaussianBlur(pixels, (0, 0), 1.2) + noise, 0, 255).astype(np.uint8)


def fitted(suspect: Pixels, stamp: Stamp) -> float:
    """How well the stamp fits what is visible."""
    drawn = [stamped(each) for each in (stamp, *decoys(stamp))]
    return fit(suspect, np.ones(suspect.shape[:2], np.bool_), PAGE, drawn)


def test_the_words_that_were_drawn_fit() -> None:
    """And those of another copy don't, nor do any on a page without a stamp."""
    suspect = photographed(stamped(LI))
    assert fitted(suspect, LI) > 5
    assert fitted(suspect, WANG) < 4
    assert fitted(photographed(PAGE), LI) < 4


def test_decoys_name_nobody_and_are_always_the_same() -> None:
    """They have the facts that the stamp has, and none of its values."""
    made = decoys(LI)
    assert DECOYS == len({each.person_name for each in made})
    assert made == decoys(LI)
    for each in made:
        assert not {getattr(each, fact.name) for fact in fields(each)} & {getattr(LI, fact.name) for fact in fields(LI)}
    assert {""} == {each.clinic_name for each in decoys(Stamp("陈静", "", "", "2026", "1"))}
