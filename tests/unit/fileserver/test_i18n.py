"""Both languages say the same things, and every key that is used exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import structlog
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl
from fluent.syntax.visitor import Visitor

from compliance.access.rules import FORBIDS
from fileserver import i18n
from fileserver.i18n import Language, MissingTranslation, has_message, translate

SOURCES = Path(i18n.__file__).parent
REPOSITORY = SOURCES.parent
FILES = sorted(path.name for path in (i18n.LOCALES / "en").glob("*.ftl"))
LANGUAGES = list(Language)
TEMPLATE_KEY = re.compile(r"""\bt\(\s*["']([a-z0-9-]+)["']\s*[,)]""")


class Placeables(Visitor):
    """Collects the variables that a message refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ftl.VariableReference) -> None:  # noqa: N802  # fluent's name
        """Called by fluent for each `$name`."""
        self.names.add(node.id.name)


@cache
def body_of(language: Language, file: str) -> list[ftl.EntryType]:
    """A whole file, parsed."""
    return FluentParser(with_spans=False).parse((i18n.LOCALES / language / file).read_text(encoding="utf-8")).body


class References(Visitor):
    """Collects the messages and terms that a message refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def visit_MessageReference(self, node: ftl.MessageReference) -> None:  # noqa: N802  # fluent's name
        """Called by fluent for each `name`."""
        self.found.append(node.id.name)

    def visit_TermReference(self, node: ftl.TermReference) -> None:  # noqa: N802  # fluent's name
        """Called by fluent for each `-name`."""
        self.found.append(node.id.name)


def refers(message: ftl.Message) -> list[str]:
    """To what."""
    visitor = References()
    visitor.visit(message)
    return visitor.found


def messages(language: Language, file: str) -> dict[str, set[str]]:
    """Key → variables of one catalogue file."""
    found: dict[str, set[str]] = {}
    for entry in body_of(language, file):
        if isinstance(entry, ftl.Message):
            visitor = Placeables()
            visitor.visit(entry)
            found[entry.id.name] = visitor.names
    return found


def test_both_languages_have_the_same_files() -> None:
    """A feature brings its catalogue in every language."""
    assert FILES == sorted(path.name for path in (i18n.LOCALES / "zh-CN").glob("*.ftl"))


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_keys_and_placeables(file: str) -> None:
    """No sentence is missing in one language, and none drops a fact."""
    assert messages(Language.EN, file) == messages(Language.ZH_CN, file)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES)
def test_catalogue_has_no_syntax_error(language: Language, file: str) -> None:
    """Fluent passes over what it can't parse; here it may not."""
    body = body_of(language, file)
    assert [] == [entry.content for entry in body if isinstance(entry, ftl.Junk)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES)
def test_each_message_is_the_same_parsed_alone(language: Language, file: str) -> None:
    """Messages are found by where they begin and parsed one by one, so none may refer to another, or to a term."""
    alone = {
        key: FluentParser(with_spans=False).parse_entry(source).to_json()
        for key, source in i18n.sources((i18n.LOCALES / language / file).read_text(encoding="utf-8")).items()
    }
    whole = {each.id.name: each for each in body_of(language, file) if isinstance(each, ftl.Message)}
    for each in whole.values():
        each.comment = None  # stands above the beginning
    assert {key: each.to_json() for key, each in whole.items()} == alone
    assert [] == [key for key, each in whole.items() if refers(each)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_defined_twice(language: Language) -> None:
    """Two features that choose one key would silently share one sentence."""
    keys = [entry.id.name for file in FILES for entry in body_of(language, file) if isinstance(entry, ftl.Message)]
    assert [] == sorted({key for key in keys if keys.count(key) > 1})


def keys_in_templates() -> Iterator[str]:
    """Literal keys of `t("…")` in all templates."""
    for path in SOURCES.rglob("*.html"):
        yield from TEMPLATE_KEY.findall(path.read_text(encoding="utf-8"))


def keys_in_code() -> Iterator[str]:
    """Literal keys of `translate(language, "…")`, and the sentences of `rule="…"` of refused values."""
    for package in ("fileserver", "compliance"):
        for path in (REPOSITORY / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield from _keys_of(node)


def _keys_of(call: ast.Call) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name == "translate" and len(call.args) > 1:
        yield from _literal(call.args[1], "")
    if name in ("InvalidValue", "PydanticCustomError"):
        rules = [keyword.value for keyword in call.keywords if keyword.arg == "rule"]
        rules += call.args[:1] if name == "PydanticCustomError" else []
        for rule in rules:
            yield from (key.replace("_", "-") for key in _literal(rule, "invalid-"))


def _literal(node: ast.expr, prefix: str) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield prefix + node.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_is_used_exists(language: Language) -> None:
    """Nobody ever reads a bare key: templates and code only name messages that are there."""
    used = {*keys_in_templates(), *keys_in_code()}
    assert [] == sorted(key for key in used if not has_message(language, key))
    assert "problem-page-list" in used


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_access_rule_has_a_sentence(language: Language) -> None:
    """Who is refused learns by which rule."""
    assert [] == [rule.id for rule in FORBIDS if not has_message(language, f"rule-{rule.id}")]


def test_arguments_are_filled_in_without_bidi_marks() -> None:
    """Texts are compared, copied and searched: no invisible characters in them."""
    assert translate(Language.EN, "problem-page-request", id="abc") == "Request abc"


def test_missing_key_is_an_error() -> None:
    """In tests nothing untranslated passes."""
    with pytest.raises(MissingTranslation, match="en: no-such-key"):
        translate(Language.EN, "no-such-key")


def test_missing_argument_is_an_error() -> None:
    """A sentence with a hole is as bad as none."""
    with pytest.raises(MissingTranslation, match="problem-page-request"):
        translate(Language.EN, "problem-page-request")


def test_running_server_shows_the_key_and_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader who sees a key is better off than one who sees an error page."""
    monkeypatch.setattr(i18n, "_tolerant", False)
    i18n.tolerate_missing()
    with structlog.testing.capture_logs() as logs:
        assert translate(Language.EN, "no-such-key") == "no-such-key"
    assert [line["log_level"] for line in logs] == ["warning"]
