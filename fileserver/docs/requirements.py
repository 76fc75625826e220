"""The page of requirements: what rules ask for, what answers, and which tests show it, from docs/requirements.toml."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fileserver.docs import markdown
from fileserver.docs.markdown import code

SOURCE = Path(__file__).parents[2] / "docs" / "requirements.toml"
BASES = {
    "read": "The text was read.",
    "recalled": "Clause numbers and wording are from general knowledge: check them before you cite them.",
}
INTRODUCTION = """\
Clause, feature, test. It is evidence of what the software does, not of what an organisation does with it, and no lawyer
has confirmed it. What is missing is said. Each test named here exists and is left out nowhere:
tests/unit/test_requirements.py sees to that."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One demand. `tests` are node ids of pytest; `gap` says what is missing."""

    at: str
    demand: str
    feature: str
    tests: tuple[str, ...] = ()
    gap: str = ""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One law, regulation or standard, and how well its text is known here."""

    id: str
    name: str
    basis: str
    clauses: tuple[Clause, ...]


@cache
def sources() -> tuple[Source, ...]:
    """All of them. Raises KeyError or TypeError for a file of another shape."""
    document = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    return tuple(
        Source(
            id=each["id"],
            name=each["name"],
            basis=each["basis"],
            clauses=tuple(Clause(**{**clause, "tests": tuple(clause["tests"])}) for clause in each["clause"]),
        )
        for each in document["source"]
    )


def page() -> str:
    """The whole page."""
    checked = tomllib.loads(SOURCE.read_text(encoding="utf-8"))["basis_checked_on"]
    return markdown.page("Requirements", INTRODUCTION, f"Basis checked on: {checked}.", *_blocks())


def _blocks() -> Iterator[str]:
    for source in sources():
        yield f"## {source.name}"
        yield BASES[source.basis]
        yield markdown.table(("Clause", "Asks for", "Feature", "Tests", "Missing"), map(_row, source.clauses))


def _row(clause: Clause) -> tuple[str, ...]:
    return clause.at, clause.demand, clause.feature, " ".join(map(_test, clause.tests)), clause.gap


def _test(node: str) -> str:
    """The file and the function, without the folder that all of them share."""
    return code(node.removeprefix("tests/"))
