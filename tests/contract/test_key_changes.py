"""Keys change while everything runs: each state does what it says, on every node, and nothing is lost on the way."""

import secrets
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from compliance import ledger
from compliance.errors import KeyActive, KeyUnavailable, LinkInvalid, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.keys import KEY_BYTES, KeyRing, KeyState, KeyUse, MasterKey
from compliance.keys.changing import retire, revoke, rotate
from compliance.keys.rewrapping import rewrap_all
from compliance.links import ShareToken, check_address, new_token_id, read_token, sign_address, token_text
from compliance.profiles import Profile, add_person, profiles_of
from fileserver.services import Services
from storage.rows import keys as rows
from storage.schema import person_key, ring_key, signing_key
from tests.log import events
from tests.services import START

OPERATOR = Trail(role="operator")
PATH = "/v/pages/1"
SOON = START + timedelta(minutes=5)


async def other_node(services: Services) -> KeyRing:
    """Another process on the same database, which knows the keys of this moment."""
    ring = KeyRing(services.keys.master)
    await ring.refresh(services.database)
    return ring


async def changed(services: Services, *nodes: KeyRing, use: KeyUse, revoked: int | None = None) -> None:
    """Rotates, or revokes one key, and lets each node read the keys anew."""
    async with services.database.transaction() as tx:
        if revoked is None:
            await rotate(tx, nodes[0], OPERATOR, use, now=START)
        else:
            await revoke(tx, OPERATOR, use, revoked, now=START)
    for node in nodes:
        await node.refresh(services.database)


async def test_old_content_address_works_until_its_key_is_revoked(services: Services) -> None:
    """Both nodes take a rotation up: the old address opens until its key is revoked, the new one has another key."""
    here, there = services.keys, await other_node(services)
    old = sign_address(here, PATH, SOON)
    await changed(services, here, there, use=KeyUse.CONTENT_URL)
    new = sign_address(there, PATH, SOON)
    assert (1, 1) == (int(new["k"]) - int(old["k"]), here.links.active_kid)
    for node in (here, there):
        check_address(node, PATH, old, START)
        check_address(node, PATH, new, START)
    await changed(services, here, there, use=KeyUse.CONTENT_URL, revoked=int(old["k"]))
    for node in (here, there):
        check_address(node, PATH, new, START)
        with pytest.raises(LinkInvalid):
            check_address(node, PATH, old, START)


async def test_old_link_works_until_its_key_is_revoked(services: Services) -> None:
    """So it is with share tokens, and content addresses don't notice."""
    here, there = services.keys, await other_node(services)
    token, address = token_text(here, ShareToken(here.links.active_kid, new_token_id())), sign_address(here, PATH, SOON)
    await changed(services, here, there, use=KeyUse.SHARE_TOKEN)
    assert 1 == read_token(there, token).kid
    await changed(services, here, there, use=KeyUse.SHARE_TOKEN, revoked=1)
    for node in (here, there):
        check_address(node, PATH, address, START)
        with pytest.raises(LinkInvalid):
            read_token(node, token)


async def test_ledger_keys_overlap(services: Services) -> None:
    """The former key signs beside the new one until it is retired or the next one comes; then it only verifies."""
    here, there = services.keys, await other_node(services)
    await changed(services, here, there, use=KeyUse.LEDGER)
    assert [[2, 1], [2, 1]] == [[key.kid for key in node.ledger_signers] for node in (here, there)]
    await changed(services, here, use=KeyUse.LEDGER)
    assert [3, 2] == [key.kid for key in here.ledger_signers]
    async with services.database.transaction() as tx:
        await retire(tx, OPERATOR, KeyUse.LEDGER, 2, now=START)
        await revoke(tx, OPERATOR, KeyUse.LEDGER, 1, now=START)
    await here.refresh(services.database)
    states = {1: KeyState.REVOKED, 2: KeyState.VERIFY, 3: KeyState.ACTIVE}
    assert ([3], states) == ([key.kid for key in here.ledger_signers], {key.kid: key.state for key in here.ledger})
    assert 3 == len({key.public for key in here.ledger})


async def test_every_change_is_an_event(services: Services) -> None:
    """Which key of which use, and what became of it; a revocation that changes nothing is none."""
    async with services.database.transaction() as tx:
        for use in KeyUse:
            await rotate(tx, services.keys, OPERATOR, use, now=START)
        await retire(tx, OPERATOR, KeyUse.LEDGER, 1, now=START)
        for use in (*KeyUse, *KeyUse):
            await revoke(tx, OPERATOR, use, 1, now=START)
    told = [(each["act"], each["obj"]) for each in await events(services, "system:key:")]
    assert [
        *(("system:key:rotate", f"key:{use}:2") for use in KeyUse),
        ("system:key:retire", "key:ledger:1"),
        *(("system:key:revoke", f"key:{use}:1") for use in KeyUse),
    ] == told


async def test_what_would_leave_nothing_to_sign_with_is_refused(services: Services) -> None:
    """The active key can't be revoked, a key without an overlap can't be retired, and there has to be one."""
    async with services.database.transaction() as tx:
        for use in KeyUse:
            with pytest.raises(KeyActive):
                await revoke(tx, OPERATOR, use, 1, now=START)
            with pytest.raises(WrongState):
                await retire(tx, OPERATOR, use, 1, now=START)
            with pytest.raises(NotFound):
                await revoke(tx, OPERATOR, use, 9, now=START)


