"""Which links hang on which employees' shares: what the log, which knows the link alone, is narrowed by."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from storage.database import Transaction


@dataclass(frozen=True, kw_only=True)
class Trees:
    """Employees' shares with all that was passed on from them: those of these makers (pseudonyms), or one share's.

    None means any; where both are given, both must hold.
    """

    makers: tuple[str, ...] | None = None
    root_id: UUID | None = None


def roots_in(trees: Trees, values: dict[str, Any]) -> str:
    """The condition on `r`, the row of a root share; its values join `values`."""
    parts = ["true"]
    if trees.makers is not None:
        parts.append("r.maker = ANY(CAST(:makers AS text[]))")
        values["makers"] = list(trees.makers)
    if trees.root_id is not None:
        parts.append("r.share_id = CAST(:root_id AS uuid)")
        values["root_id"] = trees.root_id
    return " AND ".join(parts)


async def links_of(tx: Transaction, trees: Trees, limit: int) -> list[str]:
    """Links in these trees, at most so many."""
    values: dict[str, Any] = {"limit": limit}
    query = text(
        "SELECT CAST(s.share_id AS text) FROM spread_share r JOIN spread_share s ON s.root_id = r.share_id "  # noqa: S608  # our own words
        f"WHERE r.parent_id IS NULL AND {roots_in(trees, values)} LIMIT :limit"
    )
    return list(await tx.scalars(query, values))


async def links_among(tx: Transaction, trees: Trees, links: Collection[str]) -> frozenset[str]:
    """Those of these links that are in the trees."""
    values: dict[str, Any] = {"links": list(links)}
    query = text(
        "SELECT CAST(s.share_id AS text) FROM spread_share s JOIN spread_share r ON r.share_id = s.root_id "  # noqa: S608  # our own words
        f"WHERE s.share_id = ANY(CAST(:links AS uuid[])) AND {roots_in(trees, values)}"
    )
    return frozenset(await tx.scalars(query, values))
