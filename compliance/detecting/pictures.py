"""Pictures that claim more pixels than anybody decodes: told by their heads, before memory is asked for.

Promises: at most HEAD_BYTES of a picture are read, and no pixel. Leaves the rest of a picture to the renderer, which
has limits of its own. Formats: as `structures`; ISO 23008-12 §6.5.3 (`ispe`).
"""

import struct
import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from compliance.detecting.model import Found, Subject
from watermark.media_types import IMAGE_FORMATS

NAME = "picture"
FLOOD, UNREADABLE = "pixel-flood", "picture-unreadable"
RULES = frozenset({FLOOD, UNREADABLE})
PIXELS_MAX = 400_000_000  # four times what is drawn: a poster that large is refused by the renderer, with its own words
SIDE_MAX = 100_000
_BOXED = frozenset({"image/heic", "image/avif"})
_SIZE_BOX = b"ispe"


class Pictures:
    """The detector."""

    name = NAME
    version = "1"

    def detect(self, subject: Subject) -> Iterator[Found]:
        """As `Detector` says."""
        if subject.media_type not in IMAGE_FORMATS:
            return
        if subject.media_type in _BOXED:
            sizes = list(_boxed_sizes(subject.content))
        else:
            sizes = _sizes(subject.content, IMAGE_FORMATS[subject.media_type])
        if not sizes:
            yield Found(detector=NAME, rule=UNREADABLE, severity="block", hard=True)
        for width, height in sizes:
            if width * height > PIXELS_MAX or max(width, height) > SIDE_MAX:
                params = {"width": width, "height": height}
                yield Found(detector=NAME, rule=FLOOD, severity="block", params=params, hard=True)
                return


DETECTOR = Pictures()


def _sizes(content: bytes, name: str) -> list[tuple[int, int]]:
    """As the head says; nothing of what is no picture."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # ours is asked
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(content), formats=[name]) as image:
            return [image.size]
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error):
        return []
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _boxed_sizes(content: bytes) -> Iterator[tuple[int, int]]:
    at = content.find(_SIZE_BOX)
    while 0 <= at <= len(content) - 16:
        yield struct.unpack(">II", content[at + 8 : at + 16])
        at = content.find(_SIZE_BOX, at + 4)
