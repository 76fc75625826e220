"""Both embedded engines as one thing with a start and a stop.

Promises: both start side by side in a private data folder that one process at a time may use; both end with this
process, even when it is killed; what a killed predecessor left is ended and recovered, and `notes` says so. Leaves to
others the schema (`storage.database`) and everything in the bucket but its existence.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from storage.engines.account import engine_account, give
from storage.engines.folder import LOCK_NAME, lock_folder, prepare_folder, unlock_folder
from storage.engines.postgres import Postgres, binaries
from storage.engines.seaweedfs import SeaweedFS, binary
from storage.errors import EngineFailed
from storage.settings import S3Settings

logger = logging.getLogger(__name__)

# "test" trades safety in a power cut for speed and lets the role create databases.
Profile = Literal["default", "test"]


@dataclass(frozen=True)
class Endpoints:
    """Where the engines answer. `database_url` is for SQLAlchemy with psycopg 3 and holds the password."""

    database_url: str
    s3: S3Settings

    def __repr__(self) -> str:
        """Without the password."""
        return f"Endpoints(database_url='…', s3={self.s3!r})"


class EmbeddedEngines:
    """PostgreSQL and SeaweedFS in one data folder. Use as a context manager, or `start` and `stop`."""

    def __init__(self, data_dir: Path, *, profile: Profile = "default") -> None:
        self.data_dir, self.profile = data_dir.absolute(), profile
        self.notes: list[str] = []
        self._lock: int | None = None
        self._engines: tuple[Postgres, SeaweedFS] | None = None

    def start(self) -> Endpoints:
        """Blocks until both answer. EngineBusy when another process has the folder, EngineFailed with the log's end."""
        prepare_folder(self.data_dir)
        self._lock = lock_folder(self.data_dir)
        try:
            return self._start_both()
        except OSError as error:
            self.stop()
            raise EngineFailed(engine="all", reason=str(error), log=()) from error
        except BaseException:
            self.stop()
            raise

    def check(self) -> None:
        """EngineFailed when one has ended since both were started; nothing starts it again."""
        for engine in self._engines or ():
            if engine.child is not None:
                engine.child.check()

    def stop(self) -> None:
        """Ends both and lets go of the folder. Safe to call twice."""
        if self._engines is not None:
            with ThreadPoolExecutor(2) as pool:
                for stopped in [pool.submit(engine.stop) for engine in self._engines]:
                    stopped.result()
            self._engines = None
        if self._lock is not None:
            unlock_folder(self._lock)
            self._lock = None

    def __enter__(self) -> Endpoints:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_both(self) -> Endpoints:
        account = engine_account(self.data_dir, binaries(), binary())
        for path in (self.data_dir, self.data_dir / LOCK_NAME):
            give(path, account)
        postgres = Postgres(self.data_dir / "postgres", account, profile=self.profile)
        seaweedfs = SeaweedFS(self.data_dir / "seaweedfs", account)
        self._engines = (postgres, seaweedfs)
        with ThreadPoolExecutor(2) as pool:
            database, s3 = pool.submit(postgres.start, self._note), pool.submit(seaweedfs.start, self._note)
            return Endpoints(database.result(), s3.result())

    def _note(self, text: str) -> None:
        logger.warning("%s", text)
        self.notes.append(text)
