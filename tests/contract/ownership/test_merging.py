"""Two clinics or persons made one, and one made two again: every row as it was."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from compliance import consents, holds
from compliance.access import Role
from compliance.consents import VERSIONS, Agreement, Purpose
from compliance.erasure import erase
from compliance.errors import LegalHold, MergeRefused, NotFound
from compliance.events import Trail
from compliance.holds import HoldKind, NewHold
from compliance.ownership import merging
from compliance.ownership.wishes import Wish
from compliance.profiles import Profile, profiles_of, replace_profile
from compliance.sessions import SessionLimits, start
from compliance.subject import gather
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinic_requests, recruiting, transfers, verifications, viewers
from storage.rows.aliases import aliases_of, clinic_behind, person_behind
from storage.rows.clinic_requests import RequestRow
from storage.rows.merging import MergeRow
from storage.rows.verifications import VerificationRow
from storage.schema import (
    account,
    clinic,
    clinic_contact,
    clinic_request,
    consent,
    identity,
    invitation,
    invitation_use,
    merge,
    person,
    session,
    verification,
    viewer,
)
from tests.people import add_employee
from tests.recruits import add_clinic, enter, guest, invite, marketers, prove
from tests.services import Clock

TABLES = (
    clinic,
    clinic_contact,
    clinic_request,
    consent,
    identity,
    invitation,
    invitation_use,
    person,
    verification,
    viewer,
)
MANAGER = Trail(who="m", role="manager")
HOUR_S = 3600
ROUNDS = 12
PEOPLE = (("李娜", "+8613800138001"), ("李慕青", "+8613800138002"), ("王芳", "+8613800138003"))
CODES = ("91110000802100433B", "9111000071093123XX")


async def _merge(services: Services, tx: Transaction, wish: Wish) -> MergeRow:
    return await merging.merge(tx, services.keys.master, MANAGER, wish, now=services.clock())


async def _unmerge(services: Services, tx: Transaction, merge_id: UUID, by: UUID | None = None) -> None:
    await merging.unmerge(tx, services.keys.master, MANAGER, merge_id, by=by, now=services.clock())


async def _rows(services: Services, tx: Transaction) -> dict[str, list[Any]]:
    """Every row of TABLES, and everybody's profile."""
    found = {
        table.name: sorted((tuple(row) for row in await tx.execute(select(*table.c))), key=repr) for table in TABLES
    }
    profiles = await profiles_of(tx, services.keys.master)
    return {**found, "profile": sorted(profiles.items())}


async def _live(services: Services, tx: Transaction, dice: random.Random, person_id: UUID) -> None:
    """What somebody may have done: identities, consents, questions about their name, a request for a clinic."""
    now = services.clock()
    await viewers.add_identity(tx, person_id, provider="wechat", app="a", subject=uuid4().hex)
    for purpose in Purpose:
        said = Agreement(purpose=purpose, version=VERSIONS[purpose], language="zh-CN", text_sha256="ab" * 32)
        if dice.random() < 0.5:
            await consents.give(tx, MANAGER, person_id, said, now=now)
    for number in range(3):
        row = VerificationRow(
            id=uuid4(),
            person_id=person_id,
            method="two-factor",
            provider="x",
            input_hash=f"{number}",
            state=dice.choice(("mismatch", "started", "later")),
            result="",
            strong_key=None,
            sealed=dice.choice((None, b"x")),
            started_at=now,
            ended_at=None,
            valid_until=None,
        )
        if dice.random() < 0.5:
            await verifications.add_verification(tx, row)
    if dice.random() < 0.5:
        waiting = RequestRow(
            id=uuid4(), person_id=person_id, name="x", job="doctor", state="pending", requested_at=now, for_id=None
        )
        await clinic_requests.put_request(tx, waiting)
    phone = dice.choice(("", f"+86138{dice.randrange(10**8):08}"))
    await replace_profile(tx, services.keys.master, person_id, Profile(dice.choice(("", "李娜", "李慕青")), phone))
    if dice.random() < 0.3:
        await tx.execute(update(person).where(person.c.id == person_id).values(strong_key=uuid4().hex))


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
                await _live(services, tx, dice, person_id)
            await tx.execute(update(person).where(person.c.id == dice.choice(people[:2])).values(strong_key=None))
            if code := dice.choice([None, *CODES]):
                await tx.execute(update(clinic).values(credit_code=None))
                await tx.execute(update(clinic).where(clinic.c.id == dice.choice(clinics)).values(credit_code=code))
        clock.advance(hours=1)
        async with services.database.transaction() as tx:
            before = await _rows(services, tx)
            done = []
            for kind, (kept, merged) in (("clinic", clinics), ("person", people[:2])):
                wish = Wish(kind=kind, kept_id=kept, merged_id=merged, by=manager.person_id, reason="重复")
                done.append(await _merge(services, tx, wish))
                assert done[-1] == await _merge(services, tx, wish)
            assert (clinics[0], people[0]) == (await clinic_behind(tx, clinics[1]), await person_behind(tx, people[1]))
            assert before != await _rows(services, tx)
            for each in done:
                await _unmerge(services, tx, each.id, manager.person_id)
            assert before == await _rows(services, tx)


