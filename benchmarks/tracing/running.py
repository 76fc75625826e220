"""Trials spread over processes, their records kept as they come, so that a run may stop and go on.

Promises: a picture's attacks stay together; what a record file holds is not done again; a run ends within its time,
give or take one picture. The first strength of each attack comes first over all pictures, then the second.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import cv2

from benchmarks.tracing.attacks import Attack, attacks
from benchmarks.tracing.corpus import Picture
from benchmarks.tracing.innocent import Innocent, innocents
from benchmarks.tracing.keeping import lines_kept, records_kept
from benchmarks.tracing.trial import Record, Sealed

Row = TypeVar("Row", Record, Innocent)

STRENGTHS = 3
PARTS_AT_A_TIME = 16  # of one picture, which is read and looked over once for all of them


@dataclass(frozen=True)
class Plan:
    """What is run: which layers, how many processes, and for how long at most."""

    blind: bool
    informed: bool
    processes: int
    until_s: float


def attacked(pictures: list[Picture], strengths: int, plan: Plan, kept: Path) -> list[Record]:
    """All records there are after this run, new and old."""
    known = records_kept(kept, pictures)
    done = {(record.picture, record.attack, record.strength) for record in known}
    jobs = (
        partial(_picture_tried, picture, left, plan)
        for round_number in range(strengths)
        for picture in pictures
        if (left := [each for each in _turn(round_number + picture.number) if _key(picture, each) not in done])
    )
    return known + list(_kept(jobs, kept, plan))


def unmarked(pictures: list[Picture], count: int, plan: Plan, kept: Path) -> list[Innocent]:
    """At least `count` innocent inputs, if time allows."""
    known = [Innocent(**line) for line in lines_kept(kept)]
    first, last = len(known) // PARTS_AT_A_TIME, -(-count // PARTS_AT_A_TIME)
    jobs = (partial(_innocents_read, pictures[number % len(pictures)], number) for number in range(first, last))
    return known + list(_kept(jobs, kept, plan))


def _turn(turn: int) -> list[Attack]:
    """One strength of each attack, another each turn."""
    groups: dict[str, list[Attack]] = {}
    for attack in attacks():
        groups.setdefault(attack.name, []).append(attack)
    return [group[turn % STRENGTHS] for group in groups.values() if len(group) == STRENGTHS] + (
        groups["none"] if turn % STRENGTHS == 0 else []
    )


def _key(picture: Picture, attack: Attack) -> tuple[str, str, str]:
    return picture.name, attack.name, attack.strength


def _picture_tried(picture: Picture, wanted: list[Attack], plan: Plan) -> list[Record]:
    cv2.setNumThreads(1)
    sealed = Sealed.of(picture)
    return [sealed.tried(attack, blind=plan.blind, informed=plan.informed) for attack in wanted]


def _innocents_read(picture: Picture, number: int) -> list[Innocent]:
    cv2.setNumThreads(1)
    return list(innocents(picture, PARTS_AT_A_TIME, number))


def _kept(jobs: Iterable[Callable[[], list[Row]]], kept: Path, plan: Plan) -> Iterator[Row]:
    """The rows of all jobs, written down as they come; no job starts after the time."""
    waiting = iter(jobs)
    with ProcessPoolExecutor(plan.processes) as pool, kept.open("a", encoding="utf-8") as file:
        running = {pool.submit(job) for job in islice(waiting, plan.processes)}
        while running:
            finished = next(as_completed(running))
            running.discard(finished)
            for row in finished.result():
                file.write(json.dumps(asdict(row)) + "\n")
                yield row
            file.flush()
            if time.monotonic() < plan.until_s:
                running |= {pool.submit(job) for job in islice(waiting, 1)}
