"""The headers of tus 1.0.0: read strictly, refused by name, written back only from checked values.

Specification: https://tus.io/protocols/resumable-upload, with the extensions that EXTENSIONS names.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from compliance.uploads import FILENAME, FILETYPE, encoded
from fileserver.uploads.checksums import ALGORITHMS
from fileserver.uploads.errors import TusVersionRefused, UploadHeaderInvalid

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-defer-length,creation-with-upload,termination,expiration,checksum,concatenation"
OFFSET_STREAM = "application/offset+octet-stream"
METADATA_CHARS_MAX = 4096
METADATA_KEYS_MAX = 32
FILENAME_CHARS_MAX = 255
FILETYPE_CHARS_MAX = 127

NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)  # int() would also take "+5", "1_0" and " 5"
METADATA_KEY = re.compile(r"[!-+\--~]{1,64}", re.ASCII)  # printable, without space and comma
MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]*/[A-Za-z0-9][\w!#$&^.+-]*( *;[ -~]*)?", re.ASCII)
NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff/\\]")


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one PATCH must hash to."""

    algorithm: str
    digest: bytes

    def hasher(self) -> Any:
        """A new hash object."""
        return ALGORITHMS[self.algorithm].hasher()


def check_version(headers: Mapping[str, str]) -> None:
    """Raises TusVersionRefused unless Tus-Resumable is ours; the answer's Tus-Version says what is."""
    if headers.get("Tus-Resumable") != VERSION:
        raise TusVersionRefused(version=VERSION)


def read_number(headers: Mapping[str, str], name: str) -> int:
    """A non-negative integer. Raises UploadHeaderInvalid when it is missing or anything but 1 to 19 ASCII digits."""
    text = headers.get(name)
    if text is None:
        raise UploadHeaderInvalid(field=name, rule="missing")
    if not NUMBER.fullmatch(text):
        raise UploadHeaderInvalid(field=name, rule="not-a-number")
    return int(text)


def read_length(headers: Mapping[str, str]) -> int | None:
    """Upload-Length of a creation, None for `Upload-Defer-Length: 1`; exactly one of the two must be there."""
    deferred = headers.get("Upload-Defer-Length")
    if deferred is None:
        return read_number(headers, "Upload-Length")
    if deferred != "1":
        raise UploadHeaderInvalid(field="Upload-Defer-Length", rule="not-one")
    if "Upload-Length" in headers:
        raise UploadHeaderInvalid(field="Upload-Defer-Length", rule="length-twice")
    return None


def read_said_length(headers: Mapping[str, str]) -> int | None:
    """Upload-Length of a PATCH, which says it for an upload that was made without; None when it isn't there."""
    return read_number(headers, "Upload-Length") if "Upload-Length" in headers else None


def write_length(length: int | None) -> dict[str, str]:
    """Upload-Length, or that it has not been said."""
    return {"Upload-Defer-Length": "1"} if length is None else {"Upload-Length": str(length)}


def read_checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Upload-Checksum, if sent. Raises UploadHeaderInvalid for an unknown algorithm or a malformed digest."""
    text = headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise UploadHeaderInvalid(field="Upload-Checksum", rule="algorithm-unknown")
    digest = _decoded("Upload-Checksum", encoded)
    if len(digest) != ALGORITHMS[algorithm].digest_bytes:
        raise UploadHeaderInvalid(field="Upload-Checksum", rule="digest-size")
    return Checksum(algorithm, digest)


def read_metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Upload-Metadata as {key: base64 text}. Raises UploadHeaderInvalid for what can't be stored or shown safely."""
    text = headers.get("Upload-Metadata", "")
    if len(text) > METADATA_CHARS_MAX:
        raise UploadHeaderInvalid(field="Upload-Metadata", rule="metadata-too-long")
    metadata: dict[str, str] = {}
    for pair in text.split(",") if text.strip() else ():
        key, _, value = pair.strip().partition(" ")
        if not METADATA_KEY.fullmatch(key):
            raise UploadHeaderInvalid(field="Upload-Metadata", rule="metadata-key")
        if key in metadata:
            raise UploadHeaderInvalid(field="Upload-Metadata", rule="metadata-repeated")
        _check_value(key, _decoded("Upload-Metadata", value))
        metadata[key] = value
    if len(metadata) > METADATA_KEYS_MAX:
        raise UploadHeaderInvalid(field="Upload-Metadata", rule="metadata-too-long")
    return metadata


def with_names(metadata: dict[str, str], filename: str, filetype: str) -> dict[str, str]:
    """The same with a name and a type that came otherwise, where it has none. Raises as `read_metadata`."""
    named = dict(metadata)
    for key, text in ((FILENAME, filename), (FILETYPE, filetype)):
        if text and key not in named:
            _check_value(key, text.encode(errors="surrogatepass"))
            named[key] = encoded(text)
    return named


def _check_value(key: str, value: bytes) -> None:
    """The two values that are used: a plain name, and a media type."""
    if key not in (FILENAME, FILETYPE):
        return
    try:
        text = value.decode()
    except UnicodeDecodeError:
        raise UploadHeaderInvalid(field="Upload-Metadata", rule="metadata-text") from None
    if key == FILENAME and (len(text) > FILENAME_CHARS_MAX or NOT_IN_NAMES.search(text) or text in (".", "..")):
        raise UploadHeaderInvalid(field="Upload-Metadata", rule="filename")
    if key == FILETYPE and text and (len(text) > FILETYPE_CHARS_MAX or not MEDIA_TYPE.fullmatch(text)):
        raise UploadHeaderInvalid(field="Upload-Metadata", rule="filetype")


def _decoded(name: str, text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UploadHeaderInvalid(field=name, rule="not-base64") from None


def write_metadata(metadata: Mapping[str, str]) -> dict[str, str]:
    """Upload-Metadata as it was sent: keys and base64 only, so that no line end reaches the header."""
    pairs = (f"{key} {value}".rstrip() for key, value in metadata.items())
    return {"Upload-Metadata": ",".join(pairs)} if metadata else {}


def write_expiry(expires_at: datetime | None) -> dict[str, str]:
    """Upload-Expires as an HTTP date (RFC 9110 §5.6.7)."""
    return {"Upload-Expires": format_datetime(expires_at.astimezone(UTC), usegmt=True)} if expires_at else {}
