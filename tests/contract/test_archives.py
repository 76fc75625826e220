"""Archives of checkpoints: one suite over the folder and the bucket with object lock, on the real SeaweedFS."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.archives import Archive, BucketArchive, BucketSettings, FolderArchive, Kept, name_of
from storage.engines import Endpoints
from storage.errors import StorageError, StoreRefused
from storage.provision.bucket import client_for
from storage.settings import S3Settings

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def locked(engines: Endpoints) -> S3Settings:
    """A bucket of its own, made with object lock."""
    settings = replace(engines.s3, bucket=f"locked-{secrets.token_hex(6)}")
    client_for(settings).make_bucket(settings.bucket, object_lock=True)
    return settings


@pytest.fixture
async def bucket(locked: S3Settings) -> AsyncIterator[BucketArchive]:
    """The archive in it."""
    async with BucketArchive(BucketSettings(locked, retention_days=1)) as opened:
        yield opened


@pytest.fixture(params=["folder", "bucket"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    """Either."""
    if request.param == "folder":
        return FolderArchive(str(tmp_path))
    archive: Archive = request.getfixturevalue("bucket")
    return archive


async def test_an_empty_archive_has_nothing(archive: Archive) -> None:
    """None, and no error."""
    assert await archive.newest() is None


async def test_the_newest_is_the_largest_of_the_last_day(archive: Archive) -> None:
    """Order of writing doesn't matter, and sizes don't sort as words."""
    for size, at in ((999, NOW - timedelta(days=1)), (90, NOW), (100, NOW), (99, NOW)):
        await archive.keep(size, at, b"%d\n" % size)

    assert Kept(100, b"100\n") == await archive.newest()


async def test_what_is_kept_stays_as_it_is(archive: Archive) -> None:
    """A second checkpoint of the same size on the same day changes nothing of the first."""
    await archive.keep(7, NOW, b"first\n")
    await archive.keep(7, NOW, b"second\n")

    assert Kept(7, b"first\n") == await archive.newest()


async def test_strangers_files_are_passed_over(tmp_path: Path) -> None:
    """Only what has a checkpoint's name counts."""
    archive = FolderArchive(str(tmp_path))
    await archive.keep(7, NOW, b"seven\n")
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "2999-01-01").mkdir()
    (tmp_path / "2026-11-25" / "99999999999999999999.txt").touch()

    assert Kept(7, b"seven\n") == await archive.newest()


def test_files_can_not_be_written_by_accident(tmp_path: Path) -> None:
    """Each is read-only, and nothing half-written is left beside it."""
    asyncio.run(FolderArchive(str(tmp_path)).keep(7, NOW, b"seven\n"))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert [(tmp_path / "/".join(name_of(7, NOW)), 0o444)] == [(path, path.stat().st_mode & 0o777) for path in files]


def test_a_folder_that_is_not_there_is_never_made(tmp_path: Path) -> None:
    """A disk that is not mounted must not become a folder on this machine."""
    archive = FolderArchive(str(tmp_path / "absent"))
    with pytest.raises(StorageError):
        asyncio.run(archive.newest())
    with pytest.raises(StorageError):
        asyncio.run(archive.keep(7, NOW, b"seven\n"))
    assert [] == list(tmp_path.iterdir())


async def test_locked_checkpoints_can_not_be_removed(bucket: BucketArchive) -> None:
    """With the archive's own keys: no version is deleted, no retention shortened, and a marker hides nothing."""
    await bucket.keep(7, NOW, b"seven\n")
    key, call = "/".join(name_of(7, NOW)), bucket._control.call
    version = (await call("list_object_versions"))["Versions"][0]["VersionId"]
    with pytest.raises(StoreRefused):
        await call("delete_object", key=key, VersionId=version)
    retention = {"Mode": "COMPLIANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(minutes=1)}
    with pytest.raises(StoreRefused):
        await call("put_object_retention", key=key, VersionId=version, Retention=retention)
    await call("delete_object", key=key)

    assert Kept(7, b"seven\n") == await bucket.newest()


async def test_a_bucket_without_object_lock_is_refused(engines: Endpoints) -> None:
    """A checkpoint that anybody with the keys may delete is not kept."""
    async with BucketArchive(BucketSettings(engines.s3, retention_days=1)) as archive:
        with pytest.raises(StoreRefused):
            await archive.keep(7, NOW, b"seven\n")
