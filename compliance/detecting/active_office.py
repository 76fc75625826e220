"""What is active in an Office file: macros, programs inside, what comes from elsewhere, fields that run commands.

Promises: every part and every relationship is looked at, within bounds; document types in XML, where entities are
declared, are refused wherever they stand; then oletools says whether there are macros that the parts did not show.
Leaves sizes and names to `archives`, and what is drawn to the converter. Formats: ECMA-376 parts 1 and 2, MS-OVBA,
MS-OFFMACRO, OpenDocument 1.3 parts 2 and 3.
"""

import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from typing import Any
from xml.parsers import expat

from compliance.detecting.model import Found, Place, Subject
from compliance.detecting.types import DETECTOR as FILE_TYPE
from compliance.detecting.zips import Damaged, TooMuch, opened, read
from watermark.media_types import EXCEL, OFFICE_MEDIA_TYPES

NAME = "office-active"
MACROS, EMBEDDED, EXTERNAL, COMMANDS, ENTITIES, UNREADABLE = (
    "office-macros-inside",
    "office-embedded",
    "office-external",
    "office-commands",
    "office-entities",
    "office-unreadable",
)
RULES = frozenset({MACROS, EMBEDDED, EXTERNAL, COMMANDS, ENTITIES, UNREADABLE})
PART_MAX_BYTES = 64 << 20
PARTS_MAX_BYTES = 256 << 20
ELEMENTS_MAX = 2_000_000
DEPTH_MAX = 1_000
INSTRUCTION_MAX = 4_000  # characters of a field that are looked at; what it does stands first
XML_HEAD_BYTES = 256

_MACRO_PARTS = re.compile(
    r"(?:^|/)vba(?:Project|Data)[^/]*\.(?:bin|xml)$|^Basic/|^Scripts/|(?:^|/)macrosheets/|(?:^|/)intlmacrosheets/"
    r"|(?:^|/)dialogsheets/|(?:^|/)customUI/|(?:^|/)attachedToolbars\.bin$",
    re.IGNORECASE,
)
_OBJECT_PARTS = re.compile(
    r"(?:^|/)oleObject[^/]*$|(?:^|/)activeX/|(?:^|/)embeddings/(?![^/]*\.xlsx$)|(?:^|/)ctrlProps/"
    r"|^Object \d+/|^ObjectReplacements/.*\.bin$",
    re.IGNORECASE,
)
_PROGRAMS = re.compile(r"\.(?:exe|dll|scr|com|bat|cmd|ps1|vbs|js|jse|wsf|hta|lnk|jar|msi|sh|swf)$", re.IGNORECASE)
_MACRO_TYPES = re.compile(r"macroEnabled|vbaProject|macrosheet|dialogsheet|activeX|oleObject", re.IGNORECASE)
_XML_PARTS = re.compile(r"\.(?:xml|rels|vml|xhtml)$", re.IGNORECASE)
_COMMAND_FIELDS = re.compile(
    r"\s*(?:(?:DDE|DDEAUTO|INCLUDETEXT|IMPORT|MACROBUTTON|LINK)(?![A-Za-z])|INCLUDEPICTURE\s.*?(?:[a-z]{2,10}:|\\\\\\\\))",
    re.IGNORECASE | re.DOTALL,
)
_FETCHED = "INCLUDEPICTURE"
_WORKBOOKS = re.compile(r"(?:^|/)embeddings/[^/]*\.xlsx$", re.IGNORECASE)  # the data behind a chart
_COMMAND_ELEMENTS = frozenset({"ddeLink", "oleLink", "dde-source", "dde-connection-decl", "event-listener", "script"})
_CLICKED = ("/hyperlink",)  # what opens only when somebody clicks on it


class OfficeActive:
    """The detector."""

    name = NAME
    version = f"2 oletools-{version('oletools')}"

    def detect(self, subject: Subject) -> Iterator[Found]:
        """As `Detector` says. What can't be read to its end is a finding."""
        if subject.media_type not in OFFICE_MEDIA_TYPES:
            return
        if not subject.whole:
            yield _found(UNREADABLE)
            return
        try:
            with opened(subject.content) as archive:
                yield from _of_names(archive)
                yield from _of_parts(archive)
        except (Damaged, TooMuch, expat.ExpatError):
            yield _found(UNREADABLE)
            return
        if _macros_by_oletools(subject):
            yield _found(MACROS, kind="vba")


DETECTOR = OfficeActive()


def _of_names(archive: zipfile.ZipFile) -> Iterator[Found]:
    for name in archive.namelist():
        plain = name.replace("\\", "/")
        if _MACRO_PARTS.search(plain):
            yield _found(MACROS, name, kind="part")
        elif _OBJECT_PARTS.search(plain) or _PROGRAMS.search(plain):
            yield _found(EMBEDDED, name)


def _of_parts(archive: zipfile.ZipFile) -> Iterator[Found]:
    left = PARTS_MAX_BYTES
    for entry in archive.infolist():
        if _WORKBOOKS.search(entry.filename.replace("\\", "/")):
            content = read(archive, entry, min(PART_MAX_BYTES, left))
            left -= len(content)
            if not _is_plain_workbook(content):
                yield _found(EMBEDDED, entry.filename)
            continue
        if not _XML_PARTS.search(entry.filename) and not _looks_like_xml(archive, entry):
            continue
        content = read(archive, entry, min(PART_MAX_BYTES, left))
        left -= len(content)
        part = _read_part(content)
        if part.entities:
            yield _found(ENTITIES, entry.filename)
        for rule, kinds in (
            (MACROS, part.macro_types),
            (EXTERNAL, part.external),
            (COMMANDS, part.commands),
        ):
            for kind, count in kinds.items():
                yield _found(rule, entry.filename, kind=kind, count=count)


