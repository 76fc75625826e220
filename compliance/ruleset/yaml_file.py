"""A rule file as text to plain data, and where in the text each part stands. Safe: no tags, no anchors, bounded.

What YAML calls aliases would let a small file stand for a huge one, and a repeated key would hide the first: both are
refused, as is whatever is not text, number, list or mapping.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

FILE_CHARS_MAX = 400_000
NODES_MAX = 60_000
DEPTH_MAX = 12
PLAIN_TAGS = frozenset({"map", "seq", "str", "int", "bool", "null", "float", "timestamp"})

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a rule file: the line (from 1), the field as a path, a key of the message, its values."""

    line: int
    field: str
    kind: str
    detail: str = ""


class RuleFileInvalid(Exception):
    """The rule file can't be used; `problems` says where and why, in order of lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.line}: {p.field}: {p.kind} {p.detail}".strip() for p in problems[:5]))
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))


@dataclass(frozen=True)
class Loaded:
    """Plain data, and the line on which each path of it begins."""

    data: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of the path, or of the nearest part around it that stands in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(text: str) -> Loaded:
    """The data of a rule file. Raises RuleFileInvalid if it is too large or no plain YAML."""
    if len(text) > FILE_CHARS_MAX:
        raise RuleFileInvalid([Problem(1, "", "too-large", str(FILE_CHARS_MAX))])
    try:
        _look_through(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        lines = dict(_lines(node)) if node is not None else {}
        data = yaml.load(text, Loader=yaml.CSafeLoader)  # the safe loader, with libyaml's parser
    except yaml.MarkedYAMLError as error:
        raise RuleFileInvalid([_at(error.problem_mark, "", "syntax", error.problem or "")]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise RuleFileInvalid([Problem(1, "", "syntax", str(error)[:200])]) from None
    return Loaded(data, lines)


def _look_through(text: str) -> None:
    """Refuses, before anything is made of it, what is too deep or too much, and anchors and aliases."""
    depth = 0
    for seen, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_MAX or seen > NODES_MAX:
            raise RuleFileInvalid([_at(event.start_mark, "", "too-large", str(NODES_MAX))])
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise RuleFileInvalid([_at(event.start_mark, "", "alias")])


def _lines(root: yaml.Node) -> Iterator[tuple[Path, int]]:
    """Every path with its line; refuses repeated keys and foreign tags."""
    waiting: list[tuple[Path, yaml.Node, int]] = [((), root, root.start_mark.line + 1)]
    while waiting:
        path, node, line = waiting.pop()
        if node.tag.removeprefix("tag:yaml.org,2002:") not in PLAIN_TAGS:
            raise RuleFileInvalid([Problem(line, shown(path), "tag", node.tag)])
        yield path, line
        waiting += _children(path, node)


def _children(path: Path, node: yaml.Node) -> list[tuple[Path, yaml.Node, int]]:
    if isinstance(node, yaml.SequenceNode):
        return [((*path, place), part, part.start_mark.line + 1) for place, part in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return []
    names: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in names or key.tag.endswith(":merge"):
            raise RuleFileInvalid([_at(key.start_mark, shown(path), "key", str(key.value)[:40])])
        names.add(key.value)
    return [((*path, key.value), part, key.start_mark.line + 1) for key, part in node.value]


def shown(path: Path) -> str:
    """A path as people read it: rules[3].find[0].words."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _at(mark: Any, field: str, kind: str, detail: str = "") -> Problem:
    """A problem at a mark of PyYAML's, of which it has two kinds, or none."""
    return Problem(mark.line + 1 if mark is not None else 1, field, kind, detail)
