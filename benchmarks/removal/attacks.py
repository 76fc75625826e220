"""What people do to get rid of a mark in a PDF: each takes a copy, and another viewer's for those who have two.

Each gives a PDF, or pictures where that is what comes out. None knows a key; those that know how the file is built say
so by what they do.
"""

import io
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pypdfium2
from PIL import Image

from benchmarks.removal.copies import DPI, Pixels, rendered

SCREEN_DPI, SCREEN_QUALITY, PRINT_QUALITY = 96, 70, 80
PICTURE_SIDE_MIN_PX = 200
RUN_MIN = 12  # operations
TOOL_TIMEOUT_S = 300  # of what takes a second: the machine may have other work

Loot = bytes | tuple[Pixels, ...]
Act = Callable[[bytes, bytes], Loot]


@dataclass(frozen=True)
class Attack:
    """`effort` is what it takes, in words."""

    name: str
    effort: str
    act: Act


def resaved(copy: bytes, _other: bytes) -> bytes:
    """Opened and saved by pikepdf."""
    return _edited(copy, lambda _: None)


def resaved_by_pdfium(copy: bytes, _other: bytes) -> bytes:
    """Opened and saved by a browser's PDF library."""
    document, out = pypdfium2.PdfDocument(copy), io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def rewritten(copy: bytes, _other: bytes) -> bytes:
    """Unpacked and packed anew by qpdf."""
    return _by_qpdf(copy, ["--object-streams=generate", "--recompress-flate", "--compression-level=9", "IN", "OUT"])


def extracted(copy: bytes, _other: bytes) -> bytes:
    """All pages taken into another file."""
    return _by_qpdf(copy, ["--empty", "--pages", "IN", "1-z", "--", "OUT"])


def printed(copy: bytes, _other: bytes) -> bytes:
    """Printed to PDF, which draws everything anew."""
    return _between_files(copy, ["pdftocairo", "-pdf", "IN", "OUT"], _started)


def printed_as_pictures(copy: bytes, _other: bytes) -> bytes:
    """Printed to PDF as pictures of the pages."""
    pages = [Image.fromarray(each) for each in rendered(copy)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, quality=PRINT_QUALITY)
    return out.getvalue()


def screenshots(copy: bytes, _other: bytes) -> tuple[Pixels, ...]:
    """Each page from the screen, as a messenger sends it."""
    return tuple(_as_jpeg(each, SCREEN_QUALITY) for each in rendered(copy, SCREEN_DPI))


def without_common_objects(copy: bytes, _other: bytes) -> bytes:
    """Forms and pictures that every page draws are deleted."""

    def edit(document: pikepdf.Pdf) -> None:
        drawn = Counter(each.objgen for page in document.pages for each in _deep(page.get("/Resources"), set()))
        for page in document.pages:
            _forget(
                page.get("/Resources"), {each for each, count in drawn.items() if count == len(document.pages)}, set()
            )

    return _edited(copy, edit)


def without_common_drawing(copy: bytes, _other: bytes) -> bytes:
    """Then, of each page's own drawing, long runs of operations that all pages have alike."""

    def edit(document: pikepdf.Pdf) -> None:
        pages = [list(pikepdf.parse_content_stream(page)) for page in document.pages]
        lines = [[pikepdf.unparse_content_stream([each]) for each in page] for page in pages]
        common = set.intersection(*map(set, lines))
        for page, operations, written in zip(document.pages, pages, lines, strict=True):
            kept = [each for each, gone in zip(operations, _in_runs(written, common), strict=True) if not gone]
            page.Contents = document.make_stream(pikepdf.unparse_content_stream(kept))

    return _edited(without_common_objects(copy, copy), edit)


def without_differences(copy: bytes, other: bytes) -> bytes:
    """Two viewers' copies: every stream that differs is emptied of what differs."""

    def edit(document: pikepdf.Pdf) -> None:
        with pikepdf.open(io.BytesIO(other)) as second:
            for mine, theirs in zip(document.objects, second.objects, strict=False):
                if isinstance(mine, pikepdf.Stream) and isinstance(theirs, pikepdf.Stream):
                    _level(mine, theirs)

    return _edited(copy, edit)


