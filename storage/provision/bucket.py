"""The bucket and its one lifecycle rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.commonconfig import ENABLED, Filter
from minio.error import MinioException, S3Error
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, LifecycleConfig, Rule
from urllib3.exceptions import HTTPError

from storage.errors import StorageError, StoreRefused, StoreUnavailable
from storage.settings import S3Settings

TIMEOUT_S = 10.0
RETRIES_MAX = 2
RULE_ID = "sealshare-abort-incomplete-uploads"
# The server sweeps abandoned uploads itself, and earlier; this is for the case that no server runs any more.
ABORT_AFTER_DAYS = 14


def ensure_bucket(settings: S3Settings) -> bool:
    """Makes the bucket unless it is there; True when it was made. Raises StoreUnavailable, StoreRefused."""
    client = client_for(settings)
    with storage_errors("make_bucket"):
        if client.bucket_exists(settings.bucket):
            return False
        client.make_bucket(settings.bucket, location=settings.region)
    return True


def client_for(settings: S3Settings) -> Minio:
    """A minio client with time-outs; the proxy settings of the environment are not looked at."""
    address = urlsplit(settings.endpoint_url)
    return Minio(
        address.netloc,
        access_key=settings.access_key,
        secret_key=settings.secret_key,
        secure=address.scheme == "https",
        region=settings.region,
        http_client=http_pool(),
    )


def http_pool() -> urllib3.PoolManager:
    """Connections with time-outs and few retries."""
    return urllib3.PoolManager(timeout=TIMEOUT_S, retries=urllib3.Retry(RETRIES_MAX, backoff_factor=0.1))


@contextmanager
def storage_errors(operation: str) -> Iterator[None]:
    """Turns the errors of minio and urllib3 into ours. Their messages contain URLs and are dropped."""
    try:
        yield
    except S3Error as error:
        raise StoreRefused(operation=operation, code=error.code) from error
    except (MinioException, HTTPError, ValueError) as error:
        raise StoreUnavailable(store="s3", operation=operation, detail=type(error).__name__) from error


def describe(error: StorageError) -> str:
    """The one word that says why, for a report."""
    return str(error.params.get("code") or error.params.get("detail") or error.slug)


def ensure_rule(client: Minio, bucket: str) -> str:
    """The rule against abandoned parts beside those of others: "set" or "kept"."""
    config = client.get_bucket_lifecycle(bucket)
    rules = list(config.rules) if config else []
    if any(rule.rule_id == RULE_ID for rule in rules):
        return "kept"
    limit = AbortIncompleteMultipartUpload(days_after_initiation=ABORT_AFTER_DAYS)
    rules.append(Rule(ENABLED, Filter(prefix=""), RULE_ID, abort_incomplete_multipart_upload=limit))
    client.set_bucket_lifecycle(bucket, LifecycleConfig(rules))
    return "set"
