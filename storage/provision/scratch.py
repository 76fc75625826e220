"""Versioning and object lock, tried in a bucket of their own that is removed afterwards."""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from minio import Minio
from minio.commonconfig import ENABLED, GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from storage.provision.bucket import client_for, storage_errors
from storage.provision.probes import expect
from storage.settings import S3Settings

KEY = "probe"
LOCK_FOR = timedelta(days=1)


def try_versioning(settings: S3Settings) -> None:
    """A replaced object can still be read by its version."""
    with _scratch_bucket(settings, object_lock=False) as (client, bucket):
        client.set_bucket_versioning(bucket, VersioningConfig(ENABLED))
        first = _put(client, bucket, b"first")
        _put(client, bucket, b"second")
        expect("the first version is lost", holds=_read(client, bucket, first) == b"first")


def try_object_lock(settings: S3Settings) -> None:
    """A version under retention can't be deleted in the ordinary way."""
    with _scratch_bucket(settings, object_lock=True) as (client, bucket):
        until = datetime.now(UTC) + LOCK_FOR
        version = _put(client, bucket, b"kept", Retention(GOVERNANCE, until))
        try:
            client.remove_object(bucket, KEY, version_id=version)
        except S3Error:
            return
        expect("a version under retention was deleted", holds=False)


@contextmanager
def _scratch_bucket(settings: S3Settings, *, object_lock: bool) -> Iterator[tuple[Minio, str]]:
    client, bucket = client_for(settings), f"{settings.bucket[:40]}-check-{secrets.token_hex(6)}"
    with storage_errors("scratch_bucket"):
        client.make_bucket(bucket, location=settings.region, object_lock=object_lock)
        try:
            yield client, bucket
        finally:
            _remove(client, bucket)


def _remove(client: Minio, bucket: str) -> None:
    versions = client.list_objects(bucket, recursive=True, include_version=True)
    doomed = [DeleteObject(entry.object_name, entry.version_id) for entry in versions if entry.object_name]
    for error in client.remove_objects(bucket, doomed, bypass_governance_mode=True):
        # There is no HTTP answer behind this one.
        raise S3Error(None, error.code, error.message, bucket, None, None)  # type: ignore[arg-type]  # see above
    client.remove_bucket(bucket)


def _put(client: Minio, bucket: str, body: bytes, retention: Retention | None = None) -> str:
    stored = client.put_object(bucket, KEY, io.BytesIO(body), len(body), retention=retention)
    expect("no version id was given", holds=bool(stored.version_id))
    return str(stored.version_id)


def _read(client: Minio, bucket: str, version: str) -> bytes:
    answer = client.get_object(bucket, KEY, version_id=version)
    try:
        return bytes(answer.read())
    finally:
        answer.close()
        answer.release_conn()
