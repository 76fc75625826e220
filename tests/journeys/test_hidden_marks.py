"""The hidden mark in what is really served: read back from the bytes that a viewer or an employee was given."""

import io

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from tests.stage import Stage
from watermark.hidden import HiddenKey, read_blind

Pixels = NDArray[np.uint8]


def pixels_of(picture: bytes) -> Pixels:
    """RGB."""
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), np.uint8)


def read(stage: Stage, pixels: Pixels) -> str:
    """The copy id that is read blind, as the log writes it; empty for none."""
    keys = [HiddenKey(kid, secret) for kid, secret in stage.services.keys.hidden_secrets.items()]
    found = read_blind(pixels, keys)
    return f"{found[0].copy_id:012x}" if found else ""


async def copy_told(stage: Stage, act: str) -> str:
    """The copy id of the first event of this kind."""
    return str((await stage.told(act))[0]["det"]["copy"])


async def test_a_page_leads_to_its_visit(stage: Stage) -> None:
    """The JPEG of a page carries the copy id that its event names, and so does a part of it."""
    _, visit = await stage.visit("li")
    pixels = pixels_of((await stage.get("li", visit["pages"][0]["url"])).body)
    told = await copy_told(stage, "viewer:copy:view")
    assert [told, told] == [read(stage, pixels), read(stage, pixels[200:1300, 100:1100])]


async def test_an_employees_preview_leads_to_them(stage: Stage) -> None:
    """A page that was read inside the brand is marked, too."""
    answer = await stage.get("owner", f"/api/v1/versions/{stage.cast.version_id}/pages/1")
    assert await copy_told(stage, "employee:material:preview") == read(stage, pixels_of(answer.body))


async def test_pages_of_a_flattened_pdf_lead_to_their_visit(stage: Stage) -> None:
    """The pictures inside carry the mark."""
    _, visit = await stage.visit("li", download=True, seal_level="flattened")
    body = (await stage.get("li", visit["download_url"])).body
    document = pypdfium2.PdfDocument(body)
    picture = document[1].render(scale=2).to_pil().convert("RGB")
    document.close()
    assert await copy_told(stage, "viewer:copy:download") == read(stage, np.asarray(picture))


async def test_a_screenshot_of_a_spliced_pdf_leads_to_its_visit(stage: Stage) -> None:
    """Every page, drawn as a reader draws it, carries the mark of the one hidden picture."""
    _, visit = await stage.visit("li", download=True, seal_level="interleaved")
    body = (await stage.get("li", visit["download_url"])).body
    document = pypdfium2.PdfDocument(body)
    drawn = [np.asarray(page.render(scale=1.6).to_pil().convert("RGB")) for page in document]
    document.close()
    told = await copy_told(stage, "viewer:copy:download")
    assert [told] * 3 == [read(stage, each) for each in drawn]
