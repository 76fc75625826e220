"""A leaked picture read against its original."""

from functools import cache

import cv2
import numpy as np
import pytest

from tests.unit.watermark.hidden.pictures import Pixels, as_jpeg, page, scene
from watermark.hidden import Carrier, HiddenKey, embed, secret
from watermark.hidden.codeword import encode
from watermark.hidden.informed import InformedReading, Original, read_informed

KEY, OTHER = HiddenKey(1, b"k" * 32), HiddenKey(1, b"l" * 32)
ASSET, OTHER_ASSET = b"a" * 32, b"b" * 32  # of the two patterns that a copy may carry it has the former
IDS = np.random.default_rng(4).integers(0, 1 << 48, 2000, dtype=np.uint64)
PICTURES = {
    "scene": lambda: scene(680, 510),
    "page": lambda: page(800, 1100),
    "small scene": lambda: scene(360, 270),
    "small page": lambda: page(450, 400),
}


@cache
def picture_of(name: str) -> Pixels:
    """One of them."""
    return PICTURES[name]()


@cache
def original(name: str) -> Original:
    """And what reading needs of it."""
    return Original.of(picture_of(name))


@cache
def copy_of(name: str, number: int) -> Pixels:
    """As delivered: marked, then a JPEG."""
    return as_jpeg(embed(picture_of(name), original(name).carrier, int(IDS[number]), KEY, ASSET), 85)


def read(suspect: Pixels, name: str, key: HiddenKey = KEY) -> InformedReading:
    """Against all 2,000 candidates."""
    return read_informed(np.ascontiguousarray(suspect), original(name), key, [OTHER_ASSET, ASSET], IDS)


def names(reading: InformedReading) -> set[int]:
    """The copy ids that are named."""
    return {each.copy_id for each in reading.named}


def leaked(copy: Pixels) -> Pixels:
    """Half the size, a piece cut out, compressed hard: what a messenger and a thumb make of it."""
    height, width = copy.shape[0] // 2, copy.shape[1] // 2
    small = np.asarray(cv2.resize(copy, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return as_jpeg(np.ascontiguousarray(small[height // 8 :, : width * 7 // 8]), 50)


@pytest.mark.parametrize("name", ["scene", "page"])
def test_names_the_copy_of_a_leak(name: str) -> None:
    """On a photograph and on white paper; and without a list the code itself says the same."""
    reading = read(leaked(copy_of(name, 7)), name)
    assert {int(IDS[7])} == names(reading)
    assert reading.decoded is not None
    assert int(IDS[7]) == reading.decoded.copy_id
    assert reading.suspicions[0].false_accusation < 1e-9


def test_reads_a_mirrored_negative() -> None:
    """Turned, mirrored and inverted at once."""
    assert {int(IDS[7])} == names(read(255 - np.rot90(copy_of("scene", 7))[:, ::-1], "scene"))


def test_the_secret_layer_suffices() -> None:
    """A copy that has lost its repeating layer altogether is still traced."""
    picture = picture_of("scene")
    carrier, code = Carrier.of(picture), encode(IDS[7:8], KEY)[0]
    rows, columns = carrier.amplitude.shape
    layer = secret.pattern(code, (columns, rows), KEY, ASSET) * carrier.levels() * secret.LEVELS
    wide = cv2.resize(layer, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    copy = np.clip(picture + wide[:, :, None] + 0.5, 0, 255).astype(np.uint8)
    assert {int(IDS[7])} == names(read(as_jpeg(copy, 70), "scene"))


@pytest.mark.parametrize("mixing", [np.mean, np.min])
def test_names_three_who_mixed_their_copies(mixing: object) -> None:
    """Average or minimum of three copies: all three are named and nobody else; the benchmark has other mixes."""
    assert callable(mixing)
    mixed = mixing([copy_of("scene", number) for number in (7, 8, 9)], axis=0)
    assert {int(each) for each in IDS[7:10]} == names(read(as_jpeg(np.rint(mixed).astype(np.uint8), 80), "scene"))


def test_names_nobody_with_a_wrong_key() -> None:
    """A mark of another deployment is noise to this one."""
    reading = read(copy_of("small scene", 7), "small scene", OTHER)
    assert (set(), None) == (names(reading), reading.decoded)


@pytest.mark.parametrize("name", ["small scene", "small page"])
def test_names_nobody_for_an_unmarked_picture(name: str) -> None:
    """The original itself, compressed, accuses nobody."""
    reading = read(as_jpeg(picture_of(name), 80), name)
    assert (set(), None) == (names(reading), reading.decoded)
    assert reading.suspicions[0].false_accusation > 0.01


@pytest.mark.parametrize("shape", [(1, 1), (2, 700), (64, 64)])
def test_answers_whatever_comes_in(shape: tuple[int, int]) -> None:
    """Specks, slivers and flat grey are read as nothing."""
    assert set() == names(read(np.full((*shape, 3), 90, np.uint8), "scene"))
