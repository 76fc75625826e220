"""How materials travel, as the follower keeps it: in whatever batches it reads, the trees are those of the log."""

import asyncio
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from compliance import ledger
from compliance.events import Act, Event, Result
from compliance.spreading.cascades import FirstOpen, Sums, cascade_of, sums_of
from compliance.spreading.following import ZONE, forget, spread_all, spread_step
from compliance.spreading.growth import WINDOW
from compliance.spreading.reading import READ_MS
from fileserver.analytics.once import opened, opened_in
from storage.database import Database
from storage.rows import (
    event_index,
    reading,
    spread_counts,
    spread_dashboard,
    spread_figures,
    spreading,
)
from storage.rows.spread_counts import COUNTS, WITHIN, Dim
from storage.rows.spread_dashboard import Among, Counts, Span
from storage.rows.spread_figures import Grown, GrowthRow
from storage.schema import spread_person

TABLES = (*spreading.TABLES, *spread_counts.TABLES, *reading.TABLES)
START = datetime(2026, 12, 28, tzinfo=UTC)  # a year ends in it
EVENTS = 400
PAGES = 4
SPANS = (300, 900, 2_500)
EVER = Span(date(2026, 1, 1), date(2028, 1, 1))
PEOPLE = [f"p-{number}" for number in range(40)]
MATERIALS = [UUID(int=number) for number in (1, 2)]
SEQUENCE = """
WITH taken AS (DELETE FROM ledger_pending RETURNING event_id)
INSERT INTO ledger_leaf (index, event_id)
SELECT (SELECT count(*) FROM ledger_leaf) + row_number() OVER (ORDER BY event_id) - 1, event_id FROM taken
"""

HOUR = timedelta(hours=1)

Kept = dict[str, list[tuple[Any, ...]]]


BRAND = Among(Dim.BRAND, ("",))


class Pulse(NamedTuple):
    """A row of spread_pulse."""

    dim: str
    key: str
    hour: datetime
    depth: int
    opens: int
    people: int
    viewers: int
    intents: int
    brought: int


