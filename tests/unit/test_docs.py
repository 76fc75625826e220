"""The documents: what they name exists, the generated ones are in step, and both READMEs tell the same."""

import json
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import click
import pytest

from compliance.events import Act, Event, leaf_of
from compliance.keys import KeyRing, MasterKey, SigningKey
from compliance.links import ShareToken, sign_address, token_text
from fileserver.cli import main
from fileserver.config import CLIENT_TOKEN, CLIENT_URL, known_variables
from fileserver.docs import PAGES

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference"
READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
WRITTEN = [path for path in DOCUMENTS if path.parent != REFERENCE]
STATES = {"works": "可用", "not yet": "尚未"}
# `[text](target)` and `![text](target)`; code is taken out before.
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
SIGNING = SigningKey(kid=1, secret=bytes(range(32)), active=True, usable=True)


def _id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _prose(path: Path) -> str:
    """The document without its code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text()))


def _links(path: Path) -> list[str]:
    return [target for target in LINK.findall(_prose(path)) if "://" not in target]


def _anchors(path: Path) -> set[str]:
    """What GitHub calls the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _headings(path: Path) -> list[str]:
    return re.findall(r"^(#+) ", FENCE.sub("", path.read_text()), re.MULTILINE)


def _rows(readme: Path) -> list[list[str]]:
    """The table of what works, cell by cell, without its head."""
    lines = [line for line in readme.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _examples() -> list[str]:
    """The contents of the code blocks in formats.md."""
    text = (ROOT / "docs/explanation/formats.md").read_text()
    return [block.strip() for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]


def _ring() -> KeyRing:
    ring = KeyRing(MasterKey(bytes(32)))
    for each in (ring.links, ring.content):
        each.adopt([SIGNING])
    return ring


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_in_step(name: str) -> None:
    """Each generated page is what `make docs` would write now."""
    assert PAGES[name]() == (REFERENCE / name).read_text()


def test_the_reference_holds_nothing_else() -> None:
    """Every page of the reference is a generated one."""
    assert set(PAGES) == {path.name for path in REFERENCE.iterdir()}


@pytest.mark.parametrize("path", DOCUMENTS, ids=_id)
def test_every_link_leads_somewhere(path: Path) -> None:
    """Each relative link names a file or folder of the repository, and a heading of it where it has an anchor."""
    for target in _links(path):
        name, _, anchor = target.partition("#")
        found = (path.parent / name).resolve() if name else path

        assert found.exists(), target
        assert not anchor or anchor in _anchors(found), target


def test_every_document_can_be_reached() -> None:
    """Following links from the English README leads to every document under docs."""
    reached, waiting = set[Path](), [READMES[0], ROOT / "docs/README.md"]
    while waiting:
        path = waiting.pop()
        if path.suffix == ".md" and path not in reached:
            reached.add(path)
            waiting += [(path.parent / target.partition("#")[0]).resolve() for target in _links(path)]

    assert [] == [_id(path) for path in DOCUMENTS if path not in reached and "docs" in path.parts]


@pytest.mark.parametrize("path", DOCUMENTS, ids=_id)
def test_every_target_exists(path: Path) -> None:
    """Each `make …` that a document tells the reader to run is a target."""
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert _told("make", path) <= targets


@pytest.mark.parametrize("path", WRITTEN, ids=_id)
def test_every_command_exists(path: Path) -> None:
    """Each `sealshare …` is a command with that subcommand and those options."""
    for line in re.findall(r"(?:^|\s)sealshare ([a-z-][^\n]*)", _code(path), re.MULTILINE):
        command, words = _resolved(line.split())
        known = {option for parameter in command.get_params(click.Context(command)) for option in parameter.opts}

        assert {word for word in words if word.startswith("--")} <= known, line


def _told(program: str, path: Path) -> set[str]:
    return set(re.findall(rf"^ *{program} ([a-z][a-z-]*)", _code(path), re.MULTILINE))


def _code(path: Path) -> str:
    """What stands in code: blocks, and pieces between backquotes, one to a line."""
    text = path.read_text()
    return "\n".join([*FENCE.findall(text), *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))])


