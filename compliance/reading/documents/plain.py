"""Files that are text themselves: TXT, CSV, and the words of an SVG drawing.

Promises: each line is a piece; of a drawing each run of text, its titles and descriptions, and whether it has more that
may show words: outlines, pictures, letters of its own. Leaves those to people: a drawing is drawn by nobody here. XML
is read without entities and network.
"""

import re

from lxml import etree

from compliance.reading.documents.subtitles import LINE_MAX, SOURCE_MAX_BYTES, decoded
from compliance.reading.documents.taken import Taken
from compliance.reading.errors import TextDamaged
from compliance.reading.pieces import TextPiece

PLAIN_ENDINGS = (".txt", ".csv")
DRAWING_ENDINGS = (".svg",)
WORDS = frozenset({"text", "title", "desc"})
SHOWING = frozenset(
    {"image", "feimage", "font", "glyph", "missing-glyph"}
)  # pictures, and letters that look like others
OUTLINES = frozenset({"path", "polygon", "polyline"})
SHAPES = OUTLINES | {"rect", "circle", "ellipse", "line", "use"}
OUTLINES_MANY = 5  # letters that a designer turned into outlines
SHAPES_MANY = 120  # of any kind: letters may be put together from lines and rectangles
_BEGINNING = re.compile(r"[Mm]")  # of a part of a path: most letters are one or two


def read_plain(source: bytes, taken: Taken) -> None:
    """Line by line, long ones in parts. Raises TextDamaged."""
    if len(source) > SOURCE_MAX_BYTES:
        raise TextDamaged(cause="size")
    for line in decoded(source).splitlines():
        for at in range(0, len(line), LINE_MAX):
            if not taken.add(TextPiece(text=line[at : at + LINE_MAX])):
                return


def read_drawing(source: bytes, taken: Taken) -> None:
    """The words of an SVG, and whether it may show others. Raises TextDamaged."""
    if len(source) > SOURCE_MAX_BYTES:
        raise TextDamaged(cause="size")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise TextDamaged(cause="markup") from error
    taken.drawn = _may_show_more(root)
    for element in root.iter(etree.Element):
        if etree.QName(element).localname not in WORDS:
            continue
        said = "".join(str(part) for part in element.itertext())
        if not taken.add(TextPiece(text=" ".join(said.split())[:LINE_MAX])):
            return


def _may_show_more(root: etree._Element) -> bool:
    """Whether a drawing has more than a few plain shapes."""
    outlines, shapes = 0, 0
    for element in root.iter(etree.Element):
        name = etree.QName(element).localname.lower()
        if name in SHOWING:
            return True
        shapes += name in SHAPES
        outlines += max(1, len(_BEGINNING.findall(element.get("d", "")))) if name == "path" else name in OUTLINES
    return outlines >= OUTLINES_MANY or shapes >= SHAPES_MANY
