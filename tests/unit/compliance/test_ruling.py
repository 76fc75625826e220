"""The rules as a detector of text: findings with places, articles and words in both languages."""

from datetime import date

from compliance.access.model import MaterialClass
from compliance.declaring import Declared
from compliance.reading import ExtractedText, TextPiece
from compliance.ruleset import RuleSet
from compliance.ruling import RuleDetector

TODAY = date(2026, 11, 26)
BOX = (100, 100, 500, 140)


def detector(material_class: MaterialClass = MaterialClass.PUBLIC_AD) -> RuleDetector:
    """The standard rules for a class of material."""
    return RuleDetector(RuleSet.default(), Declared(material_class=material_class), TODAY)


def text(*pages: str) -> ExtractedText:
    """One line a page."""
    pieces = tuple(TextPiece(text=line, page=page, box=BOX) for page, line in enumerate(pages, start=1))
    return ExtractedText(pieces=pieces, page_count=len(pages))


def test_a_page() -> None:
    """A finding of a page names rule, article, words and exact place."""
    (found,) = detector(MaterialClass.IN_CLINIC).of_unit(text("复诊须知", "我们是最 佳团队"), 2)
    assert ("rules", "A2", "block", "最 佳") == (found.detector, found.rule, found.severity, found.quote)
    assert (2, 3, 6) == (found.place.page, found.place.start, found.place.end)
    assert found.place.box is not None
    assert "《广告法》（2021 年修正）第 9(3) 条" in found.basis
    assert "“最”字用语" == found.params["title_zh"]
    assert "Superlatives" == found.params["title_en"]


def test_the_whole() -> None:
    """What is missing has no place; what must not stand together in one material has the place of its first word."""
    found = {each.rule: each for each in detector().of_whole(text("种草这家店的手术", "点击购买"))}
    assert (None, "") == (found["I1"].place.page, found["I1"].quote)
    assert (1, 0, 2) == (found["P2"].place.page, found["P2"].place.start, found["P2"].place.end)
    assert "A2" not in {each.rule for each in detector().of_whole(text("最佳"))}


def test_personal_data_is_covered() -> None:
    """A finding does not spread the number that it is about."""
    (found,) = detector(MaterialClass.INTERNAL).of_unit(text("编码 13800138000 合格"), 1)
    assert ("Y1", "138********", "138********") == (found.rule, found.quote, found.params["term"])


def test_a_number_is_told_once() -> None:
    """What the detector of personal data tells of, as gravely, the rule about the same doesn't."""
    said = text("手机 13800138000，身份证 11010519491231002X")
    assert [] == [each.rule for each in detector(MaterialClass.INTERNAL).of_unit(said, 1)]


def test_version_is_that_of_the_rules() -> None:
    """A scan says under which rule set it looked."""
    assert RuleSet.default().version == detector().version
