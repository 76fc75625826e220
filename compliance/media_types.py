"""What a file is, found from its first bytes and never from what the client calls it.

Promises: the same head always gives the same type; unknown content is `application/octet-stream`; a name that claims
something else, bytes in front of a PDF and heads that read as two formats are told as facts for the reviewer. Leaves to
the renderer whether the rest of the file keeps what its head says. Signatures: ISO 32000-2 §7.5.2 (PDF, whose readers
look for the header in the first 1,024 bytes), ITU T.81 (JPEG), W3C PNG, GIF89a, TIFF 6.0, RFC 9649 (WebP),
ISO 14496-12 (ftyp), PKWARE APPNOTE 4.3.7 with ECMA-376 and OpenDocument 1.3 part 2 §3.3 (what a ZIP holds).
"""

import re
from dataclasses import dataclass
from typing import Literal

from compliance.zip_names import LOCAL_ENTRY, LOCAL_ENTRY_BYTES, listed_names, local_names
from watermark.media_types import EXCEL, OFFICE_MEDIA_TYPES, PDF_MEDIA_TYPE, POWERPOINT, WORD

HEAD_BYTES = 64 << 10  # what `recognise` wants to see
TAIL_BYTES = 512 << 10  # of an archive; lists of some thousand parts fit
PDF_HEADER_WITHIN_BYTES = 1024
UNKNOWN = "application/octet-stream"
PDF = PDF_MEDIA_TYPE
ZIP = "application/zip"

_SIGNATURES = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
)
_BRANDS = {
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
}
_ANY_CODEC = (b"mif1", b"msf1")  # HEIF whose compatible brands tell the codec (ISO 23008-12 §10)
_AVIF_BRANDS = (b"avif", b"avis")
_BRAND_BYTES = 4
_OFFICE_FOLDERS = ((b"word/", WORD), (b"xl/", EXCEL), (b"ppt/", POWERPOINT))
_OFFICE_MARKS = (b"[Content_Types].xml", b"_rels/", b"docProps/")
_OPEN_DOCUMENT = re.compile(rb"application/(?:vnd\.oasis\.opendocument\.[a-z-]{1,40}|epub\+zip)")

EXTENSIONS: dict[str, tuple[str, ...]] = {
    PDF: ("pdf", "ai"),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png", "apng"),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "image/tiff": ("tif", "tiff"),
    "image/heic": ("heic", "heif"),
    "image/avif": ("avif",),
    "video/mp4": ("mp4", "m4v", "3gp", "3g2"),
    "video/quicktime": ("mov", "qt"),
    "audio/mp4": ("m4a", "m4b"),
    ZIP: ("zip",),
    WORD: ("docx", "docm", "dotx", "dotm"),
    EXCEL: ("xlsx", "xlsm", "xltx", "xltm"),
    POWERPOINT: ("pptx", "pptm", "potx", "ppsx", "ppsm"),
    "application/vnd.oasis.opendocument.text": ("odt", "ott"),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods", "ots"),
    "application/vnd.oasis.opendocument.presentation": ("odp", "otp"),
    "application/epub+zip": ("epub",),
}
_CLAIMED = {extension for extensions in EXTENSIONS.values() for extension in extensions}

Rule = Literal["extension-mismatch", "leading-bytes", "two-formats"]


@dataclass(frozen=True)
class Doubt:
    """Something about the head that a reviewer should know: a rule and what fills its sentence."""

    rule: Rule
    params: dict[str, str | int]


@dataclass(frozen=True)
class Recognised:
    """The media type, and what is odd about it."""

    media_type: str
    doubts: tuple[Doubt, ...] = ()


def recognise(head: bytes, filename: str, tail: bytes = b"") -> Recognised:
    """What a file with this head (its first HEAD_BYTES, or all of a shorter file) and this name is.

    `tail` are the last TAIL_BYTES of a file whose type `needs_tail`: an archive lists there what it holds.
    """
    first = _zip_type(head, tail) if head.startswith(LOCAL_ENTRY) else _by_signature(head)
    pdf_at = head[:PDF_HEADER_WITHIN_BYTES].find(b"%PDF-")
    media_type = first or (PDF if pdf_at > 0 else UNKNOWN)
    doubts = [doubt for doubt in (_second_format(first, pdf_at), _mismatch(filename, media_type)) if doubt]
    return Recognised(media_type, tuple(doubts))


def needs_tail(head: bytes) -> bool:
    """Whether the end of the file says more of what it is."""
    return head.startswith(LOCAL_ENTRY)


def shown_as(media_type: str | None) -> str | None:
    """The type of what copies are made of: Office files are shown as the PDF that they are converted to."""
    return PDF if media_type in OFFICE_MEDIA_TYPES else media_type


def named_as(filename: str, media_type: str) -> str:
    """The name with an ending of this type: what is made of slides.pptx is slides.pdf."""
    extension, endings = extension_of(filename), EXTENSIONS.get(media_type, ())
    if not filename or not endings or extension in endings:
        return filename
    known = extension in _CLAIMED
    return f"{filename[: -len(extension) - 1] if known else filename}.{endings[0]}"


def extension_of(filename: str) -> str:
    """What stands behind the last dot, in lower case; empty for names without one."""
    stem, dot, extension = filename.rpartition(".")
    return extension.lower() if dot and stem else ""


def _second_format(first: str | None, pdf_at: int) -> Doubt | None:
    """Readers look for a PDF header anywhere in the first KiB, whatever stands before it."""
    if pdf_at <= 0:
        return None
    if first is None:
        return Doubt("leading-bytes", {"bytes": pdf_at})
    return Doubt("two-formats", {"media_type": first, "other": PDF})


def _mismatch(filename: str, media_type: str) -> Doubt | None:
    extension = extension_of(filename)
    if not extension or extension in EXTENSIONS.get(media_type, ()):
        return None
    if media_type == UNKNOWN and extension not in _CLAIMED:
        return None  # neither the bytes nor the name claim anything that we know
    return Doubt("extension-mismatch", {"extension": extension, "media_type": media_type})


def _by_signature(head: bytes) -> str | None:
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _brand_type(head)
    return ZIP if head.startswith(b"PK\x05\x06") else None  # an empty archive has only its end record


def _brand_type(head: bytes) -> str:
    """By the major brand of the `ftyp` box; where that leaves the codec open, by the compatible ones."""
    major, end = head[8:12], min(int.from_bytes(head[:4], "big"), len(head))
    if major not in _ANY_CODEC:
        return _BRANDS.get(major, "video/mp4")
    compatible = (head[at : at + _BRAND_BYTES] for at in range(16, end, _BRAND_BYTES))
    return "image/avif" if any(brand in _AVIF_BRANDS for brand in compatible) else "image/heic"


def _zip_type(head: bytes, tail: bytes) -> str:
    """By the list at the end, which is what readers of archives go by; by the entries at the front without one."""
    front = list(local_names(head))
    names = list(listed_names(tail)) or front
    if front[:1] == [b"mimetype"] and (found := _OPEN_DOCUMENT.match(head, LOCAL_ENTRY_BYTES + len(b"mimetype"))):
        return found.group().decode()
    if any(name.startswith(_OFFICE_MARKS) for name in names):
        for folder, media_type in _OFFICE_FOLDERS:
            if any(name.startswith(folder) for name in names):
                return media_type
    return ZIP
