"""What the rows of storage.rows.reading say of one material: how each version was read, and each of its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from storage.database import Transaction
from storage.rows.spread_figures import Scope


@dataclass(frozen=True, kw_only=True)
class VersionRead:
    """One version. `pages_read` and `furthest` are sums over `visits`; people are distinct within the scope."""

    ver: str
    number: int | None  # None: of a version that isn't there any more
    pages: int
    visits: int
    readers: int
    ms: int
    pages_read: int
    furthest: int


@dataclass(frozen=True)
class PageRead:
    """One page: how long it was read in all, and by how many people."""

    page: int
    ms: int
    readers: int


_SCOPES = (
    "WITH scopes AS (SELECT CAST(:material_id AS uuid) AS scope_id "
    "WHERE CAST(:makers AS text[]) IS NULL AND CAST(:root_id AS uuid) IS NULL UNION ALL "
    "SELECT share_id FROM spread_share WHERE material_id = :material_id AND parent_id IS NULL "
    "AND (maker = ANY(CAST(:makers AS text[])) OR CAST(:makers AS text[]) IS NULL AND share_id = :root_id) "
    "AND (share_id = :root_id OR CAST(:root_id AS uuid) IS NULL))"
)
_VERSIONS = text(
    f"""{_SCOPES} SELECT r.ver, v.number, max(r.pages) AS pages, sum(r.visits) AS visits, sum(r.readers) AS readers,
      sum(r.ms) AS ms, sum(r.pages_read) AS pages_read, sum(r.furthest) AS furthest
    FROM read_version r JOIN scopes USING (scope_id)
    LEFT JOIN version v ON v.material_id = :material_id AND v.sha256 = r.ver
    GROUP BY r.ver, v.number ORDER BY v.number DESC NULLS LAST, r.ver"""  # noqa: S608  # our own words
)
_PAGES = text(
    f"""{_SCOPES} SELECT r.page, sum(r.ms) AS ms, sum(r.readers) AS readers FROM read_page r JOIN scopes
    USING (scope_id) WHERE r.ver = :ver GROUP BY r.page ORDER BY r.page"""  # noqa: S608  # our own words
)


async def versions_read(tx: Transaction, scope: Scope) -> Sequence[VersionRead]:
    """Every version that was read, the newest first."""
    rows = await tx.execute(_VERSIONS, _asked(scope))
    return [VersionRead(**_whole(row._asdict())) for row in rows]


async def pages_read(tx: Transaction, scope: Scope, ver: str) -> Sequence[PageRead]:
    """The pages of one version that were looked at, in their order."""
    rows = await tx.execute(_PAGES, {**_asked(scope), "ver": ver})
    return [PageRead(row.page, int(row.ms), int(row.readers)) for row in rows]


def _asked(scope: Scope) -> dict[str, Any]:
    return {**vars(scope), "makers": None if scope.makers is None else list(scope.makers)}


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL adds whole numbers up to decimals."""
    return {name: value if name in ("ver", "number") else int(value) for name, value in row.items()}
