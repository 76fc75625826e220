"""Lines of text as a small black-and-white picture: for the rare text whose outlines find no room.

Promises: every character, at DOTS_PER_EM dots to the em, in an inline image of a few kilobytes that is painted in the
current colour. Leaves outlines, which are better wherever they fit, to `outlines`. Spec: ISO 32000-1, 8.9.6.2, 8.9.7.
"""

import math
import zlib

from PIL import Image, ImageDraw

from watermark.geometry import LINE_HEIGHT_EM
from watermark.lettering import font

DOTS_PER_EM = 24
PAPER, INK = 0, 1


def dots(lines: tuple[str, ...]) -> str:
    """Operators that paint the lines, centred about the origin; their unit is the em, the state is as before."""
    face = font(DOTS_PER_EM)
    row = round(LINE_HEIGHT_EM * DOTS_PER_EM)
    width, height = max(math.ceil(face.getlength(each)) for each in lines) + DOTS_PER_EM, row * len(lines)
    picture = Image.new("1", (width, height), PAPER)
    drawing = ImageDraw.Draw(picture)
    for below, line in enumerate(lines):
        drawing.text((width / 2, row * (below + 0.5)), line, fill=INK, font=face, anchor="mm")
    packed = zlib.compress(picture.tobytes(), 9).hex()
    across, up = width / DOTS_PER_EM, height / DOTS_PER_EM
    return (
        f"q {across:.4f} 0 0 {up:.4f} {-across / 2:.4f} {-up / 2:.4f} cm\n"
        f"BI/W {width}/H {height}/IM true/D[1 0]/F[/AHx/Fl]\nID {packed}>\nEI Q\n"
    )
