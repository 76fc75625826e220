"""The follower that watches materials travel: leaf after leaf, in the order of the tree, each exactly once.

What it keeps is a projection: `rebuild` makes it anew from the log, equal to the last digit. One arrival changes the
counts of its ancestors only, so a cascade of a million people costs no more to keep up, or to read, than a small one.
"""

import gc
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from compliance.events import Act
from compliance.spreading.arriving import Cascades
from compliance.spreading.counting import Counting, hour_of, places_of, subjects_of
from compliance.spreading.reading import Read, take_in_reading
from compliance.spreading.telling import MADE, SENT, Recruited, Told, told_by
from storage.database import Database, Transaction
from storage.rows import event_index, reading, spread_counts, spreading
from storage.rows.spread_counts import Subject
from storage.rows.spreading import Hour, Opens, Place, SpreadShare

READER = "figures"
BATCH = 2_000
OBJECTS_ANEW = 1_000_000  # made between two looks for garbage
BATCH_ANEW = 20_000  # where a whole log is read: fewer rows are written twice
IN_HOURS = {Act.VIEWER_VISIT_START: "opens", Act.VIEWER_COPY_VIEW: "pages", Act.VIEWER_COPY_DOWNLOAD: "downloads"}
PERSONAL = frozenset({Act.VIEWER_VISIT_START, Act.VIEWER_PAGE_READ, Act.VIEWER_SHARE_FORWARD})  # count whoever did it
ZONE = ZoneInfo("Asia/Shanghai")  # whose days are counted, unless the brand says another; to change it, rebuild


class Subjects(dict[tuple[UUID, str], tuple[Subject, ...]]):
    """What acts on a share by people of a clinic count for: the same for many leaves of a batch."""

    def __init__(self, shares: Mapping[UUID, SpreadShare]) -> None:
        self.shares = shares

    def __missing__(self, key: tuple[UUID, str]) -> tuple[Subject, ...]:
        share = self.shares[key[0]]
        found = self[key] = subjects_of(share, self.shares[share.root_id], key[1])
        return found


async def spread_step(database: Database, now: datetime, *, zone: ZoneInfo = ZONE, batch: int = BATCH) -> int:
    """Takes in the next leaves; how many. 0: nothing is new, or another process is at it. `zone`: whose days count."""
    async with database.transaction() as tx:
        start = await event_index.hold_reader(tx, READER, now)
        leaves = () if start is None else await event_index.leaves_from(tx, start, batch)
        if leaves:
            if start:  # an earlier release has read so far, perhaps
                await spread_counts.add_missing_waves(tx, zone.key)
            await _take_in(tx, [told for leaf in leaves if (told := told_by(leaf)) is not None], zone)
            await event_index.move_reader(tx, READER, leaves[-1].index + 1, now)
    return len(leaves)


async def spread_all(database: Database, now: datetime, *, zone: ZoneInfo = ZONE) -> int:
    """Takes in everything that is in the tree; how many leaves."""
    done = 0
    while step := await spread_step(database, now, zone=zone):
        done += step
    return done


async def done(database: Database) -> int:
    """How many leaves have been taken in, by whatever process."""
    async with database.transaction() as tx:
        return await event_index.reader_at(tx, READER)


@contextmanager
def reading_anew() -> Iterator[None]:
    """While a whole log is read: Python looks for cycles of garbage seldom.

    Nothing of a step is in one, and each would have it look through a million objects again and again.
    """
    kept = gc.get_threshold()
    gc.set_threshold(OBJECTS_ANEW)
    try:
        yield
    finally:
        gc.set_threshold(*kept)


async def forget(database: Database, now: datetime) -> None:
    """Begins again: the tables are empty, and the next step reads the first leaf. Waits for a step under way."""
    async with database.transaction() as tx:
        await event_index.restart_reader(tx, READER, now)
        await spreading.forget_all(tx)
        await spread_counts.forget_all(tx)
        await reading.forget_all(tx)


