"""Whether people can read the mark: on any ground, in any look, judged by a program that reads."""

import math

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.ocr import read_line
from watermark import geometry
from watermark.ink import luma
from watermark.look import PRESETS, Look, PresetName
from watermark.sealing import stamp_image
from watermark.stamp import Stamp

STAMP = Stamp("欧阳明慧", "上海瑞丽医疗美容门诊部", "1234", "2026-11-23 13:05", "8f3k2b7m")
PAGE = (1240, 1754)


def ground(kind: str) -> Image.Image:
    """A page of one grey, or one that looks like a photograph: soft, with grain, from dark to bright."""
    if kind != "photograph":
        return Image.new("RGB", PAGE, (int(kind),) * 3)
    chance = np.random.default_rng(7)
    soft = Image.fromarray(chance.integers(0, 256, (9, 7, 3), dtype=np.uint8)).resize(PAGE, Image.Resampling.BICUBIC)
    grain = chance.normal(0, 4, (PAGE[1], PAGE[0], 3))
    return Image.fromarray(np.clip(np.asarray(soft) + grain, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(0.6)
    )


def read(kind: str, look: Look) -> str:
    """What can be read of the middle block on such a page, line by line."""
    page = stamp_image(ground(kind), STAMP, look)
    planned = geometry.setting(look.lines(STAMP), look, *PAGE, em_min=10)
    x, y = min(planned.centres(*PAGE), key=lambda at: abs(at[0] - PAGE[0] / 2) + abs(at[1] - PAGE[1] / 2))
    around = math.ceil(math.hypot(planned.width, planned.height) / 2) + 1
    block = page.crop((round(x) - around, round(y) - around, round(x) + around, round(y) + around))
    upright = block.rotate(-planned.angle, Image.Resampling.BICUBIC)
    half, up = planned.width / 2, planned.em * geometry.LINE_HEIGHT_EM / 2
    boxes = [(around - half, around + row - up, around + half, around + row + up) for row in planned.rows]
    return "".join(read_line(upright.crop(box)) for box in boxes)


@pytest.mark.parametrize("kind", ["255", "0", "128", "photograph"])
def test_the_standard_look_can_be_read_on_any_ground(kind: str) -> None:
    """White, black, grey, photograph: name, phone, clinic and share stand there for whoever looks."""
    text = read(kind, PRESETS["standard"])
    for fact in ("欧阳明慧", "1234", "上海瑞丽医疗美容门诊部", "8f3k2b7m"):
        assert fact in text


@pytest.mark.parametrize("name", sorted(set(PRESETS) - {"standard"}))
def test_every_preset_can_be_read_on_the_worst_ground(name: PresetName) -> None:
    """On the grey on which both strokes show least, the name can still be read."""
    strokes = PRESETS[name].ink
    fill, outline = strokes.fill_opacity * luma(strokes.fill), strokes.outline_opacity * luma(strokes.outline)
    worst = round((fill + outline) / (strokes.fill_opacity + strokes.outline_opacity))

    assert "欧阳明慧" in read(str(worst), PRESETS[name])


@pytest.mark.parametrize(("colour", "kind"), [("white", "255"), ("#f2c94c", "255"), ("#808080", "128")])
def test_no_colour_hides_the_mark(colour: str, kind: str) -> None:
    """Colours that would vanish on white or on grey get an outline and an opacity with which they don't."""
    assert "欧阳明慧" in read(kind, Look(colour=colour))
