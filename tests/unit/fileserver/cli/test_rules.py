"""`sealshare rules`: checks, shows and tries rule files without a database."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.ruleset import RuleSet
from fileserver.cli import main

HOW_TO = Path(__file__).parents[4] / "docs/how-to/write-rules.md"


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    """The rule set of the how-to: another industry's, without code."""
    found = re.search(r"```yaml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    file = tmp_path / "bakery.yaml"
    file.write_text(found[1], encoding="utf-8")
    return file


def test_check(bakery: Path) -> None:
    """A good file has a version; a wrong one is told by line and field, and ends with 1."""
    run = CliRunner().invoke(main, ["rules", "check", str(bakery)])
    assert (0, True) == (run.exit_code, run.output.startswith("bakery-1-"))
    bakery.write_text(bakery.read_text().replace("GGF 9(3)", "ABC 9(3)"), encoding="utf-8")
    run = CliRunner().invoke(main, ["rules", "check", str(bakery)])
    assert (1, True) == (run.exit_code, "rules[0].basis[0]: unknown-law ABC 9(3)" in run.output)


def test_try(bakery: Path, tmp_path: Path) -> None:
    """A text is tried on a rule set of another industry; it ends with 1 if something blocks."""
    text = tmp_path / "poster.txt"
    text.write_text("新品上市\n最 好 吃的可颂。99%面包师都爱，不是最香", encoding="utf-8")
    run = CliRunner().invoke(main, ["rules", "try", str(text), "--rules", str(bakery), "--json"])
    assert 1 == run.exit_code
    assert [("B1", "最 好 吃"), ("B1", "99%面包")] == [(each["rule"], each["quote"]) for each in json.loads(run.output)]
    options = ["--rules", str(bakery), "--class", "internal"]
    assert 0 == CliRunner().invoke(main, ["rules", "try", str(text), *options]).exit_code


def test_show() -> None:
    """Every rule that ships is listed with its articles."""
    run = CliRunner().invoke(main, ["rules", "show", "--json", "--language", "zh-CN"])
    rows = json.loads(run.output)
    assert list(RuleSet.default().rules) == [each["id"] for each in rows]
    assert "《广告法》（2021 年修正）第 9(3) 条" in rows[0]["basis"]