async def _take_in(tx: Transaction, said: Sequence[Told | Recruited], zone: ZoneInfo) -> None:
    told = [each for each in said if isinstance(each, Told)]
    shares, new = await _shares(tx, told)
    acts = [each for each in told if each.share_id in shares]
    cascades = Cascades(await spreading.known_people(tx, _places(shares, new, acts)))
    subjects = Subjects(shares)
    seen = {
        place
        for share_id, org, who in {(each.share_id, each.org, each.who) for each in acts if each.act in PERSONAL}
        for place in places_of(subjects[share_id, org], who)
    }
    openers = {each.who for each in acts if each.act is Act.VIEWER_VISIT_START}
    numbers, people = await spread_counts.numbers_of(tx, openers)
    counting = Counting(zone, await spread_counts.seen_at(tx, seen), numbers, people)
    for share in new:
        if share.parent_id is None:
            counting.shared(share, cascades.begin(share))
    opened: dict[UUID, datetime] = {}
    made = {share.share_id for share in new}
    for each in acts:
        if each.act in MADE and each.share_id not in made:
            continue  # told twice
        _tell(each, subjects, cascades, counting, opened)
    for one in said:
        if isinstance(one, Recruited):
            counting.recruited(one.what, one.employee, one.at)
    if reads := [_read(each, shares[each.share_id]) for each in acts if _was_read(each, shares)]:
        await take_in_reading(tx, reads)
    added = counting.added()
    await spread_counts.make_years(tx, added.years)
    await _write(tx, new, cascades, acts)
    if opened:
        await spreading.mark_opened(tx, opened)
    await spread_counts.add(tx, added)


async def _write(tx: Transaction, new: Sequence[SpreadShare], cascades: Cascades, acts: Sequence[Told]) -> None:
    if new:
        await spreading.add_shares(tx, new)
    if cascades.changed:
        await spreading.put_people(tx, cascades.changed.values())
        await spreading.grow(tx, cascades.growths())
    if hours := _hours(acts):
        await spreading.add_hours(tx, hours)
    if starts := [each for each in acts if each.act is Act.VIEWER_VISIT_START]:
        await spreading.add_opens(tx, _opens(starts))


def _tell(
    told: Told,
    subjects_by: Subjects,
    cascades: Cascades,
    counting: Counting,
    opened: dict[UUID, datetime],
) -> None:
    """Has one leaf counted, after what came before it."""
    shares = subjects_by.shares
    share, subjects = shares[told.share_id], subjects_by[told.share_id, told.org]
    match told.act:
        case Act.VIEWER_SHARE_FORWARD:
            counting.passed_on(subjects, told.at, cascades.people.get((share.root_id, told.who)), told.who)
        case Act.VIEWER_VISIT_START:
            _open(told, subjects_by, cascades, counting)
            if told.who != share.maker and share.opened_at is None and share.share_id not in opened:
                opened[share.share_id] = told.at
                if share.parent_id is not None:
                    counting.confirmed(_through(share, subjects_by, cascades), told.at)
        case Act.VIEWER_COPY_VIEW:
            counting.served(subjects, told.at)
        case Act.VIEWER_PAGE_READ if told.who != share.maker:
            counting.read(subjects, told.at, told.who, told.ms)
        case Act.EMPLOYEE_SHARE_SEND | Act.SYSTEM_SHARE_SEND:
            counting.sent(_through(share, subjects_by, cascades), told.at)
        case Act.VIEWER_COPY_DOWNLOAD:
            counting.took(subjects, told.at)


