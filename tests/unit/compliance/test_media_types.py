"""What a file is, by its first bytes."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from compliance.media_types import (
    EXTENSIONS,
    HEAD_BYTES,
    PDF,
    TAIL_BYTES,
    UNKNOWN,
    ZIP,
    Doubt,
    extension_of,
    named_as,
    needs_tail,
    recognise,
    shown_as,
)
from tests.unit.watermark.sample_images import heic, saved
from watermark.media_types import EXCEL, IMAGE_FORMATS, POWERPOINT, WORD


def zipped(*names: str, stored: bytes = b"content", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive with these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name in names:
            archive.writestr(name, stored)
    return out.getvalue()


def streamed(*names: str) -> bytes:
    """The same, as written to a pipe: sizes stand behind the data."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"content")
    return out.getvalue()


@pytest.mark.parametrize("media_type", sorted(IMAGE_FORMATS))
def test_pictures_of_every_format_that_is_rendered_are_recognised(media_type: str) -> None:
    """Each picture format that the renderer draws is known by the bytes that Pillow writes."""
    image = Image.new("RGB", (64, 64))
    head = heic(image) if media_type == "image/heic" else saved(image, IMAGE_FORMATS[media_type])
    assert media_type == recognise(head, "").media_type


@pytest.mark.parametrize(
    ("media_type", "head"),
    [
        (PDF, b"%PDF-1.7\n"),
        ("video/mp4", b"\0\0\0\x20ftypisom\0\0\2\0"),
        ("video/mp4", b"\0\0\0\x20ftypmp42\0\0\2\0"),
        ("video/quicktime", b"\0\0\0\x14ftypqt  \0\0\0\0"),
        ("image/heic", b"\0\0\0\x18ftypheic\0\0\0\0"),
        ("image/heic", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"),
        ("image/avif", b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"),
        ("image/heic", b"\0\0\0\x10ftypmif1\0\0\0\0mif1avif"),  # what follows the box says nothing
        ("image/tiff", b"MM\0*\0\0\0\x08"),
        (UNKNOWN, b"<html><script>alert(1)</script>"),
        (UNKNOWN, b""),
        (UNKNOWN, b"\xff\xd8"),
        (UNKNOWN, b"RIFF\0\0\0\0WAVE"),
        (ZIP, b"PK\x05\x06" + bytes(18)),
    ],
)
def test_a_head_tells_its_type(media_type: str, head: bytes) -> None:
    """The signature alone decides; what carries none that we know is of no known type."""
    assert media_type == recognise(head, "").media_type


@pytest.mark.parametrize(
    ("media_type", "names"),
    [
        (WORD, ("[Content_Types].xml", "_rels/.rels", "word/document.xml")),
        (EXCEL, ("_rels/.rels", "docProps/app.xml", "xl/workbook.xml")),
        (POWERPOINT, ("[Content_Types].xml", "docProps/thumbnail.jpeg", "ppt/presentation.xml")),
        (ZIP, ("word/holiday.txt", "photo.jpg")),
        (ZIP, ("a.txt",)),
    ],
)
@pytest.mark.parametrize("archive", [zipped, streamed])
def test_an_office_file_is_known_by_the_names_inside(media_type: str, names: tuple[str, ...], archive: object) -> None:
    """A ZIP with Office's parts is an Office file, however it was written; a folder called word is not enough."""
    assert callable(archive)
    assert media_type == recognise(archive(*names), "").media_type


def test_an_open_document_names_itself() -> None:
    """OpenDocument says its type in a first, uncompressed entry."""
    odt = "application/vnd.oasis.opendocument.text"
    head = zipped("mimetype", stored=odt.encode(), compression=zipfile.ZIP_STORED)
    assert odt == recognise(head, "brief.odt").media_type


def test_an_office_file_inside_an_archive_does_not_make_the_archive_one() -> None:
    """The content of an entry is stepped over, so names inside it count for nothing."""
    inner = zipped("[Content_Types].xml", "word/document.xml", compression=zipfile.ZIP_STORED)
    assert ZIP == recognise(zipped("inner.docx", stored=inner, compression=zipfile.ZIP_STORED), "").media_type


@pytest.mark.parametrize(
    ("head", "filename"),
    [
        (zipped("a.txt"), "brochure.pdf"),
        (b"MZ\x90\0", "brochure.pdf"),
        (b"%PDF-1.4", "brochure.pdf.exe"),
        (b"\x89PNG\r\n\x1a\n", "poster.jpg"),
    ],
)
def test_a_name_that_claims_something_else_is_told(head: bytes, filename: str) -> None:
    """The bytes decide the type, and the reviewer hears that the name says otherwise."""
    found = recognise(head, filename)
    extension = extension_of(filename)
    assert (Doubt("extension-mismatch", {"extension": extension, "media_type": found.media_type}),) == found.doubts


@pytest.mark.parametrize(
    ("head", "filename"),
    [
        (b"%PDF-1.4", "Brochure.PDF"),
        (b"%PDF-1.4", "brochure"),
        (b"%PDF-1.4", ".pdf"),
        (b"%PDF-1.4", ""),
        (b"8BPS\0\1", "poster.psd"),
        (zipped("[Content_Types].xml", "word/document.xml"), "macros.docm"),
    ],
)
def test_a_fitting_or_silent_name_raises_no_doubt(head: bytes, filename: str) -> None:
    """A matching extension, none at all, or an unknown one on unknown bytes is nothing to report."""
    assert () == recognise(head, filename).doubts


def test_a_pdf_behind_other_bytes_is_a_pdf_with_a_doubt() -> None:
    """Readers open a PDF whose header stands within the first KiB, so it counts as one, and the reviewer is told."""
    found = recognise(b"\r\n" * 10 + b"%PDF-1.4", "brochure.pdf")
    assert (PDF, (Doubt("leading-bytes", {"bytes": 20}),)) == (found.media_type, found.doubts)


def test_a_pdf_header_too_far_behind_counts_for_nothing() -> None:
    """Beyond the first KiB no reader looks for it."""
    assert UNKNOWN == recognise(b" " * 1024 + b"%PDF-1.4", "").media_type


def test_a_picture_that_is_also_a_pdf_is_told() -> None:
    """A JPEG with a PDF header in its comment opens as either: it goes as the first, with a doubt that names both."""
    found = recognise(b"\xff\xd8\xff\xfe\x00\x20%PDF-1.4\n", "poster.jpg")
    assert "image/jpeg" == found.media_type
    assert (Doubt("two-formats", {"media_type": "image/jpeg", "other": PDF}),) == found.doubts


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_under_any_name_have_one_known_type(head: bytes, filename: str) -> None:
    """Whatever comes, the answer is a type of the list, and asking again gives the same."""
    found = recognise(head, filename)
    assert found.media_type in {*EXTENSIONS, UNKNOWN}
    assert found == recognise(head, filename)


@given(st.binary(max_size=200), st.integers(0, 60))
def test_a_broken_archive_is_still_only_an_archive(tail: bytes, cut: int) -> None:
    """Sizes that lie and headers that end early neither loop nor raise."""
    whole = zipped("[Content_Types].xml", "word/document.xml")
    assert recognise(whole[: 4 + cut] + tail, "").media_type in {ZIP, WORD}


def test_a_name_beyond_the_head_is_not_waited_for() -> None:
    """An archive whose first entry fills the head is an archive: nothing behind the head is asked for."""
    whole = zipped("big.bin", "[Content_Types].xml", "word/document.xml", stored=bytes(HEAD_BYTES), compression=0)
    assert ZIP == recognise(whole[:HEAD_BYTES], "").media_type


def test_the_list_at_the_end_of_an_archive_tells_more_than_its_front() -> None:
    """A presentation that begins with a film of megabytes is one all the same; a list cut off says nothing."""
    whole = zipped(
        "ppt/media/film.mp4", "[Content_Types].xml", "ppt/presentation.xml", stored=bytes(HEAD_BYTES), compression=0
    )
    head, tail = whole[:HEAD_BYTES], whole[-TAIL_BYTES:]
    assert needs_tail(head)
    assert (ZIP, POWERPOINT) == (recognise(head, "").media_type, recognise(head, "", tail).media_type)
    assert ZIP == recognise(head, "", tail[-60:]).media_type


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_end_of_an_archive_is_answered(middle: bytes, tail: bytes) -> None:
    """Whatever bytes stand there, the answer is a type."""
    head = zipped("a.txt")
    for end in (tail, head + middle, middle + head[-22:], head[:-22] + middle + head[-22:]):
        assert recognise(head, "", end).media_type


@pytest.mark.parametrize(
    ("expected", "filename", "media_type"),
    [
        ("slides.pdf", "slides.pptx", PDF),
        ("slides.pdf", "slides.PDF", PDF),
        ("poster.jpg", "poster.tiff", "image/jpeg"),
        ("poster.jpeg", "poster.jpeg", "image/jpeg"),
        ("v1.2.pdf", "v1.2", PDF),
        ("手册.pdf", "手册", PDF),
        ("", "", PDF),
        ("a.bin", "a.bin", UNKNOWN),
    ],
)
def test_a_copy_is_named_as_what_it_is(expected: str, filename: str, media_type: str) -> None:
    """The ending follows the type; an ending that claims no type is part of the name."""
    assert expected.lower() == named_as(filename, media_type).lower()


def test_office_files_are_shown_as_pdf_and_nothing_else_is() -> None:
    """Of everything else copies are made of itself."""
    assert {PDF} == {shown_as(each) for each in (WORD, EXCEL, POWERPOINT, PDF)}
    assert ["image/png", UNKNOWN, None] == [shown_as(each) for each in ("image/png", UNKNOWN, None)]
