"""The embedded engines, really started, really killed."""

import asyncio
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from storage.engines import EmbeddedEngines, Endpoints
from storage.engines.folder import LOCK_NAME, lock_folder, unlock_folder
from storage.engines.ports import GRPC_OFFSET, LOOPBACK
from storage.errors import EngineBusy, EngineFailed, StorageError
from storage.objects import ObjectStore
from tests.engines import PREFIX, forget_the_killed

LIMIT_S = 10.0
WRITES_BEFORE_KILL = 40
# As outside of tests, whose profile forgets what was committed in the last 0.6 s before a kill.
DURABLY = "SET LOCAL synchronous_commit = on"
REFUSALS = 4  # by a start, while a session of the killed PostgreSQL still lives
OWNER = """
import sys, time
from pathlib import Path
from typing import Any
from storage.engines import EmbeddedEngines
EmbeddedEngines(Path(sys.argv[1]), profile="test").start()
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which engines have run once and were stopped in order, under a path too long for a socket."""
    folder = tmp_path_factory.mktemp("engines") / ("deep" * 20)
    with EmbeddedEngines(folder, profile="test") as endpoints:
        run_sql(endpoints, "CREATE TABLE kept (number int)", "INSERT INTO kept VALUES (1)")
    yield folder
    assert engines_of(folder) == []


