"""What people do to a copy before it turns up: each attack in three strengths, simulated.

Promises: RGB pixels in, RGB pixels out, the same for the same seed; every attack begins from the JPEG as delivered and
ends in a JPEG of its own. No phone, printer or messenger was used: screens, lenses and paper are models, described at
each function. Sizes are in pixels, shares of a side from 0 to 1.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Chance = np.random.Generator
Step = Callable[[Pixels, Chance], Pixels]

DELIVERED_QUALITY = 85
KEPT_QUALITY = 90  # of attacks that only turn or cut: what a gallery saves with
WHITE = 255


@dataclass(frozen=True)
class Attack:
    """One attack in one strength; `strength` says what it means, mildest first."""

    name: str
    strength: str
    step: Step

    def apply(self, delivered: Pixels, seed: int) -> Pixels:
        """What turns up; chance depends on the seed and on the attack."""
        return self.step(delivered, np.random.default_rng([seed, zlib.crc32(f"{self.name} {self.strength}".encode())]))


def delivered(pixels: Pixels) -> Pixels:
    """A sealed picture as a viewer receives it."""
    return _jpeg(pixels, DELIVERED_QUALITY)


def attacks() -> tuple[Attack, ...]:
    """All of them, in the order of the table."""
    return tuple(chain(_milder(), _cuts(), _harsher(), _turns()))


def _milder() -> Iterator[Attack]:
    yield Attack("none", "as delivered", _untouched)
    for quality in (70, 50, 30):
        yield Attack("jpeg", f"quality {quality}", partial(_recompressed, quality=quality))
    for factor in (0.75, 0.5, 0.35):
        yield Attack("resize", f"{factor:.0%}", partial(_resized, factor=factor))


def _cuts() -> Iterator[Attack]:
    for removed in (0.30, 0.50, 0.75, 0.90):
        for quality in (90, 70, 50):
            yield Attack(f"crop {removed:.0%}", f"JPEG {quality}", partial(_cropped, removed=removed, quality=quality))


def _harsher() -> Iterator[Attack]:
    for side, quality in ((1440, 75), (1080, 70), (1080, 50)):
        yield Attack("messenger", f"{side} px, JPEG {quality}", partial(_messenger, side=side, quality=quality))
    for shown in (0.9, 0.7, 0.5):
        yield Attack("screenshot", f"shown at {shown:.0%}, JPEG 40", partial(_screenshot, shown=shown))
    for factor, removed, quality in ((0.6, 0.2, 60), (0.5, 0.3, 50), (0.45, 0.4, 40)):
        label = f"resize {factor:.0%}, crop {removed:.0%}, JPEG {quality}"
        yield Attack("goal", label, partial(_goal, factor=factor, removed=removed, quality=quality))
    for tilt in (0.02, 0.04, 0.07):
        yield Attack("photo of a screen", f"corners off by {tilt:.0%}", partial(_photo, tilt=tilt))
    for degrees in (0.2, 0.5, 1.0):
        yield Attack("print and scan", f"turned {degrees}°", partial(_scan, degrees=degrees))


def _turns() -> Iterator[Attack]:
    for name, code in (("left-right", 1), ("top-bottom", 0), ("both", -1)):
        yield Attack("flip", name, partial(_flipped, code=code))
    for turns in (1, 2, 3):
        yield Attack("quarter turn", f"{90 * turns}°", partial(_turned, turns=turns))
    for quality in (90, 70, 50):
        yield Attack("inversion", f"JPEG {quality}", partial(_inverted, quality=quality))


def _jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Through a JPEG with 4:2:0 colour, as cameras and messengers write it."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, packed = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    return _rgb(cv2.cvtColor(_rgb(cv2.imdecode(packed, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB))


def _untouched(pixels: Pixels, _: Chance) -> Pixels:
    return pixels


def _recompressed(pixels: Pixels, _: Chance, quality: int) -> Pixels:
    return _jpeg(pixels, quality)


def _resized(pixels: Pixels, _: Chance, factor: float) -> Pixels:
    return _jpeg(_scaled(pixels, factor), KEPT_QUALITY)


def _cropped(pixels: Pixels, chance: Chance, removed: float, quality: int) -> Pixels:
    return _jpeg(_part(pixels, removed, chance), quality)


def _messenger(pixels: Pixels, _: Chance, side: int, quality: int) -> Pixels:
    """The long side brought down to `side`, compressed twice, as when a picture is forwarded."""
    small = _scaled(pixels, min(1.0, side / max(pixels.shape[:2])))
    return _jpeg(_jpeg(small, quality + 10), quality)


def _screenshot(pixels: Pixels, chance: Chance, shown: float) -> Pixels:
    """The picture at another scale inside a viewer's window, with a bar above and margins beside it."""
    small = _scaled(pixels, shown * chance.uniform(0.95, 1.05))
    height, width = small.shape[:2]
    top, side = int(chance.integers(40, 120)), int(chance.integers(0, 160))
    window = np.full((height + top + 20, width + 2 * side, 3), chance.integers(20, 250), np.uint8)
    window[:30] = WHITE - window[0, 0]
    window[top : top + height, side : side + width] = small
    return _jpeg(window, 40)


def _goal(pixels: Pixels, chance: Chance, factor: float, removed: float, quality: int) -> Pixels:
    return _jpeg(_part(_scaled(pixels, factor), removed, chance), quality)


