"""What the uploads API answers in JSON; the bytes and their headers are tus's business."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from fileserver.http.schemas import Input, Output

State = Literal["receiving", "assembling", "verifying", "complete", "terminated", "failed"]
Way = Literal["streamed", "direct"]

FINGERPRINT = r"^[A-Za-z0-9._-]{1,100}$"


class UploadPath(Input):
    """The upload in a path."""

    upload_id: UUID


class UploadQuery(Input):
    """Which uploads to list."""

    fingerprint: str | None = Field(
        default=None,
        pattern=FINGERPRINT,
        description="Only those with this `fingerprint` in their metadata, however old",
    )
    cursor: str | None = Field(default=None, max_length=100, description="Where the page before ended")
    limit: int = Field(default=50, ge=1, le=100, description="How many at most")


class UploadOut(Output):
    """One upload as its maker sees it."""

    id: UUID
    filename: str = Field(description="As the client named it; empty if it did not")
    media_type: str = Field(description="As the client declared it; nothing relies on it")
    state: State = Field(description="`verifying`: all bytes are here and are being hashed; `complete`: ready for use")
    concat: Literal["partial", "final"] | None = Field(description="A piece of another upload, or one made of pieces")
    way: Way = Field(description="`streamed` through the server by tus, or `direct` into the store")
    part_size_bytes: int = Field(description="Bytes of each part but the last")
    offset_bytes: int = Field(description="How many bytes are stored; of a direct upload all or none")
    length_bytes: int | None = Field(description="How many there will be; null until the client says it")
    verified_bytes: int = Field(description="How far the verification has read; the length once it is complete")
    sha256: str | None = Field(description="Of the whole file, in hexadecimal, once it is complete")
    fingerprint: str = Field(description="By which the client knows its file again; empty if it named none")
    material_id: UUID | None = Field(description="The material that a version was made of it for; null while unused")
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = Field(description="When an unfinished upload is dropped; null once it is complete")


class UploadList(Output):
    """Uploads that are unfinished or recent, newest first."""

    items: list[UploadOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")
