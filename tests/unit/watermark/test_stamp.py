"""The words of a stamp."""

from hypothesis import given
from hypothesis import strategies as st

from watermark.lettering import columns
from watermark.stamp import Stamp

STAMP = Stamp("张伟", "瑞丽医美门诊部", "1234", "2026-11-23 13:05", "8F3K2Q7M")


def test_a_stamp_says_who_where_when_and_through_what() -> None:
    """Person with phone tail, clinic, then time and share: three lines, and the same in one."""
    assert STAMP.lines == ("张伟 *1234", "瑞丽医美门诊部", "2026-11-23 13:05 · 8F3K2Q7M")
    assert STAMP.footer == "张伟 *1234 · 瑞丽医美门诊部 · 2026-11-23 13:05 · 8F3K2Q7M"


def test_empty_fields_leave_no_trace() -> None:
    """A viewer without clinic or phone gets no empty line and no dangling separator."""
    assert Stamp("张伟", "", "", "13:05", "").lines == ("张伟", "13:05")


def test_a_stamp_is_never_blank() -> None:
    """Even a stamp of nothing drawable draws something."""
    assert Stamp("😀", "\u202e", "", "", "").lines == ("SealShare",)


@given(st.builds(Stamp, st.text(), st.text(), st.text(), st.text(), st.text()))
def test_lines_are_bounded(stamp: Stamp) -> None:
    """However long the fields are, a line stays within 45 columns."""
    assert max(columns(line) for line in stamp.lines) <= 45
