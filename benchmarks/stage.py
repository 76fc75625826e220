"""What the benchmarks run on: both embedded engines with their durable settings, a migrated database, open services."""

import base64
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from compliance.keys import MasterKey
from compliance.preparation import Preparer
from compliance.reading.ocr import Ocr
from fileserver.config import Config, MalwareScan
from fileserver.materials.scanning import scanner_of
from fileserver.services import Services, open_services
from storage.database import Database
from storage.engines import EmbeddedEngines, Endpoints
from storage.migrations import migrate
from storage.provision import init


@dataclass(frozen=True)
class Figure:
    """One measured number; `value` in `unit`. `passed` says whether it reaches the bar that its note tells, if any."""

    name: str
    value: float
    unit: str
    note: str = ""
    passed: bool | None = None


@asynccontextmanager
async def stage(folder: Path | None = None) -> AsyncIterator[Services]:
    """Services on fresh engines, which end with the block; with a folder, on the engines and the master key in it."""
    with _folder(folder) as home, EmbeddedEngines(home / "data") as endpoints:
        migrate(endpoints.database_url)
        init(endpoints.s3)
        async with open_services(_config(endpoints, _master_key(home))) as services:
            yield services


@asynccontextmanager
async def rows_of(folder: Path) -> AsyncIterator[tuple[Database, MasterKey]]:
    """Only the rows of a kept folder, on settings that wait for no disk, and no server that would look at the log."""
    with EmbeddedEngines(folder / "data", profile="test") as endpoints:
        migrate(endpoints.database_url)
        database = Database(endpoints.database_url)
        try:
            yield database, MasterKey(base64.b64decode(_master_key(folder)))
        finally:
            await database.close()


async def prepare(services: Services, version_id: str) -> None:
    """What a worker does with a new version, where none runs: it is scanned and prepared."""
    preparer = Preparer(services.database, services.objects, services.renderer, services.clock)
    version = UUID(version_id)
    await scanner_of(services).scan(version, lambda: preparer.prepare(version), lambda: preparer.keep_shut(version))


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """One for this run, unless somebody keeps one."""
    if kept is not None:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="sealshare-bench-") as folder:
        yield Path(folder)


def _master_key(home: Path) -> str:
    """The one that the folder's data is under."""
    place = home / "master.key"
    if not place.exists():
        place.touch(mode=0o600)
        place.write_text(base64.b64encode(secrets.token_bytes(32)).decode(), encoding="ascii")
    return place.read_text(encoding="ascii")


def _config(endpoints: Endpoints, master_key: str) -> Config:
    return Config(
        database_url=SecretStr(endpoints.database_url),
        s3_endpoint_url=endpoints.s3.endpoint_url,
        s3_access_key=SecretStr(endpoints.s3.access_key),
        s3_secret_key=SecretStr(endpoints.s3.secret_key),
        s3_bucket=endpoints.s3.bucket,
        master_key=SecretStr(master_key),
        public_url="http://127.0.0.1",
        malware_scan=MalwareScan.NOT_REQUIRED,
        ocr=Ocr.OFF,
    )
