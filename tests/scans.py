"""Scans for tests: of a version that was scanned before, by the worker's own steps or by one alone."""

from uuid import UUID

from compliance.scanning import Scanner, Step, ask_for_scan
from fileserver.services import Services
from storage.rows import versions


async def ask_again(services: Services, version_id: UUID) -> None:
    """A new scan waits for a worker."""
    async with services.database.transaction() as tx:
        version = await versions.version_by_id(tx, version_id)
        assert version is not None
        await ask_for_scan(tx, services.jobs, version, services.clock())


async def scan_with(services: Services, version_id: UUID, step: Step) -> None:
    """A new scan of a version that is prepared, in which this step alone looks at the pages."""
    await ask_again(services, version_id)
    scanner = Scanner(services.database, services.clock, of_file=(), of_pages=(step,))
    await scanner.scan(version_id, _nothing, _nothing)


async def _nothing() -> None:
    """It is prepared already."""
