"""Ways to break a file: each takes its bytes, another file of the same family and a source of chance."""

import random
import re
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

Mutation = Callable[[bytes, bytes, random.Random], bytes]

FLIPS_MAX = 24
RUN_MAX_BYTES = 64
NESTING = 50_000
NUMBERS = (
    b"-1",
    b"0",
    b"1",
    b"65536",
    b"2147483647",
    b"2147483648",
    b"4294967295",
    b"99999999999999999999",
    b"1e38",
    b".",
)
FIELDS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?![\w.])")
_REFERENCE = re.compile(rb"\d+ 0 R")
_NAME = re.compile(rb"/[A-Z]\w+")
_WORD = re.compile(rb"\b(?:endstream|endobj|stream|obj|xref|trailer|startxref|%%EOF)\b")


def flipped(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """Some bytes are others."""
    out = bytearray(body)
    for _ in range(chance.randint(1, FLIPS_MAX)):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def flipped_early(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """One bit of the head is another."""
    out = bytearray(body)
    out[chance.randrange(8, min(len(out), 200))] ^= 1 << chance.randrange(8)
    return bytes(out)


def truncated(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return body[: chance.randrange(16, len(body))]


def beheaded(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """Something in the middle is missing."""
    start = chance.randrange(16, len(body))
    return body[:start] + body[start + chance.randint(1, len(body) // 3) :]


def spliced(body: bytes, other: bytes, chance: random.Random) -> bytes:
    """Begins as one file and goes on as another."""
    return body[: chance.randrange(16, len(body))] + other[chance.randrange(len(other)) :]


def repeated(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """A piece stands there many times."""
    start = chance.randrange(16, len(body))
    piece = body[start : start + chance.randint(1, 400)]
    return body[:start] + piece * chance.randint(2, 300) + body[start:]


def run_of_one(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """A stretch is all zeros, or all ones."""
    start, length = chance.randrange(8, len(body)), chance.randint(1, RUN_MAX_BYTES)
    return body[:start] + chance.choice((b"\0", b"\xff")) * length + body[start + length :]


def field_set(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """A length, an offset or a size in the head is an extreme one, in either order of bytes."""
    width = chance.choice((">H", "<H", ">I", "<I"))
    size = struct.calcsize(width)
    at = chance.randrange(8, min(len(body), 400) - size)
    return body[:at] + struct.pack(width, chance.choice(FIELDS) & (256**size - 1)) + body[at + size :]


def number_set(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """A number that is written out (a length, a count, an offset, a size) is an extreme one."""
    return _replaced(_NUMBER, body, chance, lambda _: chance.choice(NUMBERS))


def reference_moved(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """An object refers to another than it should: itself, its parent, or one that isn't there."""
    return _replaced(_REFERENCE, body, chance, lambda _: b"%d 0 R" % chance.choice((0, 1, 2, 3, 4, 5, 999_999)))


def name_changed(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """A key or a type is another of the file's."""
    names = _NAME.findall(body)
    return _replaced(_NAME, body, chance, lambda _: chance.choice(names))


def word_lost(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """A keyword that ends or begins something is missing."""
    return _replaced(_WORD, body, chance, lambda _: b"")


def nested(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """Something is nested deeper than any reader's stack."""
    opening = chance.choice((b"[", b"<<", b"(", b"<</A "))
    return _replaced(_NUMBER, body, chance, lambda _: opening * NESTING)


def part_broken(body: bytes, other: bytes, chance: random.Random) -> bytes:
    """A part of an archive is broken, and the archive is whole."""
    with zipfile.ZipFile(BytesIO(body)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice([each for each in parts if len(parts[each]) > RUN_MAX_BYTES])
    # Well-formed nonsense gets further than broken markup.
    broken = chance.choice((flipped, truncated, beheaded, repeated, tag_lost, *([attribute_set] * 5)))
    parts[name] = broken(parts[name], other, chance)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in parts.items():
            archive.writestr(each, content, zipfile.ZIP_STORED if each == "mimetype" else None)
    return out.getvalue()


def attribute_set(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """A size, a place or a number of something in XML is an extreme one."""
    return _replaced(re.compile(rb'(?<==")\d+(?=")'), body, chance, lambda _: chance.choice(NUMBERS))


def tag_lost(body: bytes, _other: bytes, chance: random.Random) -> bytes:
    """An element doesn't end, or ends twice."""
    return _replaced(re.compile(rb"</?[\w:]+[^>]*>"), body, chance, lambda tag: chance.choice((b"", tag * 2)))


ANY: tuple[Mutation, ...] = (flipped, flipped_early, truncated, beheaded, spliced, repeated, run_of_one, field_set)
OF_PDF: tuple[Mutation, ...] = (*ANY, number_set, number_set, reference_moved, name_changed, word_lost, nested)
OF_ARCHIVES: tuple[Mutation, ...] = (*ANY, *([part_broken] * 8))


def _replaced(pattern: re.Pattern[bytes], body: bytes, chance: random.Random, by: Callable[[bytes], bytes]) -> bytes:
    """One of the places, chosen by chance; unchanged where there is none."""
    places = list(pattern.finditer(body))
    if not places:
        return body
    place = chance.choice(places)
    return body[: place.start()] + by(place.group()) + body[place.end() :]