def _photo(pixels: Pixels, chance: Chance, tilt: float) -> Pixels:
    """A hand-held photograph of a screen.

    Perspective, a dark surround, the beat of two pixel grids, the lens' blur, another gamma, less light towards the
    corners, and the noise of a sensor; all but the surround grow with the tilt.
    """
    height, width = pixels.shape[:2]
    margin = 0.06
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    seen = margin + (1 - 2 * margin) * corners + chance.uniform(-tilt, tilt, (4, 2)).astype(np.float32)
    scale = np.array([width, height], np.float32)
    homography = cv2.getPerspectiveTransform(corners * scale, seen.astype(np.float32) * scale)
    photo = cv2.warpPerspective(pixels, homography, (width, height), flags=cv2.INTER_AREA, borderValue=(18, 18, 20))
    light = cv2.GaussianBlur(photo, (0, 0), chance.uniform(0.6, 0.8) + 6 * tilt).astype(np.float32)
    light += _beat(height, width, chance, amplitude=2 + 60 * tilt)
    light = 255 * np.power(np.clip(light / 255, 0, 1), chance.uniform(0.85, 1.15), dtype=np.float32)
    light *= _vignette(height, width, 0.15)
    light += _noise(light, 2 + 30 * tilt, chance)
    return _jpeg(_clipped(light), 80)


def _scan(pixels: Pixels, chance: Chance, degrees: float) -> Pixels:
    """Printed in three halftone screens, fed a little askew and stretched, scanned at another resolution."""
    printed = np.dstack([_halftone(pixels[:, :, channel], angle) for channel, angle in enumerate((15, 75, 45))])
    height, width = pixels.shape[:2]
    scale, stretch = chance.uniform(0.9, 1.1), 1 + chance.uniform(-0.002, 0.002)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), chance.choice([-1, 1]) * degrees, scale)
    turn[1] *= stretch
    grey = (250, 250, 248)
    scanned = cv2.warpAffine(printed, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=grey)
    light = cv2.GaussianBlur(scanned, (0, 0), 0.6 + 0.3 * degrees).astype(np.float32)
    light = 22 + light * np.float32(0.87) + _noise(light, 2, chance)
    return _jpeg(_clipped(light), 85)


def _flipped(pixels: Pixels, _: Chance, code: int) -> Pixels:
    return _jpeg(_rgb(cv2.flip(pixels, code)), KEPT_QUALITY)


def _turned(pixels: Pixels, _: Chance, turns: int) -> Pixels:
    return _jpeg(np.ascontiguousarray(np.rot90(pixels, turns)), KEPT_QUALITY)


def _inverted(pixels: Pixels, _: Chance, quality: int) -> Pixels:
    return _jpeg(np.asarray(WHITE - pixels, np.uint8), quality)


def _scaled(pixels: Pixels, factor: float) -> Pixels:
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    return _rgb(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC))


def _part(pixels: Pixels, removed: float, chance: Chance) -> Pixels:
    """A part of the same shape, anywhere, with the share `removed` of the area gone."""
    height, width = pixels.shape[:2]
    side = (1 - removed) ** 0.5
    rows, columns = round(height * side), round(width * side)
    top, left = int(chance.integers(0, height - rows + 1)), int(chance.integers(0, width - columns + 1))
    return np.ascontiguousarray(pixels[top : top + rows, left : left + columns])


def _halftone(channel: Pixels, angle_degrees: float) -> Floats:
    """A clustered-dot screen of five pixels at three times the resolution, brought back to it: grain and lost depth."""
    fine, period = 3, 7.5
    height, width = channel.shape
    large = cv2.resize(channel, (width * fine, height * fine), interpolation=cv2.INTER_LINEAR)
    cosine, sine = (2 * np.pi / period * each(np.deg2rad(angle_degrees)) for each in (np.cos, np.sin))
    columns, rows = np.arange(width * fine), np.arange(height * fine)
    # The cosine of a sum of a column's and a row's phase, as a product of two matrices: no cosine for each dot.
    across = np.stack([*_wave(columns * cosine), *_wave(columns * -sine)]).astype(np.float32)
    down = np.stack([*_wave(rows * sine), *_wave(rows * cosine)]).astype(np.float32)
    down[1::2] *= -1
    screen = 127.5 + 63.75 * (down.T @ across)
    dots = np.where(large >= screen, np.uint8(WHITE), np.uint8(0))
    return np.asarray(cv2.resize(dots, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _wave(phase: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.cos(phase), np.sin(phase)


def _beat(height: int, width: int, chance: Chance, amplitude: float) -> Floats:
    """Two slow, slightly curved gratings, another for each colour: what remains of a screen's grid in a photograph."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    out = np.zeros((height, width, 3), np.float32)
    for channel in range(3):
        for _ in range(2):
            period, angle = chance.uniform(5, 40), chance.uniform(0, np.pi)
            bend = chance.uniform(-1, 1) / max(height, width) / 4
            phase = (columns * np.cos(angle) + rows * np.sin(angle) + bend * columns * rows) * (2 * np.pi / period)
            out[:, :, channel] += amplitude / 2 * np.sin(phase + chance.uniform(0, 6.3))
    return out


def _noise(light: Floats, deviation: float, chance: Chance) -> Floats:
    return np.asarray(chance.normal(0, deviation, light.shape), np.float32)


def _vignette(height: int, width: int, fall: float) -> Floats:
    across, down = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    return np.asarray(1 - fall * (across**2 + down**2) / 2, np.float32)[:, :, None]


def _clipped(light: Floats) -> Pixels:
    return np.asarray(np.clip(light + 0.5, 0, 255), np.uint8)


def _rgb(pixels: object) -> Pixels:
    return np.asarray(pixels, np.uint8)
