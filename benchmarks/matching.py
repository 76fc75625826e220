"""How many characters of text a second the standard rules get through, from text to hits, on one core."""

import asyncio
import random
import time
from datetime import date

from benchmarks.stage import Figure
from compliance.access.model import MaterialClass
from compliance.declaring import Declared
from compliance.ruleset import Matcher, RuleSet
from fileserver.services import Services
from tests.rule_cases.paragraphs import clean_paragraphs
from tests.rule_cases.reading import all_cases

CHARACTERS = 1_000_000
ROUNDS = 5
BROKEN_EVERY = 50  # paragraphs
BAR = 10_000_000
TODAY = date(2026, 11, 26)


async def run(_services: Services) -> list[Figure]:
    """Clean text, and text in which every fiftieth paragraph breaks a rule; and how long the rules take to be ready."""
    return await asyncio.to_thread(_measured)


def _measured() -> list[Figure]:
    started = time.perf_counter()
    matcher = Matcher(RuleSet.load(RuleSet.default().source))
    matcher.hits("", Declared(material_class=MaterialClass.PUBLIC_AD), today=TODAY)
    ready_s = time.perf_counter() - started
    clean, broken = _per_second(matcher, 0), _per_second(matcher, BROKEN_EVERY)
    return [
        Figure("matching, clean text", clean, "characters/s", "bar 10 million, one core", passed=clean >= BAR),
        Figure("matching, some broken rules", broken, "characters/s", "1 in 50 paragraphs; same", passed=broken >= BAR),
        Figure("matching, rules ready", ready_s, "s", "once in a process"),
    ]


def _per_second(matcher: Matcher, broken_every: int) -> float:
    text, declared = _text(broken_every), Declared(material_class=MaterialClass.PUBLIC_AD)
    best_s = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        matcher.hits(text, declared, today=TODAY)
        best_s = min(best_s, time.perf_counter() - started)
    return len(text) / best_s


def _text(broken_every: int) -> str:
    """Paragraphs in an order of chance, the same one each time."""
    chance = random.Random(1)  # noqa: S311  # variety, not a secret
    broken = [case.text for cases in all_cases().values() for case in cases.positive]
    paragraphs: list[str] = []
    length = 0
    clean = clean_paragraphs()
    while length < CHARACTERS:
        paragraph = chance.choice(clean)
        if broken_every and len(paragraphs) % broken_every == 0:
            paragraph += chance.choice(broken)
        paragraphs.append(paragraph)
        length += len(paragraph) + 1
    return "\n".join(paragraphs)[:CHARACTERS]
