"""What the object store tells about objects, parts and multipart uploads. ETags are bare, without quotation marks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ObjectInfo:
    """A stored object."""

    key: str
    size_bytes: int
    etag: str


@dataclass(frozen=True)
class Part:
    """A part the store has acknowledged; `number` counts from 1 to 10,000."""

    number: int
    size_bytes: int
    etag: str
    checksum: str | None = None  # SHA-256 in base64, where a part was sent with one and the server tells


@dataclass(frozen=True)
class SignedRequest:
    """A request that somebody else may send, once or again until `expires_s` are over, with exactly these headers."""

    method: str
    url: str
    headers: Mapping[str, str]
    expires_s: int


@dataclass(frozen=True)
class PendingMultipart:
    """A multipart upload that is neither completed nor aborted."""

    key: str
    multipart_id: str
    started_at: datetime


@dataclass(frozen=True)
class StoredObject:
    """An object as a listing names it."""

    key: str
    size_bytes: int
    modified_at: datetime
