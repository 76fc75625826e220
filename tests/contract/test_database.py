"""PostgreSQL as this product needs it: the tables that schema.py describes, the guards, the transactions."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Text, bindparam, create_engine, insert, literal, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, ProgrammingError

from storage import database as pool
from storage import migrations
from storage.database import Database, driver_of
from storage.direct import Driver, Prepared
from storage.engines import Endpoints
from storage.errors import StoreUnavailable
from storage.migrations import current, head, migrate
from storage.schema import clinic, metadata
from tests.catalogue import connect, facts_of, triggers_of
from tests.contract.faulty_gate import before_postgresql, through
from tests.filled import counts, fill
from tests.services import copied_database
from tests.stage import Cast

EVENT = "INSERT INTO event (leaf, t, act, res, why, who, org, role, obj, ver, link) VALUES "
SHUT_OUT = datetime(2026, 8, 3, tzinfo=UTC)
VALUES = "('x', now(), 'a:b:c', 'allow', '', '', '', '', '', '', '')"


@pytest.fixture
def empty_url(engines: Endpoints) -> Iterator[str]:
    """A database without a table."""
    template = make_url(engines.database_url).set(database="template1").render_as_string(hide_password=False)
    with copied_database(engines.database_url, template) as url:
        yield url


@pytest.fixture
def stage_url(engines: Endpoints, cast: Cast) -> Iterator[str]:
    """A copy of the stage's database: events and versions are in it."""
    with copied_database(engines.database_url, cast.database_url) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on a fresh database."""
    opened = Database(database_url)
    yield opened
    await opened.close()


def test_migrations_make_what_the_schema_describes(empty_url: str, database_url: str) -> None:
    """Columns, defaults, checks, keys, indexes: the catalogue of a migrated database is that of schema.py."""
    engine = create_engine(make_url(empty_url).set(drivername="postgresql+psycopg"))
    metadata.create_all(engine)
    engine.dispose()
    described, migrated = facts_of(empty_url), facts_of(database_url)
    assert len(described["columns"]) > 150
    for name, facts in described.items():
        assert facts == migrated[name], name


GUARDS = {
    "clinic_ownership_begins",
    "clinic_ownership_copies",
    "clinic_ownership_follows",
    "event_append_only",
    "event_awaits_sequencing",
    "event_never_truncated",
    "ledger_checkpoint_append_only",
    "ledger_checkpoint_never_truncated",
    "ledger_leaf_append_only",
    "ledger_leaf_never_truncated",
    "ledger_prune_guarded",
    "ledger_prune_never_removed",
    "ledger_prune_never_truncated",
    "ledger_tile_never_removed",
    "ledger_tile_never_truncated",
    "ledger_tile_only_grows",
    "trail_review_append_only",
    "version_immutable",
}


def test_guards_are_in_place(database_url: str) -> None:
    """The triggers that keep the log, its tree, the versions and the owners of clinics right, and no others, are on."""
    triggers = triggers_of(database_url)
    assert GUARDS == set(triggers)
    assert "BEFORE DELETE OR UPDATE ON public.event FOR EACH ROW" in triggers["event_append_only"]
    assert "BEFORE TRUNCATE ON public.event FOR EACH STATEMENT" in triggers["event_never_truncated"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET res = 'allow'",
        "UPDATE event SET leaf = leaf WHERE id = 1",
        "DELETE FROM event",
        "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
        "TRUNCATE event",
        "TRUNCATE event, session CASCADE",
        "INSERT INTO event OVERRIDING SYSTEM VALUE TABLE event LIMIT 1 ON CONFLICT (id) DO UPDATE SET who = 'x'",
        "MERGE INTO event e USING (SELECT 1) o ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_log_can_only_grow(stage_url: str, statement: str) -> None:
    """No statement changes or removes an event, not even as the owner of the table; adding one goes on."""
    with connect(stage_url) as connection:
        before = connection.execute("SELECT id, leaf FROM event ORDER BY id").fetchall()
        assert len(before) > 10
        with pytest.raises(InsufficientPrivilege):
            connection.execute(statement)
        assert before == connection.execute("SELECT id, leaf FROM event ORDER BY id").fetchall()
        connection.execute(EVENT + VALUES)
        assert len(before) + 1 == connection.execute("SELECT count(*) FROM event").fetchall()[0][0]


@pytest.mark.parametrize(
    "change",
    [
        "sha256 = repeat('0', 64)",
        "size_bytes = size_bytes + 1",
        "object_key = 'uploads/other'",
        "number = number + 7",
        "material_id = (SELECT id FROM material WHERE id <> version.material_id LIMIT 1)",
        "uploader_id = (SELECT id FROM person WHERE id <> version.uploader_id LIMIT 1)",
    ],
)
def test_bytes_of_a_version_never_change(stage_url: str, change: str) -> None:
    """Neither what they are, nor where they lie, nor whose they are; its state goes on its way."""
    with connect(stage_url) as connection:
        with pytest.raises(InsufficientPrivilege):
            connection.execute(f"UPDATE version SET {change}")  # noqa: S608  # literals of this test
        assert 3 == connection.execute("UPDATE version SET state = 'rejected'").rowcount


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE version SET state = 'published'", "ck_version_state"),
        ("INSERT INTO account VALUES ((SELECT id FROM person LIMIT 1), 'x', 'x', 'root')", "ck_account_role"),
        ("UPDATE upload SET offset_bytes = length_bytes + 1", "ck_upload_offset"),
        (EVENT + VALUES.replace("allow", "maybe"), "ck_event_res"),
    ],
)
def test_values_out_of_the_vocabulary_are_refused(stage_url: str, statement: str, constraint: str) -> None:
    """The database holds the closed vocabularies too."""
    with connect(stage_url) as connection, pytest.raises(psycopg.errors.CheckViolation, match=constraint):
        connection.execute(statement)


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    """An empty database has no revision; the first run brings the newest, the second finds it."""
    assert current(empty_url) is None
    assert (None, head()) == migrate(empty_url)
    facts = facts_of(empty_url)
    assert (head(), head()) == migrate(empty_url)
    assert (head(), facts) == (current(empty_url), facts_of(empty_url))


def test_a_quota_of_a_name_is_of_the_department_that_it_becomes(empty_url: str) -> None:
    """Whether somebody works there or only the quota names it; a person's stays."""
    _migrate_to(empty_url, "0005")
    person_id = "00000000-0000-4000-8000-000000000001"
    with connect(empty_url) as connection:
        connection.execute("INSERT INTO person (id, kind, pseudonym) VALUES (%s, 'employee', 'a')", (person_id,))
        account = "INSERT INTO account (person_id, login, password_hash, role, department) VALUES (%s, %s, %s, %s, %s)"
        connection.execute(account, (person_id, "li", "", "marketer", "华东"))
        for row in (("department", "华东", 1), ("department", "华南", 2), ("person", person_id, 3)):
            connection.execute("INSERT INTO upload_quota (scope, subject, size_max_bytes) VALUES (%s, %s, %s)", row)
    migrate(empty_url)
    with connect(empty_url) as connection:
        named = connection.execute(
            "SELECT coalesce(department.name, subject), size_max_bytes FROM upload_quota "
            "LEFT JOIN department ON department.id::text = subject ORDER BY size_max_bytes"
        ).fetchall()
        works = connection.execute("SELECT name FROM account JOIN department ON department.id = department_id")
        assert [("华东", 1), ("华南", 2), (person_id, 3)] == named
        assert [("华东",)] == works.fetchall()


