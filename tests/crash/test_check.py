"""The harness itself: it sees what it is there to see."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from compliance.access import Role
from compliance.events import Trail
from fileserver.services import Services, s3_settings
from fileserver.uploads import service
from fileserver.uploads.layout import PART_SIZE_MIN_BYTES
from storage.objects import ObjectStore
from tests.crash.check import Found, look
from tests.crash.files import Files
from tests.crash.journal import Journal, Told
from tests.crash.rows import Rows
from tests.people import add_employee

LENGTH = 2 * PART_SIZE_MIN_BYTES + 5
TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Planted:
    """An upload with one part and one tail, as rows and in the store."""

    services: Services
    upload_id: UUID
    key: str
    multipart_id: str
    tail_key: str

    async def sql(self, statement: str, **values: object) -> None:
        """Breaks something."""
        async with self.services.database.transaction() as tx:
            await tx.execute(text(statement), {"id": self.upload_id, **values})

    async def found(self) -> Found:
        """What a look says now."""
        rows = Rows(self.services.config.database_url.get_secret_value())
        return await look(rows, self.services.objects, s3_settings(self.services.config))

    async def broken(self) -> set[str]:
        """The kinds of what is wrong with the upload."""
        return {each.kind for each in (await self.found()).broken if each.upload == str(self.upload_id)}

    async def unowned(self) -> set[tuple[str, str]]:
        """What nobody owns of this upload: when it must be gone, and what it is."""
        found, mine = await self.found(), str(self.upload_id)
        now = {("now", each.kind) for each in found.orphans if each.upload == mine}
        return now | {("at its end", each.kind) for each in found.leftovers if each.upload == mine}


@pytest.fixture
async def planted(services: Services) -> AsyncIterator[Planted]:
    """As after a part and a tail were acknowledged."""
    person, objects = await add_employee(services, Role.MARKETER), services.objects
    row = await service.create(services, person.actor, Trail(), length=LENGTH, metadata={})
    multipart_id = await objects.create_multipart(row.object_key, media_type=TYPE)
    part = await objects.upload_part(
        row.object_key, multipart_id, 1, os.urandom(PART_SIZE_MIN_BYTES), PART_SIZE_MIN_BYTES
    )
    one = Planted(services, row.id, row.object_key, multipart_id, f"tails/{row.id}/{PART_SIZE_MIN_BYTES}-1")
    await objects.put(one.tail_key, b"tail", media_type=TYPE)
    await one.sql(
        "UPDATE upload SET multipart_id = :multipart, offset_bytes = :offset WHERE id = :id",
        multipart=multipart_id,
        offset=PART_SIZE_MIN_BYTES + 4,
    )
    await one.sql(
        "INSERT INTO upload_part (upload_id, number, offset_bytes, size_bytes, etag) VALUES (:id, 1, 0, :size, :etag)",
        size=PART_SIZE_MIN_BYTES,
        etag=part.etag,
    )
    await one.sql(
        "INSERT INTO upload_tail (upload_id, offset_bytes, size_bytes, object_key) VALUES (:id, :offset, 4, :key)",
        offset=PART_SIZE_MIN_BYTES,
        key=one.tail_key,
    )
    yield one
    await objects.abort_multipart(row.object_key, multipart_id)
    for prefix in (row.object_key, f"tails/{row.id}/"):
        await objects.delete_prefix(prefix)


async def test_a_sound_upload(planted: Planted) -> None:
    """Nothing is said against it."""
    assert (set(), set()) == (await planted.broken(), await planted.unowned())


async def test_an_offset_beyond_what_is_stored(planted: Planted) -> None:
    """Rows that count a byte nobody has are wrong."""
    await planted.sql("UPDATE upload SET offset_bytes = offset_bytes + 1 WHERE id = :id")
    assert {"rows"} == await planted.broken()


async def test_a_gap_between_part_and_tail(planted: Planted) -> None:
    """A tail that does not begin where the parts end is wrong."""
    await planted.sql("UPDATE upload_tail SET offset_bytes = offset_bytes + 1 WHERE upload_id = :id")
    assert {"rows"} == await planted.broken()


async def test_a_tail_that_is_gone(planted: Planted) -> None:
    """A row that names an object which is not there is wrong."""
    await planted.services.objects.delete(planted.tail_key)
    assert {"missing"} == await planted.broken()


async def test_a_part_that_is_gone(planted: Planted) -> None:
    """Likewise a part that the store does not list."""
    await planted.services.objects.abort_multipart(planted.key, planted.multipart_id)
    assert {"missing"} == await planted.broken()


async def test_another_part_than_was_acknowledged(planted: Planted) -> None:
    """A part counts by its ETag."""
    await planted.sql("UPDATE upload_part SET etag = 'another' WHERE upload_id = :id")
    assert {"missing"} == await planted.broken()


async def test_what_a_crash_may_leave_of_an_upload_that_goes_on(planted: Planted, object_store: ObjectStore) -> None:
    """Objects and multipart uploads that its rows don't name have to be gone at its end."""
    await object_store.put(f"tails/{planted.upload_id}/99-1", b"x", media_type=TYPE)
    second = await object_store.create_multipart(planted.key, media_type=TYPE)
    assert {("at its end", "orphan object"), ("at its end", "orphan multipart")} == await planted.unowned()
    await object_store.abort_multipart(planted.key, second)


@pytest.mark.parametrize("state", ["complete", "terminated", "failed"])
async def test_what_an_ended_upload_leaves(planted: Planted, state: str) -> None:
    """Nothing of it may be there that its rows don't name."""
    await planted.sql("UPDATE upload SET state = :state WHERE id = :id", state=state)
    assert {("now", "orphan object"), ("now", "orphan multipart")} == await planted.unowned()
    assert ({"rows", "missing"} if state == "complete" else set()) == await planted.broken()


async def test_an_object_without_an_upload(planted: Planted, object_store: ObjectStore) -> None:
    """Nobody owns what no row was ever made for."""
    stranger = str(uuid4())
    await object_store.put(f"uploads/{stranger}", b"x", media_type=TYPE)
    assert stranger in {each.upload for each in (await planted.found()).orphans}
    await object_store.delete(f"uploads/{stranger}")


def test_an_offset_that_goes_back() -> None:
    """An answer below an acknowledged offset, or beyond what was sent, is a broken promise."""
    journal, told = Journal(), Told("/uploads/1", acknowledged=10, sent_end=20)
    for offset in (10, 20, 19, 21):
        told.hears(journal, offset, "HEAD")
    assert ["lost", "never sent"] == [each.kind for each in journal.violations]


def test_files_of_a_seed() -> None:
    """The same seed makes the same files, another one others."""
    one, again, other = (Files(seed) for seed in (1, 1, 2))
    first = [one.next().sha256 for _ in range(3)]
    assert first == [again.next().sha256 for _ in range(3)]
    assert first != [other.next().sha256 for _ in range(3)]
