"""Identities lead to one person each, whatever comes late or at once."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from compliance.errors import AccessDenied, PersonDuplicate
from compliance.events import Trail
from compliance.ownership.merging import unmerge
from compliance.profiles import Profile, profiles_of, replace_profile
from compliance.real_names import Method, ask
from fileserver.services import Services
from storage.rows import viewers
from storage.rows.joining import lock_people
from storage.rows.merging import list_merges
from storage.rows.standing import standing_of
from storage.schema import identity, person
from tests.entry import LI, CountingService, agree, arrive, desk, openid, unionid, waiting
from tests.log import events


async def _people(services: Services) -> int:
    async with services.database.transaction() as tx:
        query = select(func.count()).select_from(person).where(person.c.merged_into.is_(None))
        return int(await tx.scalar(query) or 0)


async def _merges(services: Services) -> list[tuple[UUID, UUID, str]]:
    async with services.database.transaction() as tx:
        return [(row.kept_id, row.merged_id, row.cause) for row in await list_merges(tx)]


async def _with_phone(services: Services, person_id: UUID, phone: str) -> None:
    async with services.database.transaction() as tx:
        await replace_profile(tx, services.keys.master, person_id, Profile(name="", phone=phone))


async def test_many_devices_bring_the_same_new_identity(services: Services) -> None:
    """Twenty first sign-ins of one identity at once make one person, who is new once."""
    found = await asyncio.gather(*(arrive(services, openid("o1"), unionid("u1")) for _ in range(20)))
    assert {found[0].person_id} == {each.person_id for each in found}
    assert 1 == sum(each.is_new for each in found)
    assert 1 == await _people(services)


async def test_a_unionid_comes_late(services: Services) -> None:
    """Somebody known by an openid is found by their unionid once it came, from another app too."""
    first = await arrive(services, openid("o1"))
    again = await arrive(services, openid("o1"), unionid("u1"))
    official = replace(openid("o2"), provider="wechat-official", app="wx2")
    elsewhere = await arrive(services, official, unionid("u1"))
    assert {first.person_id} == {again.person_id, elsewhere.person_id}
    assert ["wechat-open"] == [each["det"]["provider"] for each in await events(services, "viewer:identity:join")]


async def test_openid_first_and_unionid_later_become_one(services: Services) -> None:
    """Two people who turn out to be one are merged into the older one; the younger's id is an alias from then on."""
    older = await arrive(services, openid("o1"))
    younger = await arrive(services, replace(openid("o2"), app="wx2"), unionid("u1"))
    both = await arrive(services, openid("o1"), unionid("u1"))
    assert older.person_id == both.person_id
    assert [(older.person_id, younger.person_id, "automatic")] == await _merges(services)
    async with services.database.transaction() as tx:
        people = await lock_people(tx, (younger.person_id,))
        gone = await standing_of(tx, younger.person_id)
        led = await tx.scalar(select(func.count()).where(identity.c.person_id == older.person_id))
    assert older.person_id == people[younger.person_id].merged_into
    assert gone is not None
    assert not gone.active
    assert 3 == led
    assert older.person_id == (await arrive(services, replace(openid("o2"), app="wx2"))).person_id


async def test_merges_at_once_end_as_one(services: Services) -> None:
    """Twenty sign-ins that find the same two people at once merge them once, and none fails."""
    older = await arrive(services, openid("o1"))
    await arrive(services, replace(openid("o2"), app="wx2"), unionid("u1"))
    found = await asyncio.gather(*(arrive(services, openid("o1"), unionid("u1")) for _ in range(20)))
    assert {older.person_id} == {each.person_id for each in found}
    assert 1 == len(await _merges(services))
    assert 1 == await _people(services)


async def test_what_is_verified_and_differs_is_not_merged(services: Services) -> None:
    """Two phones that WeChat vouches for are two people until an employee says otherwise: both go on as they were."""
    one = await arrive(services, openid("o1"))
    other = await arrive(services, replace(openid("o2"), app="wx2"), unionid("u1"))
    await _with_phone(services, one.person_id, "+8613800000001")
    await _with_phone(services, other.person_id, "+8613800000002")
    again = await arrive(services, openid("o1"), unionid("u1"))
    assert one.person_id == again.person_id
    assert [({one.person_id, other.person_id}, {"unionid", "phone"})] == await waiting(services)
    assert ["deny"] == [each["res"] for each in await events(services, "viewer:identity:merge")]
    assert 2 == await _people(services)


