"""Translation: every sentence a person reads comes from fileserver/locales/<language>/*.ftl (Project Fluent).

All catalogues are read once. A missing message or argument raises `MissingTranslation`, so that no test passes over it;
the long-running commands call `tolerate_missing()` at start, after which the key itself is shown and a warning logged:
a reader who sees a key is better off than one who sees an error page.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

import structlog
from fluent.runtime import FluentBundle, FluentResource

SENTENCES_KEPT = 20_000
LOCALES = Path(__file__).parent / "locales"

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


@cache
def catalogue(language: Language) -> FluentBundle:
    """All messages of one language. Raises ValueError for a file with a syntax error or a key defined twice."""
    bundle = FluentBundle([language.value], use_isolating=False)
    for path in sorted((LOCALES / language.value).glob("*.ftl")):
        bundle.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return bundle


def load_catalogues() -> None:
    """Read everything now rather than at the first reader."""
    for language in Language:
        catalogue(language)


def has_message(language: Language, key: str) -> bool:
    """Whether `translate` knows this key."""
    return bool(catalogue(language).has_message(key))


def translate(language: Language, key: str, **args: str | float) -> str:
    """The sentence under `key`, with `args` filled in. No markup: templates escape it like any other text."""
    try:
        if all(type(each) is int for each in args.values()):
            return _counted(language, key, tuple(args.items()))
        return _formatted(language, key, args)
    except _Missing as missing:
        return _missing(language, key, str(missing))


class _Missing(LookupError):
    """Why there is no sentence."""


@lru_cache(SENTENCES_KEPT)
def _counted(language: Language, key: str, numbers: tuple[tuple[str, int], ...]) -> str:
    """A sentence with nothing or numbers in it, which says nothing of anybody: tables repeat them."""
    return _formatted(language, key, dict(numbers))


def _formatted(language: Language, key: str, args: Mapping[str, str | float]) -> str:
    bundle = catalogue(language)
    pattern = bundle.get_message(key).value if bundle.has_message(key) else None
    if pattern is None:
        raise _Missing("no such message")
    text, errors = bundle.format_pattern(pattern, dict(args))
    if errors:
        raise _Missing(str(errors[0]))
    return str(text)


def _missing(language: Language, key: str, reason: str) -> str:
    if not _tolerant:
        raise MissingTranslation(f"{language.value}: {key}: {reason}")
    log.warning("translation missing", language=language.value, key=key, reason=reason)
    return key
