"""What a machine read on a suspect, beside what is drawn on copies."""

from dataclasses import replace

import pytest

from compliance.tracing.words import FACTS_MIN, Words, chance_of
from watermark.decoys import decoys
from watermark.stamp import Stamp

STAMP = Stamp("欧阳明慧", "上海瑞丽医疗美容门诊部", "8001", "2026-11-23 14:15", "7780108f")
FOOTER = "欧阳明慧 *8001 · 上海瑞丽医疗美容门诊部 · 2026-11-23 14:15 · 7780108f"
ALL = frozenset({"share", "time", "name", "phone", "clinic"})


def test_a_footer_that_is_read_well_agrees_in_everything() -> None:
    """Whatever stands around it, and wherever the machine saw spaces."""
    words = Words.of(["夏季护肤手册", FOOTER.replace(" ", "  "), "第 3 页"])

    assert ALL == words.agrees(STAMP)
    assert words.points(STAMP.share_id, STAMP.time_text)


@pytest.mark.parametrize(
    ("read", "facts"),
    [
        ("欧阳明慧*8001", {"name", "phone"}),
        ("2026-11-2314:15·778O1O8f", {"share", "time"}),
        ("20261123 1415", {"time"}),
        ("77801 08F", {"share"}),
        ("8001", set()),
        ("2026-11-23\n14:15", set()),
        ("", set()),
    ],
)
def test_letters_may_be_mistaken_and_lost(read: str, facts: set[str]) -> None:
    """Letters for figures, small for large, marks that got lost; what stands apart does not count as one."""
    assert facts == Words.of(read.split("\n")).agrees(STAMP)


def test_others_agree_in_nothing() -> None:
    """Stamps of the same make, and somebody of whom nothing is known."""
    words = Words.of([FOOTER])

    assert set() == frozenset().union(*(words.agrees(each) for each in decoys(STAMP)))
    assert frozenset() == words.agrees(
        replace(STAMP, person_name="", clinic_name="", phone_tail="", time_text="", share_id="")
    )


def test_one_fact_is_never_enough() -> None:
    """A page may well be about a clinic or a day."""
    assert 1.0 == chance_of({"share"}, 1)
    assert 2 == FACTS_MIN


def test_the_more_copies_the_more_has_to_agree() -> None:
    """Name and telephone tell few people apart; with the minute, many."""
    assert chance_of({"name", "phone"}, 5) <= 1e-6 < chance_of({"name", "phone"}, 100)
    assert chance_of({"name", "phone", "time"}, 10_000) <= 1e-6
    assert chance_of({"share", "time"}, 200_000) <= 1e-6
    assert 1.0 == chance_of({"clinic", "phone"}, 1_000_000)
