"""ZIP archives that write elsewhere, expand without end, are two things at once, or hold what may not be uploaded."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable

from tests.hostile import disguises, markups, offices, pdfs
from tests.hostile.model import Files, Hostile
from tests.office_files import docx_parts, zipped
from tests.unit.watermark import sample_pdfs

MIB = 1 << 20
SLIPS = (
    "../evil.pdf",
    "a/../../evil.pdf",
    "/etc/cron.d/evil",
    "C:\\evil.pdf",
    "C:/evil.pdf",
    "..\\..\\evil.pdf",
    "a\\..\\..\\evil.pdf",
    "\\\\server\\share\\evil.pdf",
    "a/./../../x.pdf",
    "a\u202efdp.exe",
    "evil.pdf ",
    "evil.pdf.",
    "a:b.pdf",
    "x" * 600 + ".pdf",
)


def files() -> Files:
    """All of them."""
    for number, name in enumerate(SLIPS):
        yield Hostile(f"zip-path-{number}", "a.zip", zipped({name: b"x"}), "archive-path")
    for name, kind in {"link": stat.S_IFLNK, "device": stat.S_IFCHR, "pipe": stat.S_IFIFO}.items():
        yield Hostile(f"zip-{name}", "a.zip", _of_mode(kind | 0o777), "archive-link")
    yield from _bombs()
    yield from _broken()
    yield from _contents()


def _of_mode(mode: int) -> bytes:
    entry = zipfile.ZipInfo("a.txt")
    entry.external_attr = mode << 16
    return written(lambda archive: archive.writestr(entry, "/etc/passwd"))


def written(fill: Callable[[zipfile.ZipFile], object]) -> bytes:
    """An archive that is filled so."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return out.getvalue()


def _bombs() -> Files:
    bomb = zipped({"a.txt": bytes(20 * MIB)})
    yield Hostile("zip-ratio", "a.zip", bomb, "archive-bomb")
    yield Hostile("zip-bomb-inside", "a.zip", zipped({"a.zip": bomb}), "archive-bomb")
    yield Hostile("zip-entries", "a.zip", zipped({f"{number}": b"" for number in range(12_000)}), "archive-bomb")
    nested = zipped({"a.txt": b"x"})
    for depth in range(1, 6):
        nested = zipped({"a.zip": nested})
        if depth > 2:  # deeper than is looked into
            yield Hostile(f"zip-depth-{depth}", "a.zip", nested, "archive-deep")
    wide = zipped({f"{number}.zip": bomb for number in range(16)})
    yield Hostile("zip-42", "a.zip", zipped({f"{number}.zip": wide for number in range(4)}))
    yield Hostile("zip-overlapping", "a.zip", _overlapping(50), "archive-overlapping")
    plain = zipped({"a.txt": b"a" * 5000})
    yield Hostile("zip-lies-small", "a.zip", _sizes_set(plain, 10))
    yield Hostile("zip-lies-large", "a.zip", _sizes_set(plain, 0x7FFFFFFF), "archive-bomb")


def heavy() -> Files:
    """That take seconds to make."""
    parts = {f"{number}.txt": bytes(900_000) for number in range(1500)}
    yield Hostile("zip-expanded", "a.zip", zipped(parts), "archive-bomb")


def _overlapping(count: int) -> bytes:
    """Many entries that are the same bytes: each expands them again."""
    plain = bytearray(zipped({"a.txt": bytes(1000)}))
    end = plain.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", plain[end + 16 : end + 20])[0]
    listed = bytes(plain[start:end])
    record = bytearray(plain[end:])
    record[8:12] = struct.pack("<HH", count, count)
    record[12:16] = struct.pack("<I", len(listed) * count)
    return bytes(plain[:start]) + listed * count + bytes(record)


def _sizes_set(plain: bytes, size: int) -> bytes:
    out = bytearray(plain)
    at = out.rindex(b"PK\x01\x02")
    out[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(out)


def _broken() -> Files:
    plain = zipped({"a.pdf": sample_pdfs.marked(), "b.txt": b"text" * 100})
    for part in range(1, 8):
        yield Hostile(f"zip-truncated-{part}", "a.zip", plain[: len(plain) * part // 8])
    yield Hostile("zip-before", "a.zip", b"MZ" + bytes(100) + plain)
    yield Hostile("zip-behind", "a.zip", plain + bytes(70_000))
    yield Hostile("zip-behind-a-little", "a.zip", plain + b"<?php ?>", "appended-data")
    yield Hostile("zip-names-differ", "a.zip", plain.replace(b"a.pdf", b"a.exe", 1), "archive-damaged")
    yield Hostile("zip-only-an-end", "a.zip", b"PK\x05\x06" + b"\x01" * 18)
    encrypted = bytearray(plain)
    at = encrypted.index(b"PK\x01\x02")
    encrypted[at + 8] |= 1
    yield Hostile("zip-encrypted", "a.zip", bytes(encrypted), "archive-encrypted")
    method = bytearray(plain)
    method[at + 10 : at + 12] = struct.pack("<H", 99)
    yield Hostile("zip-method", "a.zip", bytes(method))
    twice = _renamed(zipped({"a.txt": b"x", "b.txt": b"y"}), b"b.txt", b"a.txt")
    yield Hostile("zip-twice", "a.zip", twice, "archive-duplicate")
    yield Hostile("zip-twice-but-for-case", "a.zip", zipped({"a.txt": b"x", "A.TXT": b"y"}), "archive-duplicate")
    huge = bytearray(plain)
    end = huge.rindex(b"PK\x05\x06")
    huge[end + 12 : end + 16] = struct.pack("<I", 0x7FFFFFFF)
    yield Hostile("zip-list-huge", "a.zip", bytes(huge))


def _renamed(body: bytes, name: bytes, other: bytes) -> bytes:
    return body.replace(name, other)


def _contents() -> Files:
    inside = {
        "program": ("a.exe", disguises.BODIES["exe"]),
        "program-as-picture": ("a.jpg", disguises.BODIES["exe"]),
        "page": ("a.html", b"<html/>"),
        "script-pdf": ("a.pdf", pdfs.placed(pdfs.ACTIONS["javascript"])["packed"]),
        "script-svg": ("a.svg", markups.svg(markups.ACTIVE["script"])),
        "macros": ("a.docx", zipped({**docx_parts("x"), "word/vbaProject.bin": disguises.OLE})),
        "template": ("a.docx", next(each.content for each in offices.files() if each.name.endswith("-template"))),
        "word-97": ("a.doc", disguises.OLE),
        "nothing": ("a.pdf", b""),
        "nameless": ("README", b"text"),
    }
    for name, (member, body) in inside.items():
        yield Hostile(f"zip-with-{name}", "a.zip", zipped({member: body}))
        yield Hostile(f"zip-in-zip-with-{name}", "a.zip", zipped({"b.zip": zipped({f"c/{member}": body})}))
