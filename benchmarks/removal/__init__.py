"""Removal: what it costs to get rid of the marks in a PDF, and what still names the owner afterwards.

Twelve attacks on copies of three levels: shared, interleaved, flattened. No bar: the figures are what
docs/explanation/sealing.md says of each level.
"""

import time

from benchmarks.printing import tell
from benchmarks.removal.attacks import ATTACKS, Attack
from benchmarks.removal.copies import LEVELS, Scene, scene
from benchmarks.removal.judging import Verdict, judged
from benchmarks.stage import Figure
from fileserver.services import Services


async def run(_services: Services) -> list[Figure]:
    """In this process: nothing of it needs a server."""
    made, figures = scene(), list[Figure]()
    for level in LEVELS:
        for attack in ATTACKS:
            figures.append(_figure(made, level, attack))
            tell(figures[-1])  # half an hour is long to wait for the first
    return figures


def _figure(made: Scene, level: str, attack: Attack) -> Figure:
    started = time.perf_counter()
    loot = attack.act(*made.copies[level])
    seconds = time.perf_counter() - started
    verdict = judged(made, level, loot)
    traced = max(verdict.blind, verdict.informed)
    return Figure(f"{level}: {attack.name}", traced, f"of {verdict.pictures}", _note(verdict, attack, seconds))


def _note(verdict: Verdict, attack: Attack, seconds: float) -> str:
    visible = "" if verdict.visible is None else f"visible {verdict.visible:.0%}, "
    known = "id in the file, " if verdict.has_id else ""
    wrong = f", NAMES OTHERS {verdict.named_other}" if verdict.named_other else ""
    return f"{visible}{known}blind {verdict.blind}, informed {verdict.informed}; {attack.effort} {seconds:.2f} s{wrong}"
