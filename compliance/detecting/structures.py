"""Does a file keep, from its first byte to its last, what its head says; and does it stop there.

Promises: bounded work on any bytes; `Structure.broken` for what a strict reader would not read to its end, `appended`
for how many bytes stand behind the end, where another format may hide. Leaves what is inside to the decoders.
Formats: ISO 32000-2 §7.5, ITU T.81 annex B, W3C PNG §5, GIF89a, RFC 9649, TIFF 6.0, ISO 14496-12, PKWARE APPNOTE 4.3.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

PDF_END_WITHIN_BYTES = 1024  # readers look for %%EOF so far from the end
MARKERS_MAX = 100_000
_FILL = 0xFF  # precedes every marker of JPEG
_TIFF_HEAD_BYTES = 8
_END_RECORD, _END_RECORD_BYTES, _COMMENT_MAX_BYTES = b"PK\x05\x06", 22, 0xFFFF
_LISTED_ENTRY = b"PK\x01\x02"
_PNG_HEAD_BYTES, _CHUNK_BYTES = 8, 12
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers of JPEG without a length
_SOS, _EOI = 0xDA, 0xD9
_GIF_EXTENSION, _GIF_IMAGE, _GIF_TRAILER = 0x21, 0x2C, 0x3B
_BOX_KINDS = frozenset(
    b"ftyp moov mdat free skip wide udta meta moof mfra sidx styp uuid pnot PICT ssix prft emsg pdin junk idat".split()
)
_ENCODINGS = ("utf-8-sig", "gb18030")
# What cameras put behind a JPEG: a second picture (CIPA DC-007), or their own notes.
_CAMERA_NOTES = (b"\xff\xd8\xff",)
_CAMERA_ENDS = (b"SEFT",)


@dataclass(frozen=True)
class Structure:
    """`broken` says it is not what it claims; `appended` how many bytes stand behind its end."""

    broken: bool = False
    appended: int = 0


BROKEN = Structure(broken=True)


def structure_of(name: str, content: bytes, tail: bytes, size_bytes: int) -> Structure:
    """Of a file of this kind (`Kind.structure`); `content` is the file, or its beginning and `tail` its end."""
    try:
        return _CHECKS[name](content, tail, size_bytes)
    except (IndexError, struct.error):
        return BROKEN


def holds_archive(tail: bytes, size_bytes: int) -> bool:
    """Whether a reader of ZIP archives would find one in this file: they begin at its end."""
    end = tail.rfind(_END_RECORD)
    while end >= 0:
        record = tail[end : end + _END_RECORD_BYTES]
        if len(record) == _END_RECORD_BYTES:
            directory_bytes, _ = struct.unpack("<II", record[12:20])
            start = end - directory_bytes
            listed = tail[start : start + 4] if start >= 0 else b""
            empty = not directory_bytes and record[4:12] == bytes(8) and _ends_with(record, len(tail) - end)
            if empty or listed == _LISTED_ENTRY or (start < 0 and directory_bytes < size_bytes):
                return True
        end = tail.rfind(_END_RECORD, 0, end)
    return False


def _ends_with(record: bytes, left: int) -> bool:
    """Whether the file ends where an end record of an archive says."""
    return bool(_END_RECORD_BYTES + struct.unpack("<H", record[20:22])[0] == left)


def _pdf(content: bytes, tail: bytes, _size: int) -> Structure:
    end = tail.rfind(b"%%EOF")
    if not content.startswith(b"%PDF-") or end < 0:
        return BROKEN
    behind = len(tail) - end - len(b"%%EOF")
    return Structure(appended=behind if behind > PDF_END_WITHIN_BYTES else 0)


def _jpeg(content: bytes, _tail: bytes, size: int) -> Structure:
    if not content.startswith(b"\xff\xd8\xff"):
        return BROKEN
    at = 2
    for _ in range(MARKERS_MAX):
        if content[at] != _FILL:
            return BROKEN
        while content[at] == _FILL:
            at += 1
        marker, at = content[at], at + 1
        if marker == _EOI:
            return Structure(appended=_behind_jpeg(content[at:], size - at))
        if marker in _STANDALONE:
            continue
        at += struct.unpack(">H", content[at : at + 2])[0]
        if marker == _SOS and (at := _behind_scan(content, at)) < 0:
            return BROKEN
        if at >= len(content):
            return Structure(broken=size == len(content))
    return BROKEN


def _behind_scan(content: bytes, at: int) -> int:
    """Where the next marker is that ends a scan; -1 without one."""
    while (at := content.find(b"\xff", at)) >= 0:
        following = content[at + 1] if at + 1 < len(content) else -1
        if following > 0 and following != _FILL and following not in _STANDALONE:
            return at
        at += 1 if following == _FILL else 2
    return -1


def _behind_jpeg(rest: bytes, size: int) -> int:
    if rest.startswith(_CAMERA_NOTES) or rest.endswith(_CAMERA_ENDS) or not rest.strip(b"\0\r\n "):
        return 0
    return size


def _png(content: bytes, _tail: bytes, size: int) -> Structure:
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return BROKEN
    at, first = _PNG_HEAD_BYTES, True
    while at + _CHUNK_BYTES <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        end = at + _CHUNK_BYTES + length
        if (first and kind != b"IHDR") or end > size:
            return BROKEN
        if end > len(content):
            return Structure()
        if zlib.crc32(content[at + 4 : end - 4]) != struct.unpack(">I", content[end - 4 : end])[0]:
            return BROKEN
        if kind == b"IEND":
            return Structure(appended=size - end)
        at, first = end, False
    return Structure(broken=size == len(content))


def _gif(content: bytes, _tail: bytes, size: int) -> Structure:
    if not content.startswith((b"GIF87a", b"GIF89a")):
        return BROKEN
    at = 13 + _colours(content[10])
    for _ in range(MARKERS_MAX):
        kind = content[at]
        if kind == _GIF_TRAILER:
            return Structure(appended=len(content[at + 1 :].rstrip(b"\0")) and size - at - 1)
        if kind == _GIF_EXTENSION:
            at = _behind_blocks(content, at + 2)
        elif kind == _GIF_IMAGE:
            at = _behind_blocks(content, at + 11 + _colours(content[at + 9]))
        else:
            return BROKEN
    return BROKEN


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _behind_blocks(content: bytes, at: int) -> int:
    while length := content[at]:
        at += 1 + length
    return at + 1


def _riff(content: bytes, _tail: bytes, size: int) -> Structure:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return BROKEN
    end = 8 + struct.unpack("<I", content[4:8])[0]
    end += end % 2
    return Structure(broken=end > size + 1, appended=max(0, size - end))


def _tiff(content: bytes, _tail: bytes, size: int) -> Structure:
    order = {b"II": "<", b"MM": ">"}.get(content[:2])
    if order is None:
        return BROKEN
    version = struct.unpack(order + "H", content[2:4])[0]
    if version == 42:  # noqa: PLR2004  # TIFF's own number
        first = struct.unpack(order + "I", content[4:8])[0]
    elif version == 43:  # noqa: PLR2004  # BigTIFF's
        first = struct.unpack(order + "Q", content[8:16])[0]
    else:
        return BROKEN
    return Structure(broken=not _TIFF_HEAD_BYTES <= first < size)


def _boxes(content: bytes, _tail: bytes, size: int) -> Structure:
    at, kinds = 0, []
    while at < len(content):
        if at + 8 > len(content):
            return BROKEN if size == len(content) else Structure()
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        if length == 1:
            length = struct.unpack(">Q", content[at + 8 : at + 16])[0]
        elif length == 0:
            length = size - at
        if kind not in _BOX_KINDS or length < 8 or at + length > size:  # noqa: PLR2004  # a box's own head
            return BROKEN
        kinds.append(kind)
        at += length
    return Structure(broken=kinds[:1] != [b"ftyp"] or (size == len(content) and len(kinds) == 1))


def _zip(content: bytes, tail: bytes, _size: int) -> Structure:
    if not content.startswith((b"PK\x03\x04", _END_RECORD)):
        return BROKEN
    end = tail.rfind(_END_RECORD)
    if end < 0 or len(tail) - end < _END_RECORD_BYTES or len(tail) - end > _END_RECORD_BYTES + _COMMENT_MAX_BYTES:
        return BROKEN
    comment_bytes = struct.unpack("<H", tail[end + 20 : end + 22])[0]
    return Structure(appended=max(0, len(tail) - end - _END_RECORD_BYTES - comment_bytes))


def _text(content: bytes, _tail: bytes, size: int) -> Structure:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Structure(broken=_undecodable(content, "utf-16"))
    if b"\0" in content:
        return BROKEN
    if len(content) < size:
        return Structure()
    return Structure(broken=all(_undecodable(content, each) for each in _ENCODINGS))


def _undecodable(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return True
    return False


_CHECKS: dict[str, Callable[[bytes, bytes, int], Structure]] = {
    "pdf": _pdf,
    "jpeg": _jpeg,
    "png": _png,
    "gif": _gif,
    "riff": _riff,
    "tiff": _tiff,
    "boxes": _boxes,
    "zip": _zip,
    "text": _text,
}
