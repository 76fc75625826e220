"""What can go wrong with bytes and engines, as one short hierarchy.

Every error carries a `slug` (a stable machine key) and `params` (the facts of this case, safe to show to an operator),
so that the caller can translate and map it. Nothing here knows HTTP, and no params ever hold a secret.
"""

from typing import ClassVar


class StorageError(Exception):
    """Base of all errors of this package."""

    slug: ClassVar[str] = "storage-error"

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(f"{self.slug}: " + ", ".join(f"{name}={value}" for name, value in params.items()))


class ObjectMissing(StorageError):
    """No object under this key. Params: key."""

    slug = "object-missing"


class ObjectTooLarge(StorageError):
    """The object is larger than the caller is willing to hold in memory. Params: key, limit_bytes."""

    slug = "object-too-large"


class ObjectCutShort(StorageError):
    """The store ended an object before its announced length. Params: key, expected_bytes, received_bytes."""

    slug = "object-cut-short"


class RangeUnsatisfiable(StorageError):
    """The asked range begins behind the end of the object. Params: key, start."""

    slug = "range-unsatisfiable"


class MultipartMissing(StorageError):
    """The multipart upload is unknown: never begun, completed or aborted. Params: key."""

    slug = "multipart-missing"


class PartRefused(StorageError):
    """A part was not stored and its bytes may be sent again. Params: key, number, detail."""

    slug = "part-refused"


class StoreUnavailable(StorageError):
    """The store did not answer, or answered with a fault of its own, after all retries. Params: operation, detail."""

    slug = "store-unavailable"


class StoreRefused(StorageError):
    """The store understood and said no: wrong keys, no bucket, not supported. Params: operation, code."""

    slug = "store-refused"


class EngineBusy(StorageError):
    """Another process runs the engines of this data folder. Params: data_dir, pid (0 when unknown)."""

    slug = "engine-busy"


class EngineFailed(StorageError):
    """An embedded engine could not be started. Params: engine, reason, log (its last lines, maybe empty)."""

    slug = "engine-failed"