class World:
    """Random shares, forwards and openings, remembered as whoever made them up would count them."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = START
        self.shares: dict[UUID, tuple[UUID, UUID, str]] = {}  # share: (material, root, maker)
        self.made: dict[UUID, tuple[str, datetime]] = {}  # root: (maker, when)
        self.opens: dict[UUID, list[FirstOpen[str]]] = defaultdict(list)
        self.counts: dict[str, Counter[UUID]] = defaultdict(Counter)
        self.seen: list[tuple[str, datetime, set[tuple[Dim, str]]]] = []  # viewers, when, of what
        self.opened_by_others: set[UUID] = set()
        self.reading: dict[UUID, Counter[tuple[UUID, str, int]]] = defaultdict(Counter)  # scope: (visit, who, page): ms

    def event(self) -> Event:
        """The next thing that happens."""
        self.now += timedelta(minutes=self.rng.randrange(1, 50))
        if not self.shares or self.rng.random() < 0.02:
            return self.share()
        return self.rng.choice(
            (self.forward, self.open, self.open, self.open, self.read, self.refused, self.attest, self.attest)
        )()

    def share(self) -> Event:
        """An employee makes a share."""
        share_id, material = UUID(int=self.rng.getrandbits(128)), self.rng.choice(MATERIALS)
        maker = self.rng.choice(("e-1", "e-2", "e-3"))
        self.shares[share_id] = (material, share_id, maker)
        self.made[share_id] = (maker, self.now)
        return Event(act=Act.EMPLOYEE_SHARE_CREATE, who=maker, obj=f"material:{material}", link=str(share_id))

    def forward(self) -> Event:
        """Somebody who has opened a share passes it on."""
        share_id, (material, root, _) = self.a_share()
        inside = [each.person for each in self.opens[root]]
        if not inside:
            return self.open()
        child, who = UUID(int=self.rng.getrandbits(128)), self.rng.choice(inside)
        self.shares[child] = (material, root, who)
        det: dict[str, str | int] = {"parent": str(share_id), "depth": 1}
        return Event(act=Act.VIEWER_SHARE_FORWARD, who=who, obj=f"material:{material}", link=str(child), det=det)

    def open(self) -> Event:
        """Somebody opens a share, perhaps again, perhaps their own."""
        share_id, (material, root, maker) = self.a_share()
        who = self.rng.choice((*PEOPLE, maker))
        self.opens[root].append(FirstOpen(who, maker, self.now))
        employee = self.made[root][0]
        if who != maker:
            self.opened_by_others.add(share_id)
        if who != employee:
            subjects = {(Dim.BRAND, ""), (Dim.MATERIAL, str(material)), (Dim.SHARE, str(root)), (Dim.CLINIC, "c-1")}
            self.seen.append((who, self.now, subjects | {(Dim.EMPLOYEE, employee)}))
        return self.visitor(Act.VIEWER_VISIT_START, "opens", who, share_id, material)

    def read(self) -> Event:
        """Somebody reads a page or takes a copy."""
        share_id, (material, _, _) = self.a_share()
        act, what = self.rng.choice(((Act.VIEWER_COPY_VIEW, "pages"), (Act.VIEWER_COPY_DOWNLOAD, "downloads")))
        return self.visitor(act, what, self.rng.choice(PEOPLE), share_id, material)

    def attest(self) -> Event:
        """Somebody was seen to read, or a platform saw a link sent."""
        share_id, (material, root, maker) = self.a_share()
        if self.rng.random() < 0.2:
            self.counts["sent"][share_id] += 1
            return Event(act=Act.SYSTEM_SHARE_SEND, who=maker, obj=f"material:{material}", link=str(share_id))
        who, page, ms = self.rng.choice((*PEOPLE[:6], maker)), self.rng.randrange(1, PAGES + 1), self.rng.choice(SPANS)
        visit = uuid5(share_id, who + self.rng.choice("ab"))
        if who != maker:
            self.counts["read_ms"][share_id] += ms
            for scope in (root, material):
                self.reading[scope][visit, who, page] += ms
        det: dict[str, str | int] = {"visit": str(visit), "page": page, "pages": PAGES, "ms": ms}
        link, obj = str(share_id), f"material:{material}"
        return Event(act=Act.VIEWER_PAGE_READ, who=who, obj=obj, ver="v1", link=link, det=det)

    def refused(self) -> Event:
        """Somebody is not let in."""
        share_id, (material, _, _) = self.a_share()
        obj = f"material:{material}"
        return Event(act=Act.VIEWER_VISIT_START, res=Result.DENY, who="p-99", obj=obj, link=str(share_id))

    def visitor(self, act: Act, what: str, who: str, share_id: UUID, material: UUID) -> Event:
        """A viewer's act, counted."""
        self.counts[what][share_id] += 1
        return Event(act=act, who=who, org="c-1", obj=f"material:{material}", link=str(share_id))

    def a_share(self) -> tuple[UUID, tuple[UUID, UUID, str]]:
        """Any share that there is."""
        return self.rng.choice(list(self.shares.items()))

    def sums(self) -> dict[UUID, Sums]:
        """The shapes of all cascades, from whole trees."""
        cascades = {root: cascade_of(*made, self.opens[root]) for root, made in self.made.items()}
        return {root: sums_of(cascade) for root, cascade in cascades.items()}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool of its own."""
    opened = Database(database_url)
    yield opened
    await opened.close()


async def lived(database: Database, world: World, zone: ZoneInfo = ZONE) -> None:
    """A life of the world, followed now and then in batches of any size."""
    left = EVENTS
    while left:
        async with database.transaction() as tx:
            while left:
                await ledger.append(tx, world.event(), now=world.now)
                left -= 1
                if world.rng.random() < 0.05:
                    break
            await tx.execute(text(SEQUENCE))
        if left:
            await spread_step(database, world.now, zone=zone, batch=world.rng.randrange(1, 60))
    await spread_all(database, world.now, zone=zone)


def grown_by_hours(pulses: list[Pulse], now: datetime, since: datetime, zone: ZoneInfo) -> Grown:
    """What the hours alone tell of growth."""
    came = [pulse for pulse in pulses if pulse.hour >= since and pulse.people]
    levels: Counter[int] = Counter()
    depths: dict[int, list[Pulse]] = defaultdict(list)
    weeks: dict[date, list[Pulse]] = defaultdict(list)
    for pulse in came:
        levels[pulse.depth] += pulse.people
        if pulse.hour + HOUR + WINDOW <= now:
            depths[pulse.depth].append(pulse)
            day = pulse.hour.astimezone(zone).date()
            if pulse.depth:
                weeks[day - timedelta(days=day.weekday())].append(pulse)
    return Grown(
        levels=tuple(levels[depth] for depth in range(max(levels, default=-1) + 1)),
        generations={depth: together(some) for depth, some in sorted(depths.items())},
        cohorts={week: together(some) for week, some in weeks.items()},
    )


def together(pulses: list[Pulse]) -> GrowthRow:
    """Who came in these hours, and what they did."""
    people, intents, brought = (
        sum(getattr(pulse, name) for pulse in pulses) for name in ("people", "intents", "brought")
    )
    return GrowthRow(people=people, intents=intents, brought=brought)


def reached(pulses: list[Pulse], percent: int) -> datetime | None:
    """The end of the hour in which so many of all viewers had come."""
    viewers = Counter[datetime]()
    for pulse in pulses:
        viewers[pulse.hour] += pulse.viewers
    so_far = 0
    for hour, came in sorted(viewers.items()):
        so_far += came
        if came and 100 * so_far >= percent * viewers.total():
            return hour + HOUR
    return None


async def kept(database: Database) -> Kept:
    """Every row of every table, in the order of its key."""
    async with database.transaction() as tx:
        return {
            table.name: [tuple(row) for row in await tx.execute(table.select().order_by(*table.primary_key.columns))]
            for table in TABLES
        }


async def kept_sums(database: Database) -> dict[UUID, Sums]:
    """The sums of each cascade as the follower keeps them."""
    query = """
    SELECT r.root_id, r.below, r.below_squared,
      (SELECT max(children) FROM spread_person p WHERE p.root_id = r.root_id) AS most_children,
      (SELECT array_agg(people ORDER BY depth) FROM spread_level l WHERE l.root_id = r.root_id) AS levels
    FROM spread_root r
    """
    async with database.transaction() as tx:
        rows = [row._asdict() for row in await tx.execute(text(query))]
    return {row.pop("root_id"): Sums(**{**row, "levels": tuple(row["levels"])}) for row in rows}


@pytest.mark.parametrize("seed", range(4))
async def test_trees_are_those_of_the_log(database: Database, seed: int) -> None:
    """Levels and sums, kept up arrival by arrival, equal those of the whole tree; so do openings, pages and copies."""
    world = World(seed)
    await lived(database, world)
    assert world.sums() == await kept_sums(database)
    async with database.transaction() as tx:
        opened = dict(map(tuple, await tx.execute(text("SELECT share_id, sum(opens) FROM spread_opener GROUP BY 1"))))
        counted, _ = await spread_dashboard.sums(tx, BRAND, EVER)
    assert world.counts["opens"] == Counter(opened)
    for what in ("opens", "pages", "downloads", "sent", "read_ms"):
        assert world.counts[what].total() == getattr(counted, what)


async def test_people_are_counted_once(database: Database) -> None:
    """In any span of days, within the brand, a material, a share or an employee: as one who kept all would count."""
    world = World(0)
    await lived(database, world)
    days = sorted({at.astimezone(ZONE).date() for _, at, _ in world.seen})
    async with database.transaction() as tx:
        for first, last in itertools.combinations(days, 2):
            for dim, key in {subject for _, _, subjects in world.seen for subject in subjects}:
                expected = {
                    who
                    for who, at, subjects in world.seen
                    if (dim, key) in subjects and first <= at.astimezone(ZONE).date() < last
                }
                assert len(expected) == await spread_dashboard.viewers_within(tx, dim, [key], Span(first, last))


@pytest.mark.parametrize("dim", [Dim.EMPLOYEE, Dim.MATERIAL, Dim.SHARE])
async def test_people_of_several_are_counted_once(database: Database, dim: Dim) -> None:
    """Of any two subjects together, and of all, in any span of days: as one who kept all would count."""
    world = World(4)
    await lived(database, world)
    keys = sorted({key for _, _, subjects in world.seen for found, key in subjects if found is dim})
    days = sorted({at.astimezone(ZONE).date() for _, at, _ in world.seen})
    groups = {str(pair): pair for pair in itertools.combinations(keys, 2)} | {"all": tuple(keys)}
    async with database.transaction() as tx:
        for first, last in itertools.combinations(days[::3], 2):
            span = Span(first, last)
            expected = {
                name: tuple(
                    len(
                        {
                            who
                            for who, at, subjects in world.seen
                            if part.start <= at.astimezone(ZONE).date() < part.end
                            and any((dim, key) in subjects for key in group)
                        }
                    )
                    for part in (span, span.before)
                )
                for name, group in groups.items()
            }
            assert expected == await opened_in(tx, {name: Among(dim, keys) for name, keys in groups.items()}, span)


async def test_nobody_came_where_all_came_before_and_after(database: Database) -> None:
    """Under both names of a subject, but not within the span."""
    days = {"first": date(2026, 1, 1), "last": date(2026, 4, 1)}
    async with database.transaction() as tx:
        for key in ("a", "b"):
            row = "INSERT INTO spread_seen (dim, key, who, first_day, last_day) VALUES "
            await tx.execute(text(row + "('clinic', :key, 'p', :first, :last)"), {"key": key, **days})
        span = Span(date(2026, 2, 1), date(2026, 3, 1))
        assert 0 == await spread_dashboard.viewers_within(tx, Dim.CLINIC, ("a", "b"), span)


async def test_rows_of_an_older_release_lack_crowds(database: Database) -> None:
    """They are said to, until they are made anew."""
    world = World(5)
    await lived(database, world)
    async with database.transaction() as tx:
        assert not await spread_counts.lacks(tx)
        await event_index.hold_reader(tx, spread_counts.LACKING, world.now)
        assert await spread_counts.lacks(tx)
    await forget(database, world.now)
    async with database.transaction() as tx:
        assert not await spread_counts.lacks(tx)


async def test_months_are_what_their_days_are(database: Database) -> None:
    """Of spans with whole months in them, in part or not at all: the sums and both halves of a ranking."""
    await lived(database, World(2))
    firsts, ends = (date(2026, 11, 15), date(2026, 12, 1), date(2026, 12, 30)), (date(2027, 1, 2), date(2027, 2, 10))
    async with database.transaction() as tx:
        for span in (Span(first, end) for first, end in itertools.product(firsts, ends)):
            for dim in Dim:
                found = await spread_dashboard.ranked(tx, Among(dim), span)
                for each in found:
                    of_it = Among(dim, (each.key,))
                    days = [await spread_dashboard.by_day(tx, of_it, part, COUNTS) for part in (span, span.before)]
                    now, before = (sum((day.counts for day in part), Counts()) for part in days)
                    assert (now, before) == (each.now, each.before)
                    assert (now, before) == await spread_dashboard.sums(tx, of_it, span)
                assert found


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "America/New_York"])
async def test_weeks_are_what_their_hours_are(database: Database, zone: str) -> None:
    """Growth at any moment, of all time or since one, and the times to a half and to 95 %, as hours alone tell them."""
    await lived(database, World(2), ZoneInfo(zone))
    pulses = [Pulse(*row) for row in (await kept(database))["spread_pulse"]]
    moments = [START + timedelta(hours=hours) for hours in (-3, 50, 170, 173, 300, 900)]
    async with database.transaction() as tx:
        for dim in Dim:
            keys = sorted({pulse.key for pulse in pulses if pulse.dim == dim})
            for chosen in (keys[:1], keys):
                of_it = [pulse for pulse in pulses if pulse.dim == dim and pulse.key in chosen]
                among = Among(dim, chosen)
                for now, since in itertools.product(moments, (spread_figures.FOREVER, *moments)):
                    found = await spread_figures.grown(tx, among, window=WINDOW, now=now, zone=zone, since=since)
                    assert grown_by_hours(of_it, now, since, ZoneInfo(zone)) == found
                told = await spread_figures.totals(tx, among, zone=zone)
                assert (reached(of_it, 50), reached(of_it, 95)) == (told.half_at, told.most_at)


async def test_most_employees_are_the_brand_without_the_rest(database: Database) -> None:
    """Sums, days and growth of all employees but a few, taken from the brand, are those of each added up.

    So are the different people who opened anything of theirs.
    """
    await lived(database, World(2))
    moments = (START + timedelta(hours=170), START + timedelta(hours=900))
    async with database.transaction() as tx:
        everybody = sorted(await spread_dashboard.all_employees(tx))
        assert 2 < len(everybody)
        for left_out in (0, 1):
            makers = everybody[left_out:]
            short, long = await spread_dashboard.among_employees(tx, makers), Among(Dim.EMPLOYEE, makers)
            assert [("brand", "", 1), *(("employee", who, -1) for who in everybody[:left_out])] == short.weighed
            for span in (EVER, Span(date(2026, 12, 29), date(2027, 1, 2))):
                assert await opened(tx, long, span) == await opened(tx, short, span)
                found, _ = sums = await spread_dashboard.sums(tx, short, span)
                assert await spread_dashboard.sums(tx, long, span) == sums
                assert found.opens
                assert not any(getattr(found, name) for name in WITHIN)
                for names in (COUNTS, spread_dashboard.DAILY):
                    days = [await spread_dashboard.by_day(tx, each, span, names) for each in (long, short)]
                    assert days[0] == days[1]
            for now in moments:
                growths = [
                    await spread_figures.grown(tx, each, window=WINDOW, now=now, zone=ZONE.key)
                    for each in (long, short)
                ]
                assert growths[0] == growths[1]


async def test_hours_of_an_earlier_release_get_their_weeks(database: Database) -> None:
    """With the first step, before anything new is counted into them."""
    world = World(5)
    await lived(database, world)
    async with database.transaction() as tx:
        await tx.execute(text("TRUNCATE spread_wave"))
        await ledger.append(tx, world.event(), now=world.now)
        await tx.execute(text(SEQUENCE))
    await spread_all(database, world.now)
    async with database.transaction() as tx:
        usual = await tx.scalar(text("SHOW statement_timeout"))
        await tx.execute(text("TRUNCATE spread_wave"))
        await spread_counts.add_missing_waves(tx, ZONE.key)
        assert usual != await tx.scalar(text("SHOW statement_timeout"))  # of years of hours it takes longer
    followed = await kept(database)
    await forget(database, world.now)
    await spread_all(database, world.now)
    assert followed == await kept(database)


async def test_each_forward_is_confirmed_once(database: Database) -> None:
    """Links that were passed on, and those of them that somebody else opened, whoever and how often."""
    world = World(3)
    await lived(database, world)
    passed = [share for share, (_, root, _) in world.shares.items() if share != root]
    async with database.transaction() as tx:
        counted, _ = await spread_dashboard.sums(tx, BRAND, EVER)
    assert (len(world.made), len(passed)) == (counted.shares, counted.intents)
    assert len(set(passed) & world.opened_by_others) == counted.confirmed > 0


async def test_reading_is_that_of_the_log(database: Database) -> None:
    """By page and by version, within a share's tree and within a material: time, and distinct people who read."""
    world = World(19)
    await lived(database, world)
    pages: dict[tuple[UUID, str, int], tuple[int, int]] = {}
    versions: dict[UUID, tuple[int, ...]] = {}
    for scope, said in world.reading.items():
        done = {(visit, who, page) for (visit, who, page), ms in said.items() if ms >= READ_MS}
        for page in {page for _, _, page in said}:
            readers = {who for _, who, at in done if at == page}
            pages[scope, "v1", page] = (sum(ms for (_, _, at), ms in said.items() if at == page), len(readers))
        visits, readers = {visit for visit, _, _ in said}, {who for _, who, _ in done}
        furthest = sum(max((page for at, _, page in done if at == visit), default=0) for visit in visits)
        versions[scope] = (PAGES, len(visits), len(readers), said.total(), len(done), furthest)
    found = await kept(database)
    assert pages == {row[:3]: row[3:] for row in found["read_page"]}
    assert versions == {row[0]: row[2:] for row in found["read_version"]}


