"""Looking into the log for an auditor: a page of events, their counts, one event. Each look is an event itself."""

from dataclasses import dataclass

from compliance import checkpoints, glass, ledger, merkle
from compliance.access import Action, Actor, require
from compliance.errors import NotFound
from compliance.events import Act, Trail
from compliance.trail import facets as trail_facets
from compliance.trail import search as trail_search
from compliance.trail.facets import Facets
from fileserver.audit import narrowing
from fileserver.audit.asking import asked_for, wanted_of
from fileserver.audit.formats import Labelled
from fileserver.audit.labels import Labels
from fileserver.audit.schemas import EventFilterIn
from fileserver.services import Services
from storage.rows import event_leaves
from storage.rows import ledger as ledger_rows
from storage.rows.events import EventRow


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was found: `next` continues the page; `facets` only if they were asked for."""

    events: list[Labelled]
    next: int | None
    facets: Facets | None


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event with its place in the tree, and the size of the first checkpoint that commits to it."""

    event: Labelled
    index: int | None
    checkpoint_size: int | None
    leaf_hash: str


async def look(  # one for each part of the answer
    services: Services,
    actor: Actor,
    trail: Trail,
    wanted: EventFilterIn,
    *,
    before: int | None = None,
    limit: int = 0,
    counted: bool = False,
) -> Look:
    """A page of matching events, newest first (none if `limit` is 0), and their counts. Each look is told of.

    Raises AccessDenied, FiguresBehind.
    """
    rule = require(actor, Action.EVENT_SEARCH)
    through = await narrowing.wait_until_known(services, wanted)
    asked = asked_for(services, wanted) | ({} if before is None else {"before": str(before)})
    async with services.database.snapshot() as tx:  # or a follower that goes on meanwhile is counted twice, or not
        await narrowing.require_known(tx, wanted, through)
        condition = await wanted_of(services, tx, wanted)
        page = await trail_search.search(tx, condition, before=before, limit=limit) if limit else None
        facets = await trail_facets.facets(tx, condition) if counted else None
        labelled = await Labels(services.keys.master).label(tx, page.rows) if page else []
        await glass.used(tx, trail, actor, Action.EVENT_SEARCH, None, now=services.clock())
        event = trail.event(Act.EMPLOYEE_EVENT_SEARCH, why=rule, det=asked | ({"counted": 1} if counted else {}))
        await ledger.append(tx, event, now=services.clock())
    return Look(events=labelled, next=page.next if page else None, facets=facets)


async def read(services: Services, actor: Actor, trail: Trail, event_id: int) -> Told:
    """One event. Raises AccessDenied or NotFound."""
    rule = require(actor, Action.EVENT_SEARCH)
    async with services.database.transaction() as tx:
        leaf = (await event_leaves.leaves_of(tx, [event_id])).get(event_id)
        if leaf is None:
            raise NotFound
        labelled = await Labels(services.keys.master).label(tx, [EventRow(event_id, leaf)])
        index = await checkpoints.index_of(tx, event_id)
        heads = () if index is None else await ledger_rows.checkpoints_after(tx, index, limit=1)
        await glass.used(tx, trail, actor, Action.EVENT_SEARCH, None, now=services.clock())
        event = trail.event(Act.EMPLOYEE_EVENT_SEARCH, why=rule, det={"event": str(event_id)})
        await ledger.append(tx, event, now=services.clock())
    return Told(
        event=labelled[0],
        index=index,
        checkpoint_size=heads[0].size if heads else None,
        leaf_hash=merkle.leaf_hash(leaf).hex(),
    )
