"""ZIP archives opened for looking, within bounds, and only if their lists are sound.

Promises: `opened` gives a `zipfile.ZipFile` whose list has a bounded length; `content` never expands more than it is
told, whatever an entry claims. Leaves judging names and sizes to `archives`.
"""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

DIRECTORY_MAX_BYTES = 8 << 20
PIECE_BYTES = 1 << 20
_END_RECORD, _END_RECORD_BYTES, _COMMENT_MAX_BYTES = b"PK\x05\x06", 22, 0xFFFF


class Damaged(ValueError):
    """No archive that can be read to its end."""


class TooMuch(ValueError):
    """More than is looked at."""


@contextmanager
def opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive. Raises Damaged or TooMuch."""
    _check_directory(content)
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, UnicodeError, ValueError) as error:
        raise Damaged from error
    with archive:
        yield archive


def _check_directory(content: bytes) -> None:
    """Before zipfile makes an object of each entry: the list itself may be the bomb."""
    tail = content[-(_END_RECORD_BYTES + _COMMENT_MAX_BYTES) :]
    at = tail.rfind(_END_RECORD)
    if at < 0 or len(tail) - at < _END_RECORD_BYTES:
        raise Damaged
    if struct.unpack("<I", tail[at + 12 : at + 16])[0] > DIRECTORY_MAX_BYTES:
        raise TooMuch


def read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bytes_max: int) -> bytes:
    """An entry's content. Raises Damaged, or TooMuch when it expands to more."""
    pieces, size = [], 0
    try:
        with archive.open(entry) as source:
            while piece := source.read(PIECE_BYTES):
                size += len(piece)
                if size > bytes_max:
                    raise TooMuch
                pieces.append(piece)
    except TooMuch:
        raise
    except Exception as error:  # zlib.error, and whatever else a damaged entry makes a decompressor raise
        raise Damaged from error
    return b"".join(pieces)
