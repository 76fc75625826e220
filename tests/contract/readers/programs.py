"""Five programs that open PDFs, each with everything it complains about."""

import asyncio
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pikepdf
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page

from tests.browser.conftest import chromium
from tests.processes import ROOT
from watermark.errors import WatermarkError
from watermark.pdf import PdfDocument

SIDE_PX = 120
PDFJS = Path(ROOT) / "tests" / "clients" / "node_modules" / "pdfjs-dist"
# The worker runs in the page itself, so that the page hears it; and it says so.
PDFJS_ASIDE = "fake worker"
OPEN = """async () => {
  globalThis.pdfjsWorker = await import("/pdfjs/build/pdf.worker.min.mjs");
  globalThis.pdfjs = await import("/pdfjs/build/pdf.min.mjs");
}"""
DRAW = """async ([address, side]) => {
  const pdf = await pdfjs.getDocument({
    url: address, verbosity: 1, standardFontDataUrl: "/pdfjs/standard_fonts/", wasmUrl: "/pdfjs/wasm/",
  }).promise;
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const whole = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: side / Math.max(whole.width, whole.height) });
    const canvas = Object.assign(document.createElement("canvas"), { width: viewport.width, height: viewport.height });
    await page.render({ canvas, viewport }).promise;
    await page.getTextContent();
  }
  const pages = pdf.numPages;
  await pdf.loadingTask.destroy();
  return pages;
}"""


def qpdf(pdf: bytes) -> list[str]:
    """What `qpdf --check` warns of: the command itself, carried out by the library."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file, _warnings_of("pikepdf._core") as said:
        file.write(pdf)
        file.flush()
        job = pikepdf.Job(["qpdf", "--check", file.name])
        with suppress(RuntimeError):  # of what it found; its number tells
            job.run()
    ended = [f"ended with {job.exit_code}"] if job.exit_code else []
    return [*ended, *"".join(said).replace(file.name, "").splitlines()]


def pdfium(pdf: bytes) -> list[str]:
    """What PDFium had to repair, or could not draw."""
    try:
        with closing(PdfDocument(pdf, pages_max=100)) as opened:
            for page in range(1, opened.page_count + 1):
                opened.render(page, SIDE_PX)
            return [each.rule for each in opened.findings]
    except WatermarkError as error:
        return [str(error)]


def mupdf(pdf: bytes) -> list[str]:
    """What MuPDF warns of while it draws and reads every page."""
    library: Any = import_module("pymupdf")  # loads a model of layouts, which not every process of the tests needs
    library.TOOLS.reset_mupdf_warnings()
    opened = library.open(stream=pdf, filetype="pdf")
    with closing(opened):
        for page in opened:
            scale = SIDE_PX / max(page.rect.width, page.rect.height)
            page.get_pixmap(matrix=library.Matrix(scale, scale))
            page.get_text()
        repaired = ["repaired"] if opened.is_repaired else []
    return [*repaired, *filter(None, library.TOOLS.mupdf_warnings().splitlines())]


async def poppler(pdf: bytes) -> list[str]:
    """What Poppler's pdftoppm writes to its standard error while it draws every page."""
    assert shutil.which("pdftoppm"), "no Poppler on the PATH: run requirements/poppler"
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file, tempfile.TemporaryDirectory() as folder:
        file.write(pdf)
        file.flush()
        process = await asyncio.create_subprocess_exec(
            *("pdftoppm", "-cropbox", "-scale-to", str(SIDE_PX), file.name, f"{folder}/page"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
    ended = [f"ended with {process.returncode}"] if process.returncode else []
    return [*ended, *said.decode(errors="replace").splitlines()]


@contextmanager
def _warnings_of(logger: str) -> Iterator[list[str]]:
    """What is logged in the block, in the pieces that it comes in."""
    said: list[str] = []
    heard = logging.Handler(logging.WARNING)
    heard.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]  # all it is for
    logging.getLogger(logger).addHandler(heard)
    try:
        yield said
    finally:
        logging.getLogger(logger).removeHandler(heard)


class PdfJs:
    """pdf.js in Chromium; `complaints` of one file."""

    def __init__(self, page: Page, files: dict[str, bytes]) -> None:
        self._page, self._files = page, files
        self._heard: list[str] = []
        page.on("console", lambda message: self._heard.append(message.text))
        page.on("pageerror", lambda error: self._heard.append(str(error)))

    async def complaints(self, pdf: bytes) -> list[str]:
        """What it warns of while it draws and reads every page."""
        self._heard.clear()
        self._files["it"] = pdf
        await self._page.evaluate(DRAW, ["/file", SIDE_PX])
        return [each for each in self._heard if PDFJS_ASIDE not in each]


@asynccontextmanager
async def pdfjs() -> AsyncIterator[PdfJs]:
    """pdf.js, loaded in a page of an own small server."""
    assert PDFJS.is_dir(), "pdf.js is not there: run requirements/clients"
    files: dict[str, bytes] = {}

    async def blank(_request: web.Request) -> web.Response:
        return web.Response(
            text="<!doctype html><meta charset=utf-8><link rel=icon href=data:,>", content_type="text/html"
        )

    async def file(_request: web.Request) -> web.Response:
        return web.Response(body=files["it"], content_type="application/pdf")

    app = web.Application()
    app.add_routes([web.get("/", blank), web.get("/file", file), web.static("/pdfjs", PDFJS)])
    async with TestServer(app) as server, chromium() as browser:
        page = await browser.new_page()
        await page.goto(str(server.make_url("/")))
        await page.evaluate(OPEN)
        yield PdfJs(page, files)
