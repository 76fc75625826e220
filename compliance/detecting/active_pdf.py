"""What is active in a PDF: scripts, actions that start or send something, files inside, what comes from elsewhere.

Every object is walked, those in object streams too, whether anything refers to it or not; the bytes alone are never
searched. Promises: one finding for each kind of activity and page, with the box of the annotation that carries it where
there is one. Leaves what is drawn to the renderer. Keys and action types: ISO 32000-2 §12.6, §12.7, §7.11, §13.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

from compliance.detecting.model import Box, Found, Place, Subject
from compliance.detecting.pdf_bombs import is_bomb

NAME = "pdf-active"
ACTIVE, LINKS, ENCRYPTED, UNREADABLE, BOMB = (
    "pdf-active",
    "pdf-links",
    "pdf-password",
    "pdf-unreadable",
    "pdf-bomb",
)
RULES = frozenset({ACTIVE, LINKS, ENCRYPTED, UNREADABLE, BOMB})
PDF = "application/pdf"
VALUES_MAX = 5_000_000  # that are walked; a file with more comes to no result
PAGES_MAX = 2_000  # whose annotations are looked up for a place
DEPTH_MAX = 200

# Action types (/S) and what they are called in findings.
_ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/SubmitForm": "submit-form",
    "/ImportData": "import-data",
    "/GoToR": "remote-document",
    "/GoToE": "embedded-document",
    "/Rendition": "rendition",
    "/RichMediaExecute": "rich-media",
    "/Movie": "movie",
    "/Sound": "sound",
    "/GoTo3DView": "3d",
}
_KEYS = {"/JS": "javascript", "/EF": "embedded-file", "/XFA": "xfa", "/RichMediaContent": "rich-media", "/AF": ""}
_TYPES = {"/EmbeddedFile": "embedded-file"}
_SUBTYPES = {"/RichMedia": "rich-media", "/3D": "3d", "/Movie": "movie", "/Sound": "sound", "/Screen": "rendition"}


class PdfActive:
    """The detector."""

    name = NAME
    version = f"2 pikepdf-{pikepdf.__version__}"

    def detect(self, subject: Subject) -> Iterator[Found]:
        """As `Detector` says. A PDF that can't be read to its end is a finding: nobody knows what it does.

        Nothing is repaired: another program would repair it otherwise, and do what was never seen here.
        """
        if subject.media_type != PDF:
            return
        if not subject.whole:
            yield _found(UNREADABLE, Place())
            return
        try:
            with pikepdf.open(BytesIO(subject.content), attempt_recovery=False) as pdf:
                yield from _findings(pdf)
        except pikepdf.PasswordError:
            yield _found(ENCRYPTED, Place())
        except pikepdf.PdfError:
            yield _found(UNREADABLE, Place())


DETECTOR = PdfActive()


def _findings(pdf: pikepdf.Pdf) -> Iterator[Found]:
    places = _places(pdf)
    met: dict[tuple[str, int | None], tuple[Place, int]] = {}
    links: dict[int | None, int] = {}
    for owner, value in _values(pdf):
        place = places.get(owner, Place())
        for kind in _kinds(value):
            first, count = met.get((kind, place.page), (place, 0))
            met[kind, place.page] = (first, count + 1)
        if isinstance(value, pikepdf.Stream) and is_bomb(value):
            yield _found(BOMB, place)
        if value.get("/S") == "/URI":
            links[place.page] = links.get(place.page, 0) + 1
    for (kind, _), (place, count) in met.items():
        yield _found(ACTIVE, place, kind=kind, count=count)
    for page, count in links.items():
        yield Found(detector=NAME, rule=LINKS, severity="review", place=Place(page=page), params={"count": count})


def _kinds(value: Any) -> set[str]:
    """What this dictionary does."""
    kinds = {kind for key, kind in _KEYS.items() if kind and key in value}
    for key, table in (("/S", _ACTIONS), ("/Type", _TYPES), ("/Subtype", _SUBTYPES)):
        said = value.get(key)
        if isinstance(said, pikepdf.Name) and str(said) in table:
            kinds.add(table[str(said)])
    if value.get("/FS") == "/URL" or (isinstance(value, pikepdf.Stream) and "/F" in value):
        kinds.add("remote-file")
    return kinds


def _values(pdf: pikepdf.Pdf) -> Iterator[tuple[tuple[int, int], Any]]:
    """Every dictionary (a stream's too), with the indirect object that it stands in; the trailer's as (0, 0)."""
    walked = 0
    for root in (*pdf.objects, pdf.trailer):
        if not isinstance(root, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array):
            continue  # a number or a word by itself, which is Python's then
        owner = root.objgen
        waiting: list[tuple[Any, int]] = [(root, 0)]
        while waiting:
            value, depth = waiting.pop()
            walked += 1
            if walked > VALUES_MAX or depth > DEPTH_MAX:
                raise ValueError("more than can be walked")
            if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
                yield owner, value
                children = [value.get(key) for key in value.keys()]  # noqa: SIM118  # pikepdf's, not a dict's
            elif isinstance(value, pikepdf.Array):
                children = list(value)
            else:
                continue
            waiting += [(each, depth + 1) for each in children if _is_direct_container(each)]


def _is_direct_container(value: Any) -> bool:
    """What is referred to is walked as an object of its own."""
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def _places(pdf: pikepdf.Pdf) -> dict[tuple[int, int], Place]:
    """Of annotations and their actions, and of pages: which page, and where on it."""
    places: dict[tuple[int, int], Place] = {}
    for number, page in enumerate(pdf.pages, start=1):
        if "/Kids" in page.obj or "/Pages" in page.obj:
            raise pikepdf.PdfError("a page that is no page")
        if number > PAGES_MAX:
            break
        places.setdefault(page.obj.objgen, Place(page=number))
        annotations = page.obj.get("/Annots")
        if not isinstance(annotations, pikepdf.Array):
            continue
        for each in annotations:
            if isinstance(each, pikepdf.Dictionary):
                _place_annotation(places, number, page, each)
    return places


def _place_annotation(places: dict[tuple[int, int], Place], number: int, page: pikepdf.Page, annotation: Any) -> None:
    place = Place(page=number, box=_box(page, annotation))
    for value in (annotation, annotation.get("/A"), annotation.get("/AA")):
        if isinstance(value, pikepdf.Dictionary) and value.is_indirect:
            places[value.objgen] = place


def _box(page: pikepdf.Page, annotation: Any) -> Box | None:
    """In thousandths of the page as it lies in the file, without its rotation; None for nonsense."""
    try:
        left, bottom, right, top = (float(each) for each in page.cropbox)
        x0, y0, x1, y1 = (float(each) for each in annotation["/Rect"])
        if page.obj.get("/Rotate", 0) or right <= left or top <= bottom:
            return None
        across = sorted((_thousandths(x0 - left, right - left), _thousandths(x1 - left, right - left)))
        down = sorted((_thousandths(top - y0, top - bottom), _thousandths(top - y1, top - bottom)))
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return None
    return across[0], down[0], across[1], down[1]


def _thousandths(part: float, whole: float) -> int:
    return round(1000 * min(1.0, max(0.0, part / whole)))


def _found(rule: str, place: Place, **params: str | int) -> Found:
    return Found(detector=NAME, rule=rule, severity="block", place=place, params=params, hard=True)