def pictures(copy: bytes, _other: bytes) -> tuple[Pixels, ...]:
    """The pictures inside, taken out as they are."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "copy.pdf")
        source.write_bytes(copy)
        subprocess.run(["pdfimages", "-png", source, f"{folder}/p"], check=True, timeout=TOOL_TIMEOUT_S)  # noqa: S607  # the machine's own
        found = (cv2.imread(str(each), cv2.IMREAD_COLOR_RGB) for each in sorted(Path(folder).glob("p*.png")))
        return tuple(
            np.asarray(each, np.uint8)
            for each in found
            if each is not None and min(each.shape[:2]) > PICTURE_SIDE_MIN_PX
        )


ATTACKS: Sequence[Attack] = (
    Attack("nothing", "", lambda copy, _: copy),
    Attack("re-save by pikepdf", "one command", resaved),
    Attack("re-save by PDFium", "one command", resaved_by_pdfium),
    Attack("rewrite by qpdf", "one command", rewritten),
    Attack("take the pages out", "one command", extracted),
    Attack("print to PDF", "one command", printed),
    Attack("print as pictures", "one command", printed_as_pictures),
    Attack("screenshots", "by hand", screenshots),
    Attack("delete common objects", "a script of ten lines", without_common_objects),
    Attack("delete common drawing", "a script of twenty lines", without_common_drawing),
    Attack("delete what two copies differ in", "two copies and a script", without_differences),
    Attack("take the pictures out", "one command", pictures),
)


def _edited(pdf: bytes, edit: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        edit(document)
        document.save(out)
    return out.getvalue()


def _by_qpdf(copy: bytes, arguments: Sequence[str]) -> bytes:
    """As its command would; the library that pikepdf brings carries the command out."""
    return _between_files(copy, ["qpdf", *arguments], lambda command: pikepdf.Job(command).run())


def _started(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, timeout=TOOL_TIMEOUT_S)


def _between_files(copy: bytes, command: Sequence[str], run: Callable[[Sequence[str]], None]) -> bytes:
    """What a command makes of a copy, IN and OUT being the files."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "copy.pdf"), Path(folder, "made.pdf")
        source.write_bytes(copy)
        places = {"IN": str(source), "OUT": str(made)}
        run([places.get(each, each) for each in command])
        return made.read_bytes()


def _as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    _, content = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_JPEG_QUALITY, quality))
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR_RGB), np.uint8)


def _deep(resources: pikepdf.Object | None, seen: set[tuple[int, int]]) -> list[pikepdf.Object]:
    """Every form and picture that is drawn, those in forms too, each once."""
    found: list[pikepdf.Object] = []
    for each in _drawn(resources).values():
        if each.objgen not in seen:
            seen.add(each.objgen)
            found += [each, *_deep(each.get("/Resources"), seen)]
    return found


def _drawn(resources: pikepdf.Object | None) -> dict[str, pikepdf.Object]:
    named = resources.get("/XObject") if resources is not None else None
    return {} if named is None else dict(named.items())


def _forget(resources: pikepdf.Object | None, gone: set[tuple[int, int]], seen: set[tuple[int, int]]) -> None:
    for name, each in _drawn(resources).items():
        if each.objgen in gone and resources is not None:
            del resources["/XObject"][name]
        elif each.objgen not in seen:
            seen.add(each.objgen)
            _forget(each.get("/Resources"), gone, seen)


def _in_runs(lines: Sequence[bytes], common: set[bytes]) -> list[bool]:
    """Which lines belong to a long run of common ones: short ones are what any two pages have alike."""
    found: list[bool] = []
    for is_common, run in groupby(lines, common.__contains__):
        length = len(list(run))
        found += [is_common and length >= RUN_MIN] * length
    return found


def _level(mine: pikepdf.Stream, theirs: pikepdf.Stream) -> None:
    """A picture becomes white where it differs; of drawing, what differs becomes spaces."""
    try:
        ours, others = mine.read_bytes(), theirs.read_bytes()
    except pikepdf.PdfError:
        return  # a JPEG: pictures of pages can't be emptied of a mark so
    if ours == others or len(ours) != len(others):
        return
    if mine.get("/Subtype") == "/Image":
        mine.write(b"\xff" * len(ours))
        return
    first, second = (np.frombuffer(each, np.uint8).copy() for each in (ours, others))
    differ = np.flatnonzero(first != second)
    first[differ[0] : differ[-1] + 1] = ord(" ")
    mine.write(first.tobytes())
