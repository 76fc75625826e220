"""Rows of weekly digests, and the figures of one, from the projections of the log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import digest, digest_choice

READERS_MAX = 5_000
TOP = 3


@dataclass(frozen=True)
class Counted:
    """A material or an employee, and how many people they newly reached in the week."""

    id: UUID
    title: str  # of a material; of an employee empty
    viewers: int


@dataclass(frozen=True, kw_only=True)
class WeekRow:
    """What shares of some employees brought about in a week. People are distinct within each number."""

    viewers: int  # who opened a share of theirs for the first time
    viewers_before: int  # the same of the week before
    materials: Sequence[Counted]
    sharers: Sequence[Counted]
    tasks_given: int  # their parts in tasks that ended in the week or run on
    tasks_done: int


# Who may govern what others share, and did not say that they want no digest.
_READER = """
    SELECT a.person_id FROM account AS a
    WHERE a.role = 'manager' AND a.disabled_at IS NULL AND a.left_at IS NULL
      AND (a.valid_from IS NULL OR a.valid_from <= :now) AND (a.valid_until IS NULL OR a.valid_until > :now)
      AND NOT EXISTS (SELECT FROM digest_choice AS c WHERE c.person_id = a.person_id)"""
_IS_READER = text(f"{_READER} AND a.person_id = :person")
_READERS = text(
    f"""{_READER} AND NOT EXISTS (SELECT FROM digest AS d WHERE d.person_id = a.person_id AND d.week = :week)
    ORDER BY a.person_id LIMIT :limit"""
)
_WAITING = text(
    f"""{_READER} AND EXISTS (SELECT FROM digest AS d WHERE d.person_id = a.person_id AND d.week = :week
        AND 'waiting' IN (d.wecom, d.mail))
    ORDER BY a.person_id LIMIT :limit"""
)
_CAME = """
    WITH makers AS (SELECT id, pseudonym FROM person WHERE id = ANY(:people)),
    came AS (
        SELECT p.who, p.material_id, makers.id AS maker, p.first_at FROM spread_person AS p
        JOIN spread_share AS s ON s.share_id = p.root_id JOIN makers ON makers.pseudonym = s.maker
        WHERE p.depth > 0
    )"""
_VIEWERS = text(
    f"""{_CAME}, newest AS (SELECT who, min(first_at) AS at FROM came GROUP BY who)
    SELECT count(*) FILTER (WHERE at >= :since AND at < :until) AS viewers,
      count(*) FILTER (WHERE at >= :before AND at < :since) AS viewers_before FROM newest"""  # noqa: S608  # our own words
).bindparams(bindparam("people", type_=ARRAY(PG_UUID(as_uuid=True))))
_MATERIALS = text(
    f"""{_CAME}, newest AS (SELECT material_id, who, min(first_at) AS at FROM came GROUP BY material_id, who)
    SELECT n.material_id AS id, m.title, count(*) AS viewers FROM newest AS n JOIN material AS m ON m.id = n.material_id
    WHERE n.at >= :since AND n.at < :until AND m.withdrawn_at IS NULL AND m.sensitivity = 'usual'
    GROUP BY n.material_id, m.title ORDER BY viewers DESC, n.material_id LIMIT :top"""  # noqa: S608  # our own words
).bindparams(bindparam("people", type_=ARRAY(PG_UUID(as_uuid=True))))
_SHARERS = text(
    f"""{_CAME}, newest AS (SELECT maker, who, min(first_at) AS at FROM came GROUP BY maker, who)
    SELECT maker AS id, '' AS title, count(*) AS viewers FROM newest WHERE at >= :since AND at < :until
    GROUP BY maker ORDER BY viewers DESC, maker LIMIT :top"""  # noqa: S608  # our own words
).bindparams(bindparam("people", type_=ARRAY(PG_UUID(as_uuid=True))))
_TASKS = text(
    """
    SELECT count(*) AS given, count(a.share_id) AS done FROM task AS t JOIN task_assignment AS a ON a.task_id = t.id
    WHERE a.person_id = ANY(:people) AND t.created_at < :until
      AND least(t.until, coalesce(t.ended_at, t.until)) >= :since
      AND (a.off_at IS NULL OR a.share_id IS NOT NULL)
    """
).bindparams(bindparam("people", type_=ARRAY(PG_UUID(as_uuid=True))))


async def readers_without(tx: Transaction, week: date, now: datetime) -> Sequence[UUID]:
    """Who is to get a digest of this week and got none yet."""
    return list(await tx.scalars(_READERS, {"week": week, "now": now, "limit": READERS_MAX}))


async def waiting(tx: Transaction, week: date, now: datetime) -> Sequence[UUID]:
    """Who is to get a digest of this week still, by one way or both."""
    return list(await tx.scalars(_WAITING, {"week": week, "now": now, "limit": READERS_MAX}))


async def is_reader(tx: Transaction, person_id: UUID, now: datetime) -> bool:
    """Whether this person is to get digests at this moment."""
    return await tx.scalar(_IS_READER, {"person": person_id, "now": now}) is not None


async def begin(tx: Transaction, person_id: UUID, week: date, now: datetime) -> bool:
    """Makes a digest this person's; False if it was made before."""
    row = {"person_id": person_id, "week": week, "made_at": now}
    making = upsert(digest).values(row).on_conflict_do_nothing().returning(digest.c.person_id)
    return (await tx.execute(making)).first() is not None


async def ways_of(tx: Transaction, person_id: UUID, week: date) -> dict[str, str]:
    """How far the sending of a digest is, by way; empty for none."""
    query = select(digest.c.wecom, digest.c.mail).where(digest.c.person_id == person_id, digest.c.week == week)
    row = (await tx.execute(query)).mappings().one_or_none()
    return dict(row) if row else {}


async def put_way(tx: Transaction, person_id: UUID, week: date, way: str, state: str) -> None:
    """Notes how far one way is: `wecom` or `mail`."""
    mine = update(digest).where(digest.c.person_id == person_id, digest.c.week == week)
    await tx.execute(mine.values({way: state}))


async def wants(tx: Transaction, person_id: UUID) -> bool:
    """Whether this person did not say that they want none."""
    return await tx.scalar(select(digest_choice.c.person_id).where(digest_choice.c.person_id == person_id)) is None


async def put_wish(tx: Transaction, person_id: UUID, *, wanted: bool, now: datetime) -> None:
    """Notes what this person wants."""
    if wanted:
        await tx.execute(delete(digest_choice).where(digest_choice.c.person_id == person_id))
    else:
        await tx.execute(upsert(digest_choice).values(person_id=person_id, off_at=now).on_conflict_do_nothing())


async def week_of(
    tx: Transaction, people: Collection[UUID], *, before: datetime, since: datetime, until: datetime
) -> WeekRow:
    """What shares of these employees brought about from `since` to `until`, beside `before` to `since`."""
    asked: dict[str, Any] = {"people": list(people), "since": since, "until": until}
    viewers = (await tx.execute(_VIEWERS, {**asked, "before": before})).one()
    tasks = (await tx.execute(_TASKS, asked)).one()
    materials = [Counted(*row) for row in await tx.execute(_MATERIALS, {**asked, "top": TOP})]
    sharers = [Counted(*row) for row in await tx.execute(_SHARERS, {**asked, "top": TOP})]
    return WeekRow(
        viewers=viewers.viewers,
        viewers_before=viewers.viewers_before,
        materials=materials,
        sharers=sharers,
        tasks_given=tasks.given,
        tasks_done=tasks.done,
    )
