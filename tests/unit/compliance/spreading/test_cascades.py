"""The shape of cascades, against trees whose measures are known in closed form."""

from datetime import UTC, datetime, timedelta
from statistics import median

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.spreading.cascades import (
    Cascade,
    FirstOpen,
    Reach,
    Shape,
    cascade_of,
    median_of_others,
    shape_of,
    structural_virality,
    sums_of,
)

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def tree(parents: list[int]) -> Cascade[int]:
    """A cascade in which node i opened i minutes after the share was made."""
    return Cascade(range(len(parents)), parents, [BEGAN + timedelta(minutes=node) for node in range(len(parents))])


def shape(cascade: Cascade[int]) -> Shape:
    """Its measures."""
    return shape_of(sums_of(cascade))


STAR = tree([-1] + [0] * 99)
PATH = tree([-1, *range(99)])
BINARY = tree([-1, *((node - 1) // 2 for node in range(1, 127))])


@pytest.mark.parametrize(
    ("cascade", "virality"),
    [(STAR, 1.98), (PATH, 101 / 3), (BINARY, 8.350956)],
    ids=["star of 100", "path of 100", "binary tree of 127"],
)
def test_structural_virality_of_known_trees(cascade: Cascade[int], virality: float) -> None:
    """2 (n - 1) / n for a star, (n + 1) / 3 for a path, and the published figure of a binary tree."""
    assert virality == pytest.approx(structural_virality(sums_of(cascade)), abs=5e-7)


@given(st.lists(st.integers(min_value=0), min_size=1, max_size=40))
def test_structural_virality_is_the_mean_distance(choices: list[int]) -> None:
    """Of all pairs, as a graph library measures them one by one."""
    cascade = tree([-1, *(choice % (node + 1) for node, choice in enumerate(choices))])
    graph = nx.Graph([(node, parent) for node, parent in enumerate(cascade.parents) if parent >= 0])
    assert nx.average_shortest_path_length(graph) == pytest.approx(structural_virality(sums_of(cascade)))


def test_a_broadcast_and_a_chain_look_different() -> None:
    """Everybody from one hand; or each from the next."""
    star, path = shape(STAR), shape(PATH)
    assert (1, 99, 1.0, 1.0, 1.0, 1.0) == (
        star.depth,
        star.breadth,
        star.largest_share,
        star.broadcast_share,
        star.mean_depth,
        star.amplification,
    )
    assert (99, 1, 1 / 99, 1 / 99, 50.0, 99.0) == (
        path.depth,
        path.breadth,
        path.largest_share,
        path.broadcast_share,
        path.mean_depth,
        path.amplification,
    )
    assert (1,) * 100 == path.levels


def test_few_people_have_no_virality() -> None:
    """Nine people make a figure that is noise; ten are shown, in the lowest band."""
    nine, ten = shape(tree([-1] + [0] * 8)), shape(tree([-1] + [0] * 9))
    assert (None, 0) == (nine.structural_virality, nine.size_band)
    assert (1.8, 10) == (ten.structural_virality, ten.size_band)


def test_a_share_that_nobody_opened_has_a_shape_too() -> None:
    """One node and no ratios."""
    alone = shape(tree([-1]))
    assert (1, (1,), None, None, None, None) == (
        alone.size,
        alone.levels,
        alone.largest_share,
        alone.broadcast_share,
        alone.mean_depth,
        alone.amplification,
    )
    with pytest.raises(ValueError, match="no pairs"):
        structural_virality(sums_of(tree([-1])))


def test_the_first_opening_makes_the_tree() -> None:
    """Later ones through other hands change nothing, whatever order they are told in; one's own link brings nobody."""
    opens = [
        FirstOpen("b", "a", BEGAN + timedelta(hours=2)),
        FirstOpen("a", "root", BEGAN + timedelta(hours=1)),
        FirstOpen("b", "root", BEGAN + timedelta(hours=3)),
        FirstOpen("root", "a", BEGAN + timedelta(hours=4)),
        FirstOpen("c", "c", BEGAN + timedelta(hours=5)),
    ]
    cascade = cascade_of("root", BEGAN, opens)
    assert (["root", "a", "b", "c"], [-1, 0, 1, 0]) == (cascade.people, cascade.parents)
    assert cascade == cascade_of("root", BEGAN, reversed(opens))


def test_a_parent_who_never_opened_is_passed_by() -> None:
    """Their people hang at the root, so that nobody is lost and nothing goes in a circle."""
    opens = [FirstOpen("b", "gone", BEGAN), FirstOpen("c", "d", BEGAN), FirstOpen("d", "c", BEGAN)]
    assert [-1, 0, 0, 2] == cascade_of("root", BEGAN, opens).parents


def test_each_ones_part() -> None:
    """Brought in by themselves, and everybody who came through them."""
    cascade = Cascade("rabcd", [-1, 0, 1, 1, 2], [BEGAN] * 5)
    assert {"r": Reach(1, 4), "a": Reach(2, 3), "b": Reach(1, 1), "c": Reach(0, 0), "d": Reach(0, 0)} == cascade.reach()


@given(values=st.lists(st.integers(0, 9), min_size=6, max_size=30), place=st.integers(0, 29))
def test_the_median_of_others_leaves_the_one_out(values: list[int], place: int) -> None:
    """As if all of them were laid out and the one taken away; equal ones, too."""
    values.sort()
    one = place % len(values)
    around = values[len(values) // 2 - 1 : len(values) // 2 + 2]
    expected = median(values[:one] + values[one + 1 :])
    assert expected == median_of_others(values[one], len(values), around)
