"""Rows of uploads: how far each one is, which parts and tails hold its bytes, and who may record the next step.

`fence` counts how often the upload moved to another process, its `holder`. A step is recorded only under the number
that its request was given, so a request of a process that another one has replaced can't move the offset.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql

from storage.database import Asked, Transaction, driver_of
from storage.direct import Driver, Prepared
from storage.rows.arrays import arrays
from storage.rows.upload_sources import is_awaited
from storage.schema import evidence, person, upload, upload_part, upload_signed_part, upload_tail, version

PAGE_MAX = 100
UNFINISHED = ("receiving", "assembling", "verifying")


@dataclass(frozen=True, kw_only=True)
class UploadRow:
    """One upload as stored; `metadata` holds each value as base64 text, as the client sent it."""

    id: UUID
    person_id: UUID
    length_bytes: int | None  # None: not said yet
    offset_bytes: int = 0
    metadata: dict[str, str]
    object_key: str
    multipart_id: str | None = None
    part_size_bytes: int
    state: str = "receiving"
    concat: str | None = None  # "partial" or "final", in the words of tus
    sha256: str | None = None
    verified_bytes: int = 0
    fence: int = 0
    holder: UUID | None = None
    way: str = "streamed"
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None

    @property
    def size_bytes(self) -> int:
        """The length, for those who know that it has been said. Raises ValueError if it has not."""
        if self.length_bytes is None:
            raise ValueError("the length of this upload has not been said")
        return self.length_bytes


@dataclass(frozen=True, kw_only=True)
class PartRow:
    """One part that the object store has acknowledged. Numbers count from 1 without a gap."""

    number: int
    offset_bytes: int
    size_bytes: int
    etag: str
    checksum: str | None = None


@dataclass(frozen=True, kw_only=True)
class TailRow:
    """Acknowledged bytes that no part covers yet, as one immutable object."""

    offset_bytes: int
    size_bytes: int
    object_key: str

    @property
    def end(self) -> int:
        """The offset behind its last byte."""
        return self.offset_bytes + self.size_bytes


@dataclass(frozen=True, kw_only=True)
class Wasted:
    """How many bytes were stored for an upload and never recorded, beside its length: as it was said, or so far."""

    bytes: int
    length_bytes: int


@dataclass(frozen=True, kw_only=True)
class Which:
    """Uploads that are unfinished or changed after `since`; or those of one file, by its base64 fingerprint."""

    since: datetime
    fingerprint: str | None = None


NAMES = tuple(field.name for field in fields(UploadRow))
COLUMNS = tuple(upload.c[name] for name in NAMES)
PART_COLUMNS = tuple(upload_part.c[field.name] for field in fields(PartRow))
TAIL_COLUMNS = tuple(upload_tail.c[field.name] for field in fields(TailRow))


def is_claimed(upload_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether a version or evidence was made of the upload."""
    return or_(exists().where(version.c.upload_id == upload_id), exists().where(evidence.c.upload_id == upload_id))


# Put together once: what each upload asks.
ADDING = insert(upload)
UNUSED = select(upload.c.id).where(
    upload.c.person_id == bindparam("person"), upload.c.state == "complete", ~is_claimed(upload.c.id)
)
COUNT_UNUSED = select(func.count()).select_from(UNUSED.limit(bindparam("at_most")).subquery())
_BY_ID = select(*COLUMNS).where(upload.c.id == bindparam("id"))
BY_ID = Prepared(_BY_ID)
BY_ID_LOCKED = Prepared(_BY_ID.with_for_update(key_share=True))
TAILS = Prepared(
    select(*TAIL_COLUMNS).where(upload_tail.c.upload_id == bindparam("id")).order_by(upload_tail.c.offset_bytes)
)
MOVED = (
    update(upload)
    .where(
        upload.c.id == bindparam("upload_id"),
        upload.c.fence == bindparam("under"),
        upload.c.state == "receiving",
        upload.c.offset_bytes == bindparam("start"),
    )
    .values(offset_bytes=bindparam("end"), updated_at=bindparam("now"))
    .returning(upload.c.id)
    .cte("moved")
)
ARRIVED = (
    func.unnest(
        bindparam("numbers", type_=ARRAY(Integer)),
        bindparam("offsets", type_=ARRAY(BigInteger)),
        bindparam("sizes", type_=ARRAY(BigInteger)),
        bindparam("etags", type_=ARRAY(Text)),
    )
    .table_valued("number", "offset_bytes", "size_bytes", "etag")
    .render_derived()
)
ADVANCING_BY_PARTS = Prepared(
    insert(upload_part)
    .from_select(
        ["upload_id", "number", "offset_bytes", "size_bytes", "etag"],
        select(MOVED.c.id, *ARRIVED.c).select_from(MOVED.join(ARRIVED, true())),
    )
    .returning(upload_part.c.number)
)
_SIGNED = postgresql.insert(upload_signed_part).from_select(
    ["upload_id", "number", "checksum"],
    select(upload.c.id, bindparam("number", type_=Integer), bindparam("checksum", type_=Text))
    .where(upload.c.id == bindparam("upload_id"), upload.c.state == "receiving")
    .with_for_update(read=True),
)
NOTING_SIGNED = Prepared(
    _SIGNED.on_conflict_do_update(
        index_elements=["upload_id", "number"],
        set_={"checksum": _SIGNED.excluded.checksum, "signed_count": upload_signed_part.c.signed_count + 1},
    ).returning(upload_signed_part.c.signed_count)
)


