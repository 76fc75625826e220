"""Pruning: what is old enough goes, what must stay stays, nobody gets round the door, and proofs stay good."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from compliance import checkpoints, holds, ledger
from compliance.errors import NotFound
from compliance.events import Act, Event, Trail
from compliance.holds import HoldKind, NewHold
from compliance.notes import vkey
from compliance.profiles import Profile, add_person
from compliance.retention import DAYS_MIN, prune, standing
from compliance.sequencing import open_ledger
from compliance.verifying import parse_vkey, policy_of
from compliance.verifying.hashes import included_root, leaf_hash, require_consistent
from fileserver.cli.audit_database import verify_reading
from fileserver.privacy.jobs import prune_log
from fileserver.services import Services
from storage.rows import ledger as rows
from storage.rows import materials, pruning
from storage.rows.materials import MaterialRow
from storage.rows.people import pseudonym_of
from storage.schema import event, ledger_tile
from tests.log import events
from tests.services import START
from tests.stage import Stage

DAYS = 1096
LONG_AGO = START - timedelta(days=DAYS + 30)
OPERATOR = Trail(role="operator")
OLD = Event(act=Act.VIEWER_COPY_VIEW, who="p-1", role="viewer")


@pytest.fixture(autouse=True)
async def _read(services: Services) -> None:
    """Whoever reads the log behind the tree has read whatever there will be."""
    await asked(services, "UPDATE log_reader SET next_index = 1000000")


async def grown(services: Services, told: Sequence[Event], at: datetime = LONG_AGO) -> None:
    """The tree with these events behind what is there."""
    async with services.database.transaction() as tx:
        await ledger.append_all(tx, told, now=at)
    await services.sequencer.catch_up()


async def pruned(services: Services, days: int = DAYS) -> int:
    """The minimum index after a night."""
    await prune(services.database, services.keys, days=days, clock=services.clock)
    async with services.database.transaction() as tx:
        return await checkpoints.minimum_index(tx)


async def test_old_entries_go_and_proofs_are_as_good_as_before(services: Services) -> None:
    """Bundles below the minimum index are withheld and deleted; tiles stay, so receipts and growth can be proved."""
    await grown(services, [OLD] * 600)
    async with services.database.transaction() as tx:
        old_leaves = (await tx.scalars(select(event.c.leaf).order_by(event.c.id))).all()
        old_head = await checkpoints.latest(tx)
        tiles = (await tx.execute(select(ledger_tile).order_by(ledger_tile.c.level, ledger_tile.c.n))).all()
    assert old_head is not None
    assert 512 == await prune_log(services)
    async with services.database.transaction() as tx:
        for n in (0, 1):
            with pytest.raises(NotFound):
                await checkpoints.bundle(tx, n)
        assert await checkpoints.bundle(tx, 2, 88)
        assert 89 == await tx.scalar(select(func.count()).select_from(event))
        head = await checkpoints.latest(tx)
        assert head is not None
        for index in (0, 255, 256, 511, 512, 599):
            proof = await checkpoints.inclusion(tx, index, head.size)
            assert head.root == included_root(index, head.size, leaf_hash(old_leaves[index]), proof)
        growth = await checkpoints.consistency(tx, old_head.size, head.size)
        require_consistent(old_head.size, old_head.root, head.size, head.root, growth)
        now = (await tx.execute(select(ledger_tile).order_by(ledger_tile.c.level, ledger_tile.c.n))).all()
        assert [row.hashes for row in tiles[:2]] == [row.hashes for row in now[:2]]
    (told,) = await events(services, "system:log:prune")
    assert (0, 512, 512) == (told["det"]["from"], told["det"]["to"], told["det"]["entries"])
    await open_ledger(services.database, services.keys, named=None, otherwise=services.ledger_origin)


async def test_nobody_finds_pruned_entries_missing_without_a_word(services: Services) -> None:
    """With the entries' going, and not a second later, a signed head covers the event that tells of it."""
    await grown(services, [OLD] * 600)
    await prune_log(services)
    policy = policy_of(parse_vkey(vkey(services.ledger_origin, key.public)) for key in services.keys.ledger)
    report = await verify_reading(services.database.statements, policy, ())
    assert report.ok, report.faults
    assert (601, 512) == (report.size, report.withheld)


