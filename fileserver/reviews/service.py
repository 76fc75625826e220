"""The review queue, and one review to read."""

from datetime import datetime
from uuid import UUID

from compliance.access import Action, Actor, VersionState, require
from compliance.scopes import material_scope
from fileserver.reviews.describing import Described, Listed, case_for, described, listed
from fileserver.reviews.schemas import RISKS, Queue, ReviewQuery
from fileserver.services import Services
from storage.rows import reviews
from storage.rows.reviews import Waiting

DECIDED = {
    Queue.APPROVED: (VersionState.APPROVED,),
    Queue.REJECTED: (VersionState.REJECTED,),
    Queue.CHANGES_REQUESTED: (VersionState.CHANGES_REQUESTED,),
    Queue.DECIDED: (VersionState.APPROVED, VersionState.REJECTED, VersionState.CHANGES_REQUESTED),
}
Start = tuple[int, datetime, UUID]


async def page_of(services: Services, actor: Actor, query: ReviewQuery, start: Start | None) -> list[Listed]:
    """A page of what the actor may read in the queue; `start`: (risk, time, id) seen last. Raises AccessDenied."""
    require(actor, Action.REVIEW_LIST)
    readable = material_scope(actor, Action.REVIEW_READ)
    async with services.database.transaction() as tx:
        if query.state is Queue.PENDING:
            where = _waiting(actor, query, services.clock())
            cases = await reviews.pending_cases(tx, readable, where, order=query.sort, after=start, limit=query.limit)
        else:
            before = start[1:] if start else None
            cases = await reviews.decided_cases(tx, readable, DECIDED[query.state], before=before, limit=query.limit)
        return await listed(services, tx, actor, cases)


async def read(services: Services, actor: Actor, review_id: UUID) -> Described:
    """One review. Raises NotFound or AccessDenied."""
    async with services.database.transaction() as tx:
        return await described(services, tx, actor, await case_for(tx, actor, review_id))


def _waiting(actor: Actor, query: ReviewQuery, now: datetime) -> Waiting:
    return Waiting(
        material_class=query.material_class.value if query.material_class else None,
        risk=RISKS.index(query.risk) if query.risk else None,
        discipline=query.discipline.value if query.discipline else None,
        overdue_at=now if query.overdue else None,
        claimed_by=actor.person_id if query.claim == "mine" else None,
        unclaimed=query.claim == "none",
        now=now,
    )
