"""Markup that a browser would run: HTML is refused, SVG where it is more than a drawing.

Promises: an SVG that passes has no script, no handler, no document inside, nothing from elsewhere and no entities.
Nothing is expanded or fetched on the way: the parser stops at a document type. Leaves drawing to nobody: SVG is not
shown to viewers yet. Names: SVG 2 §15, §16; HTML event handlers begin with `on`.
"""

import re
from collections.abc import Iterator
from xml.parsers import expat

from compliance.detecting.model import Found, Place, Subject

NAME = "markup"
HTML_REFUSED, SVG_ACTIVE, XML_ENTITIES, XML_BROKEN = "html-refused", "svg-active", "xml-entities", "xml-broken"
RULES = frozenset({HTML_REFUSED, SVG_ACTIVE, XML_ENTITIES, XML_BROKEN})
ELEMENTS_MAX = 500_000
DEPTH_MAX = 500
HEAD_BYTES = 4096
_HTML = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|script|iframe|meta|link|base|object|embed|form)\b", re.IGNORECASE
)
_ACTIVE_ELEMENTS = frozenset(
    {
        *("script", "handler", "listener"),
        *("foreignobject", "iframe", "embed", "object", "audio", "video", "canvas"),
    }
)
_REFERENCES = frozenset({"href", "src", "from", "to", "values", "action", "formaction", "data", "by"})
_OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//|\\)", re.IGNORECASE)
_OWN_PICTURE = r"data:image/(?:png|jpeg|gif|webp)"
_PICTURE = re.compile(rf"^\s*{_OWN_PICTURE};base64,", re.IGNORECASE)
_CSS_OUTSIDE = re.compile(rf"@import|expression\s*\(|url\s*\(\s*['\"]?\s*(?!#|{_OWN_PICTURE})", re.IGNORECASE)
_SVG_EXTENSIONS = ("svg",)
_BINARY = frozenset({"pdf", "ai", "docx", "xlsx", "pptx", "zip"})  # which quote markup without being run by a browser


class Markup:
    """The detector."""

    name = NAME
    version = "1"

    def detect(self, subject: Subject) -> Iterator[Found]:
        """As `Detector` says."""
        extension = subject.filename.rpartition(".")[2].lower()
        if extension in _SVG_EXTENSIONS:
            yield from _of_svg(subject)
        elif extension not in _BINARY and _HTML.search(subject.content[:HEAD_BYTES].replace(b"\0", b"")):
            yield _found(HTML_REFUSED)


DETECTOR = Markup()


class _Stop(Exception):
    """Enough is known."""


class _Reader:
    """Collects what is active; stops at a document type."""

    def __init__(self) -> None:
        self.met: dict[str, int] = {}
        self.entities = False
        self._elements, self._depth = 0, 0
        self._in_style = False

    def meet(self, kind: str) -> None:
        """One more of this kind."""
        self.met[kind] = self.met.get(kind, 0) + 1

    def doctype(self, *_: object) -> None:
        """Entities are declared there, and files are read."""
        self.entities = True
        raise _Stop

    def instruction(self, *_: object) -> None:
        """Style sheets from elsewhere, and scripts."""
        self.meet("instruction")

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._elements, self._depth = self._elements + 1, self._depth + 1
        if self._elements > ELEMENTS_MAX or self._depth > DEPTH_MAX:
            raise ValueError("more than is looked at")
        local = name.rpartition(":")[2].lower()
        self._in_style = local == "style"
        if local in _ACTIVE_ELEMENTS:
            self.meet(local)
        for key, value in attributes.items():
            self._attribute(key.rpartition(":")[2].lower(), value)

    def end(self, _name: str) -> None:
        """An element ends."""
        self._depth -= 1
        self._in_style = False

    def text(self, data: str) -> None:
        """Style sheets stand there."""
        if self._in_style and _CSS_OUTSIDE.search(data):
            self.meet("style")

    def _attribute(self, key: str, value: str) -> None:
        if key.startswith("on"):
            self.meet("handler")
        elif key == "attributename" and value.strip().lower().rpartition(":")[2] in ("href", "src"):
            self.meet("animated-reference")
        elif key in _REFERENCES and _OUTSIDE.match(value) and not _PICTURE.match(value):
            self.meet("reference")
        elif _CSS_OUTSIDE.search(value):
            self.meet("style")


def _of_svg(subject: Subject) -> Iterator[Found]:
    reader, parser = _Reader(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.ProcessingInstructionHandler = reader.instruction
    parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(subject.content, True)  # noqa: FBT003  # expat's own: this is the end
    except _Stop:
        yield _found(XML_ENTITIES)
    except expat.ExpatError:
        yield _found(XML_BROKEN)
    for kind, count in reader.met.items():
        yield _found(SVG_ACTIVE, kind=kind, count=count)


def _found(rule: str, member: str | None = None, **params: str | int) -> Found:
    return Found(detector=NAME, rule=rule, severity="block", place=Place(member=member), params=params, hard=True)