def _open(told: Told, subjects_by: Subjects, cascades: Cascades, counting: Counting) -> None:
    """A visit: perhaps somebody new, who came by somebody."""
    share, subjects = subjects_by.shares[told.share_id], subjects_by[told.share_id, told.org]
    root = subjects_by.shares[share.root_id]
    came = cascades.opened(share, root, told)
    person = cascades.people.get((share.root_id, told.who))
    if person is None:
        return
    if came:
        counting.came(subjects, person)
        parent = cascades.people[share.root_id, person.parent or root.maker]
        counting.brought(subjects_by[share.share_id, parent.org], parent, told.at)
    counting.opened(subjects, told.at, person, came=came)


def _through(share: SpreadShare, subjects_by: Subjects, cascades: Cascades) -> tuple[Subject, ...]:
    """What the passing on of a link counts for: its maker's clinic, not that of whoever opens it."""
    maker = cascades.people.get((share.root_id, share.maker))
    return subjects_by[share.share_id, maker.org if maker else ""]


async def _shares(tx: Transaction, told: Iterable[Told]) -> tuple[dict[UUID, SpreadShare], list[SpreadShare]]:
    """Every share that the batch tells of, and those of them that are new. One whose making was pruned is unknown."""
    wanted = {each.share_id for each in told} | {each.parent_id for each in told if each.parent_id}
    shares = await spreading.known_shares(tx, wanted)
    shares |= await spreading.known_shares(tx, {share.root_id for share in shares.values()})
    new = []
    for each in told:
        parent = shares.get(each.parent_id) if each.parent_id else None
        if each.act in MADE and each.share_id not in shares and (parent or each.parent_id is None):
            share = SpreadShare(
                share_id=each.share_id,
                material_id=UUID(each.obj.partition(":")[2]),
                root_id=parent.root_id if parent else each.share_id,
                parent_id=each.parent_id,
                maker=each.who,
                made_at=each.at,
            )
            shares[share.share_id] = share
            new.append(share)
    return shares, new


def _places(shares: Mapping[UUID, SpreadShare], new: Iterable[SpreadShare], acts: Sequence[Told]) -> set[Place]:
    """Whose places the batch needs: those who open, and those whose links are opened or sent."""
    opened = [(shares[each.share_id], each.who) for each in acts if each.act is Act.VIEWER_VISIT_START]
    sent = [shares[each.share_id] for each in acts if each.act in SENT]
    tops = {(share.root_id, shares[share.root_id].maker) for share, _ in opened}
    makers = {(share.root_id, share.maker) for share in (*new, *sent, *(share for share, _ in opened))}
    return tops | makers | {(share.root_id, who) for share, who in opened}


def _was_read(told: Told, shares: Mapping[UUID, SpreadShare]) -> bool:
    """Whether somebody read something; not through their own link, which tells nothing of how it spreads."""
    return told.act is Act.VIEWER_PAGE_READ and shares[told.share_id].maker != told.who


def _read(told: Told, share: SpreadShare) -> Read:
    return Read(
        visit_id=UUID(told.det["visit"]),
        share_id=share.share_id,
        root_id=share.root_id,
        material_id=share.material_id,
        ver=told.ver,
        who=told.who,
        page=told.det["page"],
        pages=told.det["pages"],
        ms=told.ms,
        at=told.at,
    )


def _hours(acts: Iterable[Told]) -> dict[tuple[UUID, datetime], Hour]:
    counted = Counter((each.share_id, hour_of(each.at), each.act) for each in acts if each.act in IN_HOURS)
    hours: dict[tuple[UUID, datetime], Counter[Act]] = defaultdict(Counter)
    for (share_id, hour, act), count in counted.items():
        hours[share_id, hour][act] = count
    return {key: Hour(**{name: each[act] for act, name in IN_HOURS.items()}) for key, each in hours.items()}


def _opens(starts: Iterable[Told]) -> dict[tuple[UUID, str], Opens]:
    times: dict[tuple[UUID, str], list[datetime]] = defaultdict(list)
    for each in starts:
        times[each.share_id, each.who].append(each.at)
    return {key: Opens(opens=len(found), first_at=found[0]) for key, found in times.items()}
