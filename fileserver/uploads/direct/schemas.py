"""What direct uploads are asked and answer: the shape that Uppy's S3 plug-in speaks, so its names are not ours."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, RootModel

from fileserver.http.schemas import Input, Output
from fileserver.uploads.layout import PARTS_MAX

PART_NUMBER_MAX = 10_000  # S3's
METADATA_KEYS_MAX = 32
VALUE_CHARS_MAX = 1024
SHA256_BASE64 = r"^[A-Za-z0-9+/]{43}=$"
ETAG = r'^"?[!#-~]{1,128}"?$'

MetadataKey = Annotated[str, Field(min_length=1, max_length=64)]
MetadataValue = Annotated[str, Field(max_length=VALUE_CHARS_MAX)] | int | float | bool | None


class Direct(Output):
    """The store as clients reach it."""

    endpoint: str = Field(description="Origin that parts are sent to")


class Ways(Output):
    """How bytes can come here. Through the server by tus they always can."""

    direct: Direct | None = Field(
        description="Straight into the store; null when the operator has not made it reachable"
    )
    part_size_min_bytes: int = Field(description="The least size of the parts that this server lays out, but the last")


class NewDirectUpload(Input):
    """A file that is to go straight into the store."""

    filename: str = Field(default="", max_length=255, description="As the client names it")
    type: str = Field(default="", max_length=127, description="Media type as the client declares it")
    size: int | None = Field(default=None, ge=0, lt=1 << 63, description="Bytes; needed here or in `metadata.size`")
    metadata: dict[MetadataKey, MetadataValue] = Field(
        default_factory=dict,
        max_length=METADATA_KEYS_MAX,
        description="More about the file; `fingerprint` finds it again",
    )


class NewDirectUploadOut(Output):
    """A direct upload that takes parts."""

    upload_id: UUID = Field(serialization_alias="uploadId")
    key: UUID = Field(description="The same; Uppy asks for both")
    part_size: int = Field(serialization_alias="partSize", description="Bytes of each part but the last")
    location: str = Field(description="Where to read how far the upload is")


class DirectPath(Input):
    """The direct upload in a path."""

    upload_id: UUID


class PartPath(Input):
    """One part of a direct upload in a path."""

    upload_id: UUID
    part_number: int = Field(ge=1, le=PART_NUMBER_MAX)


class KeyQuery(Input):
    """The upload once more."""

    key: UUID | None = Field(default=None, description="The upload's id, as `key` answered it")


class SignQuery(KeyQuery):
    """What is to be signed."""

    checksum: str = Field(pattern=SHA256_BASE64, description="SHA-256 of the part, in base64")


class DirectPart(Output):
    """A part that the store has."""

    number: int = Field(serialization_alias="PartNumber")
    size_bytes: int = Field(serialization_alias="Size")
    etag: str = Field(serialization_alias="ETag")


class DirectParts(RootModel[list[DirectPart]]):
    """The parts that the store has, by number."""


class SignedPart(Output):
    """A request that stores one part; send exactly this, and the part as its body."""

    method: str
    url: str
    headers: dict[str, str] = Field(description="To send as they are; they are signed, and so is Content-Length")
    expires: int = Field(
        description="Seconds for which it is good; ask again afterwards, or when the store answers 403"
    )


class NamedPart(Input):
    """A part as the store acknowledged it to the client."""

    number: int = Field(alias="PartNumber", ge=1, le=PART_NUMBER_MAX)
    etag: str = Field(alias="ETag", pattern=ETAG)


class CompleteDirect(Input):
    """All parts, once they are in the store."""

    parts: list[NamedPart] = Field(max_length=PARTS_MAX)


class CompletedDirect(Output):
    """The upload is being put together and verified."""

    location: str = Field(description="Poll it: `complete` once the SHA-256 of the whole file is known")
