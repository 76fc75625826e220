"""The one Chinese typeface at hand, for pictures and for PDF.

Promises the simplified-Chinese face of the packaged Noto Sans CJK collection: `font` for Pillow, `FONT_FILE` and
`FACE_SIMPLIFIED` for fpdf2, which embeds the subset used.
"""

import functools

from noto_cjk_sans_otc import FONT_PATH
from PIL import ImageFont

FONT_FILE = str(FONT_PATH)
FACE_SIMPLIFIED = 2
FONTS_KEPT = 64


@functools.lru_cache(maxsize=FONTS_KEPT)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The face at a size in pixels."""
    return ImageFont.truetype(FONT_FILE, size, index=FACE_SIMPLIFIED)
