"""A log of any length, written straight into the tables: the same rows that the follower would have made of the leaves.

Skewed as logs are: a few clinics and materials have most of the events, most people few. Everything is drawn by the
database from one seed, a part at a time.
"""

import asyncio
from collections.abc import Callable

import psycopg

from compliance.access import Role
from compliance.events import Act
from compliance.trail.fields import term_of

PART = 500_000
PERSONS, CLINICS, MATERIALS, SHARES, NETWORKS, DEVICES, VERSIONS = 20_000, 1_000, 2_000, 50_000, 5_000, 300, 3_000
DAYS = 365
EVENTS_PER_SESSION, EVENTS_PER_VISIT = 40, 25
PROBE = term_of("visit", "00000000-0000-4000-8000-000000000001")  # the details of one visit, by their real hash

# First codes of each field's words.
ACT, ROLE, WHY, WHO, ORG, OBJ, VER, LINK, IP, UA, SESS = (
    1, 200, 300, 10_000, 40_000, 50_000, 60_000, 100_000, 200_000, 220_000, 1_000_000,
)  # fmt: skip
SHARES_OF_ACTS = (
    ("viewer:copy:view", 0.70), ("viewer:visit:start", 0.10), ("viewer:copy:download", 0.05),
    ("viewer:copy:end", 0.05), ("viewer:session:start", 0.04), ("viewer:share:forward", 0.01),
    ("viewer:request:deny", 0.01), ("employee:material:preview", 0.02), ("employee:event:search", 0.01),
    ("employee:version:approve", 0.005), ("employee:share:create", 0.005),
)  # fmt: skip

_WORDS = """
INSERT INTO event_word (code, field, value) OVERRIDING SYSTEM VALUE
SELECT %(first)s + i, %(field)s, replace(%(form)s, '#', lpad(i::text, 12, '0')) FROM generate_series(0, %(count)s - 1) i
"""

_ROWS = f"""
WITH drawn AS MATERIALIZED (
    SELECT id, timestamptz '2026-11-26 00:00+00' - interval '1 day' * {DAYS} * (1 - id::float / %(events)s) AS t,
        random() AS a, power(random(), 3) AS p, power(random(), 4) AS m, random() AS r
    FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS id),
acted AS (SELECT *, {{act}} AS act FROM drawn),
coded AS (SELECT *, act >= %(employee)s AS inside, floor(p * {PERSONS})::int AS who FROM acted)
INSERT INTO event_index (id, t, bytes, day, act, role, why, who, org, obj, ver, link, sess, ip, ua, res, terms)
SELECT id, t, 1000, (t AT TIME ZONE 'Asia/Shanghai')::date, act, CASE WHEN inside THEN {ROLE} + 2 ELSE {ROLE} END,
    {WHY} + id %% 8, {WHO} + who, CASE WHEN inside THEN 0 ELSE {ORG} + who %% {CLINICS} END,
    {OBJ} + floor(m * {MATERIALS})::int, {VER} + floor(m * {VERSIONS})::int,
    CASE WHEN inside THEN 0 ELSE {LINK} + (id / {EVENTS_PER_VISIT} * 7919 %% {SHARES})::int END,
    {SESS} + (id / {EVENTS_PER_SESSION})::int, {IP} + who %% {NETWORKS}, {UA} + floor(r * {DEVICES})::int,
    CASE WHEN act = %(deny)s THEN 1 ELSE 0 END,
    CASE WHEN id / {EVENTS_PER_VISIT} = %(probe_at)s THEN ARRAY[{PROBE}]
         ELSE ARRAY[hashint8extended(id / {EVENTS_PER_VISIT}, 1), hashint8extended(id / {EVENTS_PER_VISIT}, 2)] END
FROM coded ORDER BY id
"""  # noqa: S608  # our own numbers

_LEAVES = """
INSERT INTO event (id, leaf, t, act, res, why, who, org, role, obj, ver, link) OVERRIDING SYSTEM VALUE
SELECT id, convert_to(format('{"act":"viewer:copy:view","bytes":1000,"det":{"copy":"%%s","page":3,"visit":"%%s"},'
    '"ip":"203.0.113.0/24","link":"","n":"%%s","obj":"material:%%s","org":"","res":"allow","role":"viewer",'
    '"sess":"0123456789abcdef","t":"%%s","ua":"0123456789abcdef","v":1,"ver":"","who":"p-%%s","why":"viewer-visits"}',
    lpad(to_hex(id), 12, '0'), gen_random_uuid(), md5(id::text), gen_random_uuid(),
    to_char(t, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), who), 'UTF8'),
    t, 'viewer:copy:view', 'allow', 'viewer-visits', who::text, '', 'viewer', '', '', ''
FROM event_index WHERE id BETWEEN %(low)s AND %(high)s
"""

