"""The mark in a PDF and the mark on a picture of its page: two programs, one geometry, one ink."""

import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tests.unit.watermark.templates.viewers import Template
from watermark.look import PRESETS, Look
from watermark.sealing import stamp_image
from watermark.stamp import Stamp
from watermark.templates import Level
from watermark.templates.preparing import prepare

STAMP = Stamp("欧阳明慧", "上海瑞丽医疗美容门诊部", "1234", "2026-11-23 13:05", "8f3k2b7m")
A4_PT = (595, 842)
SCALE = 1.5
OWN = {"large": Look(size="large"), "own": Look(colour="#1c7a7a", layout="diagonal", opacity_percent=40)}
LOOKS = (*PRESETS.values(), *OWN.values())
NEAR_PX = 4  # what hinting and rounding may move

Inked = NDArray[np.float64]


@pytest.fixture(scope="module")
def blank() -> Template:
    """A white page, prepared."""
    source = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=A4_PT)
        document.save(source)
    return Template(*prepare(source.getvalue(), level=Level.SHARED))


def drawn(pdf: bytes) -> Image.Image:
    """The page as PDFium shows it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        shown: Image.Image = document[0].render(scale=SCALE).to_pil()
        return shown.convert("RGB")
    finally:
        document.close()


def ink(page: Image.Image) -> Inked:
    """How much each colour was taken from the white paper, to within NEAR_PX."""
    return 255.0 - np.asarray(page.filter(ImageFilter.GaussianBlur(NEAR_PX)), np.float64)


@pytest.mark.parametrize("look", LOOKS, ids=(*PRESETS, *OWN))
def test_a_pdf_looks_as_its_picture_does(blank: Template, look: Look) -> None:
    """In every look the ink of both stands in the same places, in the same amount, in the same colour."""
    in_pdf = ink(drawn(blank.copy(STAMP, look)))
    on_picture = ink(stamp_image(Image.new("RGB", in_pdf.shape[1::-1], "white"), STAMP, look))

    alike = np.corrcoef(in_pdf.ravel(), on_picture.ravel())[0, 1]
    amounts = in_pdf.mean(axis=(0, 1)) / on_picture.mean(axis=(0, 1))
    assert alike > 0.9
    assert amounts == pytest.approx(1, abs=0.1)
