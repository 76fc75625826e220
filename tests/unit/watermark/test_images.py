"""Uploaded pictures as plain RGB."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.unit.watermark.sample_images import (
    BLUE,
    GREEN,
    RED,
    SECRET,
    WHITE,
    heic,
    marked,
    oriented,
    png_claiming,
    profile_with_red_and_green_exchanged,
    saved,
    with_secrets,
)
from tests.unit.watermark.sample_pdfs import HTML
from watermark.encoding import encode
from watermark.errors import ImageDamaged, TooManyPixels
from watermark.findings import Finding
from watermark.images import WHOLE_PIXELS_MAX, Picture, open_picture, scaled, whole
from watermark.media_types import IMAGE_FORMATS

PIXELS_MAX = 1_000_000


def opened(source: bytes) -> Picture:
    """The picture, opened under the usual limit."""
    return open_picture(source, pixels_max=PIXELS_MAX)


def near(expected: tuple[int, int, int], image: Image.Image, at: tuple[int, int], tolerance: int = 40) -> bool:
    """Whether the pixel is this colour, but for the losses of JPEG."""
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= tolerance for one, other in zip(expected, pixel, strict=True))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_every_format_is_decoded(file_format: str) -> None:
    """Each accepted format gives the picture with its corners where they were."""
    picture = opened(saved(marked(), file_format))

    assert (80, 40, "RGB") == (picture.width_px, picture.height_px, picture.image.mode)
    assert near(RED, picture.image, (3, 3))
    assert near(GREEN, picture.image, (76, 3))
    assert near(BLUE, picture.image, (3, 36))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    """A photograph stands as its camera was held: the stored upper left corner ends where EXIF says."""
    picture = opened(oriented(orientation))
    width, height = (80, 40) if orientation <= 4 else (40, 80)
    right, bottom = width - 4, height - 4
    red_at = {
        1: (3, 3), 2: (right, 3), 3: (right, bottom), 4: (3, bottom),
        5: (3, 3), 6: (right, 3), 7: (right, bottom), 8: (3, bottom),
    }[orientation]  # fmt: skip

    assert (width, height) == (picture.width_px, picture.height_px) == picture.image.size
    assert near(RED, picture.image, red_at)


def test_a_reduced_photograph_still_tells_its_full_size() -> None:
    """Decoding at a smaller size, cheap for JPEG, changes the pixels that come but not the size that is told."""
    picture = open_picture(saved(marked(800, 400), "JPEG"), pixels_max=PIXELS_MAX, long_side_px=150)

    assert (800, 400) == (picture.width_px, picture.height_px)
    assert picture.image.size == (200, 100)


@pytest.mark.parametrize(
    ("mode", "white"),
    [
        *(("1", 1), ("L", 255), ("LA", (255, 255)), ("RGBA", (255, 255, 255, 255)), ("CMYK", (0, 0, 0, 0))),
        *(("YCbCr", (255, 128, 128)), ("I;16", 65535), ("I", 65535), ("F", 1.0), ("LAB", (255, 128, 128))),
    ],
)
def test_every_mode_becomes_rgb(mode: str, white: float | tuple[int, ...]) -> None:
    """White stays white and black black, whatever the colour space and depth."""
    black = {"LA": (0, 255), "RGBA": (0, 0, 0, 255), "CMYK": (0, 0, 0, 255)}.get(mode)
    image = Image.new(mode, (20, 10), white)
    image.paste(black or ((0, 128, 128) if white == (255, 128, 128) else 0), (10, 0, 20, 10))
    picture = opened(saved(image, "PNG" if mode == "LA" else "TIFF"))

    assert picture.image.mode == "RGB"
    assert near(WHITE, picture.image, (2, 5), 4)
    assert near((0, 0, 0), picture.image, (17, 5), 4)


def test_deep_grey_keeps_its_middle() -> None:
    """A 16-bit middle grey becomes an 8-bit middle grey and is not cut off to white."""
    picture = opened(saved(Image.new("I;16", (4, 4), 32768), "PNG"))

    assert near((128, 128, 128), picture.image, (1, 1), 1)


def test_cmyk_photographs_are_not_inverted() -> None:
    """Pure cyan ink comes out bluish green, as JPEG as well as TIFF."""
    ink = Image.new("CMYK", (16, 16), (255, 0, 0, 0))

    assert near((0, 255, 255), opened(saved(ink, "JPEG")).image, (8, 8), 10)
    assert near((0, 255, 255), opened(saved(ink, "TIFF")).image, (8, 8), 10)


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "GIF"])
def test_what_was_transparent_is_white(file_format: str) -> None:
    """Transparent parts show white paper, not the black or the secret that may be stored beneath."""
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 10, 20))
    picture = opened(saved(image, file_format))

    assert near(WHITE, picture.image, (15, 10))
    assert near(RED, picture.image, (5, 10))


def test_a_colour_profile_is_converted() -> None:
    """Stored red that its profile calls green comes out green in sRGB."""
    source = saved(Image.new("RGB", (8, 8), RED), "PNG", icc_profile=profile_with_red_and_green_exchanged())
    picture = opened(source)

    assert near(GREEN, picture.image, (4, 4), 8)
    assert picture.findings == ()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_profile_of_another_kind_or_broken_is_told(mode: str) -> None:
    """A profile that can not be used leaves the plain colours and a finding."""
    image = Image.new(mode, (8, 8))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    for profile in (b"garbage", lab if mode == "CMYK" else b"\0" * 200):
        assert opened(saved(image, "TIFF", icc_profile=profile)).findings == (Finding("image-profile-ignored"),)


def test_further_frames_are_told() -> None:
    """An animation shows its first frame, and says how many there were."""
    source = saved(
        marked(), "GIF", save_all=True, append_images=[Image.new("RGB", (80, 40), each) for each in (RED, GREEN)]
    )
    picture = opened(source)

    assert picture.findings == (Finding("image-more-frames", {"frames": 3}),)
    assert near(WHITE, picture.image, (40, 20))


@pytest.mark.parametrize("size", [(1001, 1000), (100_000, 100_000)])
def test_too_many_pixels_are_refused_before_decoding(size: tuple[int, int]) -> None:
    """The size promised by the header is enough to refuse."""
    with pytest.raises(TooManyPixels) as caught:
        opened(png_claiming(*size))

    assert caught.value.params["limit"] == PIXELS_MAX


@pytest.mark.parametrize(
    "source",
    [b"", b"garbage" * 100, HTML, saved(marked(), "JPEG")[:300], saved(marked(), "PNG")[:-40], saved(marked(), "BMP")],
    ids=["empty", "garbage", "html", "half a jpeg", "most of a png", "bmp"],
)
def test_what_is_no_whole_picture_is_damaged(source: bytes) -> None:
    """Truncated files, other formats and other things raise one error."""
    with pytest.raises(ImageDamaged):
        opened(source)


@pytest.mark.parametrize(("long_side", "expected"), [(40, (40, 20)), (500, (80, 40)), (1, (1, 1))])
def test_scaling_only_shrinks(long_side: int, expected: tuple[int, int]) -> None:
    """A picture fits the square asked for, is never enlarged and never vanishes."""
    assert expected == scaled(marked(), long_side).size


def test_a_telephones_picture_is_shown_upright() -> None:
    """HEIC that says how it was held is turned; its colours are those that were taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = open_picture(heic(marked(400, 200), exif=exif.tobytes()), pixels_max=PIXELS_MAX)

    assert ((200, 400), (200, 400)) == ((picture.width_px, picture.height_px), picture.image.size)
    assert near(RED, picture.image, (190, 10), 20)
    assert (False, ()) == (picture.lossless, picture.findings)


