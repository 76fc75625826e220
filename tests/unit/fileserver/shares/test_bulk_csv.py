"""Lists of people as CSV: read in the encodings of spreadsheets, every fault by its line, written without formulas."""

import csv
import io

import pytest

from fileserver.http.errors import InvalidRequest
from fileserver.i18n import Language
from fileserver.shares.bulk_csv import read_list, written
from fileserver.shares.bulk_schemas import PEOPLE_MAX

LIST = "姓名,手机号,备注\n李娜,138 0013 8001,春季\n\n王强,+8613800138002,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_in_each_encoding(encoding: str) -> None:
    """As text editors and Chinese spreadsheets save it; empty lines are left out, and numbers have one form."""
    assert [(2, "李娜", "+8613800138001", "春季"), (4, "王强", "+8613800138002", "")] == [
        (each.line, each.said.name, each.said.phone, each.said.note) for each in read_list(LIST.encode(encoding))
    ]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [("/lines/1/person_id", "missing")]),
        ("姓名,备注\n李娜,\n", [("/lines/1/person_id", "missing")]),
        ("phone\n", [("/lines/1", "names-nobody")]),
        ("phone,name\n,李娜\n12,王强\n", [("/lines/2/person_id", "names-nobody"), ("/lines/3/phone", "phone")]),
        ("person_id\n7\n", [("/lines/2/person_id", "uuid_parsing")]),
        ("email,note\na@b.cn,一,二\na@b.cn,一,,\n", [("/lines/2", "more-cells")]),
        ("email,邮箱\na@b.cn,\n,c@d.cn\n", [("/lines/1/email", "repeated")]),
        ('phone\n"138', [("/lines/2", "csv")]),
        ("phone\n" + "13800138000\n" * (PEOPLE_MAX + 1), [(f"/lines/{PEOPLE_MAX + 2}", "too-long")]),
    ],
)
def test_faults_name_their_line_and_column(text: str, faults: list[tuple[str, str]]) -> None:
    """Nothing is guessed: each fault is told where it is."""
    with pytest.raises(InvalidRequest) as refused:
        read_list(text.encode())
    assert faults == [(each.field, each.rule) for each in refused.value.violations]


def test_bytes_of_no_encoding_are_refused() -> None:
    """What is neither UTF-8 nor GB18030 is told by its line."""
    with pytest.raises(InvalidRequest) as refused:
        read_list(b"phone\n\xff\xff\n")
    assert [("/lines/2", "string-unicode")] == [(each.field, each.rule) for each in refused.value.violations]


def test_links_are_no_formulas() -> None:
    """A name or note that a spreadsheet would run has an apostrophe in front."""
    text = written(Language.ZH_CN, [("=1+1", "@瑞丽", "https://x/s/a", "2026-11-30 09:30", "+note")])
    assert text.startswith("\ufeff")
    assert ["'=1+1", "'@瑞丽", "https://x/s/a", "2026-11-30 09:30", "'+note"] == list(csv.reader(io.StringIO(text)))[1]
