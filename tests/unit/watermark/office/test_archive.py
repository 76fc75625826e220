"""An Office file as an archive."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import office_files
from watermark.errors import OfficeConversionFailed, OfficeTooLarge, WatermarkError
from watermark.findings import Finding
from watermark.media_types import EXCEL, OPEN_DOCUMENT_PREFIX, POWERPOINT, WORD
from watermark.office import archive
from watermark.office.archive import inspect

ODT = OPEN_DOCUMENT_PREFIX + "text"
MIB = 1 << 20
Write = Callable[[bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts bytes into a file."""

    def written(body: bytes) -> Path:
        path = tmp_path / "source"
        path.write_bytes(body)
        return path

    return written


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (WORD, office_files.docx()),
        (EXCEL, office_files.xlsx()),
        (POWERPOINT, office_files.pptx()),
        (ODT, office_files.zipped(office_files.odt_parts())),
    ],
)
def test_a_plain_document_has_nothing_to_tell(write: Write, media_type: str, body: bytes) -> None:
    """Each kind passes as what it is."""
    assert () == inspect(write(body), media_type)


def test_macros_are_told_by_the_part_or_by_the_type(write: Write) -> None:
    """A project of macros, or a package that says it may have one, is a finding; scripts of OpenDocument are too."""
    parts = office_files.docx_parts("text")
    with_project = {**parts, "word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}
    assert (Finding("office-macros"),) == inspect(write(office_files.zipped(with_project)), WORD)
    main = "application/vnd.ms-word.document.macroEnabled.main+xml"
    typed = office_files.package("word/document.xml", main, {"word/document.xml": b""}, {})
    assert (Finding("office-macros"),) == inspect(write(office_files.zipped(typed)), WORD)
    scripted = {**office_files.odt_parts(), "Basic/Standard/Module1.xml": b"<x/>"}
    assert (Finding("office-macros"),) == inspect(write(office_files.zipped(scripted)), ODT)


def test_what_is_to_be_fetched_is_counted_and_links_to_click_on_are_not(write: Write) -> None:
    """Pictures and data from elsewhere are missing in the pages; a hyperlink takes nothing in."""
    related = [
        ("r1", "image", "https://example.com/a.png"),
        ("r2", "oleObject", "file:///etc/passwd"),
        ("r3", "hyperlink", "https://example.com/"),
        ("r4", "image", "media/b.png"),
    ]
    body = office_files.zipped(office_files.docx_parts("text", related=related))
    assert (Finding("office-linked-content", {"links": 2}),) == inspect(write(body), WORD)


def test_lists_in_utf_16_are_read_too(write: Write) -> None:
    """XML may come in either encoding; neither hides macros."""
    parts = office_files.docx_parts("text")
    types = str(parts["[Content_Types].xml"]).replace("</Types>", '<Override ContentType="a.macroEnabled.b"/></Types>')
    body = office_files.zipped({**parts, "[Content_Types].xml": types.encode("utf-16")})
    assert (Finding("office-macros"),) == inspect(write(body), WORD)


@pytest.mark.parametrize(
    ("expected", "media_type", "body"),
    [
        ("damaged", WORD, b"PK\3\4 and nothing more"),
        ("damaged", WORD, office_files.docx()[:-30]),
        ("damaged", POWERPOINT, office_files.docx()),
        ("damaged", WORD, office_files.zipped({"word/document.xml": b"<x/>"})),
        ("damaged", ODT, office_files.docx()),
        ("password", ODT, office_files.zipped(office_files.odt_parts(manifest="<manifest:encryption-data/>"))),
    ],
)
def test_what_is_no_document_of_its_kind_is_refused(write: Write, expected: str, media_type: str, body: bytes) -> None:
    """No other reader of the converter is ever tried on a file than the one that its type names."""
    with pytest.raises(OfficeConversionFailed) as raised:
        inspect(write(body), media_type)
    assert {"cause": expected} == raised.value.params


def bomb(entries: int, each_bytes: int) -> bytes:
    """An archive of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for number in range(entries):
            made.writestr(f"word/media/{number}", bytes(each_bytes))
    return out.getvalue()


def declared(size_bytes: int) -> bytes:
    """An archive whose only entry says that it expands to so much."""
    body = bytearray(office_files.zipped({"word/media/1": b"x"}))
    at = body.rfind(b"PK\x01\x02")
    body[at + 20 : at + 24] = (size_bytes // 4).to_bytes(4, "little")
    body[at + 24 : at + 28] = size_bytes.to_bytes(4, "little")
    return bytes(body)


@pytest.mark.parametrize(
    ("expected", "made"),
    [
        ("ratio", lambda: bomb(1, 32 * MIB)),
        ("expanded", lambda: declared(archive.EXPANDED_MAX_BYTES + 1)),
        ("entries", lambda: bomb(archive.ENTRIES_MAX + 1, 0)),
        (
            "directory",
            lambda: bytes(22).join((b"", b"PK\x05\x06" + bytes(8) + (64 * MIB).to_bytes(4, "little") + bytes(6))),
        ),
    ],
)
def test_bombs_are_refused_before_anything_is_expanded(write: Write, expected: str, made: Callable[[], bytes]) -> None:
    """Too many entries, too much in all, too good a ratio and too long a list each have their limit."""
    with pytest.raises(OfficeTooLarge) as raised:
        inspect(write(made()), WORD)
    assert expected == raised.value.params["what"]


def test_a_list_of_parts_is_bounded_too(write: Write) -> None:
    """Nothing that is unpacked here is unpacked without bounds."""
    parts = {**office_files.docx_parts("text"), "[Content_Types].xml": bytes(archive.LIST_MAX_BYTES + 1)}
    with pytest.raises(WatermarkError) as raised:
        inspect(write(office_files.zipped(parts)), WORD)
    assert OfficeTooLarge is type(raised.value)
