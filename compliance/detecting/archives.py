"""What an archive holds: whether it can be opened without harm, and whether what is inside could be accepted alone.

Promises: every entry's name, size and place is looked at before anything is expanded; expanding stays within a budget
for the whole file, however archives lie in archives; each entry of a plain archive is looked at as a file of its own.
Office files are archives too: of theirs the list is looked at, the rest is for `active_office`.
Format: PKWARE APPNOTE 4.3, 4.4; ASVS 5.0, 5.2.3 and 5.3.3.
"""

import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from compliance.detecting.model import Found, Place, Subject
from compliance.detecting.zips import Damaged, TooMuch, opened, read
from compliance.media_types import HEAD_BYTES, TAIL_BYTES, ZIP, recognise

NAME = "archive"
ENTRIES_MAX = 10_000
EXPANDED_MAX_BYTES = 1 << 30  # as the list says
RATIO_MAX = 200
RATIO_FROM_BYTES = 1 << 20  # smaller entries may be as repetitive as they like
DEPTH_MAX = 2  # archives in archives
LOOKED_INTO_MAX_BYTES = 256 << 20  # expanded in all, entries of entries too
ENTRY_MAX_BYTES = 64 << 20
LOCAL_BYTES = 30
ENCRYPTED_FLAG = 0x1
NAME_MAX = 512

UNSAFE_PATH, LINK, BOMB, DEEP, OVERLAPPING, ENCRYPTED, DAMAGED, DUPLICATE = (
    "archive-path",
    "archive-link",
    "archive-bomb",
    "archive-deep",
    "archive-overlapping",
    "archive-encrypted",
    "archive-damaged",
    "archive-duplicate",
)
RULES = frozenset({UNSAFE_PATH, LINK, BOMB, DEEP, OVERLAPPING, ENCRYPTED, DAMAGED, DUPLICATE})
_LOCAL = b"PK\x03\x04"


class Archive:
    """The detector."""

    name = NAME
    version = "1"

    def detect(self, subject: Subject) -> Iterator[Found]:
        """As `Detector` says."""
        if subject.content.startswith((_LOCAL, b"PK\x05\x06")):
            yield from _looked_into(subject, depth=1, budget=[LOOKED_INTO_MAX_BYTES])


DETECTOR = Archive()


def _looked_into(subject: Subject, *, depth: int, budget: list[int]) -> Iterator[Found]:
    """`budget` is what may still be expanded, as one number that all levels share."""
    if not subject.whole:
        yield _found(BOMB, what="size", found=subject.size_bytes)
        return
    try:
        with opened(subject.content) as archive:
            listed = list(_of_list(subject.content, archive.infolist()))
            yield from listed
            if not listed and subject.media_type == ZIP:
                yield from _of_entries(subject, archive, depth, budget)
    except Damaged:
        yield _found(DAMAGED)
    except TooMuch:
        yield _found(BOMB, what="expanded", found=LOOKED_INTO_MAX_BYTES)


def _of_list(content: bytes, entries: list[zipfile.ZipInfo]) -> Iterator[Found]:
    if len(entries) > ENTRIES_MAX:
        yield _found(BOMB, what="entries", found=len(entries))
        return
    expanded = sum(each.file_size for each in entries)
    if expanded > EXPANDED_MAX_BYTES:
        yield _found(BOMB, what="expanded", found=expanded)
    seen: set[str] = set()
    for each in entries:
        yield from _of_entry(each)
        if each.filename.casefold() in seen:
            yield _found(DUPLICATE, each.filename)
        seen.add(each.filename.casefold())
    yield from _of_places(content, entries)


def _of_entry(entry: zipfile.ZipInfo) -> Iterator[Found]:
    if _is_unsafe(entry.filename) or _is_unsafe(entry.orig_filename):
        yield _found(UNSAFE_PATH, entry.filename)
    mode = entry.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield _found(LINK, entry.filename)
    if entry.flag_bits & ENCRYPTED_FLAG:
        yield _found(ENCRYPTED, entry.filename)
    if entry.file_size > RATIO_FROM_BYTES and entry.file_size > RATIO_MAX * entry.compress_size:
        yield _found(BOMB, entry.filename, what="ratio", found=entry.file_size // max(1, entry.compress_size))


def _is_unsafe(name: str) -> bool:
    """Would it be written outside of the folder that somebody unpacks into, or under a name that hides something."""
    parts = name.replace("\\", "/").split("/")
    return (
        not name
        or len(name) > NAME_MAX
        or "\\" in name
        or ":" in name
        or name.startswith("/")
        or ".." in parts
        or not all(each.isprintable() for each in name)
        or any(part != part.rstrip(" .") for part in parts if part)
    )


def _of_places(content: bytes, entries: list[zipfile.ZipInfo]) -> Iterator[Found]:
    """Entries that share bytes expand the same data many times; those that lie elsewhere than listed are two files."""
    end_before = 0
    for each in sorted(entries, key=lambda entry: entry.header_offset):
        head = content[each.header_offset : each.header_offset + LOCAL_BYTES]
        if len(head) < LOCAL_BYTES or not head.startswith(_LOCAL):
            yield _found(DAMAGED, each.filename)
            return
        name_bytes, extra_bytes = struct.unpack("<HH", head[26:30])
        start = each.header_offset + LOCAL_BYTES
        if each.header_offset < end_before:
            yield _found(OVERLAPPING, each.filename)
            return
        if content[start : start + name_bytes] != _raw_name(each):
            yield _found(DAMAGED, each.filename)
        end_before = start + name_bytes + extra_bytes + each.compress_size


def _raw_name(entry: zipfile.ZipInfo) -> bytes:
    """As it stands in the archive: UTF-8 where the flag says so, else the code page of the first IBM PC."""
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", errors="replace")


def _of_entries(subject: Subject, archive: zipfile.ZipFile, depth: int, budget: list[int]) -> Iterator[Found]:
    """Each file inside, as if it had been uploaded."""
    from compliance.detecting.registry import INSIDE, detector_of  # noqa: PLC0415  # which names this module

    for entry in archive.infolist():
        if entry.is_dir():
            continue
        content = read(archive, entry, min(ENTRY_MAX_BYTES, budget[0]))
        budget[0] -= len(content)
        inner = _inner(subject, entry.filename, content)
        found = [each for name in INSIDE for each in detector_of(name).detect(inner)]
        if content.startswith(_LOCAL):
            if depth >= DEPTH_MAX:
                found.append(_found(DEEP))
            else:
                found += _looked_into(inner, depth=depth + 1, budget=budget)
        for each in found:
            yield replace(each, place=replace(each.place, member=_path(entry.filename, each.place.member)))


def _inner(subject: Subject, filename: str, content: bytes) -> Subject:
    name = filename.rpartition("/")[2]
    recognised = recognise(content[:HEAD_BYTES], name, content[-TAIL_BYTES:])
    return replace(
        subject,
        content=content,
        tail=content,
        size_bytes=len(content),
        filename=name,
        media_type=recognised.media_type,
    )


def _path(outer: str, inner: str | None) -> str:
    return f"{outer} › {inner}" if inner else outer


def _found(rule: str, member: str | None = None, **params: str | int) -> Found:
    place = Place(member=member)
    return Found(detector=NAME, rule=rule, severity="block", place=place, params=params, hard=True)
