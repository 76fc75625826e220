"""What a worker does about visits: once an hour it forgets what nobody needs any more."""

from compliance.beacons import forget_told
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import forward_pool

TIDY, TIDY_CRON = "viewing.tidy", "17 * * * *"


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run it."""

    async def tidying() -> None:
        await tidy(services)

    jobs.register_periodic(TIDY, TIDY_CRON, tidying)


async def tidy(services: Services) -> None:
    """Reading that the log was told of, of visits that are long over; links made ahead that nobody used in time."""
    await forget_told(services.database, services.clock())
    async with services.database.transaction() as tx:
        await forward_pool.forget(tx, services.clock())
