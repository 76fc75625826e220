"""Cascades of very different size, each of a material of its own: what a tree costs must not tell them apart."""

import random
from datetime import datetime, timedelta

from benchmarks.dashboards.histories import FORWARDING, HANDS_MAX, STEP, Forward, History, Share, Size, Visit

TREES = (1_000, 100_000, 1_000_000)
PAUSE = timedelta(seconds=20)  # between two arrivals
DAYS = 235  # so long the largest one grows


def size_of(began: datetime, trees: tuple[int, ...] = TREES) -> Size:
    """One employee and one material for each tree; the same people come into all of them."""
    count = len(trees)
    return Size(
        shares=count,
        visits=sum(trees),
        materials=count,
        employees=count,
        clinics=3_000,
        people=max(trees),
        days=DAYS,
        began=began,
    )


def forest(began: datetime, trees: tuple[int, ...] = TREES) -> History:
    """Random recursive trees: whoever comes does so by the share itself or the link of anybody before them."""
    size = size_of(began, trees)
    shares = [Share(number, number, number, began + (number + 1) * STEP) for number in range(len(trees))]
    forwards: list[Forward] = []
    visits: list[Visit] = []
    for share, people in zip(shares, trees, strict=True):
        _grow(share, people, len(shares), forwards, visits)
    forwards.sort(key=lambda each: each.at)
    visits.sort(key=lambda each: each.at)
    return History(size, shares, forwards, visits)


def _grow(share: Share, people: int, first_link: int, forwards: list[Forward], visits: list[Visit]) -> None:
    chance, at = random.Random(share.id), share.at  # noqa: S311  # a made-up history, the same each time
    links = [(share.id, -1, 0)]
    for who in range(people):
        at += PAUSE
        link, owner, depth = links[int(len(links) * chance.random())]
        visits.append(Visit(share.id, link, owner, who, at, depth + 1, True, 0, 0, 0))  # noqa: FBT003  # a record
        if depth + 1 < HANDS_MAX and chance.random() < FORWARDING:
            child = first_link + len(forwards)
            forwards.append(Forward(child, link, share.id, who, at + STEP))
            links.append((child, who, depth + 1))
