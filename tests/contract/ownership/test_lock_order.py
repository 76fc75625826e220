"""Whatever takes hold of clinics at the same moment: nobody waits in a ring, and each is done or told why not."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

from compliance import recruiting
from compliance.access import Job, Role
from compliance.errors import OwnershipChanged
from compliance.events import Trail
from compliance.ownership import merging, pool, transfers
from compliance.ownership.pool import Protection
from compliance.ownership.transfers import Request, Wished
from compliance.ownership.wishes import Wish
from fileserver.entering import inviting, workplaces
from fileserver.reaching import standing_clinic
from fileserver.services import Services
from storage.rows import verifications
from storage.rows.joining import lock_people
from storage.rows.verifications import VerificationRow
from tests.people import add_employee
from tests.recruits import GUEST, Invited, add_clinic, enter, guest, invite, marketers, prove

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


async def _verified(services: Services) -> UUID:
    """Somebody whose name is verified, and who works nowhere yet."""
    person_id, now = await guest(services), services.clock()
    row = VerificationRow(
        id=uuid4(),
        person_id=person_id,
        method="two-factor",
        provider="x",
        input_hash="x",
        state="verified",
        result="",
        strong_key=None,
        sealed=None,
        started_at=now,
        ended_at=now,
        valid_until=now + timedelta(days=365),
    )
    async with services.database.transaction() as tx:
        await verifications.add_verification(tx, row)
    return person_id


async def _make_one(services: Services, kept_id: UUID, merged_id: UUID, by: UUID) -> None:
    """A merge, undone at once, so that the next one has something to do."""
    wish = Wish(kind="clinic", kept_id=kept_id, merged_id=merged_id, by=by, reason="同一家")
    async with services.database.transaction() as tx:
        row = await merging.merge(tx, services.keys.master, MANAGER, wish, now=services.clock())
    async with services.database.transaction() as tx:
        await merging.unmerge(tx, services.keys.master, MANAGER, row.id, by=by, now=services.clock())


async def _bind(services: Services, person_id: UUID, clinic_id: UUID) -> None:
    async with services.database.transaction() as tx:
        await workplaces.bind(tx, services, GUEST, person_id, clinic_id, Job.DOCTOR, now=services.clock())


async def _come_in(services: Services, invited: Invited, person_id: UUID) -> None:
    async with services.database.transaction() as tx:
        await lock_people(tx, (person_id,))
        await recruiting.arrived(tx, GUEST, invited.token, person_id, services.clock())
        await inviting.credit(tx, services, person_id, services.clock())


async def test_a_merge_waits_in_no_ring_with_who_works_there(services: Services) -> None:
    """Clinics become one and two again while their people come in by invitations and say where they work."""
    manager, (one,) = await add_employee(services, Role.MANAGER), await marketers(services, "一")
    clinics = [await add_clinic(services) for _ in range(2)]
    guests = [await _verified(services) for _ in range(4)]
    for person_id in guests:
        await _bind(services, person_id, clinics[1])
    for _ in range(ROUNDS):
        invited = await invite(services, one.person_id, clinics[1])
        await asyncio.gather(
            _make_one(services, clinics[0], clinics[1], manager.person_id),
            *(_bind(services, each, clinic_id) for each, clinic_id in zip(guests[:2], clinics, strict=True)),
            *(_come_in(services, invited, each) for each in guests[2:]),
        )
