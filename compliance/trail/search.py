"""Finding events: the newest ones read as they are, the rest by the index, put together in the order of their ids."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from compliance.trail.indexing import READER
from compliance.trail.planning import SCAN_MAX, Plan, plan
from compliance.trail.wanted import Wanted
from storage.database import Transaction
from storage.rows import event_index, event_leaves, event_search, spread_trees
from storage.rows.events import EventRow

PAGE_MAX = 1_000
LOOKS_MAX = 200  # pages of which some may be empty
TAIL_MAX = 2_000  # events that no follower has reached yet, read one by one
FIRST_LOOK = 1_000  # rows: enough for a page of most questions


@dataclass(frozen=True, kw_only=True)
class Page:
    """Events, newest first. `next` continues before this id; None: there are no older ones that match."""

    rows: tuple[EventRow, ...]
    next: int | None


@dataclass(frozen=True, kw_only=True)
class Tail:
    """The newest events that match and that the index doesn't have; `floor`: older ones were not looked at."""

    rows: tuple[EventRow, ...]
    floor: int | None


async def search(tx: Transaction, wanted: Wanted, *, before: int | None, limit: int, scan_max: int = SCAN_MAX) -> Page:
    """A page of matching events. It may be shorter than `limit`, or empty, and still have a next one."""
    tail = await tail_of(tx, wanted, before=before)
    planned = await plan(tx, wanted, scan_max)
    ids, floor = ((), None) if planned is None else await _indexed(tx, planned.before(before), limit)
    floors = [each for each in (tail.floor, floor) if each is not None]
    found = {row.id: row for row in tail.rows}
    newest = sorted({*found, *ids}, reverse=True)
    shown = [each for each in newest if not floors or each >= max(floors)][:limit]
    leaves = await event_leaves.leaves_of(tx, [each for each in shown if each not in found])
    known = found | {each: EventRow(each, leaf) for each, leaf in leaves.items()}
    rows = tuple(known[each] for each in shown if each in known)  # what was pruned in between is not shown
    if len(shown) == limit:
        return Page(rows=rows, next=shown[-1])
    return Page(rows=rows, next=max(floors) if floors else None)


async def newest(tx: Transaction, wanted: Wanted, at_most: int) -> tuple[tuple[EventRow, ...], bool]:
    """The newest matching events, newest first, and whether there may be more: page after page."""
    found: list[EventRow] = []
    before: int | None = None
    for _ in range(LOOKS_MAX):
        page = await search(tx, wanted, before=before, limit=min(PAGE_MAX, at_most - len(found)))
        found += page.rows
        before = page.next
        if before is None or len(found) >= at_most:
            break
    return tuple(found), before is not None


async def tail_of(tx: Transaction, wanted: Wanted, *, before: int | None = None) -> Tail:
    """What the index doesn't have yet."""
    start = await event_index.reader_at(tx, READER)
    newest = await event_leaves.newest_from(tx, start, before_id=before, limit=TAIL_MAX)
    return Tail(rows=await fitting(tx, wanted, newest), floor=newest[-1].id if len(newest) == TAIL_MAX else None)


async def fitting(tx: Transaction, wanted: Wanted, rows: Sequence[EventRow]) -> tuple[EventRow, ...]:
    """Those of these events that are looked for, as read from their leaves."""
    read = [(row, leaf) for row in rows if wanted.fits(leaf := json.loads(row.leaf))]
    if wanted.trees is None:
        return tuple(row for row, _ in read)
    links = {leaf["link"] for _, leaf in read if leaf["link"]}
    within = await spread_trees.links_among(tx, wanted.trees, links)
    return tuple(row for row, leaf in read if leaf["link"] in within)


async def _indexed(tx: Transaction, planned: Plan, limit: int) -> tuple[tuple[int, ...], int | None]:
    """Ids from the index: first a short look, then as far as a question may look."""
    conditions = planned.conditions
    if conditions.low > conditions.high:
        return (), None
    if planned.scan.driver != event_search.TERMS:  # whose index yields no order, so that a short look tells nothing
        short = replace(planned.scan, scan_max=min(FIRST_LOOK, planned.scan.scan_max))
        found = await event_search.find(tx, conditions, short, limit)
        if found.floor is None or len(found.ids) == limit:
            return found.ids, found.floor
    found = await event_search.find(tx, conditions, planned.scan, limit)
    return found.ids, found.floor