async def test_database_of_the_release_before_keeps_its_addresses(services: Services) -> None:
    """Its keys signed addresses too: they go on doing so, and what either release signs opens in the other."""
    async with services.database.transaction() as tx:
        await rotate(tx, services.keys, OPERATOR, KeyUse.SHARE_TOKEN, now=START)
        await tx.execute(delete(ring_key))
    upgraded = await other_node(services)
    assert (upgraded.links.kids, upgraded.links.active_kid) == (upgraded.content.kids, upgraded.content.active_kid)
    of_before = upgraded.links.sign("content-address/v1", f"{PATH}\n{int(SOON.timestamp())}".encode(), 16)
    assert of_before[1].hex() == sign_address(upgraded, PATH, SOON)["m"]
    assert upgraded.hidden_secrets == services.keys.hidden_secrets | {2: services.keys.master.hidden_secret(2)}


def master_of(services: Services) -> bytes:
    """The master key of the test's deployment."""
    return services.config.master_key_bytes


async def people(services: Services, count: int) -> dict[UUID, Profile]:
    """Some people with names."""
    profiles = [Profile(name=f"王{number}", phone=f"+861380013{number:04}") for number in range(count)]
    async with services.database.transaction() as tx:
        return {await add_person(tx, services.keys.master, "viewer", each): each for each in profiles}


async def test_master_key_is_changed_in_batches_and_a_broken_run_goes_on(services: Services) -> None:
    """Half-way both keys are needed; afterwards the old one opens nothing, and hashes and hidden marks are the same."""
    old, new, database = services.keys.master, secrets.token_bytes(KEY_BYTES), services.database
    known = await people(services, 7)
    before = (old.keyed_hash("login", "li"), services.keys.hidden_secrets)
    moving = MasterKey(new, other=master_of(services))
    ring = KeyRing(moving)
    await ring.refresh(database)

    def broken(done: int) -> None:
        if done >= 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await rewrap_all(database, moving, OPERATOR, clock=services.clock, batch_max=2, told=broken)
    async with database.transaction() as tx:
        assert {old.kek_id: 3, moving.kek_id: 4} == await rows.count_by_kek(tx)
        assert known == await profiles_of(tx, moving)
    done = await rewrap_all(database, moving, OPERATOR, clock=services.clock, batch_max=2)
    assert (3, 5) == (done.people, done.others)
    alone = KeyRing(MasterKey(new))
    await alone.refresh(database)
    async with database.transaction() as tx:
        assert known == await profiles_of(tx, alone.master)
        with pytest.raises(KeyUnavailable):
            await profiles_of(tx, old)
    with pytest.raises(KeyUnavailable):
        await KeyRing(MasterKey(master_of(services))).refresh(database)
    assert before == (alone.master.keyed_hash("login", "li"), alone.hidden_secrets)
    (told,) = await events(services, "system:key:")
    assert (3, alone.master.kek_id) == (told["det"]["people"], told["det"]["kek"])


async def test_nodes_of_both_master_keys_read_what_either_wraps(services: Services) -> None:
    """While nodes move one by one, each opens the other's; whoever knows only one key can't open the other's."""
    old, new = master_of(services), secrets.token_bytes(KEY_BYTES)
    first, second = MasterKey(old, other=new), MasterKey(new, other=old)
    async with services.database.transaction() as tx:
        ids = [await add_person(tx, master, "viewer", Profile(name="王强")) for master in (first, second)]
        for master in (first, second):
            assert [Profile(name="王强")] * 2 == list((await profiles_of(tx, master, person_ids=ids)).values())
        with pytest.raises(KeyUnavailable):
            await profiles_of(tx, MasterKey(old), person_ids=ids)


async def test_a_key_that_nobody_can_open_stops_the_change(services: Services) -> None:
    """Nothing of its batch is changed, and nothing is taken for done."""
    await people(services, 2)
    async with services.database.transaction() as tx:
        await tx.execute(update(person_key).values(wrapped_key=bytes(60)))
        await tx.execute(update(person_key).values(kek="of another time"))
    with pytest.raises(KeyUnavailable):
        await rewrap_all(services.database, services.keys.master, OPERATOR, clock=services.clock)
    async with services.database.transaction() as tx:
        assert {"of another time": 2} == await rows.count_by_kek(tx)
        assert [] == (await tx.execute(select(signing_key.c.kid).where(signing_key.c.state == "revoked"))).all()


async def test_keys_are_still_there_for_what_only_reads(services: Services) -> None:
    """A rotation that is not committed makes nobody wait who reads keys or appends events."""
    async with services.database.transaction() as changing:
        await rotate(changing, services.keys, OPERATOR, KeyUse.LEDGER, now=START)
        there = await other_node(services)
        assert [1] == [key.kid for key in there.ledger_signers]
        async with services.database.transaction() as tx:
            await ledger.append(tx, OPERATOR.event(Act.SYSTEM_KEY_ROTATE), now=START)
