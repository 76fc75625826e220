"""Whatever takes hold of clinics at the same moment: nobody waits in a ring, and each is done or told why not."""

import asyncio
from uuid import UUID

from compliance.access import Role
from compliance.errors import OwnershipChanged
from compliance.events import Trail
from compliance.ownership import pool, transfers
from compliance.ownership.pool import Protection
from compliance.ownership.transfers import Request, Wished
from fileserver.reaching import standing_clinic
from fileserver.services import Services
from tests.people import add_employee
from tests.recruits import add_clinic, enter, guest, invite, marketers, prove

MANAGER = Trail(who="m", role="manager")
ROUNDS = 10


async def _pass_on(services: Services, clinics: list[UUID], to_id: UUID, by: UUID) -> None:
    async with services.database.transaction() as tx:
        wanted = Request(to_id=to_id, by=by, reason="换区")
        await transfers.request(tx, MANAGER, [Wished(each, 1) for each in clinics], wanted, now=services.clock())


async def _claim(services: Services, clinic_id: UUID, by: UUID) -> None:
    async with services.database.transaction() as tx:
        await standing_clinic(tx, clinic_id, lock=True)
        protection = Protection(days=90, claims_max=100)
        await pool.claim(tx, MANAGER, clinic_id, 1, by=by, protection=protection, now=services.clock())


async def test_no_two_changes_wait_for_each_other(services: Services) -> None:
    """A transfer, a claim and two guests who prove themselves, about the same clinics and marketers, come to an end."""
    manager = await add_employee(services, Role.MANAGER)
    one, two = [each.person_id for each in await marketers(services, "一", "二")]
    for _ in range(ROUNDS):
        clinics = [await add_clinic(services) for _ in range(2)]
        guests = [await guest(services) for _ in clinics]
        for clinic_id, person_id, by in zip(clinics, guests, (one, two), strict=True):
            await enter(services, await invite(services, by, clinic_id), person_id)
        done = await asyncio.gather(
            _pass_on(services, clinics, one, manager.person_id),
            _pass_on(services, list(reversed(clinics)), two, manager.person_id),
            _claim(services, clinics[0], one),
            *(prove(services, clinic_id, each) for clinic_id, each in zip(clinics, guests, strict=True)),
            return_exceptions=True,
        )
        assert all(each is None or isinstance(each, OwnershipChanged) for each in done), done
