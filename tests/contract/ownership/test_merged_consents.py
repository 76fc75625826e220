"""What somebody took back stays taken back, whoever they turn out to be."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from compliance import consents
from compliance.access import Role
from compliance.consents import VERSIONS, Agreement, Purpose
from compliance.events import Trail
from compliance.ownership import merging
from compliance.ownership.wishes import Wish
from fileserver.services import Services
from storage.database import Transaction
from storage.schema import person, viewer
from tests.entry import agree, arrive, openid, unionid, waiting
from tests.people import add_employee
from tests.recruits import add_clinic, guest, prove
from tests.services import Clock

MANAGER = Trail(who="m", role="manager")


async def _agree(services: Services, tx: Transaction, person_id: UUID) -> None:
    for purpose in Purpose:
        said = Agreement(purpose=purpose, version=VERSIONS[purpose], language="zh-CN", text_sha256="ab" * 32)
        await consents.give(tx, MANAGER, person_id, said, now=services.clock())


async def _proofs(tx: Transaction, *people: UUID) -> list[tuple[bool, int, str | None]]:
    """Of each: whether they count as verified, which consent is noted beside them, and their strong key."""
    query = select(person.c.id, viewer.c.verified_at, viewer.c.consented, person.c.strong_key)
    rows = {row.id: row for row in await tx.execute(query.outerjoin(viewer, viewer.c.person_id == person.c.id))}
    return [(rows[each].verified_at is not None, rows[each].consented or 0, rows[each].strong_key) for each in people]


@pytest.mark.parametrize("who_withdraws", [0, 1])
async def test_a_merge_undoes_no_withdrawal(services: Services, clock: Clock, who_withdraws: int) -> None:
    """What either took back after the other agreed is taken back of both, with the proof, and stays so when undone."""
    manager, at = await add_employee(services, Role.MANAGER), await add_clinic(services)
    people = [await guest(services), await guest(services)]
    for each in people:
        await prove(services, at, each)
    async with services.database.transaction() as tx:
        for each in people:
            await _agree(services, tx, each)
        await tx.execute(update(person).where(person.c.id == people[1 - who_withdraws]).values(strong_key="k"))
        clock.advance(minutes=1)
        await consents.withdraw(tx, MANAGER, people[who_withdraws], Purpose.PRIVACY, now=clock())
        wish = Wish(kind="person", kept_id=people[0], merged_id=people[1], by=manager.person_id)
        done = await merging.merge(tx, services.keys.master, MANAGER, wish, now=clock())
        assert list(Purpose) == await consents.missing(tx, people[0])
        assert [(False, 0, None)] == await _proofs(tx, people[0])
        await merging.unmerge(tx, services.keys.master, MANAGER, done.id, by=manager.person_id, now=clock())
        assert [list(Purpose)] * 2 == [await consents.missing(tx, each) for each in people]
        assert [(False, 0, None)] * 2 == await _proofs(tx, *people)


async def test_what_was_agreed_to_since_goes_on(services: Services, clock: Clock) -> None:
    """Who took an agreement back, and agreed anew under another id, has agreed."""
    people = [await guest(services), await guest(services)]
    async with services.database.transaction() as tx:
        await _agree(services, tx, people[0])
        await consents.withdraw(tx, MANAGER, people[0], Purpose.PRIVACY, now=clock())
        clock.advance(minutes=1)
        await _agree(services, tx, people[1])
        wish = Wish(kind="person", kept_id=people[0], merged_id=people[1])
        await merging.merge(tx, services.keys.master, MANAGER, wish, now=clock())
        assert [] == await consents.missing(tx, people[0])


async def test_one_withdrawal_is_under_every_id(services: Services, clock: Clock) -> None:
    """Who agreed as two and takes it back as one has agreed as neither once they are told apart."""
    manager, at = await add_employee(services, Role.MANAGER), await add_clinic(services)
    people = [await guest(services), await guest(services)]
    for each in people:
        await prove(services, at, each)
    async with services.database.transaction() as tx:
        for each in people:
            await _agree(services, tx, each)
        wish = Wish(kind="person", kept_id=people[0], merged_id=people[1], by=manager.person_id)
        done = await merging.merge(tx, services.keys.master, MANAGER, wish, now=clock())
        clock.advance(minutes=1)
        await consents.withdraw(tx, MANAGER, people[0], Purpose.PRIVACY, now=clock())
        await merging.unmerge(tx, services.keys.master, MANAGER, done.id, by=manager.person_id, now=clock())
        assert [list(Purpose)] * 2 == [await consents.missing(tx, each) for each in people]
        assert [(False, 0, None)] * 2 == await _proofs(tx, *people)


async def test_a_rule_does_not_merge_over_a_withdrawal(services: Services, clock: Clock) -> None:
    """A unionid joins nobody who took back what the other agreed to before: the pair waits in the queue, with why."""
    one = await arrive(services, openid("o1"))
    other = await arrive(services, openid("o2"), unionid("u1"))
    await agree(services, other)
    trail = await agree(services, one)
    clock.advance(minutes=1)
    async with services.database.transaction() as tx:
        await consents.withdraw(tx, trail, one.person_id, Purpose.PRIVACY, now=clock())
    again = await arrive(services, openid("o1"), unionid("u1"))
    assert one.person_id == again.person_id
    assert [({one.person_id, other.person_id}, {"unionid", "consent"})] == await waiting(services)
