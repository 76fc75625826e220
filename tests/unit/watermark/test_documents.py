"""What leaked, as pages of which every one may tell."""

import io
from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from tests.brochure import brochure
from watermark.documents import Document, open_suspect
from watermark.errors import TooManyPixels
from watermark.media_types import PDF_MEDIA_TYPE

PAGES_MAX = 5
PIXELS_MAX = 1_000_000
COLOURS = ("red", "lime", "blue")


def frames(form: str, count: int = len(COLOURS)) -> bytes:
    """A picture of so many frames, each of another colour."""
    pictures = [Image.new("RGB", (60, 40), COLOURS[number % len(COLOURS)]) for number in range(count)]
    out = io.BytesIO()
    pictures[0].save(out, form, save_all=True, append_images=pictures[1:])
    return out.getvalue()


def ladder(width: int, height: int) -> bytes:
    """Every row of another grey, as long as there are so many."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height), Image.Resampling.BOX).save(out, "PNG")
    return out.getvalue()


def lightness(picture: Image.Image) -> float:
    """Where on the ladder it is."""
    return float(np.asarray(picture.convert("L")).mean())


def opened(source: bytes, media_type: str = "image/png") -> Document:
    """It, within small limits."""
    return open_suspect(source, media_type, pages_max=PAGES_MAX, pixels_max=PIXELS_MAX)


@pytest.mark.parametrize("form", ["GIF", "TIFF", "WEBP", "PNG"])
def test_each_frame_is_a_page(form: str) -> None:
    """Of an animation, and of a scan of several sheets; the first one may well be empty."""
    with closing(opened(frames(form), f"image/{form.lower()}")) as suspect:
        seen = [np.asarray(suspect.page(number, 60).image.convert("RGB"))[20, 30] for number in (1, 2, 3)]

    assert 3 == suspect.page_count
    assert [0, 1, 2] == [int(np.argmax(pixel)) for pixel in seen]  # the strongest colour


def test_what_a_phone_keeps_beside_a_photograph_is_no_page() -> None:
    """A map of its brightness, or a smaller one of the same."""
    with closing(opened(frames("MPO"), "image/jpeg")) as suspect:
        assert 1 == suspect.page_count


def test_late_frames_are_pages_too() -> None:
    """What hides behind as many frames as a document may have pages can be looked at; who looks chooses a few."""
    count = PAGES_MAX + 3
    with closing(opened(frames("GIF", count), "image/gif")) as suspect:
        last = np.asarray(suspect.page(count, 60).image.convert("RGB"))[20, 30]

    assert count == suspect.page_count
    assert (count - 1) % len(COLOURS) == int(np.argmax(last))


@pytest.mark.parametrize("size", [(100, 740), (740, 100)], ids=["high", "wide"])
def test_a_long_picture_comes_in_parts(size: tuple[int, int]) -> None:
    """Each at its own sharpness, from the first row to the last, and over each other so that no page is cut in two."""
    picture = ladder(100, 740)
    if size[0] > size[1]:
        out = io.BytesIO()
        Image.open(io.BytesIO(picture)).transpose(Image.Transpose.ROTATE_90).save(out, "PNG")
        picture = out.getvalue()
    with closing(opened(picture)) as suspect:
        parts = [suspect.page(number, 4096).image for number in range(1, suspect.page_count + 1)]

    assert {(200, 100) if size[0] > size[1] else (100, 200)} == {each.size for each in parts}
    rows = [np.unique(np.asarray(each.convert("L"))) for each in sorted(parts, key=lightness)]
    assert (0, 255) == (rows[0].min(), rows[-1].max())
    assert all(lower.max() > upper.min() for lower, upper in pairwise(rows))


@pytest.mark.parametrize("size", [(100, 240), (640, 480), (1, 1), (1, 3)])
def test_a_usual_picture_is_one_page(size: tuple[int, int]) -> None:
    """A screenshot of a phone, a photograph, and what is hardly a picture."""
    with closing(opened(ladder(*size))) as suspect:
        assert (1, size) == (suspect.page_count, suspect.page(1, 4096).image.size)


def test_a_line_is_cut_too() -> None:
    """However long it is, and to no use."""
    with closing(opened(ladder(1, 5000))) as suspect:
        assert (1, 2) == suspect.page(suspect.page_count, 4096).image.size


def test_no_part_gets_round_the_limit() -> None:
    """Pixels are those of the whole."""
    with closing(opened(ladder(500, 2001))) as suspect, pytest.raises(TooManyPixels):
        suspect.page(1, 100)


def test_pages_of_a_document_are_its_own() -> None:
    """Nothing is cut there."""
    with closing(opened(brochure(), PDF_MEDIA_TYPE)) as suspect:
        assert 3 == suspect.page_count
