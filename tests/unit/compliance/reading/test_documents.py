"""What is read out of PDF, Office files and subtitles, and what is said of broken ones."""

import io
import zipfile

import pytest

from compliance.reading import NotReadable, TextDamaged
from compliance.reading.documents.document import read_document
from compliance.reading.documents.taken import Taken
from compliance.reading.limits import TextLimits
from compliance.reading.merging import not_told, with_pages_of
from compliance.reading.pieces import ExtractedText, TextPiece
from tests.unit.compliance.reading.documents import (
    EXCEL,
    PDF_MEDIA_TYPE,
    POWERPOINT,
    WORD,
    brochure,
    letter,
    read,
    said,
    sheets,
    slides,
    turned,
)
from watermark.errors import OfficeTooLarge, PdfDamaged, WatermarkError

SRT = "1\n00:00:01,500 --> 00:00:03,000\n<i>永久有效</i>\n第二行\n\n2\n00:01:00,000 --> 00:01:02,000\n立即预约\n"
VTT = "WEBVTT\n\nNOTE internal\nnot shown\n\nintro\n00:01.500 --> 00:03.000 align:start\n<v 医生>永久有效\n"
ASS = (
    "[Script Info]\nTitle: x\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.50,0:00:03.00,Default,,0,0,0,,{\\pos(1,2)}永久\\N有效, 是的\n"
)


def test_lines_of_a_pdf_have_their_boxes_and_columns_stay_apart() -> None:
    """Two columns on one height are two pieces; the note and the title are told; the drawn page is to be looked at."""
    taken = read(brochure(), PDF_MEDIA_TYPE)
    lines = {each.text: each.box for each in taken.pieces if each.page == 1 and each.source == "layer"}
    assert list(lines) == ["效果保证，永久有效", "左栏文字", "右栏文字"]
    left, right = lines["左栏文字"], lines["右栏文字"]
    assert left is not None
    assert right is not None
    assert left[1] == right[1]
    assert left[2] < 500 < right[0]
    assert {("metadata/Title", "夏季活动"), (None, "批注：内部资料")} <= set(said(taken))
    assert (2, [2]) == (taken.page_count, taken.pictured)


def test_a_turned_page_has_the_boxes_that_people_see() -> None:
    """What stands upper left on the sheet is upper right once the page is shown turned clockwise."""
    box = read(turned(), PDF_MEDIA_TYPE).pieces[0].box
    assert box is not None
    assert box[0] > 900
    assert box[3] - box[1] > box[2] - box[0]


def test_office_files_say_what_their_pages_hide() -> None:
    """Headers, notes, comments, hidden slides and hidden sheets are read, each with its name."""
    assert [("word/document.xml", "正文：疗效最佳"), ("word/document.xml", "项目")] == said(read(letter(), WORD))[:2]
    assert ("word/header1.xml", "页眉") in said(read(letter(), WORD))
    assert [("slide 1", "标题"), ("slide 1, notes", "备注：保证疗效"), ("slide 2, hidden", "隐藏页")] == said(
        read(slides(), POWERPOINT)
    )
    assert [
        ("Sheet, 1", "项目\t980"),
        ("内部, 3, hidden", "底价 300"),
        ("xl/comments/comment1.xml", "批注内容"),
    ] == said(read(sheets(), EXCEL))


@pytest.mark.parametrize(("name", "text"), [("a.srt", SRT), ("a.VTT", VTT), ("a.ass", ASS)])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_captions_have_their_moments(name: str, text: str, encoding: str) -> None:
    """Tags, notes and styles are no words; the first caption stands from 1.5 to 3 seconds."""
    first = read(text.encode(encoding), "application/octet-stream", name).pieces[0]
    assert first.text.startswith("永久")
    assert (1500, 3000, "subtitle") == (first.start_ms, first.end_ms, first.source)
    assert "<" not in first.text
    assert "{" not in first.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("name", ["a.txt", "price.CSV"])
def test_text_files_are_read_line_by_line(name: str, encoding: str) -> None:
    """Whatever they are called by their bytes, lines of .txt and .csv are what the rules see."""
    found = read("国家级团队\n\n永久,980\n".encode(encoding), "application/octet-stream", name)
    assert (["国家级团队", "永久,980"], True) == ([each.text for each in found.pieces], found.complete)