async def test_a_clinic_merged_away_waits_for_no_owner(services: Services, clock: Clock) -> None:
    """Nobody can pass it on, so it is off the handover list; made two again it waits as before."""
    manager = await add_employee(services, Role.MANAGER)
    (leaver,) = await marketers(services, "一")
    kept, merged = await add_clinic(services), await add_clinic(services, owner_id=leaver.person_id)
    async with services.database.transaction() as tx:
        await tx.execute(update(account).where(account.c.person_id == leaver.person_id).values(left_at=clock()))
        await transfers.add_handovers_of(tx, leaver.person_id, clock())
        wish = Wish(kind="clinic", kept_id=kept, merged_id=merged, by=manager.person_id, reason="重复")
        done = await _merge(services, tx, wish)
        assert [] == await transfers.handovers(tx)
        await _unmerge(services, tx, done.id, manager.person_id)
        assert [(merged, leaver.person_id)] == [
            (each.clinic_id, each.person_id) for each in await transfers.handovers(tx)
        ]


async def test_what_came_since_stays_with_the_one_kept(services: Services, clock: Clock) -> None:
    """Somebody who joins between a merge and its undoing stays where they joined."""
    manager = await add_employee(services, Role.MANAGER)
    kept, merged = await add_clinic(services), await add_clinic(services)
    before, since = await guest(services), await guest(services)
    await prove(services, merged, before)
    async with services.database.transaction() as tx:
        wish = Wish(kind="clinic", kept_id=kept, merged_id=merged, by=manager.person_id)
        done = await _merge(services, tx, wish)
    await prove(services, kept, since)
    async with services.database.transaction() as tx:
        await _unmerge(services, tx, done.id, manager.person_id)
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
                await _merge(services, tx, Wish(kind=kind, kept_id=kept, merged_id=merged))


async def test_clinics_of_two_owners_are_not_merged(services: Services, clock: Clock) -> None:
    """A merge takes no clinic away from anybody: with two owners it is refused, and both keep theirs."""
    owners, clinics = await marketers(services, "一", "二"), [await add_clinic(services) for _ in range(2)]
    async with services.database.transaction() as tx:
        for owner, clinic_id in zip(owners, clinics, strict=True):
            await tx.execute(update(clinic).where(clinic.c.id == clinic_id).values(owner_id=owner.person_id))
    with pytest.raises(MergeRefused, match="owners-differ"):
        async with services.database.transaction() as tx:
            await merging.merge(
                tx,
                services.keys.master,
                MANAGER,
                Wish(kind="clinic", kept_id=clinics[0], merged_id=clinics[1]),
                now=clock(),
            )


async def test_an_older_merge_waits_for_the_newer(services: Services, clock: Clock) -> None:
    """Merges are undone in the order opposite to that of making, so that each finds its rows."""
    manager = await add_employee(services, Role.MANAGER)
    one, two, three = [await add_clinic(services) for _ in range(3)]
    async with services.database.transaction() as tx:
        first = await merging.merge(
            tx,
            services.keys.master,
            MANAGER,
            Wish(kind="clinic", kept_id=two, merged_id=three, by=manager.person_id),
            now=clock(),
        )
        clock.advance(minutes=1)
        second = await merging.merge(
            tx,
            services.keys.master,
            MANAGER,
            Wish(kind="clinic", kept_id=one, merged_id=two, by=manager.person_id),
            now=clock(),
        )
        assert one == await clinic_behind(tx, three)
        with pytest.raises(MergeRefused, match="newer-merge"):
            await _unmerge(services, tx, first.id, manager.person_id)
        for each in (second, first):
            await _unmerge(services, tx, each.id, manager.person_id)
        assert three == await clinic_behind(tx, three)