def _migrate_to(url: str, revision: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()


def test_who_was_shut_out_before_the_upgrade_has_left(empty_url: str) -> None:
    """Then, and what they hold waits for somebody; who works there holds on."""
    _migrate_to(empty_url, "0005")
    here, gone = UUID(int=1), UUID(int=2)
    with connect(empty_url) as connection:
        for person, login, disabled in ((here, "here", None), (gone, "gone", SHUT_OUT)):
            connection.execute("INSERT INTO person (id, kind, pseudonym) VALUES (%s, 'employee', %s)", (person, login))
            connection.execute(
                "INSERT INTO account (person_id, login, password_hash, role, disabled_at)"
                " VALUES (%s, %s, '!', 'marketer', %s)",
                (person, login, disabled),
            )
            clinic_of = (UUID(int=person.int + 10), login, person)
            connection.execute("INSERT INTO clinic (id, name, owner_id) VALUES (%s, %s, %s)", clinic_of)
    migrate(empty_url)
    with connect(empty_url) as connection:
        left = connection.execute("SELECT person_id, left_at FROM account ORDER BY login").fetchall()
        waiting = connection.execute("SELECT clinic_id, person_id, since, done_at FROM handover").fetchall()
    assert [(gone, SHUT_OUT), (here, None)] == left
    assert [(UUID(int=12), gone, SHUT_OUT, None)] == waiting


@pytest.mark.parametrize("revision", ["0005", "0006", "0007", "0008"])
def test_an_upgrade_leaves_every_row_of_a_release_where_it_is(empty_url: str, revision: str) -> None:
    """Of every table of that release, filled with all the words that it allows; what comes anew fits them all."""
    _migrate_to(empty_url, revision)
    with connect(empty_url) as connection:
        before = fill(connection)
    migrate(empty_url)
    with connect(empty_url) as connection:
        after = counts(connection, before)
    assert [] == [table for table, count in before.items() if not 0 < count <= after[table]]
    assert GUARDS == set(triggers_of(empty_url))


def test_figures_go_on_where_the_release_before_was(empty_url: str) -> None:
    """Its own follower finds nothing more to read, and what says that figures lack something lets the log be pruned."""
    _migrate_to(empty_url, "0007")
    with connect(empty_url) as connection:
        connection.execute("DELETE FROM log_reader")
        connection.execute("INSERT INTO log_reader VALUES ('spreading', 500, now())")
    migrate(empty_url)
    with connect(empty_url) as connection:
        readers = dict(connection.execute("SELECT name, next_index FROM log_reader").fetchall())
    assert {"figures": 500, "spreading": 2**63 - 1, "figures-lacking": 2**63 - 1} == readers


def test_nodes_that_start_together_migrate_once(empty_url: str) -> None:
    """Four at the same moment: one does the work, the others wait for it and find it done."""
    with ThreadPoolExecutor(4) as nodes:
        results = list(nodes.map(migrate, [empty_url] * 4))
    assert {head()} == {now for _, now in results}
    assert [None] == [before for before, _ in results if before is None]
    assert GUARDS == set(triggers_of(empty_url))


async def test_transaction_is_all_or_nothing(database: Database) -> None:
    """What a block did stays when it ends, and is gone when it raises."""
    row = insert(clinic).values(id="00000000-0000-4000-8000-000000000001", name="瑞丽诊所")

    async def half() -> None:
        async with database.transaction() as tx:
            await tx.execute(row)
            raise KeyError

    with pytest.raises(KeyError):
        await half()
    async with database.transaction() as tx:
        assert [] == (await tx.execute(select(clinic))).all()
        await tx.execute(row)
    async with database.transaction() as tx:
        assert 1 == len((await tx.execute(select(clinic))).all())
    with pytest.raises(IntegrityError):
        async with database.transaction() as tx:
            await tx.execute(row)


async def test_times_are_utc(database: Database) -> None:
    """Whatever the server's own zone is, times come back aware and in UTC."""
    async with database.transaction() as tx:
        assert "UTC" == await tx.scalar(text("SHOW timezone"))
        moment = await tx.scalar(text("SELECT timestamptz '2026-11-23 09:30+08'"))
    assert datetime(2026, 11, 23, 1, 30, tzinfo=UTC) == moment
    assert moment.utcoffset().total_seconds() == 0


async def test_lost_connections_are_replaced(database: Database, database_url: str) -> None:
    """After PostgreSQL ended every connection of the pool, the next transaction has a new one."""
    async with database.transaction() as tx:
        lost = await tx.scalar(text("SELECT pg_backend_pid()"))
    with connect(database_url) as operator:
        operator.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])
    async with database.transaction() as tx:
        assert lost != await tx.scalar(text("SELECT pg_backend_pid()"))