def run_sql(endpoints: Endpoints, *statements: str) -> list[int]:
    """The first column of the last statement's rows."""
    engine = create_engine(endpoints.database_url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return [row[0] for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()


def engines_of(folder: Path) -> list[int]:
    """The pids of all processes that work on this folder."""
    found = psutil.process_iter(["cmdline", "status"])
    return [each.pid for each in found if str(folder) in str(each.info["cmdline"]) and each.pid != os.getpid()]


def engine_pid(data_dir: Path, engine: str) -> int:
    """The pid the engine's file names."""
    return int(json.loads((data_dir / engine / "engine.pid").read_text())["pid"])


async def test_what_was_acknowledged_survives_a_kill_in_mid_write(data_dir: Path) -> None:
    """Kill -9 of both engines in mid-write: every committed row and every acknowledged object is there afterwards."""
    engines = EmbeddedEngines(data_dir, profile="test")
    endpoints = engines.start()
    acknowledged: dict[str, str] = {}
    enough = asyncio.Event()

    async def write_for_ever(store: ObjectStore, writer: int) -> None:
        for number in range(1_000_000):
            body = os.urandom(200_000)
            await store.put(f"kill/{writer}-{number}", body, media_type="image/png")
            acknowledged[f"kill/{writer}-{number}"] = hashlib.sha256(body).hexdigest()
            if len(acknowledged) >= WRITES_BEFORE_KILL:
                enough.set()

    run_sql(endpoints, DURABLY, "INSERT INTO kept VALUES (7)")
    async with ObjectStore(endpoints.s3, sleep=lambda delay_s: asyncio.sleep(0)) as store:
        writers = [asyncio.create_task(write_for_ever(store, writer)) for writer in range(4)]
        await enough.wait()
        for engine in ("seaweedfs", "postgres"):
            os.kill(engine_pid(data_dir, engine), signal.SIGKILL)
        outcomes = await asyncio.gather(*writers, return_exceptions=True)
    engines.stop()
    assert all(isinstance(outcome, StorageError) for outcome in outcomes)

    with EmbeddedEngines(data_dir, profile="test") as again:
        assert run_sql(again, "SELECT number FROM kept WHERE number = 7") == [7]
        async with ObjectStore(again.s3) as store:
            for key, digest in acknowledged.items():
                assert hashlib.sha256(await store.read_all(key, limit_bytes=200_000)).hexdigest() == digest


def test_orphaned_sessions_get_their_time(data_dir: Path) -> None:
    """A killed PostgreSQL starts again as soon as the last of its sessions is gone, however long that one takes."""
    engines = EmbeddedEngines(data_dir, profile="test")
    endpoints = engines.start()
    session = create_engine(endpoints.database_url).connect()
    orphan = psutil.Process(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
    orphan.suspend()
    os.kill(engine_pid(data_dir, "postgres"), signal.SIGKILL)
    engines.stop()
    log = data_dir / "postgres" / "engine.log"
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(engines.start)
        while log.read_text().count("pre-existing shared memory block") < REFUSALS and not starting.done():
            time.sleep(0.05)
        orphan.resume()
        assert run_sql(starting.result(), "SELECT 1") == [1]
    engines.stop()
    session.invalidate()
    session.engine.dispose()


def test_a_killed_owner_leaves_nothing_that_stops_the_next(data_dir: Path) -> None:
    """Kill -9 of the engines' owner: while it lived nobody else got in, and the next start says what it found."""
    with subprocess.Popen([sys.executable, "-c", OWNER, str(data_dir)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        with pytest.raises(EngineBusy) as busy:
            EmbeddedEngines(data_dir, profile="test").start()
        owner.kill()
    assert busy.value.params["pid"] == owner.pid
    engines = EmbeddedEngines(data_dir, profile="test")
    with engines as endpoints:
        assert run_sql(endpoints, "SELECT number FROM kept WHERE number = 1") == [1]
    assert sorted(note.split("; ")[1] for note in engines.notes) == [
        "PostgreSQL recovers from its write-ahead log",
        "SeaweedFS checks its volumes",
    ]


async def test_local_users_without_keys_find_no_open_door(data_dir: Path) -> None:
    """Nothing answers but S3 with its key and SQL with its password; files are closed, command lines hold no secret."""
    with EmbeddedEngines(data_dir, profile="test") as endpoints:
        assert {address.ip for address in listening(data_dir)} == {LOOPBACK}
        ports = json.loads((data_dir / "seaweedfs" / "ports.json").read_text())
        await assert_http_is_closed(*ports)
        assert all(tls_is_demanded(port + GRPC_OFFSET) for port in ports)
        assert_sql_is_closed(endpoints)
        arguments = str([psutil.Process(pid).cmdline() for pid in engines_of(data_dir)])
    for secret in (endpoints.database_url.split(":")[2].split("@")[0], endpoints.s3.secret_key):
        assert secret not in arguments + repr(endpoints)
    assert open_to_others(data_dir) == []


def open_to_others(data_dir: Path) -> list[Path]:
    """What other users could read; below the folders that hold the keys, closed folders are enough."""
    folders = (data_dir, data_dir / "postgres", data_dir / "seaweedfs")
    files = [data_dir, *(file for folder in folders for file in folder.iterdir())]
    return [file for file in files if file.stat().st_mode & 0o077]


def listening(data_dir: Path) -> set[Any]:
    """Every address an engine accepts TCP connections on."""
    return {
        connection.laddr
        for engine in ("postgres", "seaweedfs")
        for connection in psutil.Process(engine_pid(data_dir, engine)).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }


async def assert_http_is_closed(master: int, volume: int, filer: int, s3: int) -> None:
    """What SeaweedFS lets everybody do when nobody tells it otherwise."""
    doors = (
        ("GET", master, "dir/assign"), ("GET", master, "col/delete?collection=sealshare"),
        ("GET", volume, "ui/index.html"), ("GET", filer, ""), ("GET", filer, "buckets/sealshare/"),
        ("PUT", filer, "buckets/sealshare/planted"), ("GET", s3, ""), ("GET", s3, "sealshare?list-type=2"),
    )  # fmt: skip
    async with aiohttp.ClientSession() as visitor:
        for method, port, path in doors:
            async with visitor.request(method, f"http://{LOOPBACK}:{port}/{path}") as answer:
                assert answer.status in (401, 403, 404), path


def assert_sql_is_closed(endpoints: Endpoints) -> None:
    """Neither a wrong password nor the superuser's name gets in."""
    scheme, address = endpoints.database_url.split("//")[0], endpoints.database_url.split("@")[1]
    for login in ("sealshare:wrong", "postgres:"):
        with pytest.raises(OperationalError, match=r"authentication failed|no pg_hba.conf entry|no password supplied"):
            run_sql(Endpoints(f"{scheme}//{login}@{address}", endpoints.s3), "SELECT 1")


def tls_is_demanded(port: int) -> bool:
    """Whether a gRPC port hangs up on HTTP/2 in the clear."""
    with socket.create_connection((LOOPBACK, port), timeout=LIMIT_S) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        answer = connection.recv(64)
    # Either hung up at once, or a TLS alert (record type 21).
    return not answer or answer[0] == 21


def test_a_failing_engine_takes_the_other_one_down(data_dir: Path) -> None:
    """When one can't start, the error quotes its log, neither is left running, and the folder is free again."""
    version = data_dir / "postgres" / "cluster" / "global" / "pg_control"
    control = version.read_bytes()
    version.write_bytes(b"damaged")
    try:
        with pytest.raises(EngineFailed) as failed:
            EmbeddedEngines(data_dir, profile="test").start()
    finally:
        version.write_bytes(control)
    assert failed.value.params["engine"] == "postgres"
    assert "pg_control" in str(failed.value.params["log"])
    assert engines_of(data_dir) == []


def test_what_killed_tests_left_is_removed(tmp_path: Path) -> None:
    """The engines' folder of a test process that is gone; not one that is in use or being made, nor anything else."""
    gone, used, made = (tmp_path / f"{PREFIX}{name}" / "data" for name in ("gone", "used", "made"))
    for each in (gone, used, made):
        each.mkdir(parents=True)
    unlock_folder(lock_folder(gone))
    (made / LOCK_NAME).touch()
    (tmp_path / "else").mkdir()
    held = lock_folder(used)
    try:
        forget_the_killed(tmp_path)
    finally:
        unlock_folder(held)
    assert {used.parent, made.parent, tmp_path / "else"} == set(tmp_path.iterdir())
