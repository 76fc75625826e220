"""Hostile files in the confined processes: none passes, none crashes or stalls them, memory stays within bounds."""

from collections import Counter
from dataclasses import replace

import pytest

from compliance.detecting import Detector, Subject
from compliance.detecting.active_office import OfficeActive
from compliance.detecting.active_pdf import PdfActive
from compliance.detecting.registry import OF_FILES, rules
from compliance.media_types import recognise
from compliance.scanning import Inspectors
from tests.brochure import brochure
from tests.hostile import archives, corpus
from tests.hostile.model import Hostile
from tests.hostile.run import LIMITS, MIB, all_looked_at, looked_at
from tests.malformed import seeds
from tests.materials import pdf
from tests.office_files import docx, docx_parts, odt_parts, pptx, xlsx, zipped

COUNT_MIN = 300
EVERY = 15  # `make hostile` looks at all of them
LINKED = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "https://a.example/?link=1&amp;import=2"'
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
OTHERS = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><g id="a"/><use href="#a"/></svg>',
    "srt": b"1\n00:00:01,000 --> 00:00:02,000\nx\n",
}


def honest() -> list[Hostile]:
    """Files that nothing is wrong with, of every kind that is accepted."""
    endings = {"jpeg": "jpg", "tiff": "tif"}
    pictures = {
        f"{name}.{endings.get(name.partition('-')[0], name.partition('-')[0])}": body
        for name, body in seeds.pictures().items()
    }
    documents = {
        "a.pdf": brochure(),
        "b.pdf": pdf(3),
        **{f"{name}.pdf": body for name, body in seeds.pdfs().items()},
        "a.docx": docx("一"),
        "chart.docx": zipped({**docx_parts("一"), "word/embeddings/Microsoft_Excel_Sheet1.xlsx": xlsx("1")}),
        "link.docx": zipped(docx_parts("一", body=LINKED)),
        "a.xlsx": xlsx("1"),
        "a.pptx": pptx("1"),
        "a.odt": zipped(odt_parts()),
        "a.zip": zipped({"a/b.pdf": pdf(), "c.txt": b"text"}),
        "film.mp4": b"\0\0\0\x18ftypmp42" + bytes(12) + b"\0\0\0\x08moov",
        **{f"a.{extension}": body for extension, body in OTHERS.items()},
    }
    return [Hostile(name, name, body) for name, body in {**pictures, **documents}.items()]


async def test_no_hostile_file_passes() -> None:
    """Each has a hard finding, the expected one where one is named, and no process left its bounds."""
    files = list(corpus.some(EVERY))
    outcomes = await all_looked_at(files)
    assert [] == outcomes.passed()
    assert {} == {
        each.name: outcomes.by_name[each.name]
        for each in files
        if each.by and each.by not in outcomes.by_name[each.name]
    }
    assert set() == Counter(outcomes.causes.values()).keys() - {"render-failed"}  # what a library raised; no crash
    assert 0 < outcomes.peak_bytes < 400 * MIB


async def test_no_honest_file_is_held_up() -> None:
    """The detectors don't keep hostile files out by keeping out everything."""
    outcomes = await all_looked_at(honest())
    assert {} == {name: rules for name, rules in outcomes.by_name.items() if rules}


def test_the_corpus_is_large_and_no_file_is_there_twice() -> None:
    """At least three hundred, each under a name of its own, each another; every rule is met by one that expects it."""
    names, bodies, expected = Counter[str](), Counter[tuple[str, int]](), set[str]()
    for each in corpus.light():
        names[each.name] += 1
        bodies[each.filename, hash(each.content)] += 1
        expected.add(each.by)
    assert COUNT_MIN <= len(names)
    assert ({1}, {1}) == (set(names.values()), set(bodies.values()))
    assert {"pdf-links", "html-refused", "picture-unreadable", "pixel-flood", "office-entities", "office-unreadable",
            "type-mismatch", "archive-inside", "appended-data"} >= rules() - expected  # fmt: skip


@pytest.mark.parametrize(
    ("detector", "name", "body"), [(PdfActive(), "a.pdf", pdf()), (OfficeActive(), "a.docx", docx("一"))]
)
def test_the_first_bytes_of_a_file_do_not_stand_for_it(detector: Detector, name: str, body: bytes) -> None:
    """A file too large to be looked at whole is held up, even when what is seen of it is whole by itself."""
    media_type = recognise(body, name, body).media_type
    whole = Subject(content=body, size_bytes=len(body), media_type=media_type, filename=name)
    assert [] == list(detector.detect(whole))
    assert [True] == [each.hard for each in detector.detect(replace(whole, size_bytes=len(body) + 1))]


async def test_a_detector_that_dies_is_a_finding_and_the_next_one_works() -> None:
    """A process that used up its memory is replaced; its detector came to no result, the others did."""
    bomb = next(each for each in archives.files() if each.name == "zip-ratio")
    limits = replace(LIMITS, memory_max_bytes=200 * MIB)  # some libraries do not fit into so little
    async with Inspectors(processes=1, limits=limits) as inspectors:
        met, causes = await looked_at(inspectors, bomb)
    assert set() < causes.keys() < set(OF_FILES)
    assert {"archive-bomb", "detector-failed"} <= met
