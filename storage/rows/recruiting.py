"""How far each clinic has come on its way in, and who brought how many: the funnel and its figures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from storage.database import Transaction

FUNNEL_MAX = 500
PROGRESS_MAX = 2_000


@dataclass(frozen=True, kw_only=True)
class FunnelRow:
    """One clinic: when the first of its people reached each step, and who of them stands where."""

    clinic_id: UUID
    name: str
    region: str
    owner_id: UUID | None
    version: int
    held_since: datetime
    invited_at: datetime | None
    followed_at: datetime | None
    entered_at: datetime | None
    verified_at: datetime | None
    content_at: datetime | None
    entered: int
    verified: int
    content: int
    invitations_open: int


@dataclass(frozen=True, kw_only=True)
class ProgressRow:
    """One employee's figures in a span of time, each clinic counted once."""

    person_id: UUID
    department_id: UUID | None
    department: str
    region: str
    clinics: int
    invited: int
    followed: int
    entered: int
    verified: int
    content: int
    won: int
    assists: int


_FUNNEL = text(
    """
    WITH uses AS (
        SELECT i.clinic_id, min(u.entered_at) AS entered_at, min(u.verified_at) AS verified_at,
            min(u.content_at) AS content_at, count(DISTINCT who.id) AS entered,
            count(DISTINCT who.id) FILTER (WHERE u.verified_at IS NOT NULL) AS verified,
            count(DISTINCT who.id) FILTER (WHERE u.content_at IS NOT NULL) AS content
        FROM invitation_use AS u JOIN invitation AS i ON i.id = u.invitation_id
        JOIN person AS p ON p.id = u.person_id
        CROSS JOIN LATERAL (SELECT coalesce(p.merged_into, p.id)) AS who (id)
        GROUP BY i.clinic_id
    ), invited AS (
        SELECT clinic_id, min(created_at) AS invited_at,
            count(*) FILTER (WHERE revoked_at IS NULL AND expires_at > :now AND uses < uses_max) AS invitations_open,
            bool_or(creator_id = ANY(:people)) AS by_them
        FROM invitation GROUP BY clinic_id
    ), followed AS (
        SELECT clinic_id, min(followed_at) AS followed_at FROM clinic_contact
        WHERE clinic_id IS NOT NULL GROUP BY clinic_id
    )
    SELECT c.id AS clinic_id, c.name, c.region, o.person_id AS owner_id, o.version, o.valid_from AS held_since,
        invited.invited_at, followed.followed_at, uses.entered_at, uses.verified_at, uses.content_at,
        coalesce(uses.entered, 0) AS entered, coalesce(uses.verified, 0) AS verified,
        coalesce(uses.content, 0) AS content, coalesce(invited.invitations_open, 0) AS invitations_open
    FROM clinic AS c
    JOIN clinic_ownership AS o ON o.clinic_id = c.id AND o.valid_to IS NULL
    LEFT JOIN invited ON invited.clinic_id = c.id
    LEFT JOIN followed ON followed.clinic_id = c.id
    LEFT JOIN uses ON uses.clinic_id = c.id
    WHERE c.merged_into IS NULL AND (o.person_id = ANY(:people) OR invited.by_them)
    ORDER BY invited.invited_at DESC NULLS LAST, c.name, c.id
    LIMIT :limit
    """
).bindparams(bindparam("people", type_=ARRAY(PG_UUID(as_uuid=True))))

_PROGRESS = text(
    """
    WITH mine AS (
        SELECT a.person_id, a.department_id, coalesce(d.name, '') AS department,
            coalesce(r.name, dr.name, '') AS region
        FROM account AS a
        LEFT JOIN department AS d ON d.id = a.department_id
        LEFT JOIN region AS r ON r.id = a.region_id
        LEFT JOIN region AS dr ON dr.id = d.region_id
        WHERE a.person_id = ANY(:people)
    ), uses AS (
        SELECT i.creator_id, i.clinic_id, u.* FROM invitation_use AS u JOIN invitation AS i ON i.id = u.invitation_id
        WHERE NOT :dedupe OR NOT EXISTS (
            SELECT FROM invitation_use AS earlier JOIN invitation AS other ON other.id = earlier.invitation_id
            WHERE other.clinic_id = i.clinic_id AND other.creator_id <> i.creator_id
                AND earlier.verified_at IS NOT NULL AND earlier.credit = 'owner'
        )
    )
    SELECT mine.person_id, mine.department_id, mine.department, mine.region,
        (SELECT count(*) FROM clinic_ownership AS o
            WHERE o.person_id = mine.person_id AND o.valid_to IS NULL) AS clinics,
        (SELECT count(DISTINCT i.clinic_id) FROM invitation AS i
            WHERE i.creator_id = mine.person_id AND i.created_at >= :since AND i.created_at < :until) AS invited,
        (SELECT count(DISTINCT f.clinic_id) FROM clinic_contact AS f
            WHERE f.employee_id = mine.person_id AND f.followed_at >= :since AND f.followed_at < :until) AS followed,
        (SELECT count(DISTINCT u.clinic_id) FROM uses AS u
            WHERE u.creator_id = mine.person_id AND u.entered_at >= :since AND u.entered_at < :until) AS entered,
        (SELECT count(DISTINCT u.clinic_id) FROM uses AS u
            WHERE u.creator_id = mine.person_id AND u.verified_at >= :since AND u.verified_at < :until) AS verified,
        (SELECT count(DISTINCT u.clinic_id) FROM uses AS u
            WHERE u.creator_id = mine.person_id AND u.content_at >= :since AND u.content_at < :until) AS content,
        (SELECT count(DISTINCT u.clinic_id) FROM uses AS u WHERE u.creator_id = mine.person_id
            AND u.credit = 'owner' AND u.verified_at >= :since AND u.verified_at < :until) AS won,
        (SELECT count(DISTINCT u.clinic_id) FROM uses AS u WHERE u.creator_id = mine.person_id
            AND u.credit = 'assist' AND u.verified_at >= :since AND u.verified_at < :until) AS assists
    FROM mine ORDER BY verified DESC, won DESC, invited DESC, mine.person_id LIMIT :limit
    """
).bindparams(bindparam("people", type_=ARRAY(PG_UUID(as_uuid=True))))

