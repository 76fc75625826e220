"""What people of several subjects together are counted from: entries of each month, and gaps where there are none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from storage.database import Transaction, driver_of
from storage.direct import Prepared
from storage.rows.arrays import arrays
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Span, whole_months


@dataclass(frozen=True, kw_only=True)
class CrowdRow:
    """Entries of a group's subjects, one after the other: of one month, or of the whole ones of a span (its number).

    storage.schema.spread_counts tells what they are.
    """

    group: int
    month: date | None
    span: int | None
    entries: bytes


# Asked of the driver: megabytes of entries come as they are, where SQLAlchemy would have them written as digits.
_CROWDS = Prepared(
    text(
        """WITH span AS (SELECT * FROM unnest(CAST(:whole_from AS date[]), CAST(:whole_end AS date[]))
          WITH ORDINALITY AS whole (start, rest, number))
        SELECT g.number AS "group", CASE WHEN span.number IS NULL THEN c.month END AS month,
          CAST(span.number - 1 AS int) AS span, string_agg(c.entries, '') AS entries
        FROM unnest(CAST(:number AS int[]), CAST(:key AS text[])) AS g (number, key)
        JOIN spread_crowd c ON c.dim = CAST(:dim AS text) AND c.key = g.key
          AND c.month >= CAST(:first AS date) AND c.month < CAST(:end AS date)
        LEFT JOIN span ON c.month >= span.start AND c.month < span.rest
        GROUP BY 1, 2, 3"""
    )
)
_GAPS = text(
    """SELECT CAST(span.number - 1 AS int) AS span, key, sum(people) AS people
    FROM unnest(CAST(:start AS date[]), CAST(:end AS date[])) WITH ORDINALITY AS span (start, rest, number)
    JOIN spread_gap ON dim = :dim AND key = ANY(CAST(:keys AS text[])) AND day >= span.start AND day < span.rest
      AND (gap = 0 OR gap > day - span.start) GROUP BY 1, 2"""
)
_ROOTS = text(
    """SELECT material_id, array_agg(CAST(share_id AS text)) AS keys FROM spread_share
    WHERE parent_id IS NULL AND maker = ANY(CAST(:makers AS text[]))
      AND material_id = ANY(CAST(:material_ids AS uuid[])) GROUP BY material_id"""
)


async def crowds_of(
    tx: Transaction, dim: Dim, groups: Sequence[Collection[str]], spans: Sequence[Span]
) -> Sequence[CrowdRow]:
    """What the subjects of each group say of the months that these spans touch, of which no two share a day.

    The whole months of each span come together, those at their edges one by one.
    """
    pairs = [(number, key) for number, keys in enumerate(groups) for key in keys]
    whole = [whole_months(span.start, span.end) for span in spans]
    asked = arrays(("number", "key"), pairs) | arrays(("whole_from", "whole_end"), whole)
    first = min(span.start for span in spans).replace(day=1)
    end = max(span.end for span in spans)
    rows = await _CROWDS.all(await driver_of(tx), dim=dim.value, first=first, end=end, **asked)
    return [CrowdRow(**row._asdict()) for row in rows]


async def opened_each(
    tx: Transaction, dim: Dim, keys: Collection[str], spans: Sequence[Span]
) -> Sequence[Mapping[str, int]]:
    """Distinct people who opened anything of each subject in each span; of whom nobody did, nothing is said."""
    asked = arrays(("start", "end"), [(span.start, span.end) for span in spans])
    found: list[dict[str, int]] = [{} for _ in spans]
    for row in await tx.execute(_GAPS, {"dim": dim.value, "keys": list(keys), **asked}):
        found[row.span][row.key] = int(row.people)
    return found


async def roots_by_material(
    tx: Transaction, makers: Collection[str], material_ids: Collection[UUID]
) -> Mapping[str, tuple[str, ...]]:
    """The shares that these employees made, by material."""
    asked = {"makers": list(makers), "material_ids": list(material_ids)}
    return {str(row.material_id): tuple(row.keys) for row in await tx.execute(_ROOTS, asked)}
