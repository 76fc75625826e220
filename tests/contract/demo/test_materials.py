"""The demo brand's materials: complete, decodable, the same every time, and worded as the law asks."""

import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any, cast

import pypdfium2
import pytest
from PIL import Image, ImageStat
from pypdf import PdfReader

from fileserver.demo import materials
from fileserver.demo.materials import DemoMaterial, catalogue, pictures
from fileserver.demo.materials.brochure import brochure
from fileserver.demo.materials.brochure.story import sections
from fileserver.demo.materials.catalogue import PDF, PPTX

MEGABYTE = 1_000_000
FLAT = 8.0  # standard deviation of a channel below which a picture shows nothing
OFFICE_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
FORBIDDEN = {
    "superlative": r"国家级|世界级|最[高好佳优强大先安有专权便美]|第一|唯一|首[选家]|独家|顶[级尖]|极致|完美|绝对",
    "comparison": r"领先|先进|权威|(?i:leading brand)",
    "promise": r"保证|包治|确保|根治|永久|终身|无副作用|零风险|无痛|有效率|成功率|满意率|(?i:guarantee)",
    "refund": r"立竿见影|无效退款|保险公司",
    "form": r"术前|术后|治疗前后|对比图|专家推荐|(?i:before and after)",
    "sale": r"明星|代言|体验官|热销|抢购|免费|优惠价|特价",
    "drug": r"肉毒|除皱针|瘦脸|水光|干细胞|外泌体|利多卡因|(?i:botul|botox)",
    "english superlative": r"(?i)\b(?:best|perfect|number one|100 ?%|world-class)\b",
}
LAWFUL_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}


@pytest.fixture(scope="module")
def shelf() -> dict[str, bytes]:
    """Every material but the film, drawn once; the film has tests of its own."""
    return {material.slug: material.make() for material in catalogue() if material.media_type != "video/mp4"}


@pytest.fixture(scope="module")
def handbook(shelf: dict[str, bytes]) -> Iterator[pypdfium2.PdfDocument]:
    """The handbook, open."""
    document = pypdfium2.PdfDocument(shelf["training-handbook"])
    yield document
    document.close()


@pytest.fixture
def draft(monkeypatch: pytest.MonkeyPatch) -> None:
    """Photographs a tenth as wide: everything else of a document stays as it is."""
    monkeypatch.setattr(pictures, "PIXELS_PER_MM", 0.5)


def _text(document: pypdfium2.PdfDocument) -> list[str]:
    return [page.get_textpage().get_text_range() for page in document]


def _slides(deck: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(deck)) as archive:
        names = sorted(name for name in archive.namelist() if re.fullmatch(r"ppt/slides/slide\d\.xml", name))
        return ["".join(run.text or "" for run in _tree(archive, name).iter(OFFICE_TEXT)) for name in names]