async def test_driver_connections_are_kept_and_replaced(database: Database, database_url: str) -> None:
    """Past SQLAlchemy one connection serves many, each statement committed at once, until the server ends it."""
    pids = []
    for name in ("瑞丽诊所", "安美诊所"):
        async with database.driver() as driver:
            await driver.execute("INSERT INTO clinic (id, name) VALUES (gen_random_uuid(), %s)", [name])
            pids.append(driver.info.backend_pid)
    assert pids[0] == pids[1]
    with connect(database_url) as operator:
        assert [(2,)] == operator.execute("SELECT count(*) FROM clinic").fetchall()
        operator.execute("SELECT pg_terminate_backend(%s, 5000)", [pids[0]])
    async with database.driver() as driver:
        assert pids[0] != driver.info.backend_pid


async def test_a_refusal_says_nothing_against_a_driver_connection(database: Database) -> None:
    """Whoever is told no costs nobody a new connection; what was open in a transaction is rolled back before."""
    seen = []

    async def refuse(how: Callable[[], AbstractAsyncContextManager[Driver]]) -> None:
        async with how() as driver:
            seen.append(driver)
            await driver.execute("INSERT INTO clinic (id, name) VALUES (gen_random_uuid(), 'nobody')")
            raise LookupError

    for how in (database.driver_transaction, database.driver):
        with pytest.raises(LookupError):
            await refuse(how)
    async with database.driver() as driver:
        assert [driver, driver] == seen
        assert [(1,)] == await (await driver.execute("SELECT count(*) FROM clinic WHERE name = 'nobody'")).fetchall()


