"""Keys and personal data in the database: useless without the master key, gone when a person's key is destroyed."""

import asyncio

import pytest
from sqlalchemy import select, update

from compliance.errors import KeyUnavailable
from compliance.keys import KEY_BYTES, KID_MAX, KeyRing, KeyUse, MasterKey
from compliance.profiles import (
    ERASED,
    Profile,
    add_person,
    erase,
    names_by_pseudonym,
    profiles_of,
    replace_profile,
)
from fileserver.services import Services
from storage.schema import event, person, person_key, profile, signing_key

LI = Profile(name="李娜", phone="+8613800138000")
OTHER_MASTER = MasterKey(bytes(KEY_BYTES))


async def test_later_starts_find_the_first_key(services: Services) -> None:
    """A database has one signing key from its first start on; every process signs with it."""
    second = KeyRing(services.keys.master)
    await second.refresh(services.database)
    kid, mac = services.keys.links.sign("purpose", b"message", 16)
    assert second.links.verifies(kid, "purpose", b"message", mac)
    async with services.database.transaction() as tx:
        assert [("active",)] == [tuple(row) for row in await tx.execute(select(signing_key.c.state))]


async def test_processes_that_start_together_share_one_key(services: Services) -> None:
    """However many find the table empty in the same moment, one key is made and all of them sign with it."""
    async with services.database.transaction() as tx:
        await tx.execute(signing_key.delete())
    rings = [KeyRing(services.keys.master) for _ in range(5)]
    await asyncio.gather(*(ring.refresh(services.database) for ring in rings))
    assert 1 == len({ring.links.sign("purpose", b"message", 16) for ring in rings})
    async with services.database.transaction() as tx:
        assert 1 == len((await tx.execute(select(signing_key.c.kid))).all())


async def test_wrong_master_key_opens_nothing(services: Services) -> None:
    """A process with another master key must not serve: it can't read the signing keys."""
    with pytest.raises(KeyUnavailable):
        await KeyRing(OTHER_MASTER).refresh(services.database)


async def test_key_ids_are_not_reused(services: Services) -> None:
    """Ids count up and end at what a token has room for."""
    async with services.database.transaction() as tx:
        first = await services.keys.add(tx, KeyUse.SHARE_TOKEN)
        assert [first + 1, first + 2] == [
            await services.keys.add(tx, KeyUse.SHARE_TOKEN),
            await services.keys.add(tx, KeyUse.SHARE_TOKEN),
        ]
        await tx.execute(update(signing_key).where(signing_key.c.kid == first).values(kid=KID_MAX))
        with pytest.raises(KeyUnavailable):
            await services.keys.add(tx, KeyUse.SHARE_TOKEN)


async def test_profile_comes_back_and_is_stored_sealed(services: Services) -> None:
    """Name and phone are read with the master key; the row holds neither."""
    master = services.keys.master
    async with services.database.transaction() as tx:
        person_id = await add_person(tx, master, "viewer", LI)
        assert {person_id: LI} == await profiles_of(tx, master, person_ids=[person_id])
        sealed = await tx.scalar(select(profile.c.sealed).where(profile.c.person_id == person_id))
        assert sealed is not None
        assert "李娜".encode() not in sealed
        assert b"13800138000" not in sealed
        with pytest.raises(KeyUnavailable):
            await profiles_of(tx, OTHER_MASTER, person_ids=[person_id])
    assert "8000" == LI.phone_tail


async def test_profile_of_one_person_opens_for_no_other(services: Services) -> None:
    """Whoever swaps two rows in the database gets an error, not another person's name."""
    master = services.keys.master
    async with services.database.transaction() as tx:
        li, wang = [await add_person(tx, master, "viewer", Profile(name=name)) for name in ("李娜", "王强")]
        sealed = await tx.scalar(select(profile.c.sealed).where(profile.c.person_id == li))
        await tx.execute(update(profile).where(profile.c.person_id == wang).values(sealed=sealed))
        with pytest.raises(KeyUnavailable):
            await profiles_of(tx, master, person_ids=[wang])
        wrapped = await tx.scalar(select(person_key.c.wrapped_key).where(person_key.c.person_id == li))
        await tx.execute(update(person_key).where(person_key.c.person_id == wang).values(wrapped_key=wrapped))
        with pytest.raises(KeyUnavailable):
            await profiles_of(tx, master, person_ids=[wang])


async def test_erased_person_has_no_name_and_every_event(services: Services) -> None:
    """Destroying the key leaves the row, the pseudonym and the log as they were, and nothing to read."""
    master = services.keys.master
    async with services.database.transaction() as tx:
        person_id = await add_person(tx, master, "viewer", LI)
        pseudonym = await tx.scalar(select(person.c.pseudonym).where(person.c.id == person_id))
        assert pseudonym is not None
        assert {pseudonym: "李娜"} == await names_by_pseudonym(tx, master, [pseudonym])
        before = (await tx.execute(select(event))).all()
        await erase(tx, person_id)
        assert {person_id: ERASED} == await profiles_of(tx, master, person_ids=[person_id])
        assert {} == await names_by_pseudonym(tx, master, [pseudonym])
        assert before == (await tx.execute(select(event))).all()
        with pytest.raises(KeyUnavailable):
            await replace_profile(tx, master, person_id, LI)


async def test_newer_profile_takes_the_place_of_the_older(services: Services) -> None:
    """A person who says another name the next time is known by it."""
    master = services.keys.master
    async with services.database.transaction() as tx:
        person_id = await add_person(tx, master, "viewer", LI)
        await replace_profile(tx, master, person_id, Profile(name="李 娜", phone="+8613800138000"))
        assert "李 娜" == (await profiles_of(tx, master, person_ids=[person_id]))[person_id].name