async def test_erasing_erases_the_other_name_too(services: Services, clock: Clock) -> None:
    """Who was taken for two is forgotten under both ids: neither profile can be read afterwards."""
    manager = await add_employee(services, Role.MANAGER)
    kept, merged = await guest(services, "李娜", "+8613800138001"), await guest(services, "李娜", "+8613800138002")
    async with services.database.transaction() as tx:
        wish = Wish(kind="person", kept_id=kept, merged_id=merged, by=manager.person_id)
        await _merge(services, tx, wish)
        await erase(tx, services.keys.master, MANAGER, kept, reason="x", now=clock())
        profiles = await profiles_of(tx, services.keys.master, person_ids=[kept, merged])
        (undo,) = await tx.scalars(select(merge.c.undo))
    assert {""} == {profiles[each].name for each in (kept, merged)}
    assert {"rows"} == set(undo)


async def test_an_erased_person_is_not_brought_back(services: Services, clock: Clock) -> None:
    """Undoing a merge of somebody who was erased since is refused, and a preview of the two finds nobody."""
    wish = await _two_people(services)
    async with services.database.transaction() as tx:
        done = await _merge(services, tx, wish)
        await erase(tx, services.keys.master, MANAGER, wish.kept_id, reason="x", now=clock())
        with pytest.raises(NotFound):
            await _unmerge(services, tx, done.id, wish.by)
        with pytest.raises(NotFound):
            await merging.preview(tx, wish)


async def test_a_hold_keeps_two_as_they_are(services: Services, clock: Clock) -> None:
    """A preview says that one of them is held; undoing what was merged before the hold is refused."""
    wish = await _two_people(services)
    new = NewHold(kind=HoldKind.PERSON, subject=wish.kept_id, reason="x")
    async with services.database.transaction() as tx:
        done = await _merge(services, tx, wish)
        await holds.place(tx, MANAGER, new, by=wish.by, now=clock())
        assert "held" == (await merging.preview(tx, wish)).refusal
        with pytest.raises(LegalHold):
            await _unmerge(services, tx, done.id, wish.by)


async def test_undoing_signs_out_and_keeps_what_was_proved_since(services: Services, clock: Clock) -> None:
    """Sessions of the one kept may be the other's, so they end; a key that came after the merge is not taken back."""
    wish = await _two_people(services)
    async with services.database.transaction() as tx:
        await tx.execute(update(person).where(person.c.id == wish.merged_id).values(strong_key="first"))
        done = await _merge(services, tx, wish)
        await tx.execute(update(person).where(person.c.id == wish.kept_id).values(strong_key="since"))
        limits = SessionLimits(idle_s=HOUR_S, absolute_s=HOUR_S)
        await start(tx, wish.kept_id, limits=limits, now=clock())
        await _unmerge(services, tx, done.id, wish.by)
        keys = {row.id: row.strong_key for row in await tx.execute(select(person.c.id, person.c.strong_key))}
        mine = session.c.person_id == wish.kept_id
        assert 0 == await tx.scalar(select(func.count()).where(mine, session.c.ended_at.is_(None)))
        assert 1 == await tx.scalar(select(func.count()).where(mine))
    assert ("since", "first") == (keys[wish.kept_id], keys[wish.merged_id])