async def test_what_a_refused_block_had_locked_is_free_at_once(database: Database) -> None:
    """What it began by itself is rolled back, on the connection that the next one gets: no goodbye is waited for."""
    seen = []

    async def lock_and_refuse() -> None:
        async with database.driver() as driver:
            seen.append(driver)
            await driver.execute("BEGIN")
            await driver.execute("SELECT pg_advisory_xact_lock(7)")
            raise LookupError

    with pytest.raises(LookupError):
        await lock_and_refuse()
    async with database.driver() as driver, database.driver() as other:
        assert [driver] == seen
        assert [(True,)] == await (await other.execute("SELECT pg_try_advisory_lock(7)")).fetchall()


async def test_a_refusal_that_is_cancelled_costs_the_connection(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever leaves while it is rolled back can't know what PostgreSQL is still to be told of."""
    begun, seen = asyncio.Event(), []

    async def last_for_ever(_driver: Driver) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def refuse() -> None:
        async with database.driver() as driver:
            seen.append(driver)
            raise LookupError

    monkeypatch.setattr(psycopg.AsyncConnection, "rollback", last_for_ever)
    refusing = asyncio.create_task(refuse())
    await begun.wait()
    refusing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await refusing
    assert seen[0].closed


async def test_driver_connections_on_which_something_failed_are_closed(database: Database, database_url: str) -> None:
    """One that died says StoreUnavailable, our own fault stays one, and neither connection is used again."""
    seen = []

    async def cut_off() -> None:
        async with database.driver() as driver:
            seen.append(driver)
            with connect(database_url) as operator:
                operator.execute("SELECT pg_terminate_backend(%s, 5000)", [driver.info.backend_pid])
            await driver.execute("SELECT 1")

    async def ask_wrongly() -> None:
        async with database.driver() as driver:
            seen.append(driver)
            await driver.execute("TABLE nowhere")

    with pytest.raises(StoreUnavailable):
        await cut_off()
    with pytest.raises(psycopg.errors.UndefinedTable):
        await ask_wrongly()
    async with database.driver() as driver:
        assert driver not in seen
    assert all(each.closed for each in seen)


async def test_connection_lost_midway_is_said_so(database: Database, database_url: str) -> None:
    """A transaction whose connection dies raises StoreUnavailable, and nothing of it is kept."""

    async def cut_off() -> None:
        async with database.transaction() as tx:
            await tx.execute(insert(clinic).values(id="00000000-0000-4000-8000-000000000001", name="瑞丽诊所"))
            pid = await tx.scalar(text("SELECT pg_backend_pid()"))
            with connect(database_url) as operator:
                operator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            await tx.execute(text("SELECT 1"))

    with pytest.raises(StoreUnavailable):
        await cut_off()
    async with database.transaction() as tx:
        assert [] == (await tx.execute(select(clinic))).all()


async def test_unreachable_server_is_said_so(engines: Endpoints) -> None:
    """No server, no database of that name: StoreUnavailable either way, without the password in it."""
    nowhere = make_url("postgresql://sealshare:secret-word@127.0.0.1:1/none")
    for url in (nowhere, make_url(engines.database_url).set(database="missing")):
        absent = Database(url.render_as_string(hide_password=False))
        with pytest.raises(StoreUnavailable) as raised:
            await absent.ping()
        assert "secret-word" not in str(raised.value)
        with pytest.raises(StoreUnavailable):
            async with absent.driver():
                pass
        await absent.close()


async def test_waiting_for_a_lock_ends(database: Database, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """A row that somebody else holds is waited for so long and no longer."""
    impatient = pool.OPTIONS.replace(str(pool.LOCK_TIMEOUT_MS), "50")
    monkeypatch.setattr(pool, "OPTIONS", impatient)
    second = Database(database_url)
    async with database.transaction() as tx:
        await tx.execute(text("LOCK TABLE clinic IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreUnavailable, match="lock"):
            async with asyncio.timeout(5), second.transaction() as other:
                await other.execute(select(clinic))
    await second.close()


async def test_a_statement_that_takes_too_long_ends(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """The store is too busy, which may pass; nothing of the transaction is kept."""
    monkeypatch.setattr(pool, "OPTIONS", pool.OPTIONS.replace(str(pool.STATEMENT_TIMEOUT_MS), "50"))
    impatient = Database(database_url)
    with pytest.raises(StoreUnavailable, match="too long"):
        async with impatient.transaction() as tx:
            await tx.execute(text("SELECT pg_sleep(5)"))
    await impatient.close()


async def test_a_pool_that_is_used_up(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """Whoever finds no free connection in time is told to come back, not that something is broken."""
    for name, value in {"POOL_SIZE": 1, "POOL_TIMEOUT_S": 0.05}.items():
        monkeypatch.setattr(pool, name, value)
    small = Database(database_url)
    async with small.transaction():
        with pytest.raises(StoreUnavailable, match="in use"):
            await small.ping()
    await small.close()


async def test_driver_connections_that_are_used_up(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """The same past SQLAlchemy; once one is given back, whoever asks next has it."""
    monkeypatch.setattr("storage.direct.CONNECTIONS_MAX", 1)
    monkeypatch.setattr(pool, "POOL_TIMEOUT_S", 0.05)
    small = Database(database_url)
    async with small.driver():
        with pytest.raises(StoreUnavailable, match="in use"):
            async with asyncio.timeout(5), small.driver():
                pass
    async with small.driver() as driver:
        assert (1,) == await (await driver.execute("SELECT 1")).fetchone()
    await small.close()


async def test_a_server_that_is_gone_without_a_goodbye_is_noticed(engines: Endpoints, database_url: str) -> None:
    """The system asks after it on every connection of either kind, and gives it up within 20 seconds."""
    async with before_postgresql(database_url, engines.s3).opened() as gate:
        away = Database(through(gate, database_url))
        async with away.driver() as driver, away.statements() as statements:
            for each in (driver, await driver_of(statements)):
                idle_s, between_s, count, unanswered_ms = keepalives(each)
                assert 0 < idle_s + between_s * count <= 20
                assert 0 < unanswered_ms <= 20_000
        await away.close()


def keepalives(driver: Driver) -> list[int]:
    """Of a connection over TCP that has them; as tcp(7) has it."""
    with socket.socket(fileno=os.dup(driver.fileno())) as connection:
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        return [connection.getsockopt(socket.IPPROTO_TCP, each) for each in options]


async def test_a_value_that_is_missing_is_not_null(database: Database) -> None:
    """A prepared statement raises where it isn't given what it asks for; what it has of its own needs no value."""
    asked = Prepared(select(bindparam("said", type_=Text), literal("own", type_=Text)))
    async with database.driver() as driver:
        assert [("given", "own")] == await asked.all(driver, said="given")
        assert [(None, "own")] == await asked.all(driver, said=None)
        with pytest.raises(KeyError, match="said"):
            await asked.all(driver)


async def test_what_is_our_own_fault_stays_so(database: Database) -> None:
    """A statement that can never succeed is no store that is away."""
    with pytest.raises(ProgrammingError):
        async with database.transaction() as tx:
            await tx.execute(text("SELECT nothing FROM nowhere"))
