"""Whether a page of a PDF may show words that its text layer doesn't have: pictures, patterns, drawn letters, stamps.

Promises: says yes when in doubt; what it costs is bounded by the page's objects. Leaves the words to the recogniser.
"""

import ctypes

import pypdfium2
import pypdfium2.raw as pdfium

PICTURES_FROM = 0.003  # of the page's area: two words in small print
SHAPES_MANY = 5  # letters that a designer turned into outlines
PATHS_MANY = 120  # of any kind: letters may be put together from lines and rectangles
SIMPLE_SEGMENTS = 5  # a rectangle: a move, three or four lines
SEGMENTS_MAX = 2_000  # of one path: beyond, it is many shapes
PATTERN_PX_MAX = 4_000_000  # asking for a pattern draws it
NESTED_MAX = 5  # groups in groups
ANNOTATIONS_MAX = 2_000
EMPTY_TEXT_BYTES = 2


def may_show_more(pdf: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> bool:
    """Whether the page has to be looked at."""
    return _annotated(page) or _drawn(pdf, page)


def _annotated(page: pypdfium2.PdfPage) -> bool:
    """An annotation with an appearance of its own: what it shows need not be what it says."""
    count = pdfium.FPDFPage_GetAnnotCount(page.raw)
    return count > ANNOTATIONS_MAX or any(_has_appearance(page, at) for at in range(count))


def _has_appearance(page: pypdfium2.PdfPage, at: int) -> bool:
    note = pdfium.FPDFPage_GetAnnot(page.raw, at)
    if not note:
        return False
    try:
        return int(pdfium.FPDFAnnot_GetAP(note, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0)) > EMPTY_TEXT_BYTES
    finally:
        pdfium.FPDFPage_CloseAnnot(note)


def _drawn(pdf: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> bool:
    width, height = page.get_size()
    pictured, paths, shapes = 0.0, 0, 0
    for each in page.get_objects(max_depth=NESTED_MAX):
        match each.type:
            case pdfium.FPDF_PAGEOBJ_SHADING:
                return True
            case pdfium.FPDF_PAGEOBJ_FORM if each.level >= NESTED_MAX - 1:
                return True
            case pdfium.FPDF_PAGEOBJ_IMAGE:
                if each.level:  # its size is told in the group's own measure
                    return True
                left, bottom, right, top = each.get_bounds()
                pictured += abs((right - left) * (top - bottom))
            case pdfium.FPDF_PAGEOBJ_PATH:
                paths += 1
                shapes += _shapes(each)
                if _patterned(pdf, each):
                    return True
        if paths >= PATHS_MANY or shapes >= SHAPES_MANY or pictured > PICTURES_FROM * width * height:
            return True
    return False


def _shapes(path: pypdfium2.PdfObject) -> int:
    """How many shapes a path draws, filled or in outline, that are more than rectangles."""
    if not any(_painted(path)):
        return 0
    count = pdfium.FPDFPath_CountSegments(path.raw)
    if count > SEGMENTS_MAX:
        return SHAPES_MANY
    kinds = [pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(path.raw, at)) for at in range(count)]
    if count <= SIMPLE_SEGMENTS and pdfium.FPDF_SEGMENT_BEZIERTO not in kinds:
        return 0
    return kinds.count(pdfium.FPDF_SEGMENT_MOVETO)


def _painted(path: pypdfium2.PdfObject) -> tuple[bool, bool]:
    """Whether it is filled, and whether it is stroked."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path.raw, mode, stroke)
    return mode.value != pdfium.FPDF_FILLMODE_NONE, bool(stroke.value)


def _patterned(pdf: pypdfium2.PdfDocument, path: pypdfium2.PdfObject) -> bool:
    """Whether it is filled with a pattern, which may be anything; the largest are taken for one."""
    filled, _ = _painted(path)
    if not filled:
        return False
    left, bottom, right, top = path.get_bounds()
    if abs((right - left) * (top - bottom)) > PATTERN_PX_MAX:
        return True
    bitmap = pdfium.FPDFPageObj_GetRenderedFillPattern(pdf.raw, path.raw)
    if not bitmap:
        return False
    pdfium.FPDFBitmap_Destroy(bitmap)
    return True
