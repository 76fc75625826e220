"""QR codes with a logo in the middle are read by a camera's software, and hold no script."""

from pathlib import Path
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest
from PIL import Image

from fileserver.qr_codes import png, svg

URL = "https://share.example.com/s/AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"


def read(picture: bytes) -> str:
    """What a reader of QR codes finds in a picture."""
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return str(cv2.QRCodeDetector().detectAndDecode(pixels)[0])


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """A brand's logo, wider than high, as dark as the code."""
    path = tmp_path / "logo.png"
    Image.new("RGB", (400, 200), "#101010").save(path)
    return path


def test_the_link_is_read_past_the_logo(logo: Path) -> None:
    """With our own mark, and with a dark logo of the brand's."""
    for picture in (png(URL), png(URL, logo)):
        assert URL == read(picture)


def test_the_logo_is_small_and_there_is_no_script(logo: Path) -> None:
    """As SVG the same code with the logo as a picture inside: less than a twentieth of it, and nothing fetched."""
    root = ET.fromstring(svg(URL, logo))  # noqa: S314  # of our own making
    tags = [each.tag.rpartition("}")[2] for each in root.iter()]
    assert {"svg", "path", "rect", "image"} == set(tags)
    (image,) = (each for each in root.iter() if each.tag.endswith("image"))
    assert image.attrib["href"].startswith("data:image/png;base64,")
    side = float(root.attrib["viewBox"].split()[2])
    assert 20 * float(image.attrib["width"]) * float(image.attrib["height"]) < side * side


def test_a_logo_of_any_size_is_refused(tmp_path: Path) -> None:
    """What is no picture, or too large, raises before anything is drawn."""
    (tmp_path / "large.png").write_bytes(bytes(2_000_001))
    (tmp_path / "text.png").write_bytes(b"text")
    for name in ("large.png", "text.png"):
        with pytest.raises(OSError, match=r".+"):
            svg(URL, tmp_path / name)
