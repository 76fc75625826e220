"""Two clinics or persons made one, and one made two again: every row as it was."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from compliance import holds
from compliance.access import Role
from compliance.erasure import erase
from compliance.errors import LegalHold, MergeRefused, NotFound
from compliance.events import Trail
from compliance.holds import HoldKind, NewHold
from compliance.ownership import merging
from compliance.ownership.merging import Wish
from compliance.profiles import profiles_of
from compliance.sessions import SessionLimits, start
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import viewers
from storage.rows.aliases import clinic_behind, person_behind
from storage.schema import clinic, clinic_contact, identity, invitation, invitation_use, merge, person, session, viewer
from tests.people import add_employee
from tests.recruits import add_clinic, enter, guest, invite, marketers, prove
from tests.services import Clock

TABLES = (clinic, person, viewer, identity, invitation, invitation_use, clinic_contact)
MANAGER = Trail(who="m", role="manager")
HOUR_S = 3600
ROUNDS = 12
CODES = ("91110000802100433B", "9111000071093123XX")


async def _rows(tx: Transaction) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: sorted((tuple(row) for row in await tx.execute(select(*table.c))), key=repr) for table in TABLES
    }


async def test_merging_and_undoing_changes_nothing(services: Services, clock: Clock) -> None:
    """Whatever hangs on two clinics and two persons: merged twice is merged once, and undone every row is as before."""
    manager = await add_employee(services, Role.MANAGER)
    owners = await marketers(services, "一")
    for seed in range(ROUNDS):
        dice = random.Random(seed)
        clinics = [await add_clinic(services) for _ in range(2)]
        people = [await guest(services) for _ in range(4)]
        for person_id in people:
            if dice.random() < 0.8:
                at = dice.choice(clinics)
                invited = await invite(services, dice.choice(owners).person_id, at)
                await enter(services, invited, person_id)
                if dice.random() < 0.8:
                    await prove(services, at, person_id)
        async with services.database.transaction() as tx:
            for person_id in people:
                await viewers.add_identity(tx, person_id, provider="wechat", app="a", subject=uuid4().hex)
            if code := dice.choice([None, *CODES]):
                await tx.execute(update(clinic).values(credit_code=None))
                await tx.execute(update(clinic).where(clinic.c.id == dice.choice(clinics)).values(credit_code=code))
        clock.advance(hours=1)
        async with services.database.transaction() as tx:
            before = await _rows(tx)
            done = []
            for kind, (kept, merged) in (("clinic", clinics), ("person", people[:2])):
                wish = Wish(kind=kind, kept_id=kept, merged_id=merged, by=manager.person_id, reason="重复")
                done.append(await merging.merge(tx, MANAGER, wish, now=clock()))
                assert done[-1] == await merging.merge(tx, MANAGER, wish, now=clock())
            assert (clinics[0], people[0]) == (await clinic_behind(tx, clinics[1]), await person_behind(tx, people[1]))
            assert before != await _rows(tx)
            for each in done:
                await merging.unmerge(tx, MANAGER, each.id, by=manager.person_id, now=clock())
            assert before == await _rows(tx)


async def test_what_came_since_stays_with_the_one_kept(services: Services, clock: Clock) -> None:
    """Somebody who joins between a merge and its undoing stays where they joined."""
    manager = await add_employee(services, Role.MANAGER)
    kept, merged = await add_clinic(services), await add_clinic(services)
    before, since = await guest(services), await guest(services)
    await prove(services, merged, before)
    async with services.database.transaction() as tx:
        wish = Wish(kind="clinic", kept_id=kept, merged_id=merged, by=manager.person_id)
        done = await merging.merge(tx, MANAGER, wish, now=clock())
    await prove(services, kept, since)
    async with services.database.transaction() as tx:
        await merging.unmerge(tx, MANAGER, done.id, by=manager.person_id, now=clock())
        where: dict[UUID, UUID] = {
            row.person_id: row.clinic_id for row in await tx.execute(select(viewer.c.person_id, viewer.c.clinic_id))
        }
    assert {before: merged, since: kept} == where


async def test_verified_contradictions_are_refused(services: Services, clock: Clock) -> None:
    """Two clinics of different codes, and two persons of different strong keys, are never made one."""
    clinics = [await add_clinic(services) for _ in CODES]
    people = [await guest(services) for _ in CODES]
    async with services.database.transaction() as tx:
        for clinic_id, person_id, code in zip(clinics, people, CODES, strict=True):
            await tx.execute(update(clinic).where(clinic.c.id == clinic_id).values(credit_code=code))
            await tx.execute(update(person).where(person.c.id == person_id).values(strong_key=code))
    for kind, (kept, merged) in (("clinic", clinics), ("person", people)):
        with pytest.raises(MergeRefused, match="verified-differs"):
            async with services.database.transaction() as tx:
                await merging.merge(tx, MANAGER, Wish(kind=kind, kept_id=kept, merged_id=merged), now=clock())


async def test_clinics_of_two_owners_are_not_merged(services: Services, clock: Clock) -> None:
    """A merge takes no clinic away from anybody: with two owners it is refused, and both keep theirs."""
    owners, clinics = await marketers(services, "一", "二"), [await add_clinic(services) for _ in range(2)]
    async with services.database.transaction() as tx:
        for owner, clinic_id in zip(owners, clinics, strict=True):
            await tx.execute(update(clinic).where(clinic.c.id == clinic_id).values(owner_id=owner.person_id))
    with pytest.raises(MergeRefused, match="owners-differ"):
        async with services.database.transaction() as tx:
            await merging.merge(tx, MANAGER, Wish(kind="clinic", kept_id=clinics[0], merged_id=clinics[1]), now=clock())


async def test_an_older_merge_waits_for_the_newer(services: Services, clock: Clock) -> None:
    """Merges are undone in the order opposite to that of making, so that each finds its rows."""
    manager = await add_employee(services, Role.MANAGER)
    one, two, three = [await add_clinic(services) for _ in range(3)]
    async with services.database.transaction() as tx:
        first = await merging.merge(
            tx, MANAGER, Wish(kind="clinic", kept_id=two, merged_id=three, by=manager.person_id), now=clock()
        )
        clock.advance(minutes=1)
        second = await merging.merge(
            tx, MANAGER, Wish(kind="clinic", kept_id=one, merged_id=two, by=manager.person_id), now=clock()
        )
        assert one == await clinic_behind(tx, three)
        with pytest.raises(MergeRefused, match="newer-merge"):
            await merging.unmerge(tx, MANAGER, first.id, by=manager.person_id, now=clock())
        for each in (second, first):
            await merging.unmerge(tx, MANAGER, each.id, by=manager.person_id, now=clock())
        assert three == await clinic_behind(tx, three)


async def test_erasing_erases_the_other_name_too(services: Services, clock: Clock) -> None:
    """Who was taken for two is forgotten under both ids: neither profile can be read afterwards."""
    manager = await add_employee(services, Role.MANAGER)
    kept, merged = await guest(services, "李娜", "+8613800138001"), await guest(services, "李娜", "+8613800138002")
    async with services.database.transaction() as tx:
        wish = Wish(kind="person", kept_id=kept, merged_id=merged, by=manager.person_id)
        await merging.merge(tx, MANAGER, wish, now=clock())
        await erase(tx, services.keys.master, MANAGER, kept, reason="x", now=clock())
        profiles = await profiles_of(tx, services.keys.master, person_ids=[kept, merged])
        (undo,) = await tx.scalars(select(merge.c.undo))
    assert {""} == {profiles[each].name for each in (kept, merged)}
    assert {"rows"} == set(undo)


async def test_an_erased_person_is_not_brought_back(services: Services, clock: Clock) -> None:
    """Undoing a merge of somebody who was erased since is refused, and a preview of the two finds nobody."""
    wish = await _two_people(services)
    async with services.database.transaction() as tx:
        done = await merging.merge(tx, MANAGER, wish, now=clock())
        await erase(tx, services.keys.master, MANAGER, wish.kept_id, reason="x", now=clock())
        with pytest.raises(NotFound):
            await merging.unmerge(tx, MANAGER, done.id, by=wish.by, now=clock())
        with pytest.raises(NotFound):
            await merging.preview(tx, wish)


async def test_a_hold_keeps_two_as_they_are(services: Services, clock: Clock) -> None:
    """A preview says that one of them is held; undoing what was merged before the hold is refused."""
    wish = await _two_people(services)
    new = NewHold(kind=HoldKind.PERSON, subject=wish.kept_id, reason="x")
    async with services.database.transaction() as tx:
        done = await merging.merge(tx, MANAGER, wish, now=clock())
        await holds.place(tx, MANAGER, new, by=wish.by, now=clock())
        assert "held" == (await merging.preview(tx, wish)).refusal
        with pytest.raises(LegalHold):
            await merging.unmerge(tx, MANAGER, done.id, by=wish.by, now=clock())


async def test_undoing_signs_out_and_keeps_what_was_proved_since(services: Services, clock: Clock) -> None:
    """Sessions of the one kept may be the other's, so they end; a key that came after the merge is not taken back."""
    wish = await _two_people(services)
    async with services.database.transaction() as tx:
        await tx.execute(update(person).where(person.c.id == wish.merged_id).values(strong_key="first"))
        done = await merging.merge(tx, MANAGER, wish, now=clock())
        await tx.execute(update(person).where(person.c.id == wish.kept_id).values(strong_key="since"))
        limits = SessionLimits(idle_s=HOUR_S, absolute_s=HOUR_S)
        await start(tx, wish.kept_id, limits=limits, now=clock())
        await merging.unmerge(tx, MANAGER, done.id, by=wish.by, now=clock())
        keys = {row.id: row.strong_key for row in await tx.execute(select(person.c.id, person.c.strong_key))}
        mine = session.c.person_id == wish.kept_id
        assert 0 == await tx.scalar(select(func.count()).where(mine, session.c.ended_at.is_(None)))
        assert 1 == await tx.scalar(select(func.count()).where(mine))
    assert ("since", "first") == (keys[wish.kept_id], keys[wish.merged_id])


async def _two_people(services: Services) -> Wish:
    manager = await add_employee(services, Role.MANAGER)
    kept, merged = await guest(services), await guest(services)
    return Wish(kind="person", kept_id=kept, merged_id=merged, by=manager.person_id)
