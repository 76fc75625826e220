"""A directory's picture and the mapping of it: pure."""

import pytest

from compliance.directory.mapping import LEFT, Line, Mapping
from compliance.directory.picture import Member, Part, Picture

PARTS = {
    "1": Part(id="1", name="澄序", parent="0"),
    "2": Part(id="2", name="市场部", parent="1"),
    "21": Part(id="21", name="华东组", parent="2"),
}
MAPPING = Mapping(
    source="wecom",
    lines=(
        Line(kind="tag", value="9", role=LEFT),
        Line(kind="department", value="21", role="marketer"),
        Line(kind="department", value="2", role="manager"),
    ),
)


@pytest.mark.parametrize(
    ("role", "departments", "tags"),
    [
        ("marketer", ("21",), ()),
        ("manager", ("2",), ()),
        ("marketer", ("2", "21"), ()),
        (LEFT, ("21",), ("9",)),
        ("", ("1",), ()),
        ("", (), ()),
        ("", ("77",), ("8",)),
    ],
)
def test_the_first_line_that_fits_counts(role: str, departments: tuple[str, ...], tags: tuple[str, ...]) -> None:
    """A department counts for those below it, the order of the lines decides, and who fits none has nothing."""
    member = Member(id="x", name="某人", departments=departments, tags=frozenset(tags))
    picture = Picture(parts=PARTS, members={"x": member})
    assert role == MAPPING.role_for(picture.facts_of(member))


def test_departments_in_a_circle_end() -> None:
    """An answer that makes no sense is not followed for ever."""
    circle = {"1": Part(id="1", name="a", parent="2"), "2": Part(id="2", name="b", parent="1")}
    assert ("1", "2") == Picture(parts=circle, members={}).above("1")
