"""What PostgreSQL itself says of a database's tables, in a form that can be compared."""

from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from storage.schema import metadata

COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type, c.udt_name, c.is_nullable, c.column_default, c.is_identity,
       c.identity_generation
FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name = ANY(%s)
"""
CONSTRAINTS = """
SELECT t.relname, k.conname, k.contype::text, k.convalidated, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid WHERE t.relname = ANY(%s)
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = ANY(%s)"
PERSISTENCE = "SELECT relname, relpersistence::text FROM pg_class WHERE relkind = 'r' AND relname = ANY(%s)"
TRIGGERS = """
SELECT t.relname, g.tgname, g.tgenabled::text, pg_get_triggerdef(g.oid)
FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal AND t.relname = ANY(%s)
"""
FACTS = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES, "persistence": PERSISTENCE}


def connect(url: str) -> psycopg.Connection[Any]:
    """A connection that commits each statement."""
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(conninfo, autocommit=True)


def facts_of(url: str) -> dict[str, list[Any]]:
    """Columns, constraints, indexes and persistence of our tables, each in order."""
    with connect(url) as connection:
        return {name: sorted(connection.execute(query, [_tables()]), key=repr) for name, query in FACTS.items()}


def triggers_of(url: str) -> dict[str, str]:
    """Every trigger on our tables that is switched on."""
    with connect(url) as connection:
        return {name: text for _, name, enabled, text in connection.execute(TRIGGERS, [_tables()]) if enabled == "O"}


def _tables() -> list[str]:
    return list(metadata.tables)
