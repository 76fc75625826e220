"""What crashes left in the store and no row names is found and removed; nothing else is."""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from fileserver.uploads import names, orphans
from fileserver.uploads.orphans import ORPHAN_AFTER, ORPHAN_UNTIL, sweep_orphans
from storage.database import Database
from storage.engines import Endpoints
from storage.objects import ObjectStore
from storage.rows.installation import mark_of
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.test_patch import assert_complete
from tests.services import Clock, copied_database
from tests.uploads import Tus

OCTETS = "application/octet-stream"
LENGTH = 2 * PART_BYTES + 1000
BODY = os.urandom(LENGTH)


@pytest.fixture
def objects(tus: Tus) -> ObjectStore:
    """The store behind the server."""
    return tus.services.objects


def let_time_pass(clock: Clock) -> None:
    """The store's own clock is real: what has just been stored is old now."""
    clock.now = datetime.now(UTC) + ORPHAN_AFTER + timedelta(minutes=1)


async def keys_below(objects: ObjectStore, prefix: str) -> list[str]:
    """What the store holds there."""
    return [stored.key async for page in objects.list_pages(prefix) for stored in page]


async def test_what_never_got_a_row(objects: ObjectStore, tus: Tus, clock: Clock) -> None:
    """An object, a tail and a multipart upload of an id that no row has are removed, and the log tells how many."""
    nobody = names.new_id(tus.services.mark)
    await objects.put(names.single_key(nobody, "lost"), b"x", media_type=OCTETS)
    await objects.put(names.tail_key(nobody, 0, "lost"), b"x", media_type=OCTETS)
    await objects.create_multipart(names.object_key(nobody), media_type=OCTETS)
    let_time_pass(clock)
    await sweep_orphans(tus.services)
    assert [] == await keys_below(objects, names.object_key(nobody)) + await keys_below(
        objects, names.tail_prefix(nobody)
    )
    assert () == await objects.list_multiparts(names.object_key(nobody))
    (told,) = [event for event in await tus.log() if event["act"] == "system:upload:sweep"]
    assert {"cause": "orphan", "objects": 2, "multiparts": 1} == told["det"]


async def test_an_upload_on_its_way_keeps_what_counts(objects: ObjectStore, tus: Tus, clock: Clock) -> None:
    """Its tail and its multipart upload are named; a tail and a multipart upload of a lost attempt are not."""
    path = await tus.create(LENGTH)
    await tus.patch(path, 0, BODY[: PART_BYTES + 500])
    upload_id = UUID(path.rpartition("/")[2])
    lost = names.tail_key(upload_id, PART_BYTES + 500, "lost")
    await objects.put(lost, b"x", media_type=OCTETS)
    await objects.create_multipart(names.object_key(upload_id), media_type=OCTETS)
    clock.now, begun = datetime.now(UTC) + ORPHAN_AFTER + timedelta(minutes=1), clock.now
    await sweep_orphans(tus.services)
    clock.now = begun
    assert lost not in await keys_below(objects, names.tail_prefix(upload_id))
    await tus.patch(path, PART_BYTES + 500, BODY[PART_BYTES + 500 :])
    await assert_complete(tus, path, BODY)


async def test_what_is_young_may_be_recorded_any_moment(objects: ObjectStore, tus: Tus, clock: Clock) -> None:
    """Nothing is touched before its time."""
    nobody = names.new_id(tus.services.mark)
    await objects.put(names.single_key(nobody, "lost"), b"x", media_type=OCTETS)
    clock.now = datetime.now(UTC) + ORPHAN_AFTER - timedelta(minutes=5)
    found = await sweep_orphans(tus.services)
    assert [] == list(found.objects)
    assert 1 == await objects.delete_prefix(names.object_key(nobody))


async def test_what_is_old_is_left_alone(objects: ObjectStore, tus: Tus, clock: Clock) -> None:
    """A database that came back from a backup doesn't know what was stored after it: nobody deletes that by himself."""
    nobody = names.new_id(tus.services.mark)
    await objects.put(names.single_key(nobody, "unknown"), b"x", media_type=OCTETS)
    clock.now = datetime.now(UTC) + ORPHAN_UNTIL + timedelta(minutes=1)
    assert [] == list((await sweep_orphans(tus.services)).objects)
    assert 1 == await objects.delete_prefix(names.object_key(nobody))


async def test_a_bucket_of_somebody_else_is_left_alone(
    objects: ObjectStore, tus: Tus, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More nameless objects than named ones, and more than a crash leaves: nothing is deleted."""
    monkeypatch.setattr(orphans, "FOREIGN_FROM", 2)
    nobody = names.new_id(tus.services.mark)
    for number in range(3):
        await objects.put(names.single_key(nobody, str(number)), b"x", media_type=OCTETS)
    let_time_pass(clock)
    assert (await sweep_orphans(tus.services)).is_foreign
    assert 3 == await objects.delete_prefix(names.object_key(nobody))


async def test_another_installation_may_share_the_bucket(
    objects: ObjectStore, tus: Tus, clock: Clock, engines: Endpoints, template_url: str
) -> None:
    """What is of another database is not looked at, however old and nameless it is here."""
    with copied_database(engines.database_url, template_url) as url:
        other = Database(url)
        async with other.transaction() as tx:
            theirs = names.new_id(await mark_of(tx))
        await other.close()
    await objects.put(names.single_key(theirs, "under way"), b"x", media_type=OCTETS)
    await objects.put(names.tail_key(theirs, 0, "under way"), b"x", media_type=OCTETS)
    await objects.create_multipart(names.object_key(theirs), media_type=OCTETS)
    let_time_pass(clock)
    found = await sweep_orphans(tus.services)
    assert ([], []) == (list(found.objects), list(found.multiparts))
    assert 1 == len(await objects.list_multiparts(names.object_key(theirs)))
    assert 2 == sum([await objects.delete_prefix(area + str(theirs)) for area in (names.OBJECTS, names.TAILS)])