async def test_a_blocked_person_does_not_slip_into_another(services: Services) -> None:
    """Whoever is erased or blocked gets in by no identity, and is merged with nobody."""
    one = await arrive(services, openid("o1"))
    other = await arrive(services, replace(openid("o2"), app="wx2"), unionid("u1"))
    async with services.database.transaction() as tx:
        await tx.execute(person.update().where(person.c.id == other.person_id).values(erased_at=services.clock()))
    again = await arrive(services, openid("o1"), unionid("u1"))
    assert one.person_id == again.person_id
    with pytest.raises(AccessDenied):
        await arrive(services, replace(openid("o2"), app="wx2"))


async def test_the_same_name_and_number_are_the_same_person(services: Services) -> None:
    """Who verifies the same name and number, and has the same phone of WeChat's, is merged into who had it."""
    first = await arrive(services, openid("o1"))
    await _with_phone(services, first.person_id, "+8613800000001")
    await ask(desk(services), await agree(services, first), CountingService(), first.person_id, LI)
    second = await arrive(services, openid("o2"))
    await _with_phone(services, second.person_id, "+8613800000001")
    done = await ask(desk(services), await agree(services, second), CountingService(), second.person_id, LI)
    assert first.person_id == done.person_id
    assert [(first.person_id, second.person_id, "automatic")] == await _merges(services)
    async with services.database.transaction() as tx:
        profile = (await profiles_of(tx, services.keys.master, person_ids=[first.person_id]))[first.person_id]
        assert None is await viewers.person_by_identity(tx, provider="wechat-mini", app="wx1", subject="o3")
    assert Profile(name=LI.name, phone="+8613800000001") == profile


@pytest.mark.parametrize("method", [Method.TWO_FACTOR, Method.THREE_FACTOR])
async def test_knowing_a_name_and_a_number_makes_nobody_another(services: Services, method: Method) -> None:
    """Without another common proof the pair waits, though a typed phone is the same, and again by another way."""
    first = await arrive(services, openid("o1"))
    await _with_phone(services, first.person_id, "+8613800000001")
    await ask(desk(services), await agree(services, first), CountingService(), first.person_id, LI)
    second = await arrive(services, openid("o2"))
    trail, claim = await agree(services, second), replace(LI, phone="+8613800000001")
    for each in (method, Method.TWO_FACTOR):
        with pytest.raises(PersonDuplicate):
            await ask(desk(services), trail, CountingService(method=each), second.person_id, claim)
    assert [({first.person_id, second.person_id}, {"strong-key", "unproved"})] == await waiting(services)
    assert 2 == await _people(services)


@pytest.mark.parametrize(("before", "is_one"), [(Method.FACE, True), (Method.TWO_FACTOR, False)])
async def test_two_faces_are_one_person(services: Services, before: Method, *, is_one: bool) -> None:
    """Who showed their face under both identities is one; one who only knew the number may be somebody else."""
    first, second = await arrive(services, openid("o1")), await arrive(services, openid("o2"))
    await ask(desk(services), await agree(services, first), CountingService(method=before), first.person_id, LI)
    trail, faces = await agree(services, second), CountingService(method=Method.FACE)
    with nullcontext() if is_one else pytest.raises(PersonDuplicate):
        done = await ask(desk(services), trail, faces, second.person_id, LI)
        assert first.person_id == done.person_id
    assert (1 if is_one else 2) == await _people(services)


async def test_what_an_employee_undid_is_not_done_again(services: Services) -> None:
    """Two whom somebody told apart stay two, though each sign-in brings what joined them; the pair waits, with why."""
    one = await arrive(services, openid("o1"))
    other = await arrive(services, replace(openid("o2"), app="wx2"), unionid("u1"))
    await arrive(services, openid("o1"), unionid("u1"))
    async with services.database.transaction() as tx:
        (row,) = await list_merges(tx)
        await unmerge(tx, services.keys.master, Trail(role="manager"), row.id, by=None, now=services.clock())
    again = await arrive(services, openid("o1"), unionid("u1"))
    assert (one.person_id, 2) == (again.person_id, await _people(services))
    assert [({one.person_id, other.person_id}, {"undone", "unionid", "told-apart"})] == await waiting(services)
