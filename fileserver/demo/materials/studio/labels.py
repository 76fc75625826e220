"""The paper label of a vial as a texture: brand, series and the line every product carries.

Promises a plane (height, width), 0 for paper and 1 for print.
"""

import functools

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from fileserver.demo.materials import brand
from fileserver.demo.materials.studio.frame import Plane
from fileserver.demo.materials.typeface import font

SIZE = (420, 300)
PRINT_BLUR = 1.0


@functools.lru_cache(maxsize=8)
def label(series: str) -> Plane:
    """Print for one series, such as "I"."""
    image = Image.new("L", SIZE, 0)
    draw = ImageDraw.Draw(image)
    middle = SIZE[0] / 2
    draw.text((middle, 58), brand.NAME_ZH[:2], font=font(58), fill=255, anchor="mm")
    draw.text((middle, 112), "L U M I È R E", font=font(19), fill=220, anchor="mm")
    draw.line((middle - 46, 142, middle + 46, 142), fill=200, width=2)
    draw.text((middle, 192), series, font=font(60), fill=255, anchor="mm")
    draw.text((middle, 256), "TRAINING SAMPLE", font=font(17), fill=200, anchor="mm")
    return np.asarray(image.filter(ImageFilter.GaussianBlur(PRINT_BLUR)), np.float32) / np.float32(255)
