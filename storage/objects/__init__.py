"""Objects in one S3 bucket, asynchronously.

Promises: what is acknowledged is stored; what is read is as long as the store announced; nothing waits for ever; a
lost connection or a fault of the store is tried again where the body can be sent again. No object is ever held whole
in memory unless the caller passes or asks for bytes. Control calls are aiobotocore's; bytes move past it over URLs
that are signed here, in by threads of http.client (`upload`), out by aiohttp and plain sockets (`download`) or from
socket to socket (`passing`), which costs a third of the CPU. Leaves to others: what the keys mean, and making the
bucket (`provision`).
"""

from storage.objects.faults import RETRIES
from storage.objects.feed import Feed, Pieces
from storage.objects.model import ObjectInfo, Part, PendingMultipart, SignedRequest, StoredObject
from storage.objects.passing import Outlet, OutletGone
from storage.objects.store import ObjectStore

__all__ = [
    "RETRIES",
    "Feed",
    "ObjectInfo",
    "ObjectStore",
    "Outlet",
    "OutletGone",
    "Part",
    "PendingMultipart",
    "Pieces",
    "SignedRequest",
    "StoredObject",
]
