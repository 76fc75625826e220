"""A thousand clean paragraphs: what is written in and around clinics and breaks no rule.

They were not collected: `clean.txt` holds 165 sentences in eleven subjects, written for these tests by the people who
wrote the rules, and each paragraph is three or four sentences of one subject in an order of its own. So they tell of
rules that catch everyday language, and not of how often the language of real brochures is caught.
"""

import random
from pathlib import Path

SENTENCES = Path(__file__).parent / "clean.txt"
PARAGRAPHS = 1_000
SEED = 38


def subjects() -> list[list[str]]:
    """The sentences, subject by subject."""
    blocks = SENTENCES.read_text(encoding="utf-8").split("# ")[1:]
    return [block.splitlines()[1:] for block in blocks]


def clean_paragraphs() -> list[str]:
    """A thousand different paragraphs, the same ones each time."""
    chance = random.Random(SEED)
    sentences = subjects()
    found: dict[str, None] = {}
    while len(found) < PARAGRAPHS:
        found["".join(chance.sample(chance.choice(sentences), chance.choice((3, 4))))] = None
    return list(found)
