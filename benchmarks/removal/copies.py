"""Copies of one small document in the three levels, as viewers get them, and what they are read by."""

import io
from dataclasses import dataclass

import cv2
import numpy as np
import pikepdf
import pypdfium2
from numpy.typing import NDArray

from compliance.marks import DOCUMENT_PAGE, asset_of
from fileserver.demo.materials.guide import service_guide
from watermark.bases import Base
from watermark.flattened import FlattenedPdf, PagePlan
from watermark.hidden import HiddenKey, Original
from watermark.look import STANDARD
from watermark.papers import hidden_picture
from watermark.sealing import Mark, sealed
from watermark.stamp import Stamp
from watermark.templates import Level, apply, patches, preparing

Pixels = NDArray[np.uint8]

FLATTENED = "flattened"
LEVELS = ("shared", "interleaved", FLATTENED)
PAGES = (1, 2, 4)  # of the demo's guide: a picture, a picture with text, a table with a picture
DPI = 150
POINTS_PER_INCH = 72
SHA256 = "ab" * 32
KEY = HiddenKey(1, bytes(range(32)))
VIEWERS = (0x5EA1_0000_0001, 0x5EA1_0000_0002)
INNOCENT = 1000


@dataclass(frozen=True)
class Scene:
    """The document, its pages bare and as an investigator keeps them, and the copies of two viewers by level."""

    source: bytes
    bare: tuple[Pixels, ...]
    originals: tuple[Original, ...]
    copies: dict[str, tuple[bytes, ...]]
    candidates: NDArray[np.uint64]


def scene() -> Scene:
    """Everything, made anew."""
    source = _some_pages(service_guide())
    bare = rendered(source)
    innocent = np.random.default_rng(1).integers(1, 1 << 48, INNOCENT, dtype=np.uint64)
    return Scene(
        source=source,
        bare=bare,
        originals=tuple(map(Original.of, bare)),
        copies={level: tuple(_copy(source, bare, level, viewer) for viewer in VIEWERS) for level in LEVELS},
        candidates=np.concatenate([np.array(VIEWERS, np.uint64), innocent]),
    )


def rendered(pdf: bytes, dpi: int = DPI) -> tuple[Pixels, ...]:
    """Its pages as a reader draws them."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn = (page.render(scale=dpi / POINTS_PER_INCH).to_numpy() for page in document)
        return tuple(np.ascontiguousarray(cv2.cvtColor(each, cv2.COLOR_BGR2RGB), np.uint8) for each in drawn)
    finally:
        document.close()


def assets(level: str, page: int) -> bytes:
    """Which secret pattern a page of this level carries; pages count from 1."""
    return asset_of(SHA256, page if level == FLATTENED else DOCUMENT_PAGE)


def _some_pages(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for number in range(len(document.pages), 0, -1):
            if number not in PAGES:
                del document.pages[number - 1]
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def _copy(source: bytes, bare: tuple[Pixels, ...], level: str, viewer: int) -> bytes:
    stamp = Stamp("欧阳明慧", "上海瑞丽医疗美容门诊部", f"{viewer % 10_000:04}", "2026-11-23 14:15", "7780108f")
    file_id = viewer.to_bytes(16, "big")
    if level == FLATTENED:
        return _flattened(source, bare, viewer, stamp, file_id)
    template, slot_map = preparing.prepare(source, level=Level(level))
    height, width = bare[0].shape[:2]
    hidden = hidden_picture(slot_map, Mark(viewer, KEY, assets(level, 1)), (width, height))
    return apply(patches(slot_map, stamp, STANDARD, file_id=file_id, hidden=hidden), 0, template)


def _flattened(source: bytes, bare: tuple[Pixels, ...], viewer: int, stamp: Stamp, file_id: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(source)) as document:
        boxes = [tuple(map(float, page.mediabox)) for page in document.pages]
    plans, jpegs = [], []
    for number, (pixels, box) in enumerate(zip(bare, boxes, strict=True), 1):
        height, width = pixels.shape[:2]
        base, mark = Base(pixels, (width, height)), Mark(viewer, KEY, assets(FLATTENED, number))
        jpegs.append(sealed(base, stamp, STANDARD, mark, "image/jpeg"))
        plans.append(PagePlan(width, height, box[2] - box[0], box[3] - box[1], len(jpegs[-1])))
    pdf = FlattenedPdf(plans, title="", file_id=file_id)
    return b"".join(pdf.piece(number, jpeg) for number, jpeg in enumerate((b"", *jpegs, b"")))
