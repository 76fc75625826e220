"""An Office file as the ZIP archive it is, looked at before any program opens it.

Promises: what passes is an archive of bounded entries and bounded expanded size that holds a document of the kind it
was taken for; whatever is to be known about it becomes findings. Nothing but the lists of parts is unpacked, and that
within bounds. Leaves to the converter what is in the parts. Formats: PKWARE APPNOTE 4.3, ECMA-376 part 2,
OpenDocument 1.3 part 2.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from watermark.errors import OfficeConversionFailed, OfficeTooLarge
from watermark.findings import Finding
from watermark.media_types import EXCEL, OPEN_DOCUMENT_PREFIX, POWERPOINT, WORD

ENTRIES_MAX = 10_000
EXPANDED_MAX_BYTES = 1 << 30
RATIO_MAX = 200  # of an entry; what Office writes stays below 100
RATIO_FROM_BYTES = 16 << 20  # smaller entries may be as repetitive as they like
LIST_MAX_BYTES = 4 << 20  # of one list of parts
LISTS_MAX_BYTES = 64 << 20  # of all of them
DIRECTORY_MAX_BYTES = 8 << 20

_CONTENT_TYPES, _MANIFEST = "[Content_Types].xml", "META-INF/manifest.xml"
_MAIN = {
    WORD: ("wordprocessingml", "ms-word"),
    EXCEL: ("spreadsheetml", "ms-excel"),
    POWERPOINT: ("presentationml", "ms-powerpoint"),
}
_CONTENT_TYPE = re.compile(r"""ContentType\s*=\s*["']([^"']{1,200})["']""")
_RELATIONSHIP = re.compile(r"<(?:\w{1,20}:)?Relationship\s[^>]{1,8000}>")
_EXTERNAL = re.compile(r"""TargetMode\s*=\s*["']External["']""")
_HYPERLINK = re.compile(r"""Type\s*=\s*["'][^"']{1,200}/hyperlink["']""")
_MACRO_PARTS = re.compile(r"(?:^|/)vbaProject\.bin$|^Basic/|^Scripts/", re.IGNORECASE)
_END_RECORD, _END_RECORD_BYTES, _COMMENT_MAX_BYTES = b"PK\x05\x06", 22, 0xFFFF


def inspect(path: Path, media_type: str) -> tuple[Finding, ...]:
    """What a reviewer should know about this document. Raises OfficeTooLarge, OfficeConversionFailed (param cause)."""
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive)
            return tuple(_findings(archive, media_type))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, UnicodeError, ValueError) as error:
        raise OfficeConversionFailed(cause="damaged") from error


def _check_directory(path: Path) -> None:
    """Before zipfile makes an object of each entry: the list itself may be the bomb."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_RECORD_BYTES - _COMMENT_MAX_BYTES))
        tail = file.read()
    at = tail.rfind(_END_RECORD)
    if at < 0 or len(tail) - at < _END_RECORD_BYTES:
        raise OfficeConversionFailed(cause="damaged")
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    if directory_bytes > DIRECTORY_MAX_BYTES:
        raise OfficeTooLarge(what="directory", found=directory_bytes, limit=DIRECTORY_MAX_BYTES)


def check_sizes(archive: zipfile.ZipFile) -> None:
    """What the list of entries says of them, within bounds. Raises OfficeTooLarge."""
    entries = archive.infolist()
    if len(entries) > ENTRIES_MAX:
        raise OfficeTooLarge(what="entries", found=len(entries), limit=ENTRIES_MAX)
    expanded = sum(each.file_size for each in entries)
    if expanded > EXPANDED_MAX_BYTES:
        raise OfficeTooLarge(what="expanded", found=expanded, limit=EXPANDED_MAX_BYTES)
    for each in entries:
        if each.file_size > RATIO_FROM_BYTES and each.file_size > RATIO_MAX * each.compress_size:
            raise OfficeTooLarge(what="ratio", found=each.file_size // max(1, each.compress_size), limit=RATIO_MAX)


def _findings(archive: zipfile.ZipFile, media_type: str) -> Iterator[Finding]:
    names = archive.namelist()
    if media_type.startswith(OPEN_DOCUMENT_PREFIX):
        types = _open_document(archive, media_type)
    else:
        types = _main_types(archive, media_type)
    if any("macroenabled" in each.lower() for each in types) or any(map(_MACRO_PARTS.search, names)):
        yield Finding("office-macros")
    linked = _linked(archive)
    if linked:
        yield Finding("office-linked-content", {"links": linked})


def _main_types(archive: zipfile.ZipFile, media_type: str) -> list[str]:
    """Every content type the package names; one must be that of a main part of this kind of document."""
    types = _CONTENT_TYPE.findall(_text(archive, _CONTENT_TYPES))
    if not any(each.endswith(".main+xml") and any(word in each for word in _MAIN[media_type]) for each in types):
        raise OfficeConversionFailed(cause="damaged")
    return types


def _open_document(archive: zipfile.ZipFile, media_type: str) -> list[str]:
    """Nothing to name, but the document must be of its kind and open without a password."""
    if _text(archive, "mimetype").strip() != media_type:
        raise OfficeConversionFailed(cause="damaged")
    if "encryption-data" in _text(archive, _MANIFEST):
        raise OfficeConversionFailed(cause="password")
    return []


def _linked(archive: zipfile.ZipFile) -> int:
    """How many pictures, films and data come from outside of the file, links to click on left aside."""
    found, left_bytes = 0, LISTS_MAX_BYTES
    for each in archive.infolist():
        if not each.filename.endswith(".rels"):
            continue
        left_bytes -= each.file_size
        if left_bytes < 0:
            raise OfficeTooLarge(what="expanded", found=LISTS_MAX_BYTES - left_bytes, limit=LISTS_MAX_BYTES)
        relationships = _RELATIONSHIP.findall(_text(archive, each.filename))
        found += sum(bool(_EXTERNAL.search(each) and not _HYPERLINK.search(each)) for each in relationships)
    return found


def _text(archive: zipfile.ZipFile, name: str) -> str:
    """A list of parts, whichever of the two encodings of XML it has."""
    try:
        entry = archive.getinfo(name)
    except KeyError as error:
        raise OfficeConversionFailed(cause="damaged") from error
    if entry.file_size > LIST_MAX_BYTES:
        raise OfficeTooLarge(what="expanded", found=entry.file_size, limit=LIST_MAX_BYTES)
    try:
        content = archive.read(entry)
    except Exception as error:  # zlib.error and whatever else a damaged entry makes the decompressors raise
        raise OfficeConversionFailed(cause="damaged") from error
    return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace")
