"""Exports of the log: events per second and what a million of them need of memory beside a hundredth of that.

The log is written in SQL: leaves of the real form, of 500 people with names, of 1,000 materials. An export runs as the
server runs it, up to the bytes that would be written to the socket.
"""

import ctypes
import gc
import os
import time
from contextlib import aclosing
from pathlib import Path

import psycopg

from benchmarks.stage import Figure
from compliance.access import Actor, Role
from compliance.events import Trail
from compliance.profiles import Profile, add_person
from fileserver.audit.exporting import export
from fileserver.audit.formats import FORMS
from fileserver.audit.schemas import ExportIn
from fileserver.services import Services
from storage.rows import accounts

EVENTS = 1_000_000
PEOPLE = 500
MIB = 1 << 20
GROWTH_MAX_MIB = 64

_EVENTS = """
WITH someone AS MATERIALIZED (SELECT pseudonym, row_number() OVER () - 1 AS n FROM person WHERE kind = 'viewer'),
drawn AS (SELECT i, timestamptz '2026-01-01 00:00+00' + i * interval '20 seconds' AS t,
    '5e0a3f3e-0000-4000-8000-' || lpad((i %% 1000)::text, 12, '0') AS material, someone.pseudonym AS who
    FROM generate_series(1, %(events)s::bigint) AS i JOIN someone ON someone.n = i %% %(people)s)
INSERT INTO event (leaf, t, act, res, why, who, org, role, obj, ver, link)
SELECT convert_to(format('{"act":"viewer:copy:view","bytes":1000,"det":{"copy":"%%s","page":3,"visit":"%%s"},'
    '"ip":"203.0.113.0/24","link":"%%s","n":"%%s","obj":"material:%%s","org":"","res":"allow","role":"viewer",'
    '"sess":"0123456789abcdef","t":"%%s","ua":"0123456789abcdef","v":1,"ver":"%%s","who":"%%s","why":"viewer-visits"}',
    lpad(to_hex(i), 12, '0'), material, material, md5(i::text), material,
    to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), md5(material) || md5(material), who), 'UTF8'),
    t, 'viewer:copy:view', 'allow', 'viewer-visits', who, '', 'viewer', 'material:' || material, '', ''
FROM drawn ORDER BY i
"""


async def run(services: Services, events: int = EVENTS) -> list[Figure]:
    """Each form: a hundredth, then all of it."""
    auditor = await _fill(services, events)
    figures = []
    for form in FORMS:
        await _taken(services, auditor, form, through=events // 100)
        small_bytes, _, _ = await _taken(services, auditor, form, through=events // 100)
        large_bytes, size_bytes, took_s = await _taken(services, auditor, form, through=events)
        growth = (large_bytes - small_bytes) / MIB
        each = f"{size_bytes / events:.0f} bytes each"
        figures.append(Figure(f"export, {form}", events / took_s, "events/s", each))
        told = f"peak of {events:,} beside that of {events // 100:,}; bar {GROWTH_MAX_MIB}"
        figures.append(Figure(f"export, {form}, memory", growth, "MiB", told, growth <= GROWTH_MAX_MIB))
    return figures


async def _fill(services: Services, events: int) -> Actor:
    """The log, and an auditor who may take it away."""
    async with services.database.transaction() as tx:
        person_id = await add_person(tx, services.keys.master, "employee", Profile(name="吴桐"))
        await accounts.add_account(
            tx,
            person_id,
            login="bench-auditor",
            password_hash="x",  # noqa: S106  # nobody signs in with it
            role=Role.AUDITOR.value,
            created_at=services.clock(),
        )
        for number in range(PEOPLE):
            await add_person(tx, services.keys.master, "viewer", Profile(name=f"查看者{number}"))
    url = services.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute(_EVENTS, {"events": events, "people": PEOPLE})
        await connection.commit()
        await services.sequencer.catch_up()
        await connection.set_autocommit(True)
        await connection.execute("VACUUM ANALYZE")
    return Actor(person_id=person_id, role=Role.AUDITOR)


async def _taken(services: Services, auditor: Actor, form: str, *, through: int) -> tuple[int, int, float]:
    """The peak of resident memory during an export, its size, and how long it took."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # noqa: ASYNC240  # a word to the kernel
    started, size_bytes = time.perf_counter(), 0
    wanted = ExportIn.model_validate({"format": form, "through": through})
    made = await export(services, auditor, Trail(role="auditor"), wanted)
    async with aclosing(made.pieces) as pieces:
        async for piece in pieces:
            size_bytes += len(piece)
    took_s = time.perf_counter() - started
    status = Path(f"/proc/{os.getpid()}/status").read_text(encoding="ascii")  # noqa: ASYNC240  # as above
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * 1024, size_bytes, took_s