async def test_what_would_go_back_is_somebody_elses_by_now(services: Services, clock: Clock) -> None:
    """A code or a proven identity that a third one has since keeps a merge as it is, until somebody sees to it."""
    wish, third = await _two_people(services), await guest(services)
    clinics = [await add_clinic(services) for _ in range(3)]
    at = Wish(kind="clinic", kept_id=clinics[0], merged_id=clinics[1], by=wish.by)
    async with services.database.transaction() as tx:
        await tx.execute(update(person).where(person.c.id == wish.merged_id).values(strong_key="k"))
        await tx.execute(update(clinic).where(clinic.c.id == clinics[1]).values(credit_code=CODES[0]))
        done = [await _merge(services, tx, each) for each in (wish, at)]
        await tx.execute(update(person).where(person.c.id == wish.kept_id).values(strong_key="since"))
        await tx.execute(update(person).where(person.c.id == third).values(strong_key="k"))
        await tx.execute(update(clinic).where(clinic.c.id == clinics[0]).values(credit_code=CODES[1]))
        await tx.execute(update(clinic).where(clinic.c.id == clinics[2]).values(credit_code=CODES[0]))
    for each, why in zip(done, ("proved-elsewhere", "code-elsewhere"), strict=True):
        with pytest.raises(MergeRefused, match=why):
            async with services.database.transaction() as tx:
                await _unmerge(services, tx, each.id, wish.by)


async def test_a_proof_that_was_ended_does_not_come_back(services: Services, clock: Clock) -> None:
    """Who took their consent back as one is verified as neither of the two once they are told apart."""
    wish, at = await _two_people(services), await add_clinic(services)
    await prove(services, at, wish.merged_id)
    async with services.database.transaction() as tx:
        await tx.execute(update(person).where(person.c.id == wish.merged_id).values(strong_key="k"))
        done = await _merge(services, tx, wish)
        await verifications.end_verification(tx, wish.kept_id)
        await _unmerge(services, tx, done.id, wish.by)
        assert 0 == await tx.scalar(select(func.count()).where(viewer.c.verified_at.is_not(None)))
        assert 0 == await tx.scalar(select(func.count()).where(person.c.strong_key.is_not(None)))


async def test_nobody_blocked_is_merged_or_told_apart(services: Services, clock: Clock) -> None:
    """Who is kept out comes in neither as the other nor as a new one."""
    wish, at = await _two_people(services), await add_clinic(services)
    await prove(services, at, wish.kept_id)
    async with services.database.transaction() as tx:
        await viewers.put_blocked(tx, wish.kept_id, clock())
        assert "blocked" == (await merging.preview(tx, wish)).refusal
        await viewers.put_blocked(tx, wish.kept_id, None)
        done = await _merge(services, tx, wish)
        await viewers.put_blocked(tx, wish.kept_id, clock())
    with pytest.raises(MergeRefused, match="blocked"):
        async with services.database.transaction() as tx:
            await _unmerge(services, tx, done.id, wish.by)


async def test_a_person_of_three_ids_is_exported_and_erased_whole(services: Services, clock: Clock) -> None:
    """Whichever id is given: rows, names and events under all of them are exported, and unreadable once erased."""
    manager = await add_employee(services, Role.MANAGER)
    one, two, three = [await guest(services, name, phone) for name, phone in PEOPLE]
    invited = await invite(services, manager.person_id, await add_clinic(services))
    for each in (one, two, three):
        await enter(services, invited, each)
    async with services.database.transaction() as tx:
        for kept, merged in ((two, three), (one, two)):
            await _merge(services, tx, Wish(kind="person", kept_id=kept, merged_id=merged, by=manager.person_id))
            clock.advance(minutes=1)
        assert (two, three) == tuple(sorted(await aliases_of(tx, one), key=(two, three).index))
        found = await gather(tx, services.keys.master, MANAGER, three, now=clock())
        assert (one, {two, three}) == (found.person_id, set(found.others))
        assert {name for name, _ in PEOPLE} == {found.profile.name, *(each.name for each in found.others.values())}
        assert 3 == len(found.tables["invitation-uses"])
        (row,) = await recruiting.funnel(tx, [manager.person_id], clock())
        assert 1 == row.entered  # three ids, one human
        await erase(tx, services.keys.master, MANAGER, two, reason="x", now=clock())
        profiles = await profiles_of(tx, services.keys.master, person_ids=[one, two, three])
    assert {""} == {each.name for each in profiles.values()}


async def _two_people(services: Services) -> Wish:
    manager = await add_employee(services, Role.MANAGER)
    kept, merged = await guest(services), await guest(services)
    return Wish(kind="person", kept_id=kept, merged_id=merged, by=manager.person_id)