async def material_of(services: Services, owner_id: UUID, *, withdrawn_at: datetime | None) -> UUID:
    """A material of long ago."""
    row = MaterialRow(
        id=uuid4(),
        owner_id=owner_id,
        title="旧资料",
        description="",
        material_class="in_clinic",
        created_at=LONG_AGO,
        withdrawn_at=withdrawn_at,
    )
    async with services.database.transaction() as tx:
        await materials.add_material(tx, replace(row, withdrawn_at=None))
        if withdrawn_at is not None:
            await materials.withdraw_material(tx, row.id, by=owner_id, reason="x", now=withdrawn_at)
    return row.id


async def person_of(services: Services) -> tuple[UUID, str]:
    """Somebody, and what events call them."""
    async with services.database.transaction() as tx:
        person_id = await add_person(tx, services.keys.master, "viewer", Profile(name="王强"))
        return person_id, await pseudonym_of(tx, person_id) or ""


@pytest.mark.parametrize(
    ("withdrawn_at", "minimum"), [(START - timedelta(days=1), 256), (LONG_AGO, 512), (None, 512)], ids=str
)
async def test_material_keeps_its_entries_until_it_has_ended_for_long(
    services: Services, withdrawn_at: datetime | None, minimum: int
) -> None:
    """Withdrawn yesterday it keeps them; withdrawn before the retention, or never shown since, it lets go."""
    owner_id, _ = await person_of(services)
    material_id = await material_of(services, owner_id, withdrawn_at=withdrawn_at)
    await grown(services, [OLD] * 300 + [replace(OLD, obj=f"material:{material_id}")] + [OLD] * 300)
    async with services.database.transaction() as tx:
        reason = (await standing(tx, days=DAYS, now=START)).reason
    assert (minimum, "material" if minimum == 256 else "") == (await pruned(services), reason)


async def test_share_keeps_the_entries_of_its_material(stage: Stage) -> None:
    """As long as a link leads to a material, or did until lately, what was done by it stays."""
    share = await stage.share()
    async with stage.services.database.transaction() as tx:
        old = replace(OLD, link=share["id"])
        ids = [await ledger.append(tx, told, now=LONG_AGO) for told in (OLD, old)]
    await stage.services.sequencer.catch_up()
    async with stage.services.database.transaction() as tx:
        places = await rows.indexes_of(tx, ids)
        start = places[ids[0]]
        for at, kept in ((START, places[ids[1]]), (START + timedelta(days=DAYS + 30), None)):
            found = await pruning.first_kept(tx, start, start + 2, before=at - timedelta(days=DAYS))
            assert kept == (found and found.index)


async def test_young_entries_stay(services: Services) -> None:
    """What is younger than the retention stops everything behind it, however old that is."""
    await grown(services, [OLD] * 300)
    await grown(services, [OLD], at=START - timedelta(days=DAYS - 1))
    await grown(services, [OLD] * 300)
    assert 256 == await pruned(services)
    async with services.database.transaction() as tx:
        found = await standing(tx, days=DAYS, now=START)
    assert (300, "age") == (found.kept_from, found.reason)


@pytest.mark.parametrize("kind", list(HoldKind))
async def test_hold_stops_pruning_until_it_is_lifted(services: Services, kind: HoldKind) -> None:
    """On a person, a material or the log; each stops it where its first entry is, and lets it go on afterwards."""
    person_id, pseudonym = await person_of(services)
    material_id = await material_of(services, person_id, withdrawn_at=LONG_AGO)
    held = {
        HoldKind.PERSON: replace(OLD, who=pseudonym),
        HoldKind.MATERIAL: replace(OLD, obj=f"material:{material_id}"),
        HoldKind.LOG: OLD,
    }
    await grown(services, [OLD] * 300 + [held[kind]] + [OLD] * 300)
    subject = {HoldKind.PERSON: person_id, HoldKind.MATERIAL: material_id, HoldKind.LOG: None}[kind]
    new = NewHold(kind=kind, subject=subject, reason="案号 17")
    async with services.database.transaction() as tx:
        hold = await holds.place(tx, OPERATOR, new, by=None, now=START)
    assert (0 if kind is HoldKind.LOG else 256) == await pruned(services)
    with pytest.raises(DBAPIError, match="must be kept"):
        await asked(
            services, "INSERT INTO ledger_prune VALUES (1, 512) ON CONFLICT (id) DO UPDATE SET minimum_index = 512"
        )
    async with services.database.transaction() as tx:
        await holds.lift(tx, OPERATOR, hold.id, reason="结案", by=None, now=START)
    assert 512 == await pruned(services)


