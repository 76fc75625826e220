"""Asks a server process for pages and answers over HTTP, again and again, and says what 95 of 100 took at most."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.stage import Figure
from fileserver.demo.api import Desk

ROUNDS = 20
TAIL = 0.95
BAR_MS = 200.0


@dataclass(frozen=True)
class Question:
    """One page or answer, at one address or at several in turn."""

    name: str
    paths: Sequence[str]
    who: Sequence[str] = ()  # nobody named: who sees all
    judged: bool = True  # a file of ten thousand lines is no page


async def asked(desk: Desk, who: str, question: Question, note: str) -> Figure:
    """The figure of one question, from the request to the last byte of the answer; the first round is not counted."""
    await desk.read(question.paths[-1])
    times_ms, size_bytes = [], 0
    for number in range(ROUNDS):
        started = time.perf_counter()
        size_bytes = max(size_bytes, await desk.read(question.paths[number % len(question.paths)]))
        times_ms.append((time.perf_counter() - started) * 1000)
    slow_ms = sorted(times_ms)[math.ceil(TAIL * ROUNDS) - 1]
    said = f"{note}; {size_bytes / 1024:,.0f} KiB{f'; bar {BAR_MS:.0f}' if question.judged else ''}"
    return Figure(f"{question.name}, {who}", slow_ms, "ms p95", said, slow_ms <= BAR_MS if question.judged else None)


async def all_asked(
    desks: Mapping[str, Desk], questions: Sequence[Question], note: str, say: Callable[[str], None]
) -> list[Figure]:
    """Every question, of those of these people whom it names, or of the first; `say` hears each figure at once."""
    first, figures = next(iter(desks)), []
    for question in questions:
        for who in question.who or (first,):
            figures.append(await asked(desks[who], who, question, note))
            say(f"{figures[-1].value:,.0f} ms: {figures[-1].name}")
    return figures
