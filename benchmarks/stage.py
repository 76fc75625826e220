"""What the benchmarks run on: both embedded engines with their durable settings, a migrated database, open services."""

import base64
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from compliance.preparation import Preparer
from compliance.reading.ocr import Ocr
from fileserver.config import Config, MalwareScan
from fileserver.materials.scanning import scanner_of
from fileserver.services import Services, open_services
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
async def stage() -> AsyncIterator[Services]:
    """Services on fresh engines, which end with the block."""
    with tempfile.TemporaryDirectory(prefix="sealshare-bench-") as folder, _engines(folder) as endpoints:
        migrate(endpoints.database_url)
        init(endpoints.s3)
        async with open_services(_config(endpoints)) as services:
            yield services


async def prepare(services: Services, version_id: str) -> None:
    """What a worker does with a new version, where none runs: it is scanned and prepared."""
    preparer = Preparer(services.database, services.objects, services.renderer, services.clock)
    version = UUID(version_id)
    await scanner_of(services).scan(version, lambda: preparer.prepare(version), lambda: preparer.keep_shut(version))


def _engines(folder: str) -> EmbeddedEngines:
    return EmbeddedEngines(Path(folder) / "data")


def _config(endpoints: Endpoints) -> Config:
    return Config(
        database_url=SecretStr(endpoints.database_url),
        s3_endpoint_url=endpoints.s3.endpoint_url,
        s3_access_key=SecretStr(endpoints.s3.access_key),
        s3_secret_key=SecretStr(endpoints.s3.secret_key),
        s3_bucket=endpoints.s3.bucket,
        master_key=SecretStr(base64.b64encode(secrets.token_bytes(32)).decode()),
        public_url="http://127.0.0.1",
        malware_scan=MalwareScan.NOT_REQUIRED,
        ocr=Ocr.OFF,
    )
