"""Rows of viewers who were refused and ask to be let in, and what became of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.rows.homes import path_of, region_of
from storage.rows.scoping import Scope, in_scope
from storage.rows.shares import lock_all
from storage.schema import access_request, share

LISTED_MAX = 200
WAITING, GRANTED, REFUSED = "waiting", "granted", "refused"


@dataclass(frozen=True, kw_only=True)
class AccessRequestRow:
    """Somebody asks to open a share, or to pass it on; `rule` refused them. `word` is of whoever refused."""

    id: UUID
    person_id: UUID
    share_id: UUID
    root_id: UUID
    need: str
    rule: str
    note: str
    state: str
    word: str
    asked_at: datetime
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    granted_id: UUID | None = None


# Requests are few and trees may be large: so each request's chain is gone up, not the tree down.
_GRANTED = text(
    """
    WITH RECURSIVE above AS (
        SELECT a.granted_id, a.need, s.id, s.parent_id FROM access_request AS a JOIN share AS s ON s.id = a.share_id
        WHERE a.granted_id IS NOT NULL AND a.root_id IN (SELECT root_id FROM share WHERE id = ANY(:ids))
        UNION ALL
        SELECT above.granted_id, above.need, s.id, s.parent_id FROM above JOIN share AS s ON s.id = above.parent_id
    )
    SELECT DISTINCT granted_id, need FROM above WHERE id = ANY(:ids) ORDER BY granted_id
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
COLUMNS = tuple(access_request.c[each.name] for each in fields(AccessRequestRow))


async def add(tx: Transaction, row: AccessRequestRow) -> bool:
    """Keeps a request. False if one of this person, for this share and need, waits already."""
    adding = upsert(access_request).values({each.name: getattr(row, each.name) for each in fields(row)})
    adding = adding.on_conflict_do_nothing(
        index_elements=["root_id", "person_id", "need"], index_where=access_request.c.state == WAITING
    )
    return await tx.scalar(adding.returning(access_request.c.id)) is not None


async def newest_of(
    tx: Transaction, person_ids: Collection[UUID], root_id: UUID, need: str | None
) -> AccessRequestRow | None:
    """What this person, under any of their ids, asked last about a share; for this need, None: for any."""
    query = select(*COLUMNS).where(access_request.c.person_id.in_(person_ids), access_request.c.root_id == root_id)
    if need is not None:
        query = query.where(access_request.c.need == need)
    row = (await tx.execute(query.order_by(access_request.c.asked_at.desc()).limit(1))).mappings().first()
    return None if row is None else AccessRequestRow(**row)


async def by_id(tx: Transaction, request_id: UUID, *, lock: bool = False) -> AccessRequestRow | None:
    """One request; `lock` holds it until `tx` ends."""
    query = select(*COLUMNS).where(access_request.c.id == request_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return None if row is None else AccessRequestRow(**row)


async def listed(tx: Transaction, *, scope: Scope, waiting: bool) -> Sequence[AccessRequestRow]:
    """Of the shares in this scope: those that wait, the oldest first; or those that were decided, the newest first."""
    home = {"path": path_of(share.c.sponsor_id), "region": region_of(share.c.sponsor_id)}
    query = select(*COLUMNS).join(share, share.c.id == access_request.c.root_id)
    query = query.where(in_scope(scope, owner_id=share.c.sponsor_id, **home))
    if waiting:
        query = query.where(access_request.c.state == WAITING).order_by(access_request.c.asked_at)
    else:
        query = query.where(access_request.c.state != WAITING).order_by(access_request.c.decided_at.desc())
    return [AccessRequestRow(**row) for row in (await tx.execute(query.limit(LISTED_MAX))).mappings()]


async def granted_from(tx: Transaction, share_ids: Collection[UUID]) -> dict[UUID, str]:
    """What was granted of these shares, of what was passed on from them, and of that again: each with what for.

    Ask once the shares are locked: who grants holds the chain above the link that they were asked about. What is found
    is locked here, each before it is asked what was granted of it.
    """
    found: dict[UUID, str] = {}
    wanted = list(share_ids)
    while wanted:
        rows = await tx.execute(_GRANTED, {"ids": wanted})
        new = {row.granted_id: row.need for row in rows if row.granted_id not in found}
        found |= new
        wanted = sorted(new)
        await lock_all(tx, share.c.id.in_(wanted))
    return found


async def decide(
    tx: Transaction, request_id: UUID, *, by: UUID, now: datetime, granted_id: UUID | None, word: str
) -> None:
    """Granted as this share, or refused with a word."""
    state = REFUSED if granted_id is None else GRANTED
    query = update(access_request).where(access_request.c.id == request_id)
    await tx.execute(query.values(state=state, word=word, decided_by=by, decided_at=now, granted_id=granted_id))
