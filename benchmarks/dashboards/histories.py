"""Made-up histories of shares: who opened what when, by whose link. The same for the same seed and size.

Cascades grow as materials do: each opening comes by a link of the share or of somebody who passed it on; sizes have a
heavy tail. Everything that a follower of the log is told stands in `Visit`, `Forward` and `Share`: `leaves_of` writes
it down as entries of the log one by one, benchmarks.dashboards.log all of them inside PostgreSQL.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from uuid import UUID

from compliance.events import Act, Event, leaf_of

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
HANDS_MAX = 9
FORWARDING = 0.3
PAUSE_S = 7_200  # between two openings of a share, on average
LIFE_S = 45 * 86_400  # of a share that many open
READING = 0.7
TAKING = 0.1
PAGES_MEAN = 6
PAGES_OF_A_VERSION = 20
STEP = timedelta(microseconds=1)  # no two things happen at once
Det = dict[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much happens."""

    shares: int
    visits: int
    materials: int
    employees: int
    clinics: int
    people: int
    days: int
    began: datetime = BEGAN


@dataclass(frozen=True)
class Share:
    """An employee's share."""

    id: int
    material: int
    employee: int
    at: datetime


@dataclass(frozen=True)
class Forward:
    """A link that a viewer passed on."""

    id: int
    parent: int
    root: int
    who: int
    at: datetime


@dataclass(frozen=True)
class Visit:
    """An opening, with the pages served and the reading attested, of half of them. `link`: the forward, or the root."""

    root: int
    link: int
    owner: int  # of the link: a viewer, or -1 for the employee
    who: int
    at: datetime
    depth: int
    came: bool
    pages: int
    downloads: int
    ms: int

    @property
    def reads(self) -> int:
        """How many of the pages were read, the first ones."""
        return (self.pages + 1) // 2 if self.ms else 0


@dataclass(frozen=True)
class History:
    """All of it, each in the order of time."""

    size: Size
    shares: list[Share]
    forwards: list[Forward]
    visits: list[Visit]

    @cached_property
    def material_of(self) -> dict[int, int]:
        """Materials by share."""
        return {each.id: each.material for each in self.shares}

    @property
    def events(self) -> int:
        """How many entries of the log this is."""
        served = sum(1 + each.pages + each.downloads + each.reads for each in self.visits)
        return len(self.shares) + len(self.forwards) + served


def history(size: Size, seed: int = 1) -> History:
    """A history of this size."""
    chance = random.Random(seed)  # noqa: S311  # a made-up history, the same each time
    shares: list[Share] = []
    forwards: list[Forward] = []
    visits: list[Visit] = []
    weights = [chance.paretovariate(1.2) for _ in range(size.shares)]
    scale, number = size.visits / sum(weights), size.shares
    for share_id, weight in enumerate(weights):
        at = size.began + timedelta(seconds=chance.random() * size.days * 86_400, microseconds=-1)
        share = Share(share_id, int(size.materials * chance.random() ** 2), chance.randrange(size.employees), at)
        shares.append(share)
        number = _spread(share, max(1, round(weight * scale)), number, chance, size, forwards, visits)
    shares.sort(key=attrgetter("at"))
    forwards.sort(key=attrgetter("at"))
    visits.sort(key=attrgetter("at"))
    return History(size, shares, forwards, visits)


def _spread(
    share: Share,
    opens: int,
    number: int,
    chance: random.Random,
    size: Size,
    forwards: list[Forward],
    visits: list[Visit],
) -> int:
    """One cascade, as far as the history goes; the number that the next forward takes."""
    links, depths, at = [(share.id, -1)], {-1: 0}, share.at
    ends = size.began + timedelta(days=size.days)
    pause_s = min(PAUSE_S, LIFE_S / opens)
    for _ in range(opens):
        at += timedelta(seconds=chance.expovariate(1 / pause_s)) + STEP
        if at >= ends:
            break
        link, owner = links[int(len(links) * chance.random() ** 1.5)]
        who = chance.randrange(size.people)
        came = who not in depths
        if came:
            depths[who] = depths[owner] + 1
        pages = min(int(chance.expovariate(1 / PAGES_MEAN)) + 1, PAGES_OF_A_VERSION)
        ms = chance.randrange(1_000, 120_000) if chance.random() < READING else 0
        downloads = 1 if chance.random() < TAKING else 0
        visits.append(Visit(share.id, link, owner, who, at, depths[who], came, pages, downloads, ms))
        if depths[who] < HANDS_MAX and chance.random() < FORWARDING:
            at += STEP
            forwards.append(Forward(number, link, share.id, who, at))
            links.append((number, who))
            number += 1
    return number


def uuid_of(kind: int, number: int) -> UUID:
    """An id of a kind of thing: 1 shares and forwards, 2 materials, 3 clinics, 4 employees, 5 visits, 6 viewers."""
    return UUID(int=(kind << 64) + number + 1)


def leaves_of(told: History) -> list[bytes]:
    """The same as entries of the log, in the order of time."""
    happened = sorted([*_shared(told), *_forwarded(told), *_visited(told)], key=lambda each: each[0])
    return [leaf_of(event, at) for at, event in happened]


def _shared(told: History) -> Iterator[tuple[datetime, Event]]:
    for each in told.shares:
        link = str(uuid_of(1, each.id))
        obj = f"material:{uuid_of(2, each.material)}"
        yield each.at, Event(act=Act.EMPLOYEE_SHARE_CREATE, who=f"e-{each.employee}", obj=obj, link=link)


def _forwarded(told: History) -> Iterator[tuple[datetime, Event]]:
    for each in told.forwards:
        det: Det = {"parent": str(uuid_of(1, each.parent))}
        yield each.at, _viewer(told, Act.VIEWER_SHARE_FORWARD, each.who, each.root, each.id, det)


def _visited(told: History) -> Iterator[tuple[datetime, Event]]:
    for number, each in enumerate(told.visits):
        acts = [Act.VIEWER_VISIT_START, *[Act.VIEWER_COPY_VIEW] * each.pages]
        acts += [Act.VIEWER_COPY_DOWNLOAD] * each.downloads
        for act in acts:
            yield each.at, _viewer(told, act, each.who, each.root, each.link, {})
        for page in range(1, each.reads + 1):
            det: Det = {"page": page, "pages": PAGES_OF_A_VERSION, "visit": str(uuid_of(5, number))}
            det["ms"] = each.ms // each.reads
            yield each.at, _viewer(told, Act.VIEWER_PAGE_READ, each.who, each.root, each.link, det)


def _viewer(told: History, act: Act, who: int, root: int, link: int, det: Det) -> Event:
    material = told.material_of[root]
    return Event(
        act=act,
        who=f"p-{who}",
        org=str(uuid_of(3, who % told.size.clinics)),
        obj=f"material:{uuid_of(2, material)}",
        ver=f"{material + 1:064x}",
        link=str(uuid_of(1, link)),
        det=det,
    )