_AFTERWARDS = (
    "INSERT INTO event_day SELECT day, act, res, role, count(*) FROM event_index GROUP BY 1, 2, 3, 4",
    "INSERT INTO event_hour SELECT date_trunc('hour', t), count(*), min(id), max(id) FROM event_index GROUP BY 1",
    *(
        f"INSERT INTO event_month SELECT '{kind}', {column}, date_trunc('month', day)::date, act, res, role, count(*) "  # noqa: S608  # our own names
        f"FROM event_index WHERE {column} > 0 GROUP BY 1, 2, 3, 4, 5, 6"
        for kind, column in (("who", "who"), ("org", "org"), ("material", "obj"))
    ),
    "INSERT INTO event_total SELECT kind, code, act, res, role, sum(n) FROM event_month GROUP BY 1, 2, 3, 4, 5",
    *(
        f"UPDATE event_word w SET n = c.n FROM (SELECT {column} AS code, count(*) AS n FROM event_index GROUP BY 1) c "  # noqa: S608  # our own names
        "WHERE w.code = c.code"
        for column in ("act", "role", "why", "who", "org", "obj", "ver", "link", "sess", "ip", "ua")
    ),
    "INSERT INTO event_block SELECT (id - 1) / 4096, act, res, count(*) FROM event_index GROUP BY 1, 2, 3",
    "SELECT setval(pg_get_serial_sequence('event', 'id'), (SELECT max(id) FROM event))",
    "SELECT setval(pg_get_serial_sequence('event_word', 'code'), (SELECT max(code) FROM event_word))",
    "UPDATE log_reader SET next_index = (SELECT max(id) FROM event_index), read_at = now()",
    "INSERT INTO ledger_pending SELECT id FROM event ORDER BY id",
    "VACUUM (ANALYZE) event_index, event_word, event_day, event_hour, event_month, event_total, event",
)


async def write_book(conninfo: str, events: int, advance: Callable[[str], None]) -> None:
    """Fills an empty, migrated database with `events` events."""
    await asyncio.to_thread(_write, conninfo, events, advance)


def _write(conninfo: str, events: int, advance: Callable[[str], None]) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute("ALTER TABLE event DISABLE TRIGGER USER")
        indexes = _taken_away(connection, "event_index")
        _taken_away(connection, "event")  # by which the console finds nothing
        _write_words(connection, events)
        for low in range(1, events + 1, PART):
            _write_part(connection, low, min(low + PART - 1, events), events)
            advance(f"rows {low:,}")
        connection.execute("SET maintenance_work_mem = '1GB'")
        for each in (*indexes, *_AFTERWARDS):
            connection.execute(each)
            advance(each[:60])
        connection.execute("ALTER TABLE event ENABLE TRIGGER USER")


def _taken_away(connection: psycopg.Connection, table: str) -> list[str]:
    """Drops the indexes that are made faster at the end; returns what makes them again."""
    rows = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname LIKE 'ix_%%'", [table]
    ).fetchall()
    for name, _ in rows:
        connection.execute(f"DROP INDEX {name}")
    return [definition for _, definition in rows]


def _write_words(connection: psycopg.Connection, events: int) -> None:
    acts = sorted((each.value for each in Act), key=lambda act: act.startswith("employee:"))
    for first, field, values in ((ACT, "act", acts), (ROLE, "role", [Role.VIEWER, *sorted({*Role} - {Role.VIEWER})])):
        for code, value in enumerate(values, first):
            query = "INSERT INTO event_word (code, field, value) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s)"
            connection.execute(query, [code, field, str(value)])
    for first, field, form, count in (
        (WHY, "why", "rule-#", 8),
        (WHO, "who", "p-#", PERSONS),
        (ORG, "org", "00000000-0000-4000-8000-#", CLINICS),
        (OBJ, "material", "material:00000000-0000-4000-8000-#", MATERIALS),
        (VER, "ver", "#", VERSIONS),
        (LINK, "link", "00000000-0000-4000-8000-#", SHARES),
        (IP, "ip", "network-#", NETWORKS),
        (UA, "ua", "device-#", DEVICES),
        (SESS, "sess", "session-#", events // EVENTS_PER_SESSION + 1),
    ):
        connection.execute(_WORDS, {"first": first, "field": field, "form": form, "count": count})


def _write_part(connection: psycopg.Connection, low: int, high: int, events: int) -> None:
    codes = {
        row[0]: row[1]
        for row in connection.execute("SELECT value, code FROM event_word WHERE field = 'act'").fetchall()
    }
    cases, at = [], 0.0
    for act, share in SHARES_OF_ACTS:
        at += share
        cases.append(f"WHEN a < {at} THEN {codes[act]}")
    chosen = f"CASE {' '.join(cases)} ELSE {codes['viewer:copy:view']} END"
    values = {
        "low": low, "high": high, "events": events, "deny": codes["viewer:request:deny"],
        "employee": min(code for act, code in codes.items() if act.startswith("employee:")),
        "probe_at": events // EVENTS_PER_VISIT // 2,
    }  # fmt: skip
    connection.execute(_ROWS.replace("{act}", chosen), values)
    connection.execute(_LEAVES, values)
