"""A trace as somebody who may sees it: its ids turned into names that are still known, and the visit's events beside.

Names are looked up at the moment of reading: an erased person is nobody here too. Whoever is shown whom a trace names
is in the log with that.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.errors import NotFound
from compliance.events import Act, Result, Trail
from compliance.materials import obj_of
from compliance.profiles import Profile, profiles_of
from compliance.tracing.evidence import Named
from compliance.tracing.results import Results
from compliance.tracing.results import read as read_results
from compliance.trail.search import newest
from compliance.trail.wanted import Wanted
from compliance.visits import actor_of, person_now
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import copies, materials, traces, versions
from storage.rows import ledger as ledger_rows
from storage.rows.copies import CopyRow, Narrowing
from storage.rows.events import EventRow
from storage.rows.standing import Standing, standings_of
from storage.rows.traces import TraceRow

EVENTS_MAX = 1_000


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """An event of a visit; `index` is its place in the ledger, None until it has one."""

    id: int
    index: int | None
    leaf: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Accused:
    """A named copy with everything that is known of it now."""

    named: Named
    copy: CopyRow
    standing: Standing | None
    profile: Profile
    title: str | None
    events: Sequence[Occurrence]
    events_more: bool


@dataclass(frozen=True, kw_only=True)
class Told:
    """A trace, its results, and whom and what the ids in them stand for."""

    row: TraceRow
    by: Profile
    results: Results | None
    accused: Sequence[Accused]
    leads: Sequence[Accused]
    titles: Mapping[str, str]  # of materials, by id
    version_materials: Mapping[str, UUID]  # by version id


async def listed(
    services: Services, actor: Actor, *, before: tuple[Any, UUID] | None, limit: int
) -> tuple[Sequence[TraceRow], dict[UUID, Profile]]:
    """Traces, newest first, and who ran them. Raises AccessDenied."""
    require(actor, Action.TRACE_LIST)
    async with services.database.transaction() as tx:
        rows = await traces.list_traces(tx, before=before, limit=limit)
        return rows, await profiles_of(tx, services.keys.master, person_ids={row.person_id for row in rows})


async def read(services: Services, actor: Actor, trail: Trail, trace_id: UUID, act: Act | None = None) -> Told:
    """The trace. When it is done this is told as `act`, in the same transaction; None: the caller tells.

    Raises AccessDenied, NotFound.
    """
    async with services.database.transaction() as tx:
        obj = f"trace:{trace_id}"
        rule = require(actor_of(await person_now(tx, actor.person_id), services.clock()), Action.TRACE_READ, obj=obj)
        row = await traces.trace_by_id(tx, trace_id)
        if row is None:
            raise NotFound(field="trace_id")
        told = await _told(services, tx, row)
        if act is not None and row.state == "done":
            det = {"sha256": row.sha256, "named": len(told.accused), "leads": len(told.leads)}
            await ledger.append(tx, trail.event(act, why=rule, obj=obj, det=det), now=services.clock())
        return told


async def ending_of(services: Services, trace_id: UUID) -> Occurrence | None:
    """The event that ended the trace."""
    wanted = Wanted(obj=(f"trace:{trace_id}",), act=(Act.SYSTEM_TRACE_END.value,), res=Result.ALLOW.value)
    async with services.database.transaction() as tx:
        found, _ = await newest(tx, wanted, 1)
        told = await _occurrences(tx, found)
    return told[0] if told else None


async def _told(services: Services, tx: Transaction, row: TraceRow) -> Told:
    results = read_results(row.results) if row.results else None
    named = (*results.named, *results.leads) if results else ()
    served = await copies.copies_by_id(tx, [each.copy_id for each in named], Narrowing())
    people = {copy.person_id for copy in served.values()}
    profiles = await profiles_of(tx, services.keys.master, person_ids=people | {row.person_id})
    standings = await standings_of(tx, people)
    version_materials = await _materials_of(tx, results)
    known = {copy.material_id for copy in served.values()} | set(version_materials.values())
    titles = await materials.material_titles(tx, known | ({row.material_id} if row.material_id else set()))
    accused = []
    for each in named:
        copy = served.get(each.copy_id)
        if copy is None:
            continue
        standing = standings.get(copy.person_id)
        found, more = await _events_of(tx, copy, standing)
        accused.append(
            Accused(
                named=each,
                copy=copy,
                standing=standing,
                profile=profiles[copy.person_id],
                title=titles.get(str(copy.material_id)),
                events=found,
                events_more=more,
            )
        )
    return Told(
        row=row,
        by=profiles[row.person_id],
        results=results,
        accused=[each for each in accused if each.named in results.named] if results else [],
        leads=[each for each in accused if each.named in results.leads] if results else [],
        titles=titles,
        version_materials=version_materials,
    )


async def _materials_of(tx: Transaction, results: Results | None) -> dict[str, UUID]:
    matched: Collection[str] = {page.match.version_id for page in results.pages if page.match} if results else ()
    found = {each: await versions.version_by_id(tx, UUID(each)) for each in matched}
    return {version_id: version.material_id for version_id, version in found.items() if version}


async def _events_of(tx: Transaction, copy: CopyRow, standing: Standing | None) -> tuple[list[Occurrence], bool]:
    """What the log tells of the copy, oldest first, and whether there is more of it."""
    if standing is None:
        return [], False
    wanted = Wanted(
        who=(standing.pseudonym,),
        obj=(obj_of(copy.material_id),),
        det=(("copy", f"{copy.copy_id:012x}"),),
        since=copy.started_at,
    )
    rows, more = await newest(tx, wanted, EVENTS_MAX)
    return await _occurrences(tx, rows[::-1]), more


async def _occurrences(tx: Transaction, rows: Sequence[EventRow]) -> list[Occurrence]:
    places = await ledger_rows.indexes_of(tx, [row.id for row in rows])
    return [Occurrence(id=row.id, index=places.get(row.id), leaf=json.loads(row.leaf)) for row in rows]
