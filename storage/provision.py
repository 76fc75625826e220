"""Makes and examines the bucket, through the synchronous minio client; for the command line and for start-up.

Promises: `init` is safe to repeat. Leaves moving bytes to `storage.objects`.
"""

from urllib.parse import urlsplit

import urllib3
from minio import Minio

from storage.settings import S3Settings

TIMEOUT_S = 10.0
RETRIES_MAX = 2


def client_for(settings: S3Settings) -> Minio:
    """A minio client with time-outs; the proxy settings of the environment are not looked at."""
    address = urlsplit(settings.endpoint_url)
    pool = urllib3.PoolManager(timeout=TIMEOUT_S, retries=RETRIES_MAX)
    return Minio(
        address.netloc,
        access_key=settings.access_key,
        secret_key=settings.secret_key,
        secure=address.scheme == "https",
        region=settings.region,
        http_client=pool,
    )


def ensure_bucket(settings: S3Settings) -> bool:
    """Makes the bucket unless it is there; True when it was made."""
    client = client_for(settings)
    if client.bucket_exists(settings.bucket):
        return False
    client.make_bucket(settings.bucket, location=settings.region)
    return True
