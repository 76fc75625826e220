"""The cases of the standard rule set: `cases/<rule>.txt`, one case a line.

`+` breaks the rule, at ⟦what is between these⟧; without such brackets the rule misses a text and the hit has no place.
`-` does not break it. `~` breaks it in disguise: two or three lines of each file were written by hand, those below the
line `# made` by `python -m tests.rule_cases.disguising` from the `+` lines. All sentences were written for these tests.
In a line, a backslash and an n are a line break.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CASES = Path(__file__).parent / "cases"
MADE = "# made"
_MARKED = re.compile("⟦(.*?)⟧")


@dataclass(frozen=True)
class Case:
    """One sentence; `start` and `end` are where the rule is broken, if that is marked."""

    rule: str
    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Cases:
    """The cases of one rule."""

    positive: tuple[Case, ...]
    negative: tuple[Case, ...]
    disguised: tuple[Case, ...]


@cache
def all_cases() -> dict[str, Cases]:
    """Every rule's cases by its id."""
    return {path.stem: _cases(path) for path in sorted(CASES.glob("*.txt"))}


def _cases(path: Path) -> Cases:
    lines = path.read_text(encoding="utf-8").splitlines()
    return Cases(*(tuple(_case(path.stem, line[2:]) for line in lines if line.startswith(sign)) for sign in "+-~"))


def _case(rule: str, line: str) -> Case:
    line = line.replace("\\n", "\n")
    marked = _MARKED.search(line)
    text = line.replace("⟦", "").replace("⟧", "")
    return Case(rule, text, marked.start(), marked.end() - 2) if marked else Case(rule, text)
