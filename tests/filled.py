"""Rows for every table of a database, whatever revision it is at, made of what its catalogue says they may be.

Each row is another: lists of allowed words are gone through, what is unique differs, references lead to rows that are
there. What a check says beyond a list of words stands in `FITTING` and `ABSENT`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

ROWS = 24  # as many as the longest list of words has
YEAR = 2026
BEGAN = datetime(YEAR, 1, 2, tzinfo=UTC)
HERE = UUID(int=7)
ROOT = UUID(int=1)  # the department that is the brand itself
COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attnotnull
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attidentity <> 'a' AND c.relname NOT LIKE 'procrastinate%' AND c.relname <> 'alembic_version'
    ORDER BY c.relname, a.attnum
"""
CHECKS = """
    SELECT c.relname, a.attname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'c' AND cardinality(k.conkey) = 1 AND c.relnamespace = 'public'::regnamespace
"""
REFERENCES = """
    SELECT c.relname, a.attname, f.relname, b.attname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_class f ON f.oid = k.confrelid CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS pair (own, other)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = pair.own
    JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = pair.other WHERE k.contype = 'f'
"""
Value = Callable[[int], object]
OF_TYPE: Mapping[str, Value] = {
    "boolean": lambda row: bool(row % 2),
    "smallint": lambda row: row + 1,
    "integer": lambda row: row + 1,
    "bigint": lambda row: row + 1,
    "double precision": lambda row: row + 0.5,
    "real": lambda row: row + 0.5,
    "numeric": lambda row: row + 1,
    "bytea": lambda row: bytes([row]) * 32,
    "timestamp with time zone": lambda row: BEGAN + timedelta(hours=row),
    "date": lambda row: (BEGAN + timedelta(days=row)).date(),
    "interval": lambda row: timedelta(hours=row),
    "jsonb": lambda row: Jsonb({"row": row}),
}
PATTERNS: Mapping[str, Value] = {
    "^[0-9a-f]{64}$": lambda row: f"{row:064x}",
    "^[0-9A-HJ-NPQRTUWXY]{18}$": lambda row: f"{row:018}",
}
FITTING: Mapping[tuple[str, str], Value] = {
    ("department", "parent_id"): lambda _row: ROOT,
    ("duplicate", "first_id"): lambda row: UUID(int=row),
    ("duplicate", "second_id"): lambda row: UUID(int=row + ROWS),
    ("finding", "hard"): lambda _row: False,
    ("ledger_log", "id"): lambda _row: 1,
    ("ledger_prune", "id"): lambda _row: 1,
    ("legal_hold", "kind"): lambda row: ("person", "material")[row % 2],
    ("task", "forward_depth"): lambda row: row % 11,
    ("trail_review", "size"): lambda row: row + ROWS,
}
ABSENT: Mapping[tuple[str, str], Callable[[int], bool]] = {
    ("legal_hold", "material_id"): lambda row: row % 2 == 0,
    ("legal_hold", "person_id"): lambda row: row % 2 == 1,
    ("organisation_change", "region_id"): lambda _row: True,
    ("review_absence", "deputy_id"): lambda _row: True,
    ("share_addressee", "clinic_id"): lambda _row: True,
    ("share_addressee", "region"): lambda _row: True,
    ("share_gate", "password_hash"): lambda row: row % 3 != 1,
    ("siem_target", "sealed_address"): lambda _row: True,
}


class Catalogue:
    """What the tables of a database ask of their rows."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.types: dict[str, dict[str, str]] = {}
        self.needed: set[tuple[str, str]] = set()
        for table, name, kind, needed in connection.execute(COLUMNS):
            self.types.setdefault(table, {})[name] = kind
            self.needed |= {(table, name)} if needed else set()
        checks = [((table, name), check) for table, name, check in connection.execute(CHECKS)]
        self.words = {place: found for place, check in checks if (found := re.findall(r"'([^']*)'::text", check))}
        self.references = {(table, name): (to, other) for table, name, to, other in connection.execute(REFERENCES)}

    def in_order(self) -> list[str]:
        """The tables, each after those that it refers to."""
        order: dict[str, None] = {}
        while left := [table for table in self.types if table not in order]:
            ready = [table for table in left if self._refers_to(table) <= order.keys()]
            if not ready:
                raise ValueError(f"these refer to each other: {left}")
            order |= dict.fromkeys(ready)
        return list(order)

    def _refers_to(self, table: str) -> set[str]:
        return {to for name in self.types[table] if (to := self.references.get((table, name), (table,))[0]) != table}

    def value(self, table: str, name: str, row: int) -> object:
        """What stands in a column of a row."""
        place = (table, name)
        if place in ABSENT and ABSENT[place](row):
            return None
        if place in FITTING:
            return FITTING[place](row)
        if to := self.references.get(place):
            return self.value(*to, row) if to[0] != table or place in self.needed else None
        if words := self.words.get(place):
            return PATTERNS[words[0]](row) if words[0] in PATTERNS else words[row % len(words)]
        return _of_type(self.types[table][name], f"{table} {name}", row)


def _of_type(kind: str, place: str, row: int) -> object:
    if kind.endswith("[]"):
        return []
    if kind == "uuid":
        return uuid5(HERE, f"{place} {row}")
    return OF_TYPE[kind](row) if kind in OF_TYPE else f"{place} {row}"


def fill(connection: Connection[Any]) -> dict[str, int]:
    """Adds rows to every table, past the guards of those that only grow; how many there are in each."""
    catalogue = Catalogue(connection)
    for (table,) in connection.execute("SELECT relname FROM pg_class WHERE relkind = 'p'").fetchall():
        year = f"FOR VALUES FROM ('{YEAR}-01-01') TO ('{YEAR + 1}-01-01')"
        connection.execute(f"CREATE TABLE {table}_{YEAR} PARTITION OF {table} {year}".encode())
    for table in catalogue.in_order():
        _guard(connection, table, "DISABLE")
        for row in range(ROWS):
            _add(connection, table, {name: catalogue.value(table, name, row) for name in catalogue.types[table]})
        _guard(connection, table, "ENABLE")
    return counts(connection, catalogue.types)


def counts(connection: Connection[Any], tables: Iterable[str]) -> dict[str, int]:
    """How many rows there are in each of these tables."""
    count = sql.SQL("SELECT count(*) FROM {}")
    return {each: connection.execute(count.format(sql.Identifier(each))).fetchone()[0] for each in tables}  # type: ignore[index]  # a count is a row


def _guard(connection: Connection[Any], table: str, what: str) -> None:
    connection.execute(sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(table), sql.SQL(what)))


def _add(connection: Connection[Any], table: str, values: Mapping[str, object]) -> None:
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() * len(values)),
    )
    connection.execute(query, list(values.values()))
