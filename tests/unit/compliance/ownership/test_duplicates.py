"""Which names and numbers are taken for the same."""

from uuid import UUID

import pytest

from compliance.ownership.duplicates import Twin, bare_name, similar


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("南京知颜医疗美容诊所", "南京知颜医疗美容诊所有限公司", True),
        ("上海静安澄序医疗美容门诊部", "上海静安澄序整形外科医院", True),
        ("ＡＢＣ 医疗美容", "abc美容", True),
        ("上海静安澄序医疗美容门诊部", "上海徐汇云栖医疗美容门诊部", False),
        ("杭州云栖诊所", "成都云栖诊所", False),
    ],
)
def test_names_are_compared_without_trimmings(one: str, two: str, *, same: bool) -> None:
    """Words for kinds of houses, width and case make no difference; another place or another name does."""
    assert same == bool(similar([Twin(UUID(int=2), one), Twin(UUID(int=1), two)]))


def test_a_pair_is_named_once_with_all_grounds() -> None:
    """The smaller id stands first, and a pair that is alike in two ways is one pair."""
    found = similar([Twin(UUID(int=2), "李娜", "+8613800138001"), Twin(UUID(int=1), "李娜", "+8613800138001")])
    assert {(UUID(int=1), UUID(int=2)): {"name", "number"}} == found


def test_a_name_of_trimmings_alone_stays() -> None:
    """A clinic that is called by nothing else is compared by that."""
    assert "医院" == bare_name("医院")