async def test_each_knows_who_came_through_them(database: Database) -> None:
    """Directly and in all, for everybody in every cascade."""
    world = World(7)
    await lived(database, world)
    expected = {
        (root, who): (reach.direct, reach.downstream)
        for root, made in world.made.items()
        for who, reach in cascade_of(*made, world.opens[root]).reach().items()
    }
    rows = (await kept(database))["spread_person"]
    names = [column.name for column in spread_person.columns]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert expected == {(row["root_id"], row["who"]): (row["children"], row["below"]) for row in told}


async def test_made_anew_it_is_the_same(database: Database) -> None:
    """Forgotten and read again from the first leaf, in other batches: every row, to the last digit."""
    world = World(11)
    await lived(database, world)
    before = await kept(database)
    assert all(before.values())
    await forget(database, world.now)
    assert not any((await kept(database)).values())
    await spread_all(database, world.now)
    assert before == await kept(database)


async def test_two_at_once_take_each_leaf_once(database: Database) -> None:
    """While one follower holds its place, another finds nothing to do."""
    world = World(13)
    await lived(database, world)
    before = await kept(database)
    await forget(database, world.now)
    await spread_step(database, world.now, batch=10)
    async with database.transaction() as tx:
        await tx.execute(text("SELECT 1 FROM log_reader WHERE name = 'figures' FOR UPDATE"))
        assert 0 == await spread_step(database, world.now)
    await spread_all(database, world.now)
    assert before == await kept(database)


