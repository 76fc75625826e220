"""What receiving needs of an object store; storage.objects.ObjectStore is one."""

from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from typing import Protocol

from storage.objects import Feed, ObjectInfo, Part, PendingMultipart, Pieces

OCTETS = "application/octet-stream"


class ObjectSink(Protocol):
    """Puts bytes where they stay. Every method raises a storage.errors.StorageError when it can't."""

    async def put(self, key: str, body: bytes | Pieces, *, media_type: str) -> ObjectInfo:
        """Stores a whole small object, with retries."""

    def read(self, key: str, *, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes]:
        """The object's bytes in pieces."""

    async def head(self, key: str) -> ObjectInfo:
        """What is stored under the key. Raises ObjectMissing."""

    async def delete(self, key: str) -> None:
        """Removes the object if it is there."""

    async def delete_prefix(self, prefix: str, *, keep: str | None = None) -> int:
        """Removes every object whose key begins so, but one."""

    async def create_multipart(self, key: str, *, media_type: str) -> str:
        """Begins a multipart upload; returns its id."""

    async def upload_part(
        self,
        key: str,
        multipart_id: str,
        number: int,
        chunks: AsyncIterable[bytes | memoryview] | Pieces | Feed,
        size_bytes: int,
    ) -> Part:
        """Stores one part; a number that is sent again replaces. Returns when the store has acknowledged.

        Pieces are retried. A stream is sent once, while it arrives; PartRefused means that it may be sent again, and
        cancelling before its end leaves nothing behind.
        """

    async def copy_part(
        self, key: str, multipart_id: str, number: int, source_key: str, span: tuple[int, int] | None, size_bytes: int
    ) -> Part:
        """Makes a part of bytes that are stored already; None is the whole object."""

    async def complete_multipart(self, key: str, multipart_id: str, parts: Sequence[Part]) -> ObjectInfo:
        """Makes the object of its parts, and has looked at its size; may be repeated."""

    async def abort_multipart(self, key: str, multipart_id: str) -> None:
        """Drops a multipart upload and its parts."""

    async def list_multiparts(self, prefix: str) -> tuple[PendingMultipart, ...]:
        """Multipart uploads that were begun and neither completed nor aborted."""
