"""Files that are text themselves: TXT, CSV, and the words of an SVG drawing.

Promises: each line is a piece; of a drawing each run of text, its titles and descriptions. Leaves letters that a
drawing has as outlines to people: such a drawing is sealed for nobody. XML is read without entities and network.
"""

from lxml import etree

from compliance.reading.documents.subtitles import LINE_MAX, SOURCE_MAX_BYTES, decoded
from compliance.reading.documents.taken import Taken
from compliance.reading.errors import TextDamaged
from compliance.reading.pieces import TextPiece

PLAIN_ENDINGS = (".txt", ".csv")
DRAWING_ENDINGS = (".svg",)
WORDS = frozenset({"text", "title", "desc"})


def read_plain(source: bytes, taken: Taken) -> None:
    """Line by line, long ones in parts. Raises TextDamaged."""
    if len(source) > SOURCE_MAX_BYTES:
        raise TextDamaged(cause="size")
    for line in decoded(source).splitlines():
        for at in range(0, len(line), LINE_MAX):
            if not taken.add(TextPiece(text=line[at : at + LINE_MAX])):
                return


def read_drawing(source: bytes, taken: Taken) -> None:
    """The words of an SVG. Raises TextDamaged."""
    if len(source) > SOURCE_MAX_BYTES:
        raise TextDamaged(cause="size")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise TextDamaged(cause="markup") from error
    for element in root.iter(etree.Element):
        if etree.QName(element).localname not in WORDS:
            continue
        said = "".join(str(part) for part in element.itertext())
        if not taken.add(TextPiece(text=" ".join(said.split())[:LINE_MAX])):
            return
