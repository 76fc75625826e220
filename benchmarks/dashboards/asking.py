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
    """One page or file, at one address or at several in turn."""

    name: str
    paths: Sequence[str]
    who: Sequence[str] = ()  # nobody named: who sees all
    file: bool = False  # of as many lines as there are: its first byte is judged


async def asked(desk: Desk, who: str, question: Question, note: str) -> list[Figure]:
    """The figures of one question: until the last byte of the answer, and of files until the first.

    The first round is not counted.
    """
    await desk.read(question.paths[-1])
    first_ms, last_ms, most_bytes = [], [], 0
    for number in range(ROUNDS):
        started, arrived, size_bytes = time.perf_counter(), None, 0
        async for piece_bytes in desk.pieces(question.paths[number % len(question.paths)]):
            arrived = arrived or time.perf_counter()
            size_bytes += piece_bytes
        first_ms.append(((arrived or time.perf_counter()) - started) * 1000)
        last_ms.append((time.perf_counter() - started) * 1000)
        most_bytes = max(most_bytes, size_bytes)
    said = f"{note}; {most_bytes / 1024:,.0f} KiB"
    name = f"{question.name}, {who}"
    if not question.file:
        return [_judged(name, last_ms, said)]
    return [_judged(f"{name}, first byte", first_ms, said), Figure(f"{name}, whole", _tail(last_ms), "ms p95", said)]


def _judged(name: str, times_ms: Sequence[float], said: str) -> Figure:
    slow_ms = _tail(times_ms)
    return Figure(name, slow_ms, "ms p95", f"{said}; bar {BAR_MS:.0f}", slow_ms <= BAR_MS)


def _tail(times_ms: Sequence[float]) -> float:
    return sorted(times_ms)[math.ceil(TAIL * ROUNDS) - 1]


async def all_asked(
    desks: Mapping[str, Desk], questions: Sequence[Question], note: str, say: Callable[[str], None]
) -> list[Figure]:
    """Every question, of those of these people whom it names, or of the first; `say` hears each figure at once."""
    first, figures = next(iter(desks)), []
    for question in questions:
        for who in question.who or (first,):
            for figure in await asked(desks[who], who, question, note):
                figures.append(figure)
                say(f"{figure.value:,.0f} ms: {figure.name}")
    return figures
