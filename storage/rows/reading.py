"""Rows of how visits, pages and versions were read. Only a follower of the tree writes them, in the order of leaves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, cast, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from storage.database import Transaction
from storage.rows.arrays import array, arrays
from storage.rows.emptying import empty
from storage.schema import read_page, read_version, read_visit, read_visit_page

ReadPage = tuple[UUID, int]  # visit, page
ReadVersion = tuple[UUID, str]  # scope, SHA-256
TABLES = (read_visit, read_visit_page, read_page, read_version)


@dataclass(frozen=True, kw_only=True)
class ReadVisit:
    """One visit in which something was read; see storage.schema.reading."""

    visit_id: UUID
    share_id: UUID
    root_id: UUID
    material_id: UUID
    ver: str
    who: str
    pages: int
    pages_read: int
    furthest: int
    ms: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A page that a visit has just read."""

    root_id: UUID
    material_id: UUID
    ver: str
    who: str
    page: int


@dataclass(kw_only=True)
class VersionGain:
    """What a batch adds to a version within a scope; `pages` is how many it has."""

    pages: int = 0
    visits: int = 0
    readers: int = 0
    ms: int = 0
    pages_read: int = 0
    furthest: int = 0


_VISIT_COLUMNS = tuple(field.name for field in fields(ReadVisit))
_VISIT_TYPES = {"ver": "text", "who": "text", "first_at": "timestamptz", "last_at": "timestamptz"} | dict.fromkeys(
    ("visit_id", "share_id", "root_id", "material_id"), "uuid"
)
_CHANGING = ("pages", "pages_read", "furthest", "ms", "last_at")
_PAGES_OF = text(
    "SELECT visit_id, page, ms FROM read_visit_page JOIN unnest(CAST(:visits AS uuid[]), CAST(:pages AS int[])) "
    "AS wanted (visit_id, page) USING (visit_id, page)"
)
_VISIT_ARRAYS = ", ".join(f"CAST(:{name} AS {_VISIT_TYPES.get(name, 'int')}[])" for name in _VISIT_COLUMNS)
_PUT_VISITS = text(
    f"INSERT INTO read_visit ({', '.join(_VISIT_COLUMNS)}) SELECT * FROM unnest({_VISIT_ARRAYS}) "  # noqa: S608  # our own names
    f"ON CONFLICT (visit_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _CHANGING)}"
)
_ADD_PAGES = text(
    "INSERT INTO read_visit_page AS kept (visit_id, page, ms) SELECT * FROM unnest(CAST(:visits AS uuid[]), "
    "CAST(:pages AS int[]), CAST(:ms AS int[])) "
    "ON CONFLICT (visit_id, page) DO UPDATE SET ms = kept.ms + excluded.ms"
)
_READ_BEFORE = text(
    """SELECT DISTINCT v.root_id, v.material_id, v.ver, v.who, p.page FROM unnest(CAST(:materials AS uuid[]),
      CAST(:vers AS text[]), CAST(:whos AS text[])) AS wanted (material_id, ver, who)
    JOIN read_visit v USING (material_id, ver, who) JOIN read_visit_page p ON p.visit_id = v.visit_id
    WHERE p.ms >= :read_ms"""
)
_GROW_PAGES = text(
    "INSERT INTO read_page AS kept (scope_id, ver, page, ms, readers) SELECT * FROM unnest(CAST(:scopes AS uuid[]), "
    "CAST(:vers AS text[]), CAST(:pages AS int[]), CAST(:ms AS bigint[]), CAST(:readers AS int[])) "
    "ON CONFLICT (scope_id, ver, page) DO UPDATE SET ms = kept.ms + excluded.ms, "
    "readers = kept.readers + excluded.readers"
)
_GROW_VERSIONS = text(
    "INSERT INTO read_version AS kept (scope_id, ver, pages, visits, readers, ms, pages_read, furthest) "
    "SELECT * FROM unnest(CAST(:scopes AS uuid[]), CAST(:vers AS text[]), CAST(:pages AS int[]), "
    "CAST(:visits AS int[]), CAST(:readers AS int[]), CAST(:ms AS bigint[]), CAST(:pages_read AS bigint[]), "
    "CAST(:furthest AS bigint[])) ON CONFLICT (scope_id, ver) DO UPDATE SET "
    "pages = greatest(kept.pages, excluded.pages), visits = kept.visits + excluded.visits, "
    "readers = kept.readers + excluded.readers, ms = kept.ms + excluded.ms, "
    "pages_read = kept.pages_read + excluded.pages_read, furthest = kept.furthest + excluded.furthest"
)


async def pages_of(tx: Transaction, pages: Collection[ReadPage]) -> dict[ReadPage, int]:
    """Milliseconds spent on these pages, of those that the follower has met."""
    rows = await tx.execute(_PAGES_OF, arrays(("visits", "pages"), pages))
    return {(row.visit_id, row.page): row.ms for row in rows}


async def visits_of(tx: Transaction, visit_ids: Collection[UUID]) -> dict[UUID, ReadVisit]:
    """Those of these visits that the follower has met."""
    columns = [read_visit.c[name] for name in _VISIT_COLUMNS]
    rows = await tx.execute(select(*columns).where(read_visit.c.visit_id == any_(cast(list(visit_ids), ARRAY(Uuid)))))
    return {row.visit_id: ReadVisit(**row._asdict()) for row in rows}


async def read_before(
    tx: Transaction, finished: Sequence[Finished], read_ms: int
) -> tuple[set[tuple[tuple[UUID, str, str], int]], set[tuple[UUID, str, str]]]:
    """What these people have read until now: ((scope, version, person), page), and (scope, version, person)."""
    people = {(each.material_id, each.ver, each.who) for each in finished}
    asked = arrays(("materials", "vers", "whos"), people)
    rows = [*await tx.execute(_READ_BEFORE, {**asked, "read_ms": read_ms})]
    pages = {((scope, row.ver, row.who), row.page) for row in rows for scope in (row.root_id, row.material_id)}
    return pages, {reader for reader, _ in pages}


async def put_visits(tx: Transaction, visits: Iterable[ReadVisit]) -> None:
    """Adds visits, or replaces what was read in them."""
    kept = list(visits)
    await tx.execute(_PUT_VISITS, {name: array([getattr(each, name) for each in kept]) for name in _VISIT_COLUMNS})


async def add_pages(tx: Transaction, pages: Mapping[ReadPage, int]) -> None:
    """Adds milliseconds, by visit and page."""
    rows = [(*key, ms) for key, ms in pages.items()]
    await tx.execute(_ADD_PAGES, arrays(("visits", "pages", "ms"), rows))


async def grow_pages(tx: Transaction, gains: Mapping[tuple[UUID, str, int], tuple[int, int]]) -> None:
    """Adds milliseconds and readers, by scope, version and page."""
    rows = [(*key, *gain) for key, gain in gains.items()]
    await tx.execute(_GROW_PAGES, arrays(("scopes", "vers", "pages", "ms", "readers"), rows))


async def grow_versions(tx: Transaction, gains: Mapping[ReadVersion, VersionGain]) -> None:
    """Adds to the sums of versions, by scope and version."""
    names = tuple(field.name for field in fields(VersionGain))
    rows = [(*key, *(getattr(gain, name) for name in names)) for key, gain in gains.items()]
    await tx.execute(_GROW_VERSIONS, arrays(("scopes", "vers", *names), rows))


async def forget_all(tx: Transaction) -> None:
    """Empties every table of this module."""
    await empty(tx, TABLES)