def _looks_like_xml(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """A part may have any name: its type stands elsewhere. Raises Damaged."""
    try:
        with archive.open(entry) as source:
            head = source.read(XML_HEAD_BYTES)
    except Exception as error:  # as in `read`
        raise Damaged from error
    return (
        head.replace(b"\0", b"")
        .lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        .startswith((b"<?xml", b"<w:", b"<Rel", b"<!DOC"))
    )


def _is_plain_workbook(content: bytes) -> bool:
    """Whether it is what it is called, with nothing active in it and no further file. Raises Damaged, TooMuch."""
    with opened(content) as archive:
        if any("embeddings/" in name.replace("\\", "/").lower() for name in archive.namelist()):
            return False
    inside = Subject(content=content, tail=content, size_bytes=len(content), media_type=EXCEL, filename="a.xlsx")
    return not any(True for detector in (FILE_TYPE, DETECTOR) for _ in detector.detect(inside))


class _Stop(Exception):
    """A document type: nothing behind it is read."""


class _Part:
    """What one part of XML says."""

    def __init__(self) -> None:
        self.entities = False
        self.macro_types: Counter[str] = Counter()
        self.external: Counter[str] = Counter()
        self.commands: Counter[str] = Counter()
        self._elements, self._depth = 0, 0
        self._collecting = False
        self._instructions: list[str] = [""]  # of the fields that are open, the innermost last

    def doctype(self, *_: object) -> None:
        self.entities = True
        raise _Stop

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._elements, self._depth = self._elements + 1, self._depth + 1
        if self._elements > ELEMENTS_MAX or self._depth > DEPTH_MAX:
            raise TooMuch
        local = name.rpartition(":")[2]
        self._collecting = local in ("instrText", "delInstrText")
        if local in _COMMAND_ELEMENTS:
            self.commands[local] += 1
        by_name = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if local == "fldChar":
            self._field(by_name.get("fldCharType", ""))
        if local == "fldSimple" and _COMMAND_FIELDS.match(by_name.get("instr", "")):
            self.commands["field"] += 1
        if local in ("Override", "Default") and _MACRO_TYPES.search(by_name.get("ContentType", "")):
            self.macro_types["type"] += 1
        if local == "Relationship":
            self._relationship(by_name)

    def end(self, _name: str) -> None:
        self._depth -= 1
        self._collecting = False

    def text(self, data: str) -> None:
        if self._collecting:
            self._instructions[-1] = (self._instructions[-1] + data).lstrip()[:INSTRUCTION_MAX]

    def over(self) -> None:
        while self._instructions:
            self._tell_instruction()

    def _field(self, kind: str) -> None:
        """A field's words may be spread over runs and paragraphs, with other fields between them."""
        if kind == "begin":
            if len(self._instructions) > DEPTH_MAX:
                raise TooMuch
            if len(self._instructions) > 1 and not self._instructions[-1]:
                self.commands["field"] += 1  # what it does is computed by a field within it
            self._instructions.append("")
        elif kind == "end" and len(self._instructions) > 1:
            self._tell_instruction()

    def _tell_instruction(self) -> None:
        said = self._instructions.pop()
        padded = len(said) == INSTRUCTION_MAX and said[: len(_FETCHED)].upper() == _FETCHED
        if padded or _COMMAND_FIELDS.match(said):
            self.commands["field"] += 1

    def _relationship(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2] or "-"
        outside = attributes.get("TargetMode", "").strip().lower() == "external"
        clicked = attributes.get("Type", "").endswith(_CLICKED)
        target = attributes.get("Target", "").strip().lower()
        if outside and (not clicked or not target.startswith(("http://", "https://", "mailto:", "tel:", "#"))):
            self.external[kind] += 1
        if kind in ("vbaProject", "oleObject", "control", "attachedToolbars", "xlMacrosheet", "xlIntlMacrosheet"):
            self.macro_types[kind] += 1


def _read_part(content: bytes) -> _Part:
    """Raises ExpatError for what is no XML, TooMuch."""
    part, parser = _Part(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = part.doctype
    parser.StartElementHandler, parser.EndElementHandler = part.begin, part.end
    parser.CharacterDataHandler = part.text
    with suppress(_Stop):
        parser.Parse(content, True)  # noqa: FBT003  # expat's own: this is the end
    part.over()
    return part


def _macros_by_oletools(subject: Subject) -> bool:
    """What it lets out is a finding too, by whoever called: nobody knows what such a file does."""
    parser = _parser_of_macros()(subject.filename, data=subject.content)
    try:
        return bool(parser.detect_vba_macros() or parser.detect_xlm_macros())
    finally:
        parser.close()


@cache
def _parser_of_macros() -> Any:
    """Loaded when first asked. It uses names that pyparsing has renamed, and is warned of each."""
    with warnings.catch_warnings(action="ignore"):
        from oletools.olevba import VBA_Parser  # noqa: PLC0415  # heavy
    return VBA_Parser


def _found(rule: str, member: str | None = None, **params: str | int) -> Found:
    return Found(detector=NAME, rule=rule, severity="block", place=Place(member=member), params=params, hard=True)
