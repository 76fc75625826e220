"""Rows of rule sets: what was written, and which one was put into force when. Rows are added and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Select, exists, func, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert

from storage.database import Transaction
from storage.rows.scans import OPEN
from storage.schema import finding, material, rule_set, rule_set_activation, scan, version

HISTORY_MAX = 200


@dataclass(frozen=True, kw_only=True)
class RuleSetRow:
    """One rule file as stored."""

    id: UUID
    version: str
    source: str
    note: str
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, kw_only=True)
class ActivationRow:
    """One rule set put into force."""

    id: UUID
    rule_set_id: UUID
    reason: str
    activated_by: UUID
    activated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Activated:
    """An activation with the version that it put into force."""

    activation: ActivationRow
    version: str


COLUMNS = tuple(rule_set.c[each.name] for each in fields(RuleSetRow))
ACTIVATION_COLUMNS = tuple(rule_set_activation.c[each.name] for each in fields(ActivationRow))
NEWEST_FIRST = (rule_set_activation.c.activated_at.desc(), rule_set_activation.c.id.desc())


async def add(tx: Transaction, row: RuleSetRow) -> bool:
    """Adds a rule set. False, and nothing added, if its version is there already."""
    query = pg_insert(rule_set).values({each.name: getattr(row, each.name) for each in fields(row)})
    added = query.on_conflict_do_nothing(index_elements=["version"]).returning(rule_set.c.id)
    return await tx.scalar(added) is not None


async def by_version(tx: Transaction, version: str) -> RuleSetRow | None:
    """The rule set of this version."""
    return await _one(tx, select(*COLUMNS).where(rule_set.c.version == version))


async def lock_activations(tx: Transaction) -> None:
    """Lets one transaction at a time put a rule set into force."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("rule_set_activation", 0))))


async def activate(tx: Transaction, row: ActivationRow) -> None:
    """Puts a rule set into force."""
    await tx.execute(insert(rule_set_activation).values({each.name: getattr(row, each.name) for each in fields(row)}))


async def active_version(tx: Transaction) -> str | None:
    """The version in force; None while nobody has put one into force."""
    query = select(rule_set.c.version).join(rule_set_activation, rule_set_activation.c.rule_set_id == rule_set.c.id)
    version: str | None = await tx.scalar(query.order_by(*NEWEST_FIRST).limit(1))
    return version


async def activated_by(tx: Transaction) -> UUID | None:
    """Who has put the rule set in force there, or stood by it last; None while it is the one that ships."""
    query = select(rule_set_activation.c.activated_by).order_by(*NEWEST_FIRST).limit(1)
    return cast("UUID | None", await tx.scalar(query))


async def active_since(tx: Transaction) -> datetime | None:
    """Since when the rule set in force is; None while nobody has put one into force."""
    return cast("datetime | None", await tx.scalar(select(func.max(rule_set_activation.c.activated_at))))


async def active(tx: Transaction) -> RuleSetRow | None:
    """The rule set in force, with its source."""
    query = select(*COLUMNS).join(rule_set_activation, rule_set_activation.c.rule_set_id == rule_set.c.id)
    return await _one(tx, query.order_by(*NEWEST_FIRST).limit(1))


async def written(tx: Transaction) -> Sequence[RuleSetRow]:
    """What was written, the latest first."""
    query = select(*COLUMNS).order_by(rule_set.c.written_at.desc(), rule_set.c.id.desc()).limit(HISTORY_MAX)
    return [RuleSetRow(**row._asdict()) for row in await tx.execute(query)]


async def activations(tx: Transaction) -> Sequence[Activated]:
    """What was put into force, the latest first."""
    query = select(*ACTIVATION_COLUMNS, rule_set.c.version).join(
        rule_set, rule_set_activation.c.rule_set_id == rule_set.c.id
    )
    rows = [row._asdict() for row in await tx.execute(query.order_by(*NEWEST_FIRST).limit(HISTORY_MAX))]
    return [Activated(version=row.pop("version"), activation=ActivationRow(**row)) for row in rows]


async def _one(tx: Transaction, query: Select[tuple[object, ...]]) -> RuleSetRow | None:
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else RuleSetRow(**row._asdict())


@dataclass(frozen=True, kw_only=True)
class Circulating:
    """A version that people may see, or that waits for a decision: what a change of the rules is about."""

    version_id: UUID
    material_id: UUID
    title: str
    material_class: str
    state: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many versions circulate, and how many of them were scanned under a rule set."""

    total: int
    done: int


_IN_CIRCULATION = (
    version.c.state.in_(("approved", "submitted", "changes_requested")),
    material.c.withdrawn_at.is_(None),
)
_CIRCULATING = (
    version.c.id.label("version_id"),
    version.c.material_id,
    material.c.title,
    material.c.material_class.label("material_class"),
    version.c.state,
    version.c.number,
)


async def circulating(tx: Transaction, after: UUID | None, limit: int) -> Sequence[Circulating]:
    """Versions in circulation in the order of their ids, behind `after`."""
    query = select(*_CIRCULATING).join(material, material.c.id == version.c.material_id).where(*_IN_CIRCULATION)
    if after is not None:
        query = query.where(version.c.id > after)
    rows = await tx.execute(query.order_by(version.c.id).limit(limit))
    return [Circulating(**row._asdict()) for row in rows]


async def progress(tx: Transaction, rules: str) -> Progress:
    """How far the versions in circulation were scanned under the rule set `rules`."""
    over = exists().where(
        scan.c.version_id == version.c.id, scan.c.rule_set_version == rules, scan.c.state.not_in(OPEN)
    )
    query = select(func.count(), func.count().filter(over)).select_from(version)
    query = query.join(material, material.c.id == version.c.material_id).where(*_IN_CIRCULATION)
    total, done = (await tx.execute(query)).one()
    return Progress(total=total, done=done)


async def blocked(tx: Transaction, rules: str, limit: int) -> Sequence[Circulating]:
    """Versions in circulation that a scan under the rule set `rules` left with a blocking finding to decide."""
    met = exists().where(
        scan.c.version_id == version.c.id,
        scan.c.rule_set_version == rules,
        finding.c.scan_id == scan.c.id,
        finding.c.severity == "block",
        finding.c.state == "open",
    )
    query = select(*_CIRCULATING).join(material, material.c.id == version.c.material_id)
    rows = await tx.execute(query.where(*_IN_CIRCULATION, met).order_by(version.c.id).limit(limit))
    return [Circulating(**row._asdict()) for row in rows]
