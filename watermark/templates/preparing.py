"""A PDF rewritten once into a template: the same pages, with slots of fixed length where a viewer's bytes go.

Promises: the template is a whole, valid PDF, written in one pass and handed on in pieces while that lasts; the slot
map says where its slots lie. Everything that can be wrong with a PDF ends in a `WatermarkError`. For the shared level
no content stream is decoded, for the interleaved one within the bounds of `interleaving`. Leaves memory and time, as
hostile files may want them, to the process that calls (`worker`).
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pikepdf
from pikepdf import Array, ObjectStreamMode, Pdf, StreamDecodeLevel, String

from watermark.errors import PdfDamaged, PdfEmpty, PdfEncrypted, TooManyPages
from watermark.findings import Finding
from watermark.pdf import count_pages
from watermark.templates import placing
from watermark.templates.cleaning import clean
from watermark.templates.forms import HIDDEN_SHORT_SIDE_PX, Frames, HiddenSize, contents
from watermark.templates.interleaving import interleave
from watermark.templates.markers import Markers, Scanner
from watermark.templates.slots import Level, SlotMap

PAGES_MAX = 10_000
PIECE_BYTES = 1024 * 1024
# Of what the source had not packed. The next levels make the tagged book of the benchmarks smaller by 0.1 %, and take a
# sixth more of the time that writing it needs.
FLATE_LEVEL: Final = 1
# What pikepdf lets out where a structure is not what its place in the file says; MemoryError is none of them.
_STRUCTURE_ERRORS = (
    pikepdf.PdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)


@dataclass(frozen=True)
class Prepared:
    """What there is beside the template's bytes: where its slots lie, and what a copy does not take along."""

    slot_map: SlotMap
    findings: tuple[Finding, ...]


def prepare(
    source: bytes,
    *,
    level: Level = Level.SHARED,
    title: str = "",
    pages_max: int = PAGES_MAX,
    hidden_short_side_px: int = HIDDEN_SHORT_SIDE_PX,
) -> tuple[bytes, SlotMap]:
    """`prepare_into`, the template in memory."""
    pieces: list[bytes] = []
    prepared = prepare_into(
        source, pieces.append, level=level, title=title, pages_max=pages_max, hidden_short_side_px=hidden_short_side_px
    )
    return b"".join(pieces), prepared.slot_map


def prepare_into(
    source: bytes | Path,
    write: Callable[[bytes], object],
    *,
    level: Level = Level.SHARED,
    title: str = "",
    pages_max: int = PAGES_MAX,
    hidden_short_side_px: int = HIDDEN_SHORT_SIDE_PX,
) -> Prepared:
    """Make the template of `source` and hand its bytes to `write`, in order, in pieces of about PIECE_BYTES.

    A path takes less time than the same bytes: qpdf maps it, and asks Python for none of its reads. `title` becomes the
    document's title; whatever the source's information held is dropped. What `write` raises goes through. Raises
    PdfDamaged (also where PDFium finds another number of pages than qpdf), PdfEncrypted (opens only with a password),
    PdfEmpty, TooManyPages, MemoryError.
    """
    with _opened(source) as pdf:
        page_count = _counted(pdf, pages_max)
        if count_pages(source) != page_count:
            raise PdfDamaged  # repaired in two ways: a copy would have other pages than those that were reviewed
        try:
            findings = clean(pdf, title=title)
            shown = [placing.shown(page) for page in pdf.pages]
            boxes, box_of = placing.boxes(shown)
            hidden = HiddenSize.of(boxes[box_of[0]], hidden_short_side_px)
            markers = Markers()
            frames = Frames(pdf, markers, boxes, box_of, hidden)
            lay = interleave if level is Level.INTERLEAVED else _lay_over
            lay(pdf, frames, markers, shown, box_of)
            scanner = Scanner(markers, write)
            _save(pdf, markers, scanner)
        except _STRUCTURE_ERRORS as error:
            raise PdfDamaged from error
    slot_map = SlotMap(
        template_id=markers.template_id,
        level=level,
        size_bytes=scanner.size_bytes,
        page_count=page_count,
        boxes=boxes,
        hidden_width_px=hidden.width_px,
        hidden_height_px=hidden.height_px,
        slots=markers.slots(scanner),
    )
    return Prepared(slot_map, findings)


def _opened(source: bytes | Path) -> Pdf:
    try:
        return Pdf.open(source if isinstance(source, Path) else io.BytesIO(source), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise PdfEncrypted from error
    except _STRUCTURE_ERRORS as error:
        raise PdfDamaged from error


def _counted(pdf: Pdf, pages_max: int) -> int:
    try:
        pages = len(pdf.pages)
    except _STRUCTURE_ERRORS as error:
        raise PdfDamaged from error
    if pages < 1:
        raise PdfEmpty
    if pages > pages_max:
        raise TooManyPages(pages=pages, limit=pages_max)
    return pages


def _lay_over(pdf: Pdf, frames: Frames, _markers: Markers, shown: Sequence[placing.Shown], box_of: list[int]) -> None:
    for page, place, box in zip(pdf.pages, shown, box_of, strict=True):
        frames.lay_over(page, place, box, contents(page))


def _save(pdf: Pdf, markers: Markers, scanner: Scanner) -> None:
    pdf.trailer["/ID"] = Array([String(markers.file_id), String(markers.file_id)])
    pikepdf.settings.set_flate_compression_level(FLATE_LEVEL)  # of the whole process, so said each time
    out = io.BufferedWriter(scanner, PIECE_BYTES)
    pdf.save(
        out,
        static_id=True,  # so that both halves of /ID are known beforehand, and found
        object_stream_mode=ObjectStreamMode.generate,  # small objects packed: files of many objects shrink
        stream_decode_level=StreamDecodeLevel.none,  # what is packed stays as it is, however large it would unpack
        compress_streams=True,
        recompress_flate=False,  # slots are Flate streams already, and must stay the blocks they are
        fix_metadata_version=False,
    )
    out.flush()
    out.detach()
