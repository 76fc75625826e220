"""One look at everything: whether rows and objects of uploads agree, and what there is that nobody owns.

Reads PostgreSQL and S3 from outside, and believes neither: every part and tail that a row names must be in the store
with its size (and ETag), every offset must be what parts and tails make, and every multipart upload and object in the
store must be named by a row. Nothing may write meanwhile.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from storage.objects import ObjectStore, Part
from storage.provision.bucket import client_for
from storage.settings import S3Settings
from tests.crash.journal import Violation
from tests.crash.rows import Row, Rows

UNFINISHED = ("receiving", "assembling", "verifying")
WITH_PARTS = ("receiving", "assembling")
WITH_OBJECT = ("assembling", "verifying", "complete")
ID_CHARS = 36


@dataclass(frozen=True)
class Found:
    """What a look found."""

    broken: tuple[Violation, ...]  # rows and objects disagree
    orphans: tuple[Violation, ...]  # what no row names, of uploads that have ended, or of none
    leftovers: tuple[Violation, ...]  # the same of uploads that may still go on


@dataclass(frozen=True)
class Stored:
    """What S3 holds below uploads/ and tails/."""

    objects: Mapping[str, int]  # key → bytes
    multiparts: Mapping[str, str]  # id → key
    parts: Mapping[str, Sequence[Part]]  # multipart id → parts


@dataclass(frozen=True)
class Known:
    """One upload's rows."""

    upload: Row
    parts: Sequence[Row]
    tails: Sequence[Row]

    @property
    def state(self) -> str:
        """Of the upload."""
        return str(self.upload["state"])


async def look(rows: Rows, store: ObjectStore, settings: S3Settings) -> Found:
    """Everything that is wrong. Raises StorageError when an engine is away."""
    stored, known = await _stored(store, settings), await _known(rows)
    broken = [each for one in known.values() for each in _disagreements(one, stored)]
    orphans, leftovers = list[Violation](), list[Violation]()
    for orphan in _orphans(known, stored):
        owner = known.get(orphan.upload)
        (leftovers if owner and owner.state in UNFINISHED else orphans).append(orphan)
    return Found(tuple(broken), tuple(orphans), tuple(leftovers))


async def _stored(store: ObjectStore, settings: S3Settings) -> Stored:
    objects = await asyncio.to_thread(_objects, settings)
    pending = await store.list_multiparts("uploads/")
    return Stored(
        objects=objects,
        multiparts={each.multipart_id: each.key for each in pending},
        parts={each.multipart_id: await store.list_parts(each.key, each.multipart_id) for each in pending},
    )


def _objects(settings: S3Settings) -> dict[str, int]:
    client = client_for(settings)
    folders = [client.list_objects(settings.bucket, prefix, recursive=True) for prefix in ("uploads/", "tails/")]
    return {str(each.object_name): int(each.size or 0) for folder in folders for each in folder}


async def _known(rows: Rows) -> dict[str, Known]:
    parts, tails = defaultdict[UUID, list[Row]](list), defaultdict[UUID, list[Row]](list)
    for row in await rows.query("SELECT * FROM upload_part ORDER BY upload_id, number"):
        parts[row["upload_id"]].append(row)
    for row in await rows.query("SELECT * FROM upload_tail ORDER BY upload_id, offset_bytes"):
        tails[row["upload_id"]].append(row)
    uploads = await rows.query("SELECT * FROM upload")
    return {str(row["id"]): Known(row, parts[row["id"]], tails[row["id"]]) for row in uploads}


def _disagreements(known: Known, stored: Stored) -> Iterator[Violation]:
    """What one upload's rows say that is not so."""
    row = known.upload
    upload_id = str(row["id"])
    if known.state == "receiving":
        yield from (Violation("rows", upload_id, detail) for detail in _wrong_offsets(known))
        yield from (Violation("missing", upload_id, detail) for detail in _missing(known, stored))
    if known.state == "complete" and stored.objects.get(row["object_key"]) != row["length_bytes"]:
        yield Violation("missing", upload_id, f"{row['object_key']} is not there with {row['length_bytes']} bytes")
    if known.state == "complete" and not row["sha256"] and row["concat"] != "partial":
        yield Violation("rows", upload_id, "complete without a SHA-256")


def _wrong_offsets(known: Known) -> Iterator[str]:
    """Parts, then tails, must make the offset without a gap."""
    reached = 0
    for number, part in enumerate(known.parts, 1):
        if (part["number"], part["offset_bytes"]) != (number, reached):
            yield f"part {part['number']} at {part['offset_bytes']} where {number} at {reached} belongs"
        reached = part["offset_bytes"] + part["size_bytes"]
    for tail in known.tails:
        if tail["offset_bytes"] != reached:
            yield f"tail at {tail['offset_bytes']} where one at {reached} belongs"
        reached = tail["offset_bytes"] + tail["size_bytes"]
    if reached != known.upload["offset_bytes"]:
        yield f"parts and tails reach {reached}, the offset is {known.upload['offset_bytes']}"


def _missing(known: Known, stored: Stored) -> Iterator[str]:
    """Every part and tail that a row names must be in the store."""
    row = known.upload
    there = {(part.number, part.size_bytes, part.etag) for part in stored.parts.get(row["multipart_id"] or "", ())}
    for part in known.parts:
        if (part["number"], part["size_bytes"], part["etag"]) not in there:
            yield f"part {part['number']} of {part['size_bytes']} bytes"
    for tail in known.tails:
        if stored.objects.get(tail["object_key"]) != tail["size_bytes"]:
            yield f"tail {tail['object_key']} of {tail['size_bytes']} bytes"


def _orphans(known: Mapping[str, Known], stored: Stored) -> Iterator[Violation]:
    """What no row names. `upload` is the id in the key, whether or not there is such an upload."""
    tails = {tail["object_key"] for one in known.values() if one.state == "receiving" for tail in one.tails}
    objects = {one.upload["object_key"] for one in known.values() if one.state in WITH_OBJECT}
    multiparts = {one.upload["multipart_id"] for one in known.values() if one.state in WITH_PARTS}
    for key in sorted(stored.objects.keys() - tails - objects):
        yield Violation("orphan object", _id_in(key), key)
    for multipart_id, key in stored.multiparts.items():
        if multipart_id not in multiparts:
            yield Violation("orphan multipart", _id_in(key), f"{key} {multipart_id}")


def _id_in(key: str) -> str:
    return key.split("/")[1][:ID_CHARS]
