"""Rows of directories: mappings, what was applied to whom, comparisons, what differs and what was changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.schema import (
    account,
    directory_change,
    directory_difference,
    directory_mapping,
    directory_member,
    directory_run,
    identity,
)

HISTORY_MAX = 50
DIFFERENCES_MAX = 1000
CHANGES_MAX = 200


@dataclass(frozen=True, kw_only=True)
class MappingRow:
    """A mapping that is or was in force."""

    source: str
    revision: int
    facts: Mapping[str, Any]
    reason: str
    changed_by: UUID
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class MemberRow:
    """What a directory gave to somebody."""

    key_hash: str
    source: str
    person_id: UUID
    made: bool
    applied_role: str
    applied_department_id: UUID | None
    shut_out: bool
    deleted: bool
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One comparison, times in UTC."""

    id: UUID
    source: str
    cause: str
    state: str
    counts: Mapping[str, int]
    problem: str
    leaving_hash: str
    ordered_by: UUID | None
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class DifferenceRow:
    """What stands here otherwise than there."""

    source: str
    key_hash: str
    kind: str
    external_id: str
    person_id: UUID | None
    detail: str
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """What a directory changed here."""

    source: str
    kind: str
    person_id: UUID | None
    department_id: UUID | None
    before: str
    after: str
    changed_at: datetime


async def newest_mapping(tx: Transaction, source: str) -> MappingRow | None:
    """The mapping in force."""
    found = await mapping_history(tx, source, limit=1)
    return found[0] if found else None


async def mapping_history(tx: Transaction, source: str, *, limit: int = HISTORY_MAX) -> Sequence[MappingRow]:
    """Every mapping of this directory, the newest first."""
    table = directory_mapping.c
    query = select(*(table[each.name] for each in fields(MappingRow))).where(table.source == source)
    rows = await tx.execute(query.order_by(table.revision.desc()).limit(limit))
    return [MappingRow(**row) for row in rows.mappings()]


async def lock_directory(tx: Transaction, source: str) -> None:
    """Nobody else changes or applies this directory until `tx` ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"directory {source}", 0))))


async def add_mapping(tx: Transaction, row: MappingRow) -> None:
    """From now on this one is in force."""
    await tx.execute(insert(directory_mapping).values(**{each.name: getattr(row, each.name) for each in fields(row)}))


async def member(tx: Transaction, key_hash: str) -> MemberRow | None:
    """What the directory gave to this one, held until `tx` ends."""
    query = select(*(directory_member.c[each.name] for each in fields(MemberRow)))
    row = (await tx.execute(query.where(directory_member.c.key_hash == key_hash).with_for_update())).mappings()
    found = row.one_or_none()
    return MemberRow(**found) if found else None


async def put_member(tx: Transaction, row: MemberRow) -> None:
    """Notes what the directory gave to somebody."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    query = upsert(directory_member).values(**values)
    await tx.execute(query.on_conflict_do_update(index_elements=["key_hash"], set_=values))


async def forget_member(tx: Transaction, key_hash: str) -> None:
    """The directory gave them nothing any more."""
    await tx.execute(delete(directory_member).where(directory_member.c.key_hash == key_hash))


async def rename_member(tx: Transaction, key_hash: str, to_hash: str) -> None:
    """The directory calls somebody otherwise now."""
    query = update(directory_member).where(directory_member.c.key_hash == key_hash)
    await tx.execute(query.values(key_hash=to_hash))


async def rename_identity(tx: Transaction, provider: str, app: str, subject: str, to_subject: str) -> None:
    """The same for what leads to their account."""
    query = update(identity).where(
        identity.c.provider == provider, identity.c.app == app, identity.c.subject == subject
    )
    await tx.execute(query.values(subject=to_subject))


async def note_deleted(tx: Transaction, key_hashes: Sequence[str], as_of: datetime) -> None:
    """Whom the directory shut out, and has no more: the next one whom it calls so may be somebody else."""
    table = directory_member.c
    query = update(directory_member).where(table.key_hash.in_(key_hashes), table.shut_out, table.seen_at <= as_of)
    await tx.execute(query.values(deleted=True))


async def linked(tx: Transaction, provider: str, app: str, *, disabled: bool = False) -> dict[str, UUID]:
    """Active accounts, or those that are disabled, by what this directory calls their people."""
    state = account.c.disabled_at.is_not(None) if disabled else account.c.disabled_at.is_(None)
    query = (
        select(identity.c.subject, identity.c.person_id)
        .join(account, account.c.person_id == identity.c.person_id)
        .where(identity.c.provider == provider, identity.c.app == app, state)
        .order_by(identity.c.subject)
    )
    return {row.subject: row.person_id for row in await tx.execute(query)}


async def made_by(tx: Transaction, person_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of these people whose accounts a directory made."""
    query = select(directory_member.c.person_id).where(
        directory_member.c.person_id.in_(person_ids), directory_member.c.made
    )
    return frozenset((await tx.execute(query)).scalars())


async def add_run(tx: Transaction, row: RunRow) -> None:
    """Keeps a comparison."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    await tx.execute(insert(directory_run).values(**{**values, "counts": dict(row.counts)}))


async def runs(tx: Transaction, source: str, *, limit: int = HISTORY_MAX) -> Sequence[RunRow]:
    """Comparisons, the newest first."""
    table = directory_run.c
    query = select(*(table[each.name] for each in fields(RunRow))).where(table.source == source)
    rows = await tx.execute(query.order_by(table.started_at.desc(), table.id).limit(limit))
    return [RunRow(**row) for row in rows.mappings()]


async def forget_runs(tx: Transaction, before: datetime) -> None:
    """Removes comparisons of before; what was changed stays."""
    await tx.execute(delete(directory_run).where(directory_run.c.ended_at < before))


async def put_differences(tx: Transaction, source: str, found: Sequence[DifferenceRow]) -> None:
    """These are what differs now, and no others."""
    await tx.execute(delete(directory_difference).where(directory_difference.c.source == source))
    for row in found[:DIFFERENCES_MAX]:
        values = {each.name: getattr(row, each.name) for each in fields(row)}
        await tx.execute(upsert(directory_difference).values(**values).on_conflict_do_nothing())


async def replace_differences_of(tx: Transaction, source: str, key_hash: str, found: Sequence[DifferenceRow]) -> None:
    """The same of one member."""
    table = directory_difference.c
    await tx.execute(delete(directory_difference).where(table.source == source, table.key_hash == key_hash))
    for row in found:
        values = {each.name: getattr(row, each.name) for each in fields(row)}
        await tx.execute(upsert(directory_difference).values(**values).on_conflict_do_nothing())


async def differences(tx: Transaction, source: str) -> Sequence[DifferenceRow]:
    """What differs, by kind."""
    table = directory_difference.c
    query = select(*(table[each.name] for each in fields(DifferenceRow))).where(table.source == source)
    rows = await tx.execute(query.order_by(table.kind, table.external_id).limit(DIFFERENCES_MAX))
    return [DifferenceRow(**row) for row in rows.mappings()]


async def add_change(tx: Transaction, row: ChangeRow) -> None:
    """Keeps what was changed."""
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    await tx.execute(insert(directory_change).values(id=uuid4(), **values))


async def changes(tx: Transaction, source: str, *, limit: int = CHANGES_MAX) -> Sequence[ChangeRow]:
    """What was changed, the newest first."""
    table = directory_change.c
    query = select(*(table[each.name] for each in fields(ChangeRow))).where(table.source == source)
    rows = await tx.execute(query.order_by(table.changed_at.desc(), table.id).limit(limit))
    return [ChangeRow(**row) for row in rows.mappings()]
