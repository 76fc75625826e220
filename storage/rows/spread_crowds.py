"""What people of several subjects together are counted from: entries of each month, and gaps where there are none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from storage.database import Transaction
from storage.rows.arrays import arrays
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Span


@dataclass(frozen=True, kw_only=True)
class CrowdRow:
    """Entries of all subjects of a group in one month, one after the other; see storage.schema.spread_counts."""

    group: str
    month: date
    entries: bytes


_MONTHS = text(
    """SELECT g.name, c.month, string_agg(c.entries, '') AS entries
    FROM unnest(CAST(:name AS text[]), CAST(:key AS text[])) AS g (name, key)
    JOIN spread_crowd c ON c.dim = :dim AND c.key = g.key AND c.month >= :first AND c.month < :end
    GROUP BY g.name, c.month"""
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


async def crowds_of(tx: Transaction, dim: Dim, groups: Mapping[str, Collection[str]], span: Span) -> Sequence[CrowdRow]:
    """What subjects of these groups say of the months that a span touches."""
    pairs = [(name, key) for name, keys in groups.items() for key in keys]
    asked = {"dim": dim.value, "first": span.start.replace(day=1), "end": span.end, **arrays(("name", "key"), pairs)}
    return [CrowdRow(group=row.name, month=row.month, entries=row.entries) for row in await tx.execute(_MONTHS, asked)]


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