def test_the_words_of_a_drawing_are_read() -> None:
    """Text in spans, titles and descriptions; no styles, and entities stay as they are written."""
    drawing = (
        '<!DOCTYPE svg [<!ENTITY x "秘密">]><svg xmlns="http://www.w3.org/2000/svg"><title>海报</title><style>a{}</style>'
        "<text>最<tspan>佳</tspan></text><desc>说明&x;</desc></svg>"
    )
    assert ["海报", "最佳", "说明&x;"] == [
        each.text for each in read(drawing.encode(), "image/svg+xml", "a.svg").pieces
    ]
    with pytest.raises(TextDamaged):
        read(b"<svg>", "image/svg+xml", "a.svg")


LETTERS = '<path d="M0 0L9 9z M2 2l3 3z"/>' * 3


@pytest.mark.parametrize(
    ("inside", "drawn"),
    [
        ("<text>最佳</text><rect/><circle/>", False),
        ('<path d="M0 0L9 9z"/><polygon/>', False),
        (LETTERS, True),
        (f"<defs><symbol>{LETTERS}</symbol></defs>", True),
        ("<image/>", True),
        ("<font><glyph/></font><text>a</text>", True),
        ("<rect/>" * 120, True),
    ],
    ids=["words", "a-logo", "outlines", "outlines-to-be-used", "a-picture", "letters-of-its-own", "many-shapes"],
)
def test_a_drawing_that_may_show_more_says_so(inside: str, *, drawn: bool) -> None:
    """Words that nothing spells are for people: outlines, pictures, letters of its own; a few shapes are none."""
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    said = read(drawing.encode(), "image/svg+xml", "a.svg").text()
    assert drawn == said.drawn == ExtractedText.from_json(said.to_json()).drawn


def test_what_is_no_text_is_named() -> None:
    """Kinds without a reader, broken archives and broken PDFs each end as an error with a slug."""
    with pytest.raises(NotReadable):
        read(b"\0", "application/octet-stream", "a.bin")
    with pytest.raises(TextDamaged):
        read(b"PK\3\4 nothing", WORD)
    with pytest.raises(PdfDamaged):
        read(b"%PDF-1.7 nothing", PDF_MEDIA_TYPE)
    with pytest.raises(TextDamaged):
        read(b"\xff\xfe\xff", "application/octet-stream", "a.srt")


def test_a_bomb_is_not_unpacked() -> None:
    """An Office file whose list promises too much is refused by its list."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"\0" * (20 << 20))
    with pytest.raises(OfficeTooLarge):
        read(packed.getvalue(), WORD)


def test_entities_of_a_document_are_not_followed() -> None:
    """A paragraph that names a file of the machine is read without it, or the document is damaged."""
    source = io.BytesIO(letter())
    changed = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "word/document.xml":
                head, tail = body.split(b"?>", 1)
                body = (
                    head
                    + b'?><!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                    + tail.replace("正文".encode(), b"&x;")
                )
            new.writestr(name, body)
    try:
        texts = said(read(changed.getvalue(), WORD))
    except WatermarkError:
        return
    assert not any("root:" in text for _, text in texts)


def test_too_much_text_is_cut_and_said_so() -> None:
    """Beyond the limit nothing is kept, and the text is not complete."""
    taken = read_document(SRT.encode(), "", "a.srt", Taken(limits=TextLimits(pieces_max=1)))
    assert (1, False) == (len(taken.pieces), taken.text().complete)


def test_an_office_file_is_read_by_the_pages_it_is_shown_as() -> None:
    """Lines that its PDF shows are told with page and box; only the rest is told by its part."""
    shown = read(brochure(), PDF_MEDIA_TYPE).text()
    file = Taken()
    file.add(TextPiece(text="效果保证， 永久有效", member="word/document.xml", source="member"))
    file.add(TextPiece(text="备注：勿外传", member="word/comments.xml", source="notes"))
    merged = with_pages_of(file.text(), shown)
    assert [*(each.text for each in shown.pieces), "备注：勿外传"] == [each.text for each in merged.pieces]
    assert 2 == merged.page_count


def test_what_is_recognised_is_not_told_twice() -> None:
    """A recognised line that the layer has is left out; one that only the picture shows is kept."""
    layer = [TextPiece(text="效果保证，永久有效", page=1)]
    recognised = [TextPiece(text=each, page=1, source="ocr") for each in ("永久有效", "首家")]
    assert ["首家"] == [each.text for each in not_told(recognised, layer)]