async def add_upload(tx: Transaction, row: UploadRow) -> None:
    """Adds an upload."""
    await tx.execute(ADDING, _values(row))


async def add_uploads(tx: Transaction, rows: Sequence[UploadRow]) -> None:
    """Adds several uploads at once."""
    await tx.execute(ADDING, [_values(row) for row in rows])


def _values(row: UploadRow) -> dict[str, Any]:
    """By column; unlike dataclasses.asdict it copies nothing, which took a twentieth of the time of a small file."""
    return {name: getattr(row, name) for name in NAMES}


async def upload_by_id(asked: Asked, upload_id: UUID, *, lock: bool = False) -> UploadRow | None:
    """The upload; with `lock` nobody else changes it until the transaction ends."""
    found = await (BY_ID_LOCKED if lock else BY_ID).one(await driver_of(asked), id=upload_id)
    return None if found is None else UploadRow(**found._asdict())


async def list_uploads(
    tx: Transaction,
    person_id: UUID,
    which: Which,
    *,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[UploadRow]:
    """A person's uploads, newest first; `before` continues a list."""
    query = select(*COLUMNS).where(upload.c.person_id == person_id, upload.c.state != "terminated")
    if which.fingerprint is None:
        query = query.where(or_(upload.c.state.in_(UNFINISHED), upload.c.updated_at > which.since))
    else:
        query = query.where(upload.c.metadata["fingerprint"].astext == which.fingerprint)
    if before is not None:
        created_at, last_id = before
        earlier = (upload.c.created_at == created_at) & (upload.c.id < last_id)
        query = query.where(or_(upload.c.created_at < created_at, earlier))
    query = query.order_by(upload.c.created_at.desc(), upload.c.id.desc()).limit(min(limit, PAGE_MAX))
    return [UploadRow(**row) for row in (await tx.execute(query)).mappings()]


async def count_unfinished(tx: Transaction, person_id: UUID) -> int:
    """How many uploads the person has under way; nobody counts for the same person until `tx` ends."""
    await tx.execute(select(person.c.id).where(person.c.id == person_id).with_for_update(key_share=True))
    query = select(func.count()).where(upload.c.person_id == person_id, upload.c.state.in_(UNFINISHED))
    return int(await tx.scalar(query) or 0)


async def count_unused(tx: Transaction, person_id: UUID, at_most: int) -> int:
    """How many complete uploads of the person nothing was made of; counts no further than `at_most`."""
    return int(await tx.scalar(COUNT_UNUSED, {"person": person_id, "at_most": at_most}) or 0)


async def parts_of(tx: Transaction, upload_id: UUID) -> tuple[PartRow, ...]:
    """The recorded parts, in order."""
    query = select(*PART_COLUMNS).where(upload_part.c.upload_id == upload_id).order_by(upload_part.c.number)
    return tuple(PartRow(**row) for row in (await tx.execute(query)).mappings())


async def tails_of(asked: Asked, upload_id: UUID) -> tuple[TailRow, ...]:
    """The recorded tails, in order."""
    return tuple(TailRow(**row._asdict()) for row in await TAILS.all(await driver_of(asked), id=upload_id))


async def set_holder(tx: Transaction, upload_id: UUID, fence: int, holder: UUID) -> None:
    """Another process takes the upload up: only what is recorded under `fence` counts from now on."""
    await tx.execute(update(upload).where(upload.c.id == upload_id).values(fence=fence, holder=holder))


async def set_length(tx: Transaction, upload_id: UUID, length_bytes: int, state: str) -> None:
    """Notes the length of an upload that was made without one. The caller has locked the row and seen that it is."""
    saying = update(upload).where(upload.c.id == upload_id, upload.c.length_bytes.is_(None))
    await tx.execute(saying.values(length_bytes=length_bytes, state=state))


async def set_multipart(tx: Transaction, upload_id: UUID, fence: int, multipart_id: str) -> bool:
    """Remembers the multipart upload that parts go to. False if the request was replaced."""
    mine = update(upload).where(upload.c.id == upload_id, upload.c.fence == fence, upload.c.state == "receiving")
    return (await tx.execute(mine.values(multipart_id=multipart_id))).rowcount == 1


async def set_direct_multipart(tx: Transaction, upload_id: UUID, multipart_id: str) -> bool:
    """Remembers the multipart upload of a direct upload. False if it has one already, or takes no parts any more."""
    without = update(upload).where(
        upload.c.id == upload_id,
        upload.c.way == "direct",
        upload.c.state == "receiving",
        upload.c.multipart_id.is_(None),
    )
    return (await tx.execute(without.values(multipart_id=multipart_id))).rowcount == 1


async def advance(
    tx: Transaction,
    upload_id: UUID,
    fence: int,
    *,
    start: int,
    end: int,
    state: str,
    object_key: str,
    now: datetime,
) -> bool:
    """Moves the offset from `start` to `end`. False, and nothing moved, if the request was replaced."""
    moving = update(upload).where(
        upload.c.id == upload_id, upload.c.fence == fence, upload.c.state == "receiving", upload.c.offset_bytes == start
    )
    return (
        await tx.execute(moving.values(offset_bytes=end, state=state, object_key=object_key, updated_at=now))
    ).rowcount == 1


async def advance_by_parts(
    driver: Driver, upload_id: UUID, fence: int, *, start: int, end: int, now: datetime, parts: Sequence[PartRow]
) -> bool:
    """`advance`, with the parts that reach `end` before the upload's, in one statement: a single round trip."""
    columns = arrays(
        ("numbers", "offsets", "sizes", "etags"),
        [(part.number, part.offset_bytes, part.size_bytes, part.etag) for part in parts],
    )
    recorded = await ADVANCING_BY_PARTS.all(
        driver, upload_id=upload_id, under=fence, start=start, end=end, now=now, **columns
    )
    return len(recorded) == len(parts)


async def waste(tx: Transaction, upload_id: UUID, wasted_bytes: int) -> Wasted | None:
    """Counts bytes that were stored and will never be recorded. None without such an upload."""
    wasting = update(upload).where(upload.c.id == upload_id)
    wasting = wasting.values(wasted_bytes=upload.c.wasted_bytes + wasted_bytes)
    length = func.coalesce(upload.c.length_bytes, upload.c.offset_bytes).label("length_bytes")
    found = (await tx.execute(wasting.returning(upload.c.wasted_bytes.label("bytes"), length))).mappings()
    row = found.one_or_none()
    return None if row is None else Wasted(**row)


async def add_parts(tx: Transaction, upload_id: UUID, parts: Sequence[PartRow]) -> None:
    """Records parts that the store acknowledged."""
    await tx.execute(insert(upload_part), [{"upload_id": upload_id, **asdict(part)} for part in parts])


async def note_signed(asked: Asked, upload_id: UUID, number: int, checksum: str) -> int:
    """Remembers what was last signed for a part of a direct upload; returns how often one was. 0: it takes no parts."""
    noted = await NOTING_SIGNED.one(await driver_of(asked), upload_id=upload_id, number=number, checksum=checksum)
    return 0 if noted is None else int(noted.signed_count)


async def count_signed_anew(tx: Transaction, upload_id: UUID, number: int) -> None:
    """None of the signatures of this part has been used: they don't count."""
    part = (upload_signed_part.c.upload_id == upload_id) & (upload_signed_part.c.number == number)
    await tx.execute(update(upload_signed_part).where(part).values(signed_count=1))


async def signed_parts(tx: Transaction, upload_id: UUID) -> Mapping[int, str]:
    """The checksum last signed for each part of a direct upload, by number."""
    query = select(upload_signed_part.c.number, upload_signed_part.c.checksum)
    found = await tx.execute(query.where(upload_signed_part.c.upload_id == upload_id))
    return {row.number: row.checksum for row in found}


async def drop_signed(tx: Transaction, upload_id: UUID) -> None:
    """Forgets what was signed."""
    await tx.execute(delete(upload_signed_part).where(upload_signed_part.c.upload_id == upload_id))


async def add_tail(tx: Transaction, upload_id: UUID, tail: TailRow) -> None:
    """Records a tail that the store acknowledged."""
    await tx.execute(insert(upload_tail).values(upload_id=upload_id, **asdict(tail)))


async def drop_tails(tx: Transaction, upload_id: UUID, *, below: int, since: int = 0) -> tuple[str, ...]:
    """Forgets the tails that are covered from one offset up to, but without, the other; the keys of their objects."""
    covered = upload_tail.c.offset_bytes.between(since, below - 1)
    dropping = delete(upload_tail).where(upload_tail.c.upload_id == upload_id, covered)
    return tuple(await tx.scalars(dropping.returning(upload_tail.c.object_key)))


async def change_state(
    tx: Transaction, upload_id: UUID, *, before: Sequence[str], after: str, now: datetime, **columns: Any
) -> bool:
    """One step of the upload's life, with the columns that change in it. False if it isn't in one of `before`."""
    step = update(upload).where(upload.c.id == upload_id, upload.c.state.in_(before))
    return (await tx.execute(step.values(state=after, updated_at=now, **columns))).rowcount == 1


async def set_verified(tx: Transaction, upload_id: UUID, verified_bytes: int, now: datetime) -> None:
    """Notes how far the verification has read."""
    noting = update(upload).where(upload.c.id == upload_id, upload.c.state == "verifying")
    await tx.execute(noting.values(verified_bytes=verified_bytes, updated_at=now))


async def unfinished_since(tx: Transaction, state: str, before: datetime) -> tuple[UUID, ...]:
    """Uploads that have been in `state` without a sign of life since `before`."""
    query = select(upload.c.id).where(upload.c.state == state, upload.c.updated_at <= before).limit(PAGE_MAX)
    return tuple(await tx.scalars(query))


async def take_expired(tx: Transaction, now: datetime, limit: int = PAGE_MAX) -> Sequence[UploadRow]:
    """Uploads whose time is over, locked for `tx`; those that another worker holds are left to it.

    Of complete uploads only partial ones have an end, and not while a final upload is being put together of them.
    """
    ending = upload.c.state.in_(("receiving", "failed", "complete"))
    query = select(*COLUMNS).where(ending, upload.c.expires_at <= now, ~is_awaited(upload.c.id))
    query = query.order_by(upload.c.expires_at).limit(limit).with_for_update(skip_locked=True, key_share=True)
    found = [UploadRow(**row) for row in (await tx.execute(query)).mappings()]
    # A final upload may have named one between that statement's beginning and its lock. Under the lock nobody can.
    awaited = select(upload.c.id).where(upload.c.id.in_([row.id for row in found]), is_awaited(upload.c.id))
    named = frozenset(await tx.scalars(awaited)) if found else frozenset[UUID]()
    return [row for row in found if row.id not in named]


async def materials_of(tx: Transaction, upload_ids: Sequence[UUID]) -> Mapping[UUID, UUID]:
    """The material that a version or evidence was made for, by upload, of those uploads that are used."""
    query = union_all(
        select(evidence.c.upload_id, evidence.c.material_id).where(evidence.c.upload_id.in_(upload_ids)),
        select(version.c.upload_id, version.c.material_id).where(version.c.upload_id.in_(upload_ids)),
    )
    return {row.upload_id: row.material_id for row in await tx.execute(query)}


async def is_used(tx: Transaction, upload_id: UUID) -> bool:
    """Whether a version or evidence was made of the upload, so that its object must stay."""
    return bool(await tx.scalar(select(is_claimed(literal(upload_id, Uuid)))))


async def named_keys(tx: Transaction, keys: Sequence[str]) -> frozenset[str]:
    """Those of these objects that an upload which is not over, a tail, a version or evidence names."""
    living = upload.c.state.not_in(("terminated", "failed"))
    found = union_all(
        select(upload.c.object_key).where(upload.c.object_key.in_(keys), living),
        select(upload_tail.c.object_key).where(upload_tail.c.object_key.in_(keys)),
        select(version.c.object_key).where(version.c.object_key.in_(keys)),
        select(evidence.c.object_key).where(evidence.c.object_key.in_(keys)),
    )
    return frozenset(await tx.scalars(found))


async def named_multiparts(tx: Transaction, multipart_ids: Sequence[str]) -> frozenset[str]:
    """Those of these multipart uploads that an upload on its way goes to."""
    going = upload.c.state.in_(UNFINISHED)
    return frozenset(
        await tx.scalars(select(upload.c.multipart_id).where(upload.c.multipart_id.in_(multipart_ids), going))
    )
