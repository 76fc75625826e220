"""The stamp on the pixels."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops

from watermark.bases import Base
from watermark.encoding import encode
from watermark.errors import ImageDamaged, UnsupportedType, WatermarkError
from watermark.flattened import room_bytes
from watermark.hidden import HiddenKey
from watermark.look import PRESETS, STANDARD, Layout, Look, PresetName
from watermark.sealing import Mark, sealed, sealed_pixels, stamp_image
from watermark.stamp import Stamp

STAMP = Stamp("张伟", "上海瑞丽医疗美容门诊部", "1234", "2026-11-23 13:05", "8F3K2Q7M")
MARK = Mark(123_456_789, HiddenKey(1, bytes(range(32))), bytes(32))
CONTRAST_MIN = {"light": 12, "standard": 22, "strong": 36}  # levels of 255
INKED_SHARE_MIN = 0.01


def cells(size: tuple[int, int], columns: int, rows: int) -> Iterator[tuple[int, int, int, int]]:
    """The boxes of a grid over a picture."""
    width, height = size[0] // columns, size[1] // rows
    for column in range(columns):
        for row in range(rows):
            yield column * width, row * height, (column + 1) * width, (row + 1) * height


def levels(image: Image.Image, box: tuple[int, int, int, int]) -> tuple[int, int]:
    """The darkest and the lightest grey level in `box`."""
    histogram = image.convert("L").crop(box).histogram()
    found = [level for level, pixels in enumerate(histogram) if pixels]
    return found[0], found[-1]


def inked_share(base: Image.Image, stamped: Image.Image, box: tuple[int, int, int, int], change_min: int) -> float:
    """The share of pixels in `box` that the stamp changed by at least `change_min` levels."""
    change = ImageChops.difference(base, stamped).convert("L").crop(box).histogram()
    return sum(change[change_min:]) / sum(change)


@pytest.mark.parametrize("preset", ["light", "standard", "strong"])
@pytest.mark.parametrize("ground", [255, 230, 192, 128, 96, 40, 0])
def test_the_stamp_shows_everywhere_on_any_ground(ground: int, preset: PresetName) -> None:
    """On white, black and every grey between, each cell of a 4 by 5 grid holds legible ink."""
    base = Image.new("RGB", (1000, 1400), (ground, ground, ground))
    stamped = stamp_image(base.copy(), Stamp("张伟", "瑞丽医美", "1234", "2026-11-23 13:05", "8F3K"), PRESETS[preset])

    for box in cells(base.size, 4, 5):
        assert inked_share(base, stamped, box, CONTRAST_MIN[preset]) >= INKED_SHARE_MIN


def test_the_content_stays_readable() -> None:
    """At standard strength no pixel of a white page above the footer is darkened by a third or more."""
    stamped = stamp_image(Image.new("RGB", (1000, 1400), (255, 255, 255)), STAMP)

    darkest, _ = levels(stamped, (0, 0, 1000, 1340))
    assert darkest > 255 * 2 / 3


def test_the_footer_is_dark_on_pale() -> None:
    """At the lower left stands a line of strong contrast, on black as on white."""
    for ground in (0, 255):
        stamped = stamp_image(Image.new("RGB", (1000, 1400), (ground, ground, ground)), STAMP)
        darkest, lightest = levels(stamped, (12, 1360, 500, 1384))
        assert lightest - darkest > 110


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (2000, 1), (1, 2000), (60, 3000), (3000, 60), (120, 90)])
def test_odd_sizes_are_stamped_and_kept(size: tuple[int, int]) -> None:
    """The smallest and the longest pictures keep their size; those with room for a letter are changed."""
    base = Image.new("RGB", size, (200, 200, 200))
    stamped = stamp_image(base.copy(), STAMP)

    assert size == stamped.size
    assert min(size) < 16 or inked_share(base, stamped, (0, 0, *size), 15) > 0


def reduced(base: Base, stamp: Stamp, look: Look) -> NDArray[np.float64]:
    """The stamped page as cells of eight pixels of the page: where marks are, not how sharp."""
    small = Image.fromarray(sealed_pixels(base, stamp, look, None)).convert("L")
    return np.asarray(small.resize((80, 112), Image.Resampling.BOX), float)


@pytest.mark.parametrize("layout", get_args(Layout))
@pytest.mark.parametrize("share_id", ["11111111", "f3a85b20", "mwmwmwmw"])
def test_a_page_looked_at_closely_has_its_marks_where_it_had_them(share_id: str, layout: Layout) -> None:
    """At two and four times the size of its page nothing moves; larger letters differ by parts of a pixel only."""
    stamp, look = replace(STAMP, share_id=share_id), Look(layout=layout)
    page = reduced(Base(np.full((896, 640, 3), 210, np.uint8), (640, 896)), stamp, look)
    for times in (2, 4):
        sharp = Base(np.full((896 * times, 640 * times, 3), 210, np.uint8), (640, 896))
        assert times == sharp.times
        assert np.abs(page - reduced(sharp, stamp, look)).mean() < 0.4 * np.abs(page - 210).mean()


def copied(content: bytes, media_type: str) -> bytes:
    """A copy of this rendition."""
    return sealed(Base.decoded(content), STAMP, STANDARD, None, media_type)


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png"])
def test_sealed_bytes_are_a_file_of_that_type(media_type: str) -> None:
    """A base rendition comes back as the type asked for, same size, stamped."""
    base = Image.new("RGB", (400, 300), (255, 255, 255))
    copy = Image.open(io.BytesIO(copied(encode(base, "image/jpeg"), media_type)))

    assert (media_type, (400, 300)) == (Image.MIME[copy.format or ""], copy.size)
    assert inked_share(base, copy.convert("RGB"), (0, 0, 400, 300), 22) > INKED_SHARE_MIN


def test_metadata_of_the_base_does_not_leave() -> None:
    """Comments, EXIF and profiles of what is sealed are gone from the result."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret description"
    Image.new("RGB", (64, 64)).save(out, "JPEG", comment=b"secret comment", exif=exif, icc_profile=b"secret profile")

    for media_type in ("image/jpeg", "image/png"):
        assert b"secret" not in copied(out.getvalue(), media_type)


