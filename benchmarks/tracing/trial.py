"""One picture sealed, attacked and read: what came of it, as a record."""

import time
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.tracing.attacks import Attack, delivered
from benchmarks.tracing.corpus import Picture
from watermark.hidden import Carrier, HiddenKey, Original, embed, read_blind, read_informed
from watermark.hidden.codeword import encode
from watermark.sealing import stamp_pixels
from watermark.stamp import Stamp

Pixels = NDArray[np.uint8]

KEY = HiddenKey(1, bytes(range(32)))
STAMP = Stamp("欧阳明慧", "上海静安门诊部", "5678", "2026-11-23 14:15", "7780108f")
CANDIDATES = 1000  # copies served of a picture, the true one among them
SERVED = 100_000  # copies served of everything, the true one among them
SSIM_SIGMA, SSIM_C1, SSIM_C2 = 1.5, (0.01 * 255) ** 2, (0.03 * 255) ** 2


@dataclass(frozen=True)
class Record:
    """What one attack on one picture came to; a reading that names another copy is `wrong`.

    `listed`: blind, but told among the copies that were served, not decoded.
    """

    picture: str
    kind: str
    attack: str
    strength: str
    blind: bool = False
    informed: bool = False
    listed: bool = False
    wrong: bool = False
    bit_error: float = 0.5
    blind_s: float = 0.0
    informed_s: float = 0.0
    psnr_db: float = 0.0
    ssim: float = 0.0


@dataclass(frozen=True)
class Sealed:
    """A picture, its copy, and what reading it back needs; PSNR and SSIM are those of the hidden mark alone."""

    picture: Picture
    copy_id: int
    asset: bytes
    delivered: Pixels
    psnr_db: float
    ssim: float

    @classmethod
    def of(cls, picture: Picture) -> "Sealed":
        """The picture with a copy id and a name of its own."""
        pixels, chance = picture.pixels(), np.random.default_rng(picture.number)
        copy_id, asset = int(chance.integers(0, 1 << 48)), chance.bytes(32)
        marked = embed(pixels, Carrier.of(pixels), copy_id, KEY, asset)
        psnr_db = float(10 * np.log10(255**2 / np.mean((pixels.astype(np.float32) - marked) ** 2)))
        ssim = similarity(pixels, marked)
        stamp_pixels(marked, STAMP)  # the visible mark lies over it, as in every copy
        return cls(picture, copy_id, asset, delivered(marked), psnr_db, ssim)

    @cached_property
    def original(self) -> Original:
        """What the informed layer is read against."""
        return Original.of(self.picture.pixels())

    def tried(self, attack: Attack, *, blind: bool, informed: bool) -> Record:
        """Attack the delivered copy and read what is left: blind, and against the original where that gave nothing."""
        suspect = attack.apply(self.delivered, self.picture.number)
        outcome = {"psnr_db": self.psnr_db, "ssim": self.ssim}
        found: dict[str, object] = {}
        if blind:
            found |= self._blind(suspect)
        if informed and not found.get("blind"):
            found |= self._informed(suspect, wrong=bool(found.get("wrong")))
        return Record(self.picture.name, self.picture.kind, attack.name, attack.strength, **(outcome | found))  # type: ignore[arg-type]  # each value has the type of its field

    def _blind(self, suspect: Pixels) -> dict[str, object]:
        served = self._among(SERVED)
        started = time.perf_counter()
        readings = read_blind(suspect, [KEY], {KEY.kid: served})
        taken = time.perf_counter() - started
        if not readings:
            return {"blind_s": taken}
        code = encode(np.array([self.copy_id], np.uint64), KEY)[0]
        bits = float(np.mean(readings[0].sighting.evidence.soft * code <= 0))
        right = [reading.copy_id == self.copy_id for reading in readings]
        listed = any(right) and readings[0].listed
        return {"blind": any(right), "listed": listed, "wrong": not all(right), "bit_error": bits, "blind_s": taken}

    def _informed(self, suspect: Pixels, *, wrong: bool) -> dict[str, object]:
        candidates = self._among(CANDIDATES)
        started = time.perf_counter()
        named = {each.copy_id for each in read_informed(suspect, self.original, KEY, [self.asset], candidates).named}
        taken = time.perf_counter() - started
        return {"informed": self.copy_id in named, "wrong": wrong or bool(named - {self.copy_id}), "informed_s": taken}

    def _among(self, count: int) -> NDArray[np.uint64]:
        """The true copy and others, `count` together."""
        others = np.random.default_rng(self.picture.number + 1).integers(0, 1 << 48, count - 1, dtype=np.uint64)
        return np.append(others, np.uint64(self.copy_id))


def similarity(first: Pixels, second: Pixels) -> float:
    """SSIM of the luma of two pictures, with the usual Gaussian window of 1.5 pixels."""
    x, y = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY).astype(np.float32) for each in (first, second))
    mean_x, mean_y, square_x, square_y, product = (
        cv2.GaussianBlur(each, (0, 0), SSIM_SIGMA) for each in (x, y, x * x, y * y, x * y)
    )
    covariance = product - mean_x * mean_y
    variances = square_x - mean_x**2 + square_y - mean_y**2
    alike = (2 * mean_x * mean_y + SSIM_C1) * (2 * covariance + SSIM_C2)
    return float(np.mean(alike / ((mean_x**2 + mean_y**2 + SSIM_C1) * (variances + SSIM_C2))))