def test_avif_is_shown() -> None:
    """AVIF comes as it is, turned and without its transparency."""
    image = marked(400, 200).convert("RGBA")
    image.putalpha(Image.new("L", image.size, 255))
    picture = opened(saved(image, "AVIF", quality=95))

    assert ("RGB", (400, 200)) == (picture.image.mode, picture.image.size)
    assert near(RED, picture.image, (10, 10), 20)


def test_a_colour_profile_in_heic_is_converted() -> None:
    """Stored red that its profile calls green comes out green in sRGB, from a telephone too."""
    image = Image.new("RGB", (64, 64), RED)
    image.info["icc_profile"] = profile_with_red_and_green_exchanged()

    assert near(GREEN, opened(heic(image)).image, (30, 30), 20)


@pytest.mark.parametrize("file_format", ["TIFF", "PNG"])
def test_deep_colour_keeps_its_middle(file_format: str) -> None:
    """16 bits a channel, in colour, become eight with the same look."""
    planes = np.full((4, 4, 3), (65535, 32768, 0), np.uint16)
    wanted, encoded = cv2.imencode(f".{file_format.lower()}", planes[..., ::-1])

    assert wanted
    assert near((255, 128, 0), opened(encoded.tobytes()).image, (1, 1), 2)


def test_an_animated_webp_shows_its_first_frame() -> None:
    """As a GIF does, with the same finding."""
    source = saved(marked(), "WEBP", save_all=True, append_images=[Image.new("RGB", (80, 40), GREEN)], lossless=True)
    picture = opened(source)

    assert picture.findings == (Finding("image-more-frames", {"frames": 2}),)
    assert near(WHITE, picture.image, (40, 20))


def test_what_is_larger_than_a_download_may_be_is_shrunk() -> None:
    """Of a huge picture a finding says so, and the whole of it has fewer pixels in the same proportion."""
    source = saved(Image.new("L", (10_000, 5_050), 200), "PNG")
    picture = open_picture(source, pixels_max=60_000_000)
    image = whole(picture)

    assert picture.findings == (Finding("image-reduced", {"pixels": 50_500_000, "limit": WHOLE_PIXELS_MAX}),)
    assert image.width * image.height <= WHOLE_PIXELS_MAX
    assert image.width / image.height == pytest.approx(10_000 / 5_050, rel=1e-3)


@pytest.mark.parametrize("file_format", sorted(IMAGE_FORMATS.values()))
def test_nothing_that_was_said_about_a_picture_leaves(file_format: str) -> None:
    """EXIF, places, XMP, comments and profiles: none of it is in any rendition."""
    source = with_secrets(file_format)
    assert SECRET.encode() in source
    picture = opened(source)

    for media_type in ("image/jpeg", "image/png"):
        rendition = encode(picture.image, media_type)
        assert SECRET.encode() not in rendition
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(Image.open(io.BytesIO(rendition)).info)
