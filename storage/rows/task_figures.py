"""What the shares of a task brought about, from the projections of the log: people are counted once in each count."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from storage.database import Transaction

DEPARTMENTS_MAX = 500


@dataclass(frozen=True, kw_only=True)
class FiguresRow:
    """Counts of a task, or of one department of it; `department_id` None: of nobody's, or of all.

    Of `given` those who left or moved before they did it are no part. Viewers are distinct within the row: rows overlap
    and are never added. Copies are messages of WeCom, one for each contact.
    """

    department_id: UUID | None
    department: str
    given: int
    done: int  # made their link
    confirmed: int  # of these, by whom WeCom says that something was sent
    opened: int  # of these, whose link somebody opened
    viewers: int  # distinct people who opened one of the links, or what was passed on of it
    opens: int
    copies_sent: int
    copies_unsent: int
    copies_no_friend: int
    copies_capped: int


_PARTS = """
    WITH parts AS (
        SELECT a.*, c.department_id FROM task_assignment AS a
        LEFT JOIN account AS c ON c.person_id = a.person_id
        WHERE a.task_id = :task_id AND (a.off_at IS NULL OR a.share_id IS NOT NULL)
    ), came AS (
        SELECT parts.share_id, parts.department_id, p.who FROM parts
        JOIN spread_person AS p ON p.root_id = parts.share_id AND p.depth > 0
    ), opened AS (
        SELECT parts.share_id, parts.department_id, CAST(sum(h.opens) AS bigint) AS opens FROM parts
        JOIN spread_share AS s ON s.root_id = parts.share_id JOIN spread_hour AS h ON h.share_id = s.share_id
        GROUP BY 1, 2
    )"""
_COUNTS = """
    count(*) AS given, count(share_id) AS done, count(*) FILTER (WHERE copies_sent > 0) AS confirmed,
    count(*) FILTER (WHERE share_id IN (SELECT share_id FROM came)) AS opened,
    coalesce(sum(copies_sent), 0) AS copies_sent, coalesce(sum(copies_unsent), 0) AS copies_unsent,
    coalesce(sum(copies_no_friend), 0) AS copies_no_friend, coalesce(sum(copies_capped), 0) AS copies_capped"""
_TOTALS = text(
    f"""{_PARTS}
    SELECT CAST(NULL AS uuid) AS department_id, '' AS department, {_COUNTS},
      (SELECT count(DISTINCT who) FROM came) AS viewers, (SELECT coalesce(sum(opens), 0) FROM opened) AS opens
    FROM parts"""  # noqa: S608  # our own words
)
_DEPARTMENTS = text(
    f"""{_PARTS}
    SELECT counted.*, coalesce(d.name, '') AS department,
      (SELECT count(DISTINCT who) FROM came WHERE came.department_id IS NOT DISTINCT FROM counted.department_id)
        AS viewers,
      (SELECT coalesce(sum(opens), 0) FROM opened
        WHERE opened.department_id IS NOT DISTINCT FROM counted.department_id) AS opens
    FROM (SELECT department_id, {_COUNTS} FROM parts GROUP BY department_id) AS counted
    LEFT JOIN department AS d ON d.id = counted.department_id
    ORDER BY department, counted.department_id LIMIT :limit"""  # noqa: S608  # our own words
)
_VIEWERS = text(
    f"""{_PARTS} SELECT share_id, count(*) AS viewers FROM came GROUP BY share_id"""  # noqa: S608  # our own words
)


async def totals(tx: Transaction, task_id: UUID) -> FiguresRow:
    """Of the whole task."""
    return _row((await tx.execute(_TOTALS, {"task_id": task_id})).one()._asdict())


async def by_department(tx: Transaction, task_id: UUID) -> Sequence[FiguresRow]:
    """By the department that each employee is in now, by name."""
    rows = await tx.execute(_DEPARTMENTS, {"task_id": task_id, "limit": DEPARTMENTS_MAX})
    return [_row(row._asdict()) for row in rows]


async def viewers_by_share(tx: Transaction, task_id: UUID) -> dict[UUID, int]:
    """Distinct viewers of each share of the task that has any."""
    return {row.share_id: row.viewers for row in await tx.execute(_VIEWERS, {"task_id": task_id})}


def _row(said: dict[str, object]) -> FiguresRow:
    counts = {name: int(str(value)) for name, value in said.items() if name not in ("department_id", "department")}
    return FiguresRow(department_id=said["department_id"], department=str(said["department"]), **counts)  # type: ignore[arg-type]  # a UUID or None
