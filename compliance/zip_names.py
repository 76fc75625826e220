"""Names of the entries of a ZIP archive, read from a piece of it: PKWARE APPNOTE 4.3.

Promises: bounded work on any bytes, and no more than what they say; names are bytes, as they stand. Leaves what an
entry holds to whoever opens the archive.
"""

from collections.abc import Iterator

LOCAL_ENTRY, LOCAL_ENTRY_BYTES = b"PK\x03\x04", 30
NAMES_MAX = 10_000

_LISTED_ENTRY, _LISTED_ENTRY_BYTES = b"PK\x01\x02", 46
_END_RECORD, _END_RECORD_BYTES = b"PK\x05\x06", 22
_SIZE_LATER = 0x0008  # general purpose bit 3: sizes stand behind the data


def local_names(head: bytes) -> Iterator[bytes]:
    """Of the entries whose local headers lie in `head`, in order; an entry's own content is stepped over."""
    at = 0
    for _ in range(NAMES_MAX):
        header = head[at : at + LOCAL_ENTRY_BYTES]
        if len(header) < LOCAL_ENTRY_BYTES or not header.startswith(LOCAL_ENTRY):
            return
        flags, size = int.from_bytes(header[6:8], "little"), int.from_bytes(header[18:22], "little")
        name_size, extra_size = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
        name_end = at + LOCAL_ENTRY_BYTES + name_size
        yield head[at + LOCAL_ENTRY_BYTES : name_end]
        content = name_end + extra_size
        at = head.find(LOCAL_ENTRY, content) if flags & _SIZE_LATER else content + size
        if at < 0:
            return


def listed_names(tail: bytes) -> Iterator[bytes]:
    """Of the list at the archive's end; nothing if `tail` doesn't hold the list from its beginning."""
    end = tail.rfind(_END_RECORD)
    if end < 0 or len(tail) - end < _END_RECORD_BYTES:
        return
    at = end - int.from_bytes(tail[end + 12 : end + 16], "little")
    for _ in range(NAMES_MAX):
        header = tail[at : at + _LISTED_ENTRY_BYTES] if at >= 0 else b""
        if len(header) < _LISTED_ENTRY_BYTES or not header.startswith(_LISTED_ENTRY):
            return
        sizes = [int.from_bytes(header[start : start + 2], "little") for start in (28, 30, 32)]  # name, extra, comment
        yield tail[at + _LISTED_ENTRY_BYTES : at + _LISTED_ENTRY_BYTES + sizes[0]]
        at += _LISTED_ENTRY_BYTES + sum(sizes)