def test_only_our_renditions_are_sealed() -> None:
    """Garbage is damage, and another output type is refused by name."""
    with pytest.raises(ImageDamaged):
        Base.decoded(b"garbage")
    with pytest.raises(UnsupportedType) as caught:
        copied(encode(Image.new("RGB", (4, 4)), "image/png"), "image/webp")
    assert caught.value.params == {"media_type": "image/webp"}


def noise(height_px: int, width_px: int) -> Image.Image:
    """What weighs most."""
    return Image.fromarray(np.random.default_rng(3).integers(0, 256, (height_px, width_px, 3), np.uint8))


@pytest.mark.parametrize("layout", get_args(Layout))
@pytest.mark.parametrize("kind", ["white", "grey", "noise"])
def test_a_copy_fits_into_its_room(kind: str, layout: Layout) -> None:
    """Whatever is on the page, and however dark its mark: in a lower quality if need be, and never unreadable."""
    page = {"white": Image.new("RGB", (700, 990), "white"), "grey": Image.new("RGB", (700, 990), "grey")}
    drawn = encode(page.get(kind, noise(990, 700)), "image/jpeg", 92)
    look = replace(STANDARD, layout=layout, opacity_percent=60, colour="red", size="small")
    room = room_bytes(len(drawn), 700, 990, look)
    base = Base.decoded(drawn)
    free, fitted = (sealed(base, STAMP, look, MARK, "image/jpeg", jpeg_max_bytes=most) for most in (None, room))

    assert len(fitted) <= room
    assert (len(free) <= room) == (free == fitted)
    apart = np.abs(Base.decoded(free).pixels.astype(int) - Base.decoded(fitted).pixels)
    assert apart.mean() < 5


def test_what_fits_into_nothing_is_refused() -> None:
    """No room is so small that an unreadable page is made for it."""
    with pytest.raises(WatermarkError):
        sealed(
            Base.decoded(encode(noise(200, 200), "image/jpeg")), STAMP, STANDARD, None, "image/jpeg", jpeg_max_bytes=99
        )
