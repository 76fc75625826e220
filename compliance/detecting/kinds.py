"""Which kinds of file are accepted, and what each of three witnesses may call them.

A row is an extension: the media types that libmagic may say, the labels that magika may say, and how the structure is
checked (`compliance.detecting.structures`). What has no row is not accepted at all (ASVS 5.0, 5.2.2).
"""

from dataclasses import dataclass

from watermark.media_types import EXCEL, OPEN_DOCUMENT_PREFIX, POWERPOINT, WORD


@dataclass(frozen=True)
class Kind:
    """One kind of file, by whatever extensions."""

    structure: str
    magic: frozenset[str]
    magika: frozenset[str]


def _kind(structure: str, magic: str, magika: str) -> Kind:
    return Kind(structure, frozenset(magic.split()), frozenset(magika.split()))


_ZIP = "application/zip"
_PDF = _kind("pdf", "application/pdf", "pdf")
_JPEG = _kind("jpeg", "image/jpeg", "jpeg")
_PNG = _kind("png", "image/png image/apng image/vnd.mozilla.apng", "png")
_TIFF = _kind("tiff", "image/tiff", "tiff")
_HEIF = _kind("boxes", "image/heic image/heif image/heic-sequence image/avif", "mp4 heif heic avif quicktime")
_FILM = _kind(
    "boxes",
    "video/mp4 video/quicktime video/x-m4v video/3gpp video/3gpp2 audio/mp4 audio/x-m4a",
    "mp4 mov quicktime m4 3gp",
)
_TEXT = _kind("text", "text/plain application/x-subrip text/vtt text/csv", "txt srt vtt csv markdown tsv")
_OFFICE = {
    "docx": WORD,
    "xlsx": EXCEL,
    "pptx": POWERPOINT,
    "ppsx": "application/vnd.openxmlformats-officedocument.presentationml.slideshow " + POWERPOINT,
    "potx": "application/vnd.openxmlformats-officedocument.presentationml.template " + POWERPOINT,
    "dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template " + WORD,
    "xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template " + EXCEL,
}
_OPEN_DOCUMENTS = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}

KINDS: dict[str, Kind] = {
    "pdf": _PDF,
    "ai": _PDF,
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), _JPEG),
    **dict.fromkeys(("png", "apng"), _PNG),
    "gif": _kind("gif", "image/gif", "gif"),
    "webp": _kind("riff", "image/webp", "webp"),
    **dict.fromkeys(("tif", "tiff"), _TIFF),
    **dict.fromkeys(("heic", "heif", "avif"), _HEIF),
    **dict.fromkeys(("mp4", "m4v", "3gp", "3g2", "mov", "qt", "m4a", "m4b"), _FILM),
    **{name: _kind("zip", f"{_ZIP} {said}", "docx xlsx pptx zip") for name, said in _OFFICE.items()},
    **{
        name: _kind("zip", f"{_ZIP} {OPEN_DOCUMENT_PREFIX}{said}", f"{name} odt ods odp zip")
        for name, said in _OPEN_DOCUMENTS.items()
    },
    "zip": _kind("zip", _ZIP, "zip"),
    "svg": _kind("text", "image/svg+xml image/svg text/xml text/plain", "svg xml"),
    **dict.fromkeys(("txt", "csv", "srt", "vtt"), _TEXT),
}
# Magika says these when it is not sure, or of what has too few bytes to tell.
UNDECIDED = frozenset({"unknown", "undefined", "txt", "randomtxt", "randombytes", "empty"})


def kind_of(extension: str) -> Kind | None:
    """The kind that a name's extension claims."""
    return KINDS.get(extension)
