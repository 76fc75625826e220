"""What people of several subjects together are counted from: entries of each month, and gaps where there are none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from storage.database import Transaction
from storage.rows.arrays import arrays
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Span, whole_months


@dataclass(frozen=True, kw_only=True)
class CrowdRow:
    """Entries of a group's subjects, one after the other: of one month, or of several whole ones (None).

    storage.schema.spread_counts tells what they are.
    """

    group: int
    month: date | None
    entries: bytes


_CROWDS = text(
    """SELECT g.number, edge.month, string_agg(c.entries, '') AS entries
    FROM unnest(CAST(:number AS int[]), CAST(:key AS text[])) AS g (number, key)
    JOIN spread_crowd c ON c.dim = :dim AND c.key = g.key AND c.month >= :first AND c.month < :end
    CROSS JOIN LATERAL (SELECT CASE WHEN c.month < :whole_from OR c.month >= :whole_end THEN c.month END AS month) edge
    GROUP BY g.number, edge.month"""
)
_GAPS = text(
    """SELECT key, sum(people) AS people FROM spread_gap
    WHERE dim = :dim AND key = ANY(CAST(:keys AS text[])) AND day >= :start AND day < :end
      AND (gap = 0 OR gap > day - :start) GROUP BY key"""
)
_ROOTS = text(
    """SELECT material_id, array_agg(CAST(share_id AS text)) AS keys FROM spread_share
    WHERE parent_id IS NULL AND maker = ANY(CAST(:makers AS text[]))
      AND material_id = ANY(CAST(:material_ids AS uuid[])) GROUP BY material_id"""
)


async def crowds_of(tx: Transaction, dim: Dim, groups: Sequence[Collection[str]], span: Span) -> Sequence[CrowdRow]:
    """What the subjects of each group say of the months that a span touches: whole ones together, and its edges."""
    whole_from, whole_end = whole_months(span.start, span.end)
    pairs = [(number, key) for number, keys in enumerate(groups) for key in keys]
    asked = {"dim": dim.value, "first": span.start.replace(day=1), "end": span.end, **arrays(("number", "key"), pairs)}
    rows = await tx.execute(_CROWDS, {**asked, "whole_from": whole_from, "whole_end": whole_end})
    return [CrowdRow(group=row.number, month=row.month, entries=row.entries) for row in rows]


async def opened_each(tx: Transaction, dim: Dim, keys: Collection[str], span: Span) -> Mapping[str, int]:
    """Distinct people who opened anything of each subject in the span; of whom nobody did, nothing is said."""
    asked = {"dim": dim.value, "keys": list(keys), "start": span.start, "end": span.end}
    return {row.key: int(row.people) for row in await tx.execute(_GAPS, asked)}


async def roots_by_material(
    tx: Transaction, makers: Collection[str], material_ids: Collection[UUID]
) -> Mapping[str, tuple[str, ...]]:
    """The shares that these employees made, by material."""
    asked = {"makers": list(makers), "material_ids": list(material_ids)}
    return {str(row.material_id): tuple(row.keys) for row in await tx.execute(_ROOTS, asked)}