_BY_DAY = text(
    """
    SELECT (u.verified_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(DISTINCT i.clinic_id) AS count
    FROM invitation_use AS u JOIN invitation AS i ON i.id = u.invitation_id
    WHERE i.creator_id = ANY(:people) AND u.verified_at >= :since AND u.verified_at < :until
    GROUP BY 1 ORDER BY 1
    """
).bindparams(bindparam("people", type_=ARRAY(PG_UUID(as_uuid=True))))

# Marketers and managers of the department of `person`, and of those below it; of all for who is at the root. Of their
# region alone, where they are bound to one. Who is nowhere reaches themselves alone.
_UNDER = text(
    """
    WITH me AS (
        SELECT m.department_id, d.parent_id IS NULL AS top, coalesce(r.name, d.region) AS region
        FROM account AS m JOIN department AS d ON d.id = m.department_id LEFT JOIN region AS r ON r.id = m.region_id
        WHERE m.person_id = :person
    )
    SELECT a.person_id FROM account AS a
    LEFT JOIN department AS d ON d.id = a.department_id LEFT JOIN region AS r ON r.id = a.region_id LEFT JOIN me ON true
    WHERE a.role = ANY(:roles) AND (
        a.person_id = :person
        OR ((me.top OR me.department_id = ANY(d.path))
            AND (me.region = '' OR coalesce(r.name, d.region, '') IN ('', me.region)))
    )
    ORDER BY a.person_id
    """
).bindparams(bindparam("roles", type_=ARRAY(String)))


# The same of a department and a region that somebody was in, wherever they are now: who may act at this moment.
_AT = text(
    """
    SELECT a.person_id FROM account AS a
    LEFT JOIN department AS d ON d.id = a.department_id LEFT JOIN region AS r ON r.id = a.region_id
    LEFT JOIN department AS home ON home.id = :department
    WHERE a.role = ANY(:roles) AND a.disabled_at IS NULL AND a.left_at IS NULL
      AND (a.valid_from IS NULL OR a.valid_from <= :now) AND (a.valid_until IS NULL OR a.valid_until > :now) AND (
        (home.id IS NULL AND a.person_id = :person)
        OR ((home.parent_id IS NULL OR home.id = ANY(d.path)) AND home.id IS NOT NULL
            AND (:region = '' OR coalesce(r.name, d.region, '') IN ('', :region)))
    )
    ORDER BY a.person_id
    """
).bindparams(bindparam("department", type_=PG_UUID(as_uuid=True)), bindparam("roles", type_=ARRAY(String)))


async def funnel(tx: Transaction, people: Collection[UUID], now: datetime) -> Sequence[FunnelRow]:
    """Clinics that one of these people holds or invited, the latest invited first."""
    values: dict[str, Any] = {"people": list(people), "now": now, "limit": FUNNEL_MAX}
    return [FunnelRow(**row) for row in (await tx.execute(_FUNNEL, values)).mappings()]


async def progress(
    tx: Transaction, people: Collection[UUID], *, since: datetime, until: datetime, dedupe: bool
) -> Sequence[ProgressRow]:
    """What these people brought in between the two times, most first.

    `dedupe`: a clinic that another employee's guest made theirs first counts for nobody else.
    """
    values = {"people": list(people), "since": since, "until": until, "dedupe": dedupe, "limit": PROGRESS_MAX}
    return [ProgressRow(**row) for row in (await tx.execute(_PROGRESS, values)).mappings()]


async def verified_by_day(
    tx: Transaction, people: Collection[UUID], *, since: datetime, until: datetime
) -> Sequence[tuple[Any, int]]:
    """How many clinics were verified on each day (at the clinics) that had any."""
    values = {"people": list(people), "since": since, "until": until}
    return [(row[0], int(row[1])) for row in await tx.execute(_BY_DAY, values)]


async def people_under(tx: Transaction, person_id: UUID) -> Sequence[UUID]:
    """Marketers and managers of this manager's department and below, themselves included; of all at the root.

    Of their region alone, where they are bound to one. Themselves alone without a department. However many: figures of
    some of them would be wrong.
    """
    return list(await tx.scalars(_UNDER, {"person": person_id, "roles": ["marketer", "manager"]}))


async def people_at(
    tx: Transaction, department_id: UUID | None, region: str, person_id: UUID, now: datetime
) -> Sequence[UUID]:
    """Whom somebody in this department reaches, bound to this region unless it is empty; `person_id` without one.

    All of them, however many: who works here now.
    """
    values = {"department": department_id, "region": region, "person": person_id, "now": now}
    return list(await tx.scalars(_AT, {**values, "roles": ["marketer", "manager"]}))