@pytest.mark.parametrize(
    "follower",
    [
        "INSERT INTO log_reader VALUES ('slow', 300, now())",
        (
            "WITH target AS (INSERT INTO siem_target (id, name, kind, address, form) VALUES "
            "(gen_random_uuid(), 'slow', 'webhook', 'https://siem.example', 'ndjson') RETURNING id) "
            "INSERT INTO siem_cursor (target_id, next_index) SELECT id, 300 FROM target"
        ),
    ],
    ids=["index", "push"],
)
async def test_what_a_follower_has_not_read_stays(services: Services, follower: str) -> None:
    """The index of the console and every push to others read each entry once before it goes."""
    await grown(services, [OLD] * 600)
    await asked(services, follower)
    assert 256 == await pruned(services)


async def test_what_nobody_has_read_yet_stays(services: Services) -> None:
    """Before a worker has run for the first time nothing goes."""
    await grown(services, [OLD] * 600)
    await asked(services, "UPDATE log_reader SET next_index = 0 WHERE name = 'anomalies'")
    assert 0 == await pruned(services)


async def test_a_hold_is_placed_before_a_batch_or_after_it(services: Services) -> None:
    """Never within one: what is confirmed as held is there."""
    await grown(services, [OLD] * 600)
    new = NewHold(kind=HoldKind.LOG, subject=None, reason="诉讼")

    async def place() -> None:
        async with services.database.transaction() as tx:
            await holds.place(tx, OPERATOR, new, by=None, now=START)

    async with services.database.transaction() as tx:
        assert await pruning.lock_pruning(tx)
        placing = asyncio.create_task(place())
        assert set() == (await asyncio.wait({placing}, timeout=0.3))[0]
    await placing
    assert 0 == await pruned(services)


async def test_last_bundle_stays(services: Services) -> None:
    """A log of which everything is old keeps the entries that a start compares with the tree."""
    await grown(services, [OLD] * 512)
    assert 256 == await pruned(services)
    await open_ledger(services.database, services.keys, named=None, otherwise=services.ledger_origin)


async def test_less_than_the_floor_is_refused(services: Services) -> None:
    """Whatever the configuration says, nothing younger than 183 days goes."""
    with pytest.raises(ValueError, match=f"at least {DAYS_MIN} days"):
        await prune(services.database, services.keys, days=DAYS_MIN - 1, clock=services.clock)


async def asked(services: Services, statement: str) -> None:
    """One statement, as whoever owns the tables."""
    async with services.database.transaction() as tx:
        await tx.execute(text(statement))


async def test_nobody_gets_round_the_door(services: Services, subtests: pytest.Subtests) -> None:
    """The owner of the tables can't delete above the index, nor move it back, into a bundle, or over what is young."""
    await grown(services, [OLD] * 300)
    await grown(services, [OLD] * 300, at=datetime.now(START.tzinfo))
    assert 256 == await pruned(services)
    for statement in [
        "DELETE FROM event WHERE id IN (SELECT event_id FROM ledger_leaf WHERE index = 256)",
        "DELETE FROM event",
        "UPDATE event SET who = 'p-2' WHERE id IN (SELECT event_id FROM ledger_leaf WHERE index = 256)",
        "UPDATE ledger_prune SET minimum_index = 0",
        "UPDATE ledger_prune SET minimum_index = 300",
        "UPDATE ledger_prune SET minimum_index = 512",
        "UPDATE ledger_prune SET minimum_index = 2560",
        "DELETE FROM ledger_prune",
        "TRUNCATE ledger_prune",
        "DELETE FROM ledger_tile",
        "DELETE FROM ledger_leaf WHERE index = 0",
    ]:
        with subtests.test(statement), pytest.raises(DBAPIError, match=r"refused|whole bundles|must be kept"):
            await asked(services, statement)


async def test_pruning_twice_at_once_prunes_once(services: Services) -> None:
    """Who comes second finds the door taken."""
    await grown(services, [OLD] * 600)
    async with services.database.transaction() as tx:
        assert await pruning.lock_pruning(tx)
        assert 0 == await pruned(services)
    assert 512 == await pruned(services)
