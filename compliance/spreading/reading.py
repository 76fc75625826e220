"""What the log says of reading, as figures are read from it: by visit, by page and by version.

Everything that is kept depends on sums of the log only, whatever the batches were, so it can be made anew. A page is
*read* in a visit once READ_MS were spent on it: whoever leafs past it has not read it. People are distinct within a
scope and version; a scope is an employee's share with all that was passed on from it, or a material.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from storage.database import Transaction
from storage.rows import reading
from storage.rows.reading import Finished, ReadPage, ReadVersion, ReadVisit, VersionGain

READ_MS = 2_000


@dataclass(frozen=True, kw_only=True)
class Read:
    """What one leaf says was read."""

    visit_id: UUID
    share_id: UUID
    root_id: UUID
    material_id: UUID
    ver: str
    who: str
    page: int
    pages: int
    ms: int
    at: datetime


async def take_in_reading(tx: Transaction, reads: Sequence[Read]) -> None:
    """Adds what a batch of leaves says."""
    by_page = Counter[ReadPage]()
    by_visit: dict[UUID, list[Read]] = defaultdict(list)
    for each in reads:
        by_page[each.visit_id, each.page] += each.ms
        by_visit[each.visit_id].append(each)
    before = await reading.pages_of(tx, by_page)
    known = await reading.visits_of(tx, by_visit)
    finished = {
        page: by_visit[page[0]][0]
        for page, ms in by_page.items()
        if before.get(page, 0) < READ_MS <= before.get(page, 0) + ms
    }
    done: dict[UUID, list[int]] = defaultdict(list)
    for visit_id, page in finished:
        done[visit_id].append(page)
    visits = [_visit(known.get(visit_id), said, done.get(visit_id, [])) for visit_id, said in by_visit.items()]
    new_page, new_reader = await _first_time(tx, finished)
    await reading.put_visits(tx, visits)
    await reading.add_pages(tx, by_page)
    await reading.grow_pages(tx, _page_gains(reads, new_page))
    await reading.grow_versions(tx, _version_gains(visits, known, new_reader))


def _visit(known: ReadVisit | None, said: Sequence[Read], done: Sequence[int]) -> ReadVisit:
    """The visit as it is after what was said of it; `done`: pages that are read now and were not before."""
    first = said[0]
    row = known or ReadVisit(
        visit_id=first.visit_id,
        share_id=first.share_id,
        root_id=first.root_id,
        material_id=first.material_id,
        ver=first.ver,
        who=first.who,
        pages=first.pages,
        pages_read=0,
        furthest=0,
        ms=0,
        first_at=first.at,
        last_at=first.at,
    )
    return replace(
        row,
        pages=max(row.pages, *(each.pages for each in said)),
        pages_read=row.pages_read + len(done),
        furthest=max([row.furthest, *done]),
        ms=row.ms + sum(each.ms for each in said),
        last_at=max(row.last_at, *(each.at for each in said)),
    )


Reader = tuple[UUID, str, str]  # scope, version, person


async def _first_time(
    tx: Transaction, finished: Mapping[ReadPage, Read]
) -> tuple[set[tuple[Reader, int]], set[Reader]]:
    """Who reads a page for the first time within a scope, and who reads anything for the first time."""
    if not finished:
        return set(), set()
    wanted = [
        Finished(root_id=each.root_id, material_id=each.material_id, ver=each.ver, who=each.who, page=page)
        for (_, page), each in finished.items()
    ]
    pages, readers = await reading.read_before(tx, wanted, READ_MS)
    new_pages = {((scope, each.ver, each.who), each.page) for each in wanted for scope in _scopes(each)}
    return new_pages - pages, {reader for reader, _ in new_pages} - readers


def _scopes(row: Read | ReadVisit | Finished) -> tuple[UUID, UUID]:
    return row.root_id, row.material_id


def _page_gains(
    reads: Iterable[Read], new: Iterable[tuple[Reader, int]]
) -> dict[tuple[UUID, str, int], tuple[int, int]]:
    """Milliseconds and readers that are new, by scope, version and page."""
    ms, readers = Counter[tuple[UUID, str, int]](), Counter[tuple[UUID, str, int]]()
    for each in reads:
        for scope in _scopes(each):
            ms[scope, each.ver, each.page] += each.ms
    for (scope, ver, _), page in new:
        readers[scope, ver, page] += 1
    return {key: (ms[key], readers[key]) for key in ms}


def _version_gains(
    visits: Iterable[ReadVisit], known: Mapping[UUID, ReadVisit], new: Iterable[Reader]
) -> dict[ReadVersion, VersionGain]:
    gains: dict[ReadVersion, VersionGain] = defaultdict(VersionGain)
    for after in visits:
        before = known.get(after.visit_id)
        for scope in _scopes(after):
            gain = gains[scope, after.ver]
            gain.pages = max(gain.pages, after.pages)
            gain.visits += 0 if before else 1
            gain.ms += after.ms - (before.ms if before else 0)
            gain.pages_read += after.pages_read - (before.pages_read if before else 0)
            gain.furthest += after.furthest - (before.furthest if before else 0)
    for scope, ver, _ in new:
        gains[scope, ver].readers += 1
    return gains
