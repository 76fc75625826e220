"""A bucket with object lock: whoever has its keys, this server included, can neither delete nor change what it keeps.

Every object is written with a retention of its own in compliance mode, and asked for it afterwards: a server that
ignores the wish is refused.
"""

import asyncio
import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from storage.archives.model import DAY, NOTE_BYTES_MAX, Kept, name_of, size_of
from storage.errors import StoreRefused
from storage.objects.control import Control
from storage.objects.faults import Sleep
from storage.settings import S3Settings

MODE = "COMPLIANCE"
MEDIA_TYPE = "text/plain; charset=utf-8"
PAGES_MAX = 1000


@dataclass(frozen=True)
class BucketSettings:
    """The bucket, for which the keys need no more than to write, read and list; and for how long nobody deletes."""

    s3: S3Settings
    retention_days: int


class BucketArchive:
    """An asynchronous context manager; the bucket must exist, made with object lock."""

    def __init__(self, settings: BucketSettings, *, sleep: Sleep = asyncio.sleep) -> None:
        self._control = Control(settings.s3, sleep)
        self._retention = timedelta(days=settings.retention_days)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._control.close()

    async def newest(self) -> Kept | None:
        """As Archive. Raises StoreUnavailable, StoreRefused. A marker that hides an object hides nothing from this."""
        days = sorted(day for page in await self._pages(Delimiter="/") for day in _days(page))
        for day in reversed(days):
            versions = [each for page in await self._pages(Prefix=f"{day}/") for each in page.get("Versions", ())]
            found = [(size, each) for each in versions if (size := size_of(each["Key"].rpartition("/")[2])) is not None]
            if found:
                largest = max(size for size, _ in found)
                first = [each for size, each in found if size == largest][-1]  # S3 lists the newest version first
                return Kept(largest, await self._read(first["Key"], first["VersionId"]))
        return None

    async def keep(self, size: int, made_at: datetime, note: bytes) -> None:
        """As Archive; raises StoreRefused, too, when the object is not locked afterwards."""
        key = "/".join(name_of(size, made_at))
        await self._control.call(
            "put_object",
            key=key,
            Body=note,
            ContentType=MEDIA_TYPE,
            ContentMD5=base64.b64encode(hashlib.md5(note, usedforsecurity=False).digest()).decode(),  # S3 wants it
            ObjectLockMode=MODE,
            ObjectLockRetainUntilDate=datetime.now(UTC) + self._retention,  # judged by the store's own clock
        )
        found = await self._control.call("head_object", key=key)
        if found.get("ObjectLockMode") != MODE:
            raise StoreRefused(operation="put_object", code="ObjectNotLocked")

    async def _read(self, key: str, version: str) -> bytes:
        span = f"bytes=0-{NOTE_BYTES_MAX - 1}"
        answer = await self._control.call("get_object", key=key, VersionId=version, Range=span)
        async with answer["Body"] as body:
            found: bytes = await body.read()
        return found

    async def _pages(self, **arguments: Any) -> list[dict[str, Any]]:
        pages: list[dict[str, Any]] = []
        marker: dict[str, Any] = {}
        while len(pages) < PAGES_MAX:
            pages.append(await self._control.call("list_object_versions", **arguments, **marker))
            if not pages[-1].get("IsTruncated"):
                break
            names = {"NextKeyMarker": "KeyMarker", "NextVersionIdMarker": "VersionIdMarker"}
            marker = {name: pages[-1][given] for given, name in names.items() if pages[-1].get(given)}
        return pages


def _days(page: dict[str, Any]) -> list[str]:
    names = [entry["Prefix"].rstrip("/") for entry in page.get("CommonPrefixes", ())]
    return [name for name in names if DAY.fullmatch(name)]
