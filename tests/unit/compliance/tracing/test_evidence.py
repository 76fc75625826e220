"""Evidence: bounds only ever get weaker on their way to a name, and pointers name nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.tracing.evidence import (
    COPIES_NAMED_MAX,
    DECISIVE,
    FALSE_ACCUSATION_MAX,
    Kind,
    Piece,
    confidence_of,
    weigh,
)

pieces = st.builds(
    Piece,
    kind=st.sampled_from(Kind),
    copy_id=st.integers(0, 5),
    score=st.floats(0, 50),
    false_accusation=st.floats(0, 1),
)


def piece(kind: Kind = Kind.INFORMED, copy_id: int = 1, bound: float = 1e-12) -> Piece:
    """A look that speaks for a copy."""
    return Piece(kind=kind, copy_id=copy_id, score=9.0, false_accusation=bound)


def test_the_strongest_piece_counts_once_for_every_look() -> None:
    """Two pieces for one copy are not multiplied, and seven looks weaken the better one sevenfold."""
    verdict = weigh([piece(bound=1e-9), piece(Kind.BLIND, bound=1e-12)], looks=7)
    [named] = verdict.named
    assert 1 == named.copy_id
    assert pytest.approx(7e-12) == named.false_accusation
    assert 1.0 == verdict.closest


def test_looks_of_one_kind_at_one_place_are_told_once() -> None:
    """A page is read directly on its own, and again where an original is tried in vain: the better reading is told."""
    looks = [piece(Kind.BLIND, bound=1e-9), piece(Kind.BLIND, bound=1e-12), piece(bound=1e-10)]
    [named] = weigh(looks, looks=4).named
    assert [(Kind.BLIND, 1e-12), (Kind.INFORMED, 1e-10)] == [
        (each.kind, each.false_accusation) for each in named.pieces
    ]


def test_what_is_enough_for_one_look_may_not_be_for_many() -> None:
    """The threshold is that of the whole trace; what stays under it names nobody and is told as the closest."""
    assert weigh([piece(bound=9e-7)], looks=1).named
    verdict = weigh([piece(bound=9e-7)], looks=2)
    assert not verdict.named
    assert pytest.approx(1.8e-6) == verdict.closest


@pytest.mark.parametrize("kind", sorted(set(Kind) - DECISIVE))
def test_pointers_lead_and_name_nobody(kind: Kind) -> None:
    """What anybody could have written is a lead, however improbable as chance."""
    verdict = weigh([piece(kind, bound=1e-15)], looks=1)
    assert ((), [1]) == (verdict.named, [each.copy_id for each in verdict.leads])


def test_a_named_copy_is_no_lead_as_well() -> None:
    """A pointer to a copy that is named is told beside what names it."""
    verdict = weigh([piece(), piece(Kind.FILE_ID, bound=1e-15)], looks=1)
    assert ([], [2]) == (list(verdict.leads), [len(each.pieces) for each in verdict.named])


def test_several_copies_are_named_the_surest_first() -> None:
    """A mixture names all of its sources."""
    verdict = weigh([piece(copy_id=3, bound=1e-8), piece(copy_id=9, bound=1e-20)], looks=1)
    assert [9, 3] == [each.copy_id for each in verdict.named]


def test_the_number_of_named_copies_is_bounded() -> None:
    """More than can have been mixed are not listed."""
    found = weigh([piece(copy_id=each) for each in range(COPIES_NAMED_MAX + 5)], looks=1)
    assert COPIES_NAMED_MAX == len(found.named)


@given(st.lists(pieces, max_size=20), st.integers(0, 1000))
def test_nobody_is_named_above_the_bound(given_pieces: list[Piece], looks: int) -> None:
    """Whatever the evidence: each named copy has a decisive piece whose bound, times all looks, is small enough."""
    for each in weigh(given_pieces, looks).named:
        best = min(one.false_accusation for one in given_pieces if one.copy_id == each.copy_id and one.kind in DECISIVE)
        assert best * max(1, looks) <= each.false_accusation * (1 + 1e-9)
        assert each.false_accusation <= FALSE_ACCUSATION_MAX


@given(st.floats(0, 1), st.floats(0, 1))
def test_confidence_falls_as_the_bound_rises(one: float, other: float) -> None:
    """It lies between even odds and certainty, and never rises with the probability of chance."""
    low, high = sorted((one, other))
    assert 0.5 <= confidence_of(high) <= confidence_of(low) <= 1.0


def test_confidence_at_the_threshold() -> None:
    """The bound of Sellke, Bayarri and Berger at p = 1e-6: 1 / (1 + e p ln(1/p))."""
    assert pytest.approx(0.9999624467, abs=1e-9) == confidence_of(1e-6)
