"""Addresses that the log is pushed to: a token in one is in no row and no dump, whatever becomes of the master key."""

import secrets
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from compliance.errors import KeyUnavailable
from compliance.events import Trail
from compliance.keys import KEY_BYTES, KeyRing, MasterKey
from compliance.keys.rewrapping import rewrap_all
from compliance.siem_addresses import address_of, rewrap
from fileserver.audit.siem import targets
from fileserver.audit.siem.targets import Wanted
from fileserver.config import Config
from fileserver.outgoing import Policy
from fileserver.services import Services, open_services
from storage.rows import siem
from storage.rows.siem import TargetRow
from tests.services import Clock

TOKEN = "t0ken-0f-the-receiver"
ADDRESS = f"https://siem.example/ingest?token={TOKEN}"
OPERATOR = Trail(role="operator")
ANY_HOST = Policy(hosts=frozenset({"siem.example"}))


async def add(services: Services) -> TargetRow:
    """A target whose address holds a token."""
    async with services.database.transaction() as tx:
        return await targets.add(
            tx, services.keys.master, OPERATOR, ANY_HOST, Wanted(name="soc", address=ADDRESS), now=services.clock()
        )


async def kept(services: Services) -> tuple[TargetRow, bool]:
    """The one target, and whether the token can be read in its row."""
    async with services.database.transaction() as tx:
        (target,) = await siem.list_targets(tx)
        row = str(await tx.scalar(text("SELECT siem_target::text FROM siem_target")))
    return target, TOKEN in row or TOKEN.encode().hex() in row


async def test_an_address_is_sealed_for_its_target(services: Services) -> None:
    """It opens under the master key, for its own target only, and no row shows the token that is in it."""
    await add(services)
    target, in_clear = await kept(services)
    assert (ADDRESS, False) == (address_of(services.keys.master, target), in_clear)
    assert TOKEN not in repr(target)
    with pytest.raises(KeyUnavailable):
        address_of(services.keys.master, replace(target, id=uuid4()))


async def test_a_new_master_key_opens_it_and_the_old_one_no_more(services: Services) -> None:
    """Replacing the master key wraps it anew with all others; a key that can't open it changes nothing."""
    await add(services)
    new = secrets.token_bytes(KEY_BYTES)
    async with services.database.transaction() as tx:
        with pytest.raises(KeyUnavailable):
            await rewrap(tx, MasterKey(new))
    moving = MasterKey(new, other=services.config.master_key_bytes)
    await KeyRing(moving).refresh(services.database)
    await rewrap_all(services.database, moving, OPERATOR, clock=services.clock)
    target, _ = await kept(services)
    assert (ADDRESS, moving.kek_id) == (address_of(MasterKey(new), target), target.kek)
    with pytest.raises(KeyUnavailable):
        address_of(MasterKey(services.config.master_key_bytes), target)


async def test_what_an_earlier_release_kept_in_clear_is_sealed_at_the_next_start(
    services: Services, config: Config, clock: Clock
) -> None:
    """Until then it is read as it stands."""
    target = await add(services)
    async with services.database.transaction() as tx:
        await tx.execute(
            text("UPDATE siem_target SET address = :address, sealed_address = NULL, kek = ''"), {"address": ADDRESS}
        )
    before, in_clear = await kept(services)
    assert (ADDRESS, True) == (address_of(services.keys.master, before), in_clear)
    async with open_services(config, clock=clock, reading=False) as started:
        after, in_clear = await kept(started)
        assert (ADDRESS, False) == (address_of(started.keys.master, after), in_clear)
    assert (target.id, target.name) == (after.id, after.name)
