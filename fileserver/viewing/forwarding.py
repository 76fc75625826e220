"""Passing a share on: one link for each click, and links made ahead for share sheets, which can't wait.

Promises that whatever makes a link, depth and limits are looked at then, behind the locks of the whole chain; that a
link is never wider than its parent; that of a share with no visit or place left none is handed out; and that one made
ahead is an intent only once it is used: when its click is confirmed, or, where the confirmation never came, when
somebody opens it. It was handed out while there was room, so it leads to the share though that is full by then: who
opens it is told so, and may ask to be let in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from compliance import ledger
from compliance.access import Action, Actor, Target, require
from compliance.errors import AccessDenied, LinkInvalid, NotFound
from compliance.events import Act, Trail
from compliance.links import ShareToken, active_kid, new_token_id, open_token, token_text
from compliance.visits import Door, Opener, actor_of, door_of, door_of_visit, person_now
from fileserver.http.caller import Caller
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import cuts, forward_pool, shares, visits
from storage.rows.aliases import ids_of
from storage.rows.forward_pool import PooledRow
from storage.rows.people import pseudonym_of
from storage.rows.shares import ShareRow
from storage.rows.visits import VisitRow

CLICK = "click"  # the one way in which a link is made only now, and not handed out before
POOL_MAX = 20  # not used yet, of one visit
POOL_LASTS = timedelta(days=7)  # a card may be opened days after its click, whose confirmation got lost


@dataclass(frozen=True)
class _Link:
    """What a link is to be called, and what made it: CLICK, `pool` or `open`."""

    token_id: bytes
    kid: int
    by: str


@dataclass(frozen=True)
class Forwarded:
    """A child share with its link, and until when and how far its whole chain lets it lead now."""

    id: UUID
    token: str
    expires_at: datetime
    forward_depth_left: int


async def forward(services: Services, caller: Caller, trail: Trail, visit_id: UUID) -> Forwarded:
    """A child share, never wider than its parent. Raises AccessDenied when depth, visits or places are used up."""
    now = services.clock()
    async with services.database.transaction() as tx:
        visit, door = await door_of_visit(tx, visit_id, now, session_id=caller.session_id)
        viewer = actor_of(await person_now(tx, caller.person_id), now)
        link = _Link(new_token_id(), active_kid(services.keys), CLICK)
        child = await _mint(tx, trail, viewer, visit, door, link)
        return await _forwarded(tx, services, child)


async def pool(services: Services, caller: Caller, visit_id: UUID, count: int) -> list[str]:
    """Tokens of so many links made ahead; those of before again, once POOL_MAX wait to be used.

    Raises as `forward`: whoever may pass nothing on gets none.
    """
    now = services.clock()
    async with services.database.transaction() as tx:
        visit, door = await door_of_visit(tx, visit_id, now, session_id=caller.session_id)
        viewer = actor_of(await person_now(tx, caller.person_id), now)
        await forward_pool.lock_visit(tx, visit_id)
        target = await _target(tx, viewer, visit, door, handed_out=False)
        require(viewer, Action.VISIT_FORWARD, target, obj=door.obj, link=str(door.share.id))
        waiting = await forward_pool.unused(tx, visit_id, now, POOL_MAX)
        new = [_pooled(services, visit_id, now) for _ in range(min(count, POOL_MAX - len(waiting)))]
        if new:
            await forward_pool.add(tx, new)
    given: Sequence[PooledRow] = [*new, *waiting][:count]
    return [token_text(services.keys, ShareToken(each.kid, each.token_id)) for each in given]


def _pooled(services: Services, visit_id: UUID, now: datetime) -> PooledRow:
    return PooledRow(
        token_id=new_token_id(),
        kid=active_kid(services.keys),
        visit_id=visit_id,
        issued_at=now,
        expires_at=now + POOL_LASTS,
        share_id=None,
    )


async def confirm(services: Services, caller: Caller, trail: Trail, visit_id: UUID, token: str) -> Forwarded:
    """The click that used a link made ahead. Said twice it is the same child.

    Raises LinkInvalid for what was not made ahead for this visit, otherwise as `forward`.
    """
    now = services.clock()
    genuine = await open_token(services.keys, services.database, token)
    async with services.database.transaction() as tx:
        entry = await forward_pool.hold(tx, genuine.token_id, now)
        if entry is None or (entry.visit_id, entry.kid) != (visit_id, genuine.kid):
            raise LinkInvalid
        visit, door = await door_of_visit(tx, visit_id, now, session_id=caller.session_id)
        viewer = actor_of(await person_now(tx, caller.person_id), now)
        child = await _used(tx, entry)
        if child is None:
            child = await _mint(tx, trail, viewer, visit, door, _Link(entry.token_id, entry.kid, "pool"))
            await forward_pool.use(tx, entry.token_id, child.id)
        elif child.creator_id != viewer.person_id:
            raise LinkInvalid
        return await _forwarded(tx, services, child)


async def opened_ahead(tx: Transaction, services: Services, genuine: ShareToken) -> tuple[ShareRow, bool] | None:
    """The share of a link made ahead that somebody opens: its click was never confirmed, but here it is.

    Besides, whether it was made just now, in this transaction. None where there is no such link, or whoever it belongs
    to may not pass anything on any more.
    """
    now = services.clock()
    entry = await forward_pool.hold(tx, genuine.token_id, now)
    if entry is None or entry.kid != genuine.kid:
        return None
    if entry.share_id is not None:
        used = await _used(tx, entry)
        return (used, False) if used else None
    visit = await visits.visit_by_id(tx, entry.visit_id)
    share = await shares.share_by_id(tx, visit.share_id) if visit else None
    if visit is None or share is None:
        return None
    try:
        viewer = actor_of(await person_now(tx, visit.person_id), now)
        door = await door_of(tx, share, Opener(visit.person_id, None), now)
        answered = replace(door.facts, locked=False, unpledged=False)  # or no link had been made ahead
        door = replace(door, facts=answered)
        trail = Trail(
            who=await pseudonym_of(tx, visit.person_id) or "", org=str(viewer.clinic_id or ""), role=viewer.role.value
        )
        child = await _mint(tx, trail, viewer, visit, door, _Link(entry.token_id, entry.kid, "open"))
    except (AccessDenied, NotFound):
        return None
    await forward_pool.use(tx, entry.token_id, child.id)
    return child, True


async def _used(tx: Transaction, entry: PooledRow) -> ShareRow | None:
    return await shares.share_by_id(tx, entry.share_id) if entry.share_id is not None else None


async def _mint(tx: Transaction, trail: Trail, viewer: Actor, visit: VisitRow, door: Door, link: _Link) -> ShareRow:
    """The child, and the event that tells of it. Raises AccessDenied."""
    await shares.lock_chain(tx, door.share.id)  # so that simultaneous forwards are counted one after the other
    target = await _target(tx, viewer, visit, door, handed_out=link.by != CLICK)
    rule = require(viewer, Action.VISIT_FORWARD, target, obj=door.obj, link=str(door.share.id))
    child = _child(door, viewer.person_id, link)
    await shares.add_share(tx, child)
    event = trail.event(
        Act.VIEWER_SHARE_FORWARD,
        why=rule,
        obj=door.obj,
        link=str(child.id),
        ver=door.served.sha256 or "",
        det={"parent": str(door.share.id), "depth": child.depth, "visit": str(visit.id), "by": link.by},
    )
    await ledger.append(tx, event, now=door.at)
    return child


async def _target(tx: Transaction, viewer: Actor, visit: VisitRow, door: Door, *, handed_out: bool) -> Target:
    """What the rules are asked about; whether there is room for anybody new only before a link is handed out."""
    anybody = await shares.standing(tx, door.share.id)
    cut = await cuts.is_cut(tx, door.share.root_id, await ids_of(tx, viewer.person_id))
    made = await shares.count_forwards(tx, door.share.id, viewer.person_id)
    return replace(
        door.target(visit),
        sealable=True,  # a link may be passed on before its copy can be shown
        share=replace(
            door.facts,
            used_up=anybody.used_up and not handed_out,
            full=anybody.full and not handed_out,
            forwards_made=made,
            forwards_cut=cut,
        ),
    )


def _child(door: Door, creator_id: UUID, link: _Link) -> ShareRow:
    """Visits and viewers are counted up the chain, so the child needs no allowance of its own.

    It is for whom its parent is for.
    """
    parent = door.share
    return replace(
        parent,
        id=uuid4(),
        token_id=link.token_id,
        kid=link.kid,
        creator_id=creator_id,
        parent_id=parent.id,
        depth=parent.depth + 1,
        visits_max=None,
        visits_used=0,
        viewers_max=None,
        viewers_used=0,
        download=door.facts.download,
        forward_depth_left=door.facts.forward_depth_left - 1,
        note="",
        created_at=door.at,
    )


async def _forwarded(tx: Transaction, services: Services, child: ShareRow) -> Forwarded:
    allowed = await shares.standing(tx, child.id)
    return Forwarded(
        id=child.id,
        token=token_text(services.keys, ShareToken(child.kid, child.token_id)),
        expires_at=allowed.expires_at,
        forward_depth_left=allowed.forward_depth_left,
    )
