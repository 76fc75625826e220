"""Signed notes (C2SP signed-note): a text, an empty line, and lines that say who signed it."""

from dataclasses import dataclass

from compliance.verifying.encodings import strict_base64
from compliance.verifying.errors import Malformed

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
KEY_ID_BYTES = 4
MARK = "— "  # U+2014 and a space


@dataclass(frozen=True)
class Signature:
    """A line behind the text, not verified: `line` counts from 1 in the whole note."""

    name: str
    key_id: bytes
    body: bytes
    line: int


@dataclass(frozen=True)
class Note:
    """`text` is what is signed, up to and with its last line end."""

    text: bytes
    signatures: tuple[Signature, ...]


def parse_note(data: bytes) -> Note:
    """Takes a note apart and believes none of it. Raises Malformed, which names the line where it can."""
    if len(data) > NOTE_BYTES_MAX:
        raise Malformed(f"longer than {NOTE_BYTES_MAX} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8", data.count(b"\n", 0, error.start) + 1) from None
    for number, text in enumerate(whole.split("\n"), 1):
        if any(char < " " for char in text):
            raise Malformed("a control character", number)
    text, found, tail = whole.rpartition("\n\n")
    if not whole.endswith("\n"):
        raise Malformed("no line end at the end", whole.count("\n") + 1)
    if not found or not text or not tail:
        begins = (i for i, line in enumerate(whole.split("\n"), 1) if line.startswith(MARK))
        raise Malformed("no empty line between text and signatures", next(begins, None))
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise Malformed(f"more than {SIGNATURES_MAX} signatures")
    first = text.count("\n") + 3
    return Note(f"{text}\n".encode(), tuple(_signature(line, first + i) for i, line in enumerate(lines)))


def valid_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no space of any kind, no plus."""
    return bool(name) and "+" not in name and not any(char.isspace() for char in name)


def _signature(text: str, line: int) -> Signature:
    name, space, encoded = text.removeprefix(MARK).partition(" ")
    if not text.startswith(MARK) or not space or not valid_name(name):
        raise Malformed("not a signature: a dash, a name, base64", line)
    body = strict_base64(encoded, line)
    if len(body) <= KEY_ID_BYTES:
        raise Malformed("a signature without a signature in it", line)
    return Signature(name, body[:KEY_ID_BYTES], body[KEY_ID_BYTES:], line)