async def test_forgetting_waits_for_who_follows(database: Database) -> None:
    """A step under way is over before the tables are emptied, so that nothing is counted twice."""
    world = World(17)
    await lived(database, world)
    before = await kept(database)
    async with database.transaction() as tx:
        await tx.execute(text("SELECT 1 FROM log_reader WHERE name = 'figures' FOR UPDATE"))
        forgetting = asyncio.create_task(forget(database, world.now))
        done, _ = await asyncio.wait([forgetting], timeout=0.2)
        assert not done
    await forgetting
    await spread_all(database, world.now)
    assert before == await kept(database)


async def test_figures_are_read_while_they_are_forgotten(database: Database) -> None:
    """Whoever reads figures keeps nobody from beginning anew."""
    world = World(19)
    await lived(database, world)
    async with database.transaction() as tx:
        for table in TABLES:
            await tx.execute(table.select().limit(1))
        await forget(database, world.now)
    assert not any((await kept(database)).values())


async def test_a_share_whose_making_was_pruned_is_passed_by(database: Database) -> None:
    """Nobody knows any more who made it: its openings are not counted, and nothing breaks."""
    event = Event(act=Act.VIEWER_VISIT_START, who="p-1", obj=f"material:{MATERIALS[0]}", link=str(UUID(int=9)))
    async with database.transaction() as tx:
        await ledger.append(tx, event, now=START)
        await tx.execute(text(SEQUENCE))
    assert 1 == await spread_all(database, START)
    assert not any((await kept(database)).values())
