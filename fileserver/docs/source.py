"""What only the source tells: the comment beside a line, and which module speaks of something.

Comments that stand beside a field or a column are the best description there is of it; here they become readable for
those who don't read the code.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
PACKAGES = ("compliance", "fileserver", "storage", "watermark")


@cache
def text_of(module: ModuleType) -> str:
    """The module's source."""
    return Path(str(module.__file__)).read_text(encoding="utf-8")


@cache
def comments_of(module: ModuleType) -> dict[int, str]:
    """Comments by the line that they stand on (from 1), without their mark and without notes to ruff."""
    tokens = tokenize.generate_tokens(io.StringIO(text_of(module)).readline)
    found = {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
    return {line: comment.lstrip("# ") for line, comment in found.items() if "noqa" not in comment}


def beside(module: ModuleType, node: ast.expr | ast.stmt) -> str:
    """The comment at the end of what `node` is, or empty."""
    comments = comments_of(module)
    return comments.get(node.end_lineno or node.lineno) or comments.get(node.lineno, "")


def users_of(pattern: str, *, but: ModuleType) -> dict[str, list[str]]:
    """What the pattern's group matches anywhere in the packages, with the modules (as paths) that hold it."""
    found: dict[str, list[str]] = {}
    for path in sources():
        if path == Path(str(but.__file__)):
            continue
        for name in sorted(set(re.findall(pattern, path.read_text(encoding="utf-8")))):
            found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    return found


def sources() -> Iterator[Path]:
    """Every module of the packages, by path."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))
