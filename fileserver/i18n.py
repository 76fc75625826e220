"""Translation: every sentence a person reads comes from fileserver/locales/<language>/*.ftl (Project Fluent).

All catalogues are read once, and each message is parsed when it is first asked for. A missing message or argument
raises `MissingTranslation`, so that no test passes over it; the long-running commands call `tolerate_missing()` at
start, after which the key itself is shown and a warning logged: a reader who sees a key is better off than one who sees
an error page.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

import structlog
from fluent.runtime import FluentBundle, FluentResource

SENTENCES_KEPT = 20_000
NUMBERS = frozenset({int, float})
LOCALES = Path(__file__).parent / "locales"
MESSAGE = re.compile(r"^([a-zA-Z][\w-]*) *=", re.MULTILINE)  # at a line's beginning begins nothing else (Fluent's EBNF)

log = structlog.get_logger(__name__)
_tolerant = False


class Language(StrEnum):
    """The languages of the interface, Chinese first."""

    ZH_CN = "zh-CN"
    EN = "en"


class MissingTranslation(LookupError):
    """A key that a catalogue lacks, or a message that got too few arguments."""


def tolerate_missing() -> None:
    """From now on show the key instead of raising. For the long-running commands, not for tests."""
    global _tolerant  # noqa: PLW0603  # one switch per process, thrown once at start
    _tolerant = True


class Catalogue:
    """The messages of one language. Each is parsed when it is first asked for: all of them would take most of a second.

    Messages here stand for themselves: none refers to another.
    """

    def __init__(self, language: Language) -> None:
        self._bundle = FluentBundle([language.value], use_isolating=False)
        self._sources: dict[str, str] = {}
        for path in sorted((LOCALES / language.value).glob("*.ftl")):
            self._sources |= sources(path.read_text(encoding="utf-8"))

    def __contains__(self, key: str) -> bool:
        return key in self._sources

    def formatted(self, key: str, args: Mapping[str, str | float]) -> tuple[str, list[Exception]]:
        """The sentence of a key that is there, and what was wrong with the arguments."""
        if not self._bundle.has_message(key):
            self._bundle.add_resource(FluentResource(self._sources[key]))
        pattern = self._bundle.get_message(key).value if self._bundle.has_message(key) else None
        if pattern is None:
            return "", [ValueError("not a message with a text")]
        text, errors = self._bundle.format_pattern(pattern, dict(args))
        return str(text), errors


def sources(text: str) -> dict[str, str]:
    """Each message's own lines of a file, by its key."""
    begins = [*MESSAGE.finditer(text)]
    ends = [each.start() for each in begins[1:]] + [len(text)]
    return {each[1]: text[each.start() : end] for each, end in zip(begins, ends, strict=True)}


@cache
def catalogue(language: Language) -> Catalogue:
    """All messages of one language."""
    return Catalogue(language)


def load_catalogues() -> None:
    """Read everything now rather than at the first reader."""
    for language in Language:
        catalogue(language)


def has_message(language: Language, key: str) -> bool:
    """Whether `translate` knows this key."""
    return key in catalogue(language)


def translate(language: Language, key: str, **args: str | float) -> str:
    """The sentence under `key`, with `args` filled in. No markup: templates escape it like any other text."""
    try:
        if NUMBERS.issuperset(map(type, args.values())):
            return _counted(language, key, tuple(args.items()))
        return _formatted(language, key, args)
    except _Missing as missing:
        return _missing(language, key, str(missing))


class _Missing(LookupError):
    """Why there is no sentence."""


@lru_cache(SENTENCES_KEPT)
def _counted(language: Language, key: str, numbers: tuple[tuple[str, float], ...]) -> str:
    """A sentence with nothing or numbers in it, which says nothing of anybody: tables repeat them."""
    return _formatted(language, key, dict(numbers))


def _formatted(language: Language, key: str, args: Mapping[str, str | float]) -> str:
    messages = catalogue(language)
    if key not in messages:
        raise _Missing("no such message")
    text, errors = messages.formatted(key, args)
    if errors:
        raise _Missing(str(errors[0]))
    return text


def _missing(language: Language, key: str, reason: str) -> str:
    if not _tolerant:
        raise MissingTranslation(f"{language.value}: {key}: {reason}")
    log.warning("translation missing", language=language.value, key=key, reason=reason)
    return key
