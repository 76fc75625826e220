"""The signed head of a log (C2SP tlog-checkpoint): its origin, how many entries it has, and the root over them."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from compliance.verifying.encodings import decimal, hash_of
from compliance.verifying.errors import Malformed
from compliance.verifying.hashes import EMPTY_ROOT
from compliance.verifying.notes import Note, parse_note

ORIGIN_LINE, SIZE_LINE, ROOT_LINE = 1, 2, 3
LINES_MIN = 3


@dataclass(frozen=True)
class Checkpoint:
    """What the text says; who signed it is the note's affair."""

    origin: str
    size: int
    root: bytes
    note: Note


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Takes a checkpoint apart and believes none of it. Raises Malformed with the line."""
    return checkpoint_of(parse_note(data))


def checkpoint_of(note: Note) -> Checkpoint:
    """The same of a note. Raises Malformed with the line."""
    lines = note.text.decode().split("\n")[:-1]
    if len(lines) < LINES_MIN:
        raise Malformed("a checkpoint has three lines: origin, size, root", _joined(lines))
    if "" in lines:
        raise Malformed("an empty line", lines.index("") + 1)
    origin, size = lines[0], decimal(lines[1], SIZE_LINE)
    root = hash_of(lines[2], ROOT_LINE)
    if size == 0 and root != EMPTY_ROOT:
        raise Malformed("an empty log has the hash of nothing as its root", ROOT_LINE)
    return Checkpoint(origin, size, root, note)


def _joined(lines: Sequence[str]) -> int:
    """Which line swallowed the next one, because its end is gone."""
    try:
        hash_of(lines[-1], ROOT_LINE)
    except Malformed:
        return len(lines)
    return ORIGIN_LINE


def text_of(origin: str, size: int, root: bytes) -> bytes:
    """The text that a log signs."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