def _resolved(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words name, and the words after it."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, words
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("path", DOCUMENTS, ids=_id)
def test_every_setting_exists(path: Path) -> None:
    """Each SEALSHARE_ variable that a document names is one."""
    named = set(re.findall(r"SEALSHARE_[A-Z0-9_]*[A-Z0-9]", path.read_text()))

    assert named <= {*known_variables(), CLIENT_TOKEN, CLIENT_URL}


@pytest.mark.parametrize("path", DOCUMENTS, ids=_id)
def test_every_file_named_exists(path: Path) -> None:
    """Each path of a module, test or file between backquotes is there."""
    rooms = "compliance|fileserver|storage|watermark|tests|docs|deploy|requirements|pages"
    named = re.findall(rf"`((?:{rooms})/[\w./-]+\.(?:py|js|html|md|sql))`", path.read_text())
    places = (ROOT, ROOT / "fileserver")

    assert [] == [name for name in named if not any((place / name).exists() for place in places)]


def test_the_readmes_tell_the_same() -> None:
    """The two have the same headings in the same order, the same pictures, links and commands."""
    english, chinese = READMES
    translated = {"README.md": "README.zh-CN.md", "docs/images/flow.svg": "docs/images/flow.zh-CN.svg"}
    mirrored = {value: key for key, value in translated.items()}

    assert _headings(english) == _headings(chinese)
    assert [(translated | mirrored).get(link, link) for link in _links(english)] == _links(chinese)
    assert _told("make", english) == _told("make", chinese)
    assert _told("sealshare", english) == _told("sealshare", chinese)


def test_the_tables_tell_the_same() -> None:
    """Row by row, what works in one works in the other, proved by the same test."""
    english, chinese = map(_rows, READMES)
    told = [[STATES[row[2]], LINK.findall(row[3])] for row in english]

    assert told == [[row[2], LINK.findall(row[3])] for row in chinese]


@pytest.mark.parametrize("row", _rows(READMES[0]), ids=lambda row: row[1])
def test_what_works_is_proved(row: list[str]) -> None:
    """A row that works names at least one test file with tests in it; one that does not yet names none."""
    proofs = [ROOT / target for target in LINK.findall(row[3])]

    assert bool(proofs) == (row[2] == "works")
    assert all(_tests_in(proof) for proof in proofs)


def _tests_in(path: Path) -> list[str]:
    found = re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    return found if path.name.startswith("test_") else []


def test_decisions_are_numbered() -> None:
    """Decisions count from 1 without a gap, and each begins with its number."""
    found = sorted((ROOT / "docs/decisions").glob("0*.md"))

    assert found
    assert [f"{number:04}" for number in range(1, len(found) + 1)] == [path.name[:4] for path in found]
    assert all(path.read_text().startswith(f"# {path.name[:4]}. ") for path in found)


def test_the_leaf_shown_is_what_the_log_writes() -> None:
    """The example in formats.md is canonical: written again from its members it has the same bytes."""
    shown = _examples()[0]
    leaf = json.loads(shown)
    rest = {name: leaf[name] for name in leaf if name not in ("v", "t", "n", "act", "res")}

    assert shown.encode() == leaf_of(Event(act=Act(leaf["act"]), **rest), datetime.fromisoformat(leaf["t"]), leaf["n"])


def test_the_share_token_shown_is_genuine() -> None:
    """The token in formats.md is the one that its key and id give."""
    assert _examples()[1] == token_text(_ring(), ShareToken(1, bytes(range(11))))


def test_the_content_address_shown_is_genuine() -> None:
    """The address in formats.md is the one that its key, path and end give."""
    address = urlsplit(_examples()[2])
    query = dict(parse_qsl(address.query))

    assert query == sign_address(_ring(), address.path, datetime.fromtimestamp(int(query["e"])).astimezone())
