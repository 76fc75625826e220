"""Clinics that pass on, at once, on a day, or out of the pool."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from compliance.access import Role
from compliance.errors import ClaimsUsedUp, OwnershipChanged, TransferOpen
from compliance.events import Trail
from compliance.messages import OnPages
from compliance.ownership import pool, transfers
from compliance.ownership.pool import Protection
from compliance.ownership.transfers import Request, Wished
from fileserver.services import Services
from storage.rows import ownership
from storage.rows import transfers as rows
from storage.schema import clinic_ownership
from tests.people import add_employee
from tests.recruits import add_clinic, invite, marketers
from tests.services import Clock

MANAGER = Trail(who="m", role="manager")
PROTECTION = Protection(days=90, claims_max=3)


async def _owner(services: Services, clinic_id: UUID) -> UUID | None:
    async with services.database.transaction() as tx:
        return (await ownership.open_of(tx, clinic_id)).person_id


async def _claim(services: Services, clinic_id: UUID, by: UUID) -> None:
    async with services.database.transaction() as tx:
        await pool.claim(tx, MANAGER, clinic_id, 1, by=by, protection=PROTECTION, now=services.clock())


async def test_one_of_many_claims_wins(services: Services) -> None:
    """Ten marketers claim one clinic at once: one has it, nine are told; and nobody claims more than the cap."""
    people = await marketers(services, *(f"市场{n}" for n in range(10)))
    clinic_id = await add_clinic(services)
    done = await asyncio.gather(
        *(_claim(services, clinic_id, each.person_id) for each in people), return_exceptions=True
    )
    assert [1, 9] == [done.count(None), sum(isinstance(each, OwnershipChanged) for each in done)]
    assert people[done.index(None)].person_id == await _owner(services, clinic_id)
    clinics = [await add_clinic(services) for _ in range(6)]
    greedy = people[done.index(None)].person_id
    more = await asyncio.gather(*(_claim(services, each, greedy) for each in clinics), return_exceptions=True)
    assert [2, 4] == [more.count(None), sum(isinstance(each, ClaimsUsedUp) for each in more)]


async def test_a_day_is_kept_and_can_be_overtaken(services: Services, clock: Clock) -> None:
    """Nothing passes before its day; on it one does, and one that another change overtook stays where it is."""
    manager = await add_employee(services, Role.MANAGER)
    (one, two), clinics = await marketers(services, "一", "二"), [await add_clinic(services) for _ in range(2)]
    wanted = Request(to_id=one.person_id, by=manager.person_id, reason="换区", effective_at=clock() + timedelta(days=3))
    async with services.database.transaction() as tx:
        await transfers.request(tx, MANAGER, [Wished(each, 1) for each in clinics], wanted, now=clock())
    with pytest.raises(TransferOpen):
        async with services.database.transaction() as tx:
            await transfers.request(tx, MANAGER, [Wished(clinics[0], 1)], wanted, now=clock())
    await _claim(services, clinics[1], two.person_id)
    for days, passed, expected in ((2, 0, [None, two.person_id]), (2, 1, [one.person_id, two.person_id])):
        clock.advance(days=days)
        async with services.database.transaction() as tx:
            assert passed == len(await transfers.apply_due(tx, clock()))  # its taker is told of these
        assert expected == [await _owner(services, each) for each in clinics]
    async with services.database.transaction() as tx:
        assert ["done", "overtaken"] == sorted(row.state for row in await rows.list_transfers(tx))


async def test_what_nobody_looks_after_goes_back(services: Services, clock: Clock) -> None:
    """A clinic without activity for the time of protection is in the pool again; an invitation keeps another one."""
    (one,), clinics = await marketers(services, "一"), [await add_clinic(services) for _ in range(2)]
    for each in clinics:
        await _claim(services, each, one.person_id)
    clock.advance(days=60)
    await invite(services, one.person_id, clinics[1])
    clock.advance(days=40)
    async with services.database.transaction() as tx:
        assert 1 == await pool.return_inactive(tx, OnPages(), PROTECTION, clock())
        assert 0 == await pool.return_inactive(tx, OnPages(), PROTECTION, clock())
    assert [None, one.person_id] == [await _owner(services, each) for each in clinics]


async def test_what_waits_for_another_owner_is_not_put_into_the_pool(services: Services, clock: Clock) -> None:
    """Whose owner has left is passed on from the handover list, however long that takes."""
    (one,) = await marketers(services, "一")
    clinic_id = await add_clinic(services, owner_id=one.person_id)
    async with services.database.transaction() as tx:
        await rows.add_handover(tx, clinic_id, one.person_id, clock())
        clock.advance(days=91)
        assert 0 == await pool.return_inactive(tx, OnPages(), PROTECTION, clock())
    assert one.person_id == await _owner(services, clinic_id)


async def test_what_an_owner_had_from_the_beginning_goes_back_too(services: Services, clock: Clock) -> None:
    """A clinic that began with its owner is no exception; of an earlier release's the time counts from the upgrade."""
    (one,) = await marketers(services, "一")
    clinics = [await add_clinic(services, owner_id=one.person_id) for _ in range(2)]
    clock.advance(days=91)
    async with services.database.transaction() as tx:
        upgraded = update(clinic_ownership).where(clinic_ownership.c.clinic_id == clinics[1])
        await tx.execute(upgraded.values(counted_from=clock() - timedelta(days=1)))
        assert 1 == await pool.return_inactive(tx, OnPages(), PROTECTION, clock())
    assert [None, one.person_id] == [await _owner(services, each) for each in clinics]
    clock.advance(days=90)
    async with services.database.transaction() as tx:
        assert 1 == await pool.return_inactive(tx, OnPages(), PROTECTION, clock())
