"""The followers of the log in a worker: they make it searchable, look for what stands out, and count what spreads.

They go on where they or another worker left off; a search in the meantime reads the newest events as they are.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from compliance.beacons import tell_all
from compliance.spreading.alarms import alarm_all
from compliance.spreading.following import spread_all
from compliance.trail.anomalies import Bars
from compliance.trail.indexing import index_all
from compliance.trail.watching import watch_all
from fileserver.config import Config
from fileserver.services import Services
from storage.errors import StorageError

PAUSE_S = 1.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def following(services: Services) -> AsyncIterator[None]:
    """Follows the log as long as the block lasts."""
    task = asyncio.create_task(_follow_forever(services))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def follow(services: Services) -> int:
    """Takes in, looks at and counts everything that is in the tree; how many leaves are new to the index."""
    now = services.clock()
    await tell_all(services.database, now)
    done = await index_all(services.database, now)
    await watch_all(services.database, bars_of(services.config), now)
    await spread_all(services.database, now, zone=ZoneInfo(services.config.time_zone))
    await alarm_all(services.database, services.messages, now)
    return done


def bars_of(config: Config) -> Bars:
    """From where on something stands out, as configured."""
    return Bars(
        copies=config.anomaly_copies,
        copies_within=timedelta(seconds=config.anomaly_copies_within_s),
        materials=config.anomaly_materials,
        materials_within=timedelta(seconds=config.anomaly_materials_within_s),
        denials=config.anomaly_denials,
        night_from_hour=config.night_from_hour,
        night_to_hour=config.night_to_hour,
        night_downloads=config.anomaly_night_downloads,
        zone=ZoneInfo(config.time_zone),
        taken_bytes=config.anomaly_taken_bytes,
        log_exports=config.anomaly_log_exports,
    )


async def _follow_forever(services: Services) -> None:
    while True:
        try:
            await follow(services)
        except StorageError as error:  # the next round goes on where this one broke off
            log.warning("log not followed", error=error.slug)
        except Exception:  # whatever it was, the events are safe and the next round tries again
            log.exception("following the log broke off")
        await asyncio.sleep(PAUSE_S)
