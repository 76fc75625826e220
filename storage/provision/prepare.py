"""Everything that a bucket needs before a server uses it, made in one go that may be repeated."""

from dataclasses import dataclass

from storage.errors import StoreRefused
from storage.provision.bucket import client_for, describe, ensure_bucket, ensure_rule, storage_errors
from storage.provision.cors import allow_origin
from storage.settings import S3Settings


@dataclass(frozen=True)
class ProvisionReport:
    """What `init` did. A rule is "set", "kept", "off", or why the server wouldn't have it."""

    bucket: str
    bucket_made: bool
    lifecycle: str
    cors: str = "off"


def init(settings: S3Settings, *, origin: str | None = None) -> ProvisionReport:
    """Makes the bucket and its rule against abandoned parts; pages of `origin`, if any, may send parts by themselves.

    Raises StoreUnavailable, StoreRefused.
    """
    made = ensure_bucket(settings)
    try:
        with storage_errors("set_bucket_lifecycle"):
            lifecycle = ensure_rule(client_for(settings), settings.bucket)
    except StoreRefused as error:
        lifecycle = f"refused: {describe(error)}"
    cors = allow_origin(settings, origin) if origin else "off"
    return ProvisionReport(settings.bucket, made, lifecycle, cors)
