"""The matrix of requirements names tests that exist and that no run leaves out."""

import ast
from functools import cache
from pathlib import Path

import pytest

from fileserver.docs.requirements import BASES, Clause, sources

ROOT = Path(__file__).parents[2]
LEAVING_OUT = {"skip", "skipif", "xfail", "office"}  # `office` runs only where LibreOffice is
CLAUSES = [
    pytest.param(clause, id=f"{source.id} {clause.at}".replace(" ", "-"))
    for source in sources()
    for clause in source.clauses
]


@cache
def marks_by_test(path: Path) -> dict[str, set[str]]:
    """By test function of a file its marks, the module's included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    shared = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and _name(node.targets[0]) == "pytestmark"
    ]
    return {
        node.name: {mark for expression in (*shared, *node.decorator_list) for mark in _marks(expression)}
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _marks(expression: ast.AST) -> set[str]:
    """Every attribute in it: pytest.mark.skipif(…) has mark and skipif."""
    return {node.attr for node in ast.walk(expression) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_test_of_a_clause_exists_and_runs(clause: Clause, request: pytest.FixtureRequest) -> None:
    """Each is a function of its file without a mark that leaves it out, and runs whenever its file does."""
    assert clause.tests or clause.gap
    items = request.session.items
    here = {item.path for item in items}
    running = {item.nodeid.partition("[")[0] for item in items}
    for node in clause.tests:
        file, _, name = node.partition("::")
        assert (ROOT / file).is_file(), node
        marks = marks_by_test(ROOT / file).get(name)
        assert marks is not None, node
        assert set() == marks & LEAVING_OUT, node
        if ROOT / file in here and request.config.option.keyword == "" and not _chosen(request.config.args):
            assert node in running


def _chosen(arguments: list[str]) -> bool:
    """Whether somebody asked for single tests, so that others of the same file are missing on purpose."""
    return any("::" in argument for argument in arguments)


def test_every_source_says_how_well_it_is_known() -> None:
    """Read or recalled, and each clause once."""
    assert all(source.basis in BASES for source in sources())
    for source in sources():
        assert len(source.clauses) == len({clause.at for clause in source.clauses})


def test_the_check_finds_what_is_left_out(tmp_path: Path) -> None:
    """A test that is skipped, alone or with its module, is seen as such."""
    alone, whole = tmp_path / "test_alone.py", tmp_path / "test_whole.py"
    alone.write_text("import pytest\n\n@pytest.mark.skip\ndef test_a(): ...\n\nasync def test_b(): ...\n")
    whole.write_text("import pytest\n\npytestmark = [pytest.mark.xfail]\n\ndef test_c(): ...\n")
    assert [True, False, True] == [
        bool(marks & LEAVING_OUT)
        for marks in (marks_by_test(alone)["test_a"], marks_by_test(alone)["test_b"], marks_by_test(whole)["test_c"])
    ]