def _tree(archive: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(archive.read(name))  # noqa: S314 - our own file, made a moment ago


def test_handbook_has_forty_a4_pages(handbook: pypdfium2.PdfDocument) -> None:
    """The handbook is forty A4 pages."""
    assert [(595, 842)] * 40 == [tuple(round(side) for side in page.get_size()) for page in handbook]


def test_every_page_of_the_handbook_can_be_read(handbook: pypdfium2.PdfDocument) -> None:
    """Each page yields Chinese text, and all but the cover's short ones yield English sentences too."""
    texts = _text(handbook)
    assert [] == [number for number, text in enumerate(texts, 1) if not re.search(r"[\u4e00-\u9fff]{2}", text)]
    assert [] == [number for number, text in enumerate(texts, 1) if not re.search(r"[A-Za-z]{3,}", text)]
    assert "Colour is an agreement between light and object." in " ".join(texts[13].split())
    assert "颜色是光与物体之间的约定。" in "".join(texts[13].split())


def test_contents_name_the_page_each_section_opens_on(handbook: pypdfium2.PdfDocument) -> None:
    """The numbers in the contents lead to the openers."""
    texts, parts = _text(handbook), sections()
    numbers = [int(number) for number in re.findall(r"(?:^|\s)(\d\d)\s*$", texts[2], re.MULTILINE)]
    openers = [texts[number - 1].splitlines() for number in numbers[: len(parts)]]
    assert [(part.glyph, part.title_zh) for part in parts] == [
        (part.glyph, part.title_zh)
        for part, lines in zip(parts, openers, strict=True)
        if {part.glyph, part.title_zh} <= set(lines)
    ]


def test_no_text_leaves_the_page_or_covers_other_text(handbook: pypdfium2.PdfDocument) -> None:
    """Lines of type stay inside the page and apart; the great glyphs behind the type are ornaments."""
    clashes: list[tuple[object, ...]] = []
    for number, page in enumerate(handbook, 1):
        width, height = page.get_size()
        reader = page.get_textpage()
        boxes = [reader.get_rect(index) for index in range(reader.count_rects())]
        lines = [box for box in boxes if box[3] - box[1] < 90]
        clashes += [(number, box) for box in lines if box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height]
        clashes += [(number, a, b) for a, b in combinations(lines, 2) if _overlap(a, b)]
    assert [] == clashes


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """True where two boxes share more than the hairline that neighbouring runs of one line may share."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide > 1.5 and high > 1.5


def test_handbook_embeds_its_typeface_as_a_subset(shelf: dict[str, bytes]) -> None:
    """The only font is embedded, as a subset, so that the text looks the same everywhere."""
    fonts: dict[str, set[str]] = {}
    for page in PdfReader(BytesIO(shelf["training-handbook"])).pages:
        for font in cast("Any", page)["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            fonts[descriptor["/FontName"]] = set(descriptor)
    assert 1 == len(fonts)
    name, keys = fonts.popitem()
    assert re.fullmatch(r"/[A-Z]{6}\+NotoSansCJK.*", name)
    assert {"/FontFile2", "/FontFile3"} & keys


def test_no_character_is_missing_from_the_typeface(draft: None, caplog: pytest.LogCaptureFixture) -> None:
    """No box stands where a character should be: the typeface has every one that is set."""
    brochure()
    assert [] == [record.getMessage() for record in caplog.records if "missing" in record.getMessage()]


def test_handbook_pictures_decode(shelf: dict[str, bytes]) -> None:
    """At least twenty photographs, each a whole JPEG of more than a few colours."""
    images = [image for page in PdfReader(BytesIO(shelf["training-handbook"])).pages for image in page.images]
    assert 20 <= len(images)
    for image in images:
        assert image.image is not None
        assert "JPEG" == image.image.format
        assert max(ImageStat.Stat(image.image).stddev) > FLAT


@pytest.mark.parametrize("slug", ["institution-poster", "social-card", "training-poster", "waiting-screen"])
def test_pictures_are_what_their_type_says(slug: str, shelf: dict[str, bytes]) -> None:
    """A poster decodes whole, in the format its media type names, at least 1000 pixels on its short side."""
    material = _named(slug)
    with Image.open(BytesIO(shelf[slug])) as image:
        image.load()
        assert LAWFUL_PICTURES[material.media_type] == image.format
        assert 1000 <= min(image.size)
        assert "RGB" == image.mode


def test_poster_is_printable_and_card_is_square(shelf: dict[str, bytes]) -> None:
    """The poster is 2000 × 3000, the card 1600 × 1600."""
    sizes = [Image.open(BytesIO(shelf[slug])).size for slug in ("institution-poster", "social-card")]
    assert [(2000, 3000), (1600, 1600)] == sizes


def test_guide_has_every_page_geometry(shelf: dict[str, bytes]) -> None:
    """Of six pages one is landscape, one is turned by /Rotate, and one shows less than its media box."""
    pages = PdfReader(BytesIO(shelf["visitor-guide"])).pages
    assert [0, 0, 0, 0, 90, 0] == [page.rotation for page in pages]
    assert [False, False, True, False, False, False] == [page.mediabox.width > page.mediabox.height for page in pages]
    assert [False] * 5 + [True] == [page.cropbox != page.mediabox for page in pages]


def test_turned_page_reads_upright(shelf: dict[str, bytes]) -> None:
    """The page with /Rotate 90 is drawn lying, so that a viewer shows its lines level."""
    with pypdfium2.PdfDocument(shelf["visitor-guide"]) as document:
        page = document[4]
        reader = page.get_textpage()
        start = reader.get_text_range().index("YOUR RIGHTS")
        first, last = reader.get_charbox(start), reader.get_charbox(start + len("YOUR RIGHTS") - 1)
        assert (842, 595) == tuple(round(side) for side in page.get_size())
    assert first[0] == pytest.approx(last[0], abs=3)
    assert first[1] < last[1]


def test_deck_is_a_presentation_of_three_slides(shelf: dict[str, bytes]) -> None:
    """The deck is a well-formed package: each part is declared, each relation leads to a part, each slide has text."""
    with zipfile.ZipFile(BytesIO(shelf["regional-plan"])) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
        declared = {part.get("PartName", "")[1:] for part in _tree(archive, "[Content_Types].xml")} - {""}
        assert declared <= names
        for name in names:
            if name.endswith((".xml", ".rels")):
                _tree(archive, name)
    slides = _slides(shelf["regional-plan"])
    assert 3 == len(slides)
    assert all(slides)


@pytest.mark.parametrize("slug", ["social-card", "training-poster", "visitor-guide", "waiting-screen", "regional-plan"])
def test_material_is_the_same_every_time(slug: str, shelf: dict[str, bytes]) -> None:
    """A material drawn twice is the same bytes twice."""
    assert shelf[slug] == _named(slug).make()


def test_sizes_stay_small(shelf: dict[str, bytes]) -> None:
    """No material needs more than a few megabytes; the handbook is large enough to be real."""
    assert [] == [slug for slug, data in shelf.items() if len(data) > 12 * MEGABYTE]
    assert 1 * MEGABYTE < len(shelf["training-handbook"])


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_wording_keeps_to_advertising_law(rule: str) -> None:
    """No superlative, no promised result, no before-and-after, no endorsement, no drug: in no text of any material."""
    assert [] == [(name, found) for name, text in _sources().items() for found in re.findall(FORBIDDEN[rule], text)]


def test_texts_of_every_kind_are_read_for_the_law() -> None:
    """The wording rules see the handbook, the posters, the film and the deck."""
    text = "".join(_sources().values())
    assert all(words in text for words in ("在同一束光下观察", "看得清，才放得稳", "Follow the light", "区域培训计划"))


def _sources() -> dict[str, str]:
    """All there is to read in the materials stands in the package's modules and text files."""
    folder = Path(materials.__file__).parent
    return {path.name: path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in {".py", ".toml"}}


def test_training_pages_say_whom_they_are_for(handbook: pypdfium2.PdfDocument) -> None:
    """The handbook says that it trains medical staff, and under whose guidance products are used."""
    text = "".join("".join(_text(handbook)).split())
    assert "仅供医务人员培训使用" in text
    assert "请在医务人员指导下使用" in text
    assert "品牌、机构、地址与数据均为虚构" in text


def test_catalogue_covers_every_class_and_kind() -> None:
    """Six to eight materials, of all four classes, under unique names, with titles in both languages."""
    entries = catalogue()
    assert 6 <= len(entries) <= 8
    assert len(entries) == len({entry.slug for entry in entries}) == len({entry.filename for entry in entries})
    assert {"public_ad", "in_clinic", "professional_training", "internal"} == {
        entry.material_class for entry in entries
    }
    assert {PDF, PPTX, "image/jpeg", "image/png", "video/mp4"} == {entry.media_type for entry in entries}
    assert all(entry.title_zh and entry.title_en for entry in entries)


def _named(slug: str) -> DemoMaterial:
    return next(material for material in catalogue() if material.slug == slug)
