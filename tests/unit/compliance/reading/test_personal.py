"""Personal data: what is found, what is not, and what a finding repeats of it."""

import random

import pytest

from compliance.reading import ExtractedText, TextPiece
from compliance.reading.detectors import PersonalData
from compliance.reading.detectors.numbers import Kind, is_id, luhn, personal_numbers
from compliance.reading.detectors.personal import covered_all
from tests.personal_numbers import bank_card, id_number, mobile_phone, record_number


def kinds(text: str) -> list[Kind]:
    """What is found in it, in order."""
    return [each.kind for each in personal_numbers(text)]


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014", "11010519491231002x"])
def test_published_identity_numbers_are_valid(number: str) -> None:
    """Those that GB 11643 gives as examples pass; with another check digit they don't."""
    assert is_id(number)
    assert not is_id(number[:17] + ("1" if number[17] != "1" else "2"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("身份证 110105 19491231 002X", ["id-number"]),
        ("手机：138-1234-5678", ["mobile-phone"]),
        ("+86 13812345678", ["mobile-phone"]),
        ("欢迎光临\n13812345678\n", ["mobile-phone"]),
        ("卡号 6222 0212 3456 7894", ["bank-card"]),
        ("病历号：A0123456，患者王某", ["medical-record"]),
        ("Patient ID: 00123456", ["medical-record"]),
        ("订单 13812345678 已发货", []),
        ("6222021234567894 是序列号", []),
        ("国械注准20213130001", []),
        ("沪医广【2026】第01-02-A003号", []),
        ("电话 021-55556666", []),
        ("1101051949123100213812345678", []),
        ("99010519491231002X", []),
    ],
)
def test_numbers_are_told_by_form_check_and_words(text: str, expected: list[Kind]) -> None:
    """Separators don't hide them; approval numbers, landlines, long runs and unknown regions are none."""
    assert expected == kinds(text)


def test_valid_numbers_are_found_and_random_ones_are_not() -> None:
    """Ten thousand of each kind in a sentence, all found; of a hundred thousand random runs of digits none is taken."""
    chance = random.Random(6)
    for make in (id_number, mobile_phone, bank_card, record_number):
        assert all(len(kinds(make(chance))) == 1 for _ in range(10_000))
    digits = ("".join(chance.choices("0123456789", k=chance.randint(6, 24))) for _ in range(100_000))
    assert [] == [each for each in digits if kinds(f"批号 {each} 合格")]


def test_a_finding_does_not_spread_the_number() -> None:
    """Its quote shows where, with the digits as stars; its place leads to the line."""
    text = ExtractedText(
        pieces=(TextPiece(text="联系王女士 13812345678 预约", page=2, box=(100, 100, 500, 130)),), page_count=2
    )
    (found,) = PersonalData().of_unit(text, 2)
    assert "联系王女士 138******** 预约" == found.quote
    assert ("personal-data-mobile-phone", 2) == (found.rule, found.place.page)
    assert found.place.box is not None


def test_luhn_knows_its_digit() -> None:
    """The example of ISO/IEC 7812 passes, its neighbour not."""
    assert luhn("79927398713")
    assert not luhn("79927398710")


def test_a_longer_quote_covers_every_number() -> None:
    """Of any part of a text, as of the whole passage that a platform objects to, no number can be read."""
    said = "身份证 11010519491231002X，手机：138-1234-5678，卡号 6222021234567894，共 3 支"
    assert "身份证 110***************，手机：138-****-****，卡号 622*************，共 3 支" == covered_all(
        said, 0, len(said)
    )
    assert "*******" == covered_all(said, 10, 17)
