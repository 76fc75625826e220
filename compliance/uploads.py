"""Uploads as other features may see them: finished, verified, and the caller's own.

Receiving them is the business of the uploads feature; whoever makes a version of one asks here, in the transaction that
makes it.
"""

import base64
from dataclasses import dataclass
from uuid import UUID

from compliance.errors import NotFound, UploadPartial, UploadUnfinished
from storage.database import Transaction
from storage.rows import uploads

FILENAME = "filename"  # the names that tus clients use in Upload-Metadata
FILETYPE = "filetype"
FINGERPRINT = "fingerprint"  # by which our own clients know a file again
NAMELESS = "file"
DISCARD = "uploads.discard"  # the job that removes what an upload needs no more, once a version was made of it, too


@dataclass(frozen=True, kw_only=True)
class FinishedUpload:
    """Bytes that are complete under `object_key` and have been hashed. The media type is only what the client said."""

    sha256: str
    size_bytes: int
    object_key: str
    filename: str
    declared_media_type: str


async def finished_upload(tx: Transaction, upload_id: UUID, person_id: UUID) -> FinishedUpload:
    """The person's finished upload, which stays as it is until `tx` ends.

    Raises NotFound for an upload that is not there or not theirs, UploadUnfinished while bytes or the SHA-256 are
    missing, UploadPartial for one that is only a piece.
    """
    row = await uploads.upload_by_id(tx, upload_id, lock=True)
    if row is None or row.person_id != person_id or row.state in ("terminated", "failed"):
        raise NotFound(field="upload_id")
    if row.concat == "partial":
        raise UploadPartial(field="upload_id")
    if row.state != "complete" or row.sha256 is None:
        raise UploadUnfinished(field="upload_id", state=row.state)
    return FinishedUpload(
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        object_key=row.object_key,
        filename=text_of(row.metadata, FILENAME) or NAMELESS,
        declared_media_type=text_of(row.metadata, FILETYPE),
    )


def encoded(text: str) -> str:
    """A value as Upload-Metadata carries it."""
    return base64.b64encode(text.encode()).decode()


def text_of(metadata: dict[str, str], name: str) -> str:
    """One value of an upload's metadata as text; empty when it isn't there."""
    return base64.b64decode(metadata.get(name, "")).decode(errors="replace")
