"""The register's service: each change in one transaction with its event and its place in the history."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from compliance import register
from compliance.access import Action, Actor, require
from compliance.certificate_numbers import CertificateKind
from compliance.declaring import china_day
from compliance.errors import NotFound
from compliance.events import Trail
from compliance.lapsing import DAYS_AHEAD
from compliance.profiles import profiles_of
from compliance.register import CertificateStatus, Entry, Hand
from fileserver.answers import Names
from fileserver.certificates.schemas import CertificateQuery, FactsIn, Standing
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import certificates
from storage.rows.certificates import CertificateFilter, CertificateRow, ChangeRow, LinkedMaterial

KEPT = frozenset({"scope", "valid_until", "status"})
"""What may be left out of a change, and then stays as it is."""


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """An entry with its history, what names it, and who is named in both."""

    row: CertificateRow
    changes: list[ChangeRow]
    linked: list[LinkedMaterial]
    names: Names


def hand_of(services: Services, actor: Actor, trail: Trail, reason: str) -> Hand:
    """Who changes the register now. Raises AccessDenied for who may not."""
    rule = require(actor, Action.CERTIFICATE_WRITE)
    return Hand(trail=trail, person_id=actor.person_id, reason=reason, rule=rule, now=services.clock())


def entry_of(kind: CertificateKind, number: str, facts: FactsIn) -> Entry:
    """A body as an entry."""
    return Entry(
        kind=kind,
        number=number,
        holder=facts.holder,
        product=facts.product,
        scope=facts.scope,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
        status=facts.status,
    )


def kept(entry: Entry, before: CertificateRow, unsaid: Collection[str]) -> Entry:
    """The entry, but what nothing was said of as it stood before: nobody lifts a suspension by leaving it out."""
    return replace(
        entry,
        scope=before.scope if "scope" in unsaid else entry.scope,
        valid_until=before.valid_until if "valid_until" in unsaid else entry.valid_until,
        status=CertificateStatus(before.status) if "status" in unsaid else entry.status,
    )


async def enter(services: Services, actor: Actor, trail: Trail, entry: Entry, reason: str) -> Dossier:
    """A new entry. Raises AccessDenied, InvalidValue."""
    hand = hand_of(services, actor, trail, reason)
    async with services.database.transaction() as tx:
        row = await register.enter(tx, entry, hand)
        return await _dossier(services, tx, row)


async def change(
    services: Services, actor: Actor, trail: Trail, certificate_id: UUID, wanted: FactsIn, revision: int | None
) -> Dossier:
    """The entry as it reads now. Raises AccessDenied, NotFound, InvalidValue."""
    hand = hand_of(services, actor, trail, wanted.reason)
    async with services.database.transaction() as tx:
        before = await certificates.certificate_by_id(tx, certificate_id)
        if before is None:
            raise NotFound(field="certificate_id")
        unsaid = KEPT - wanted.model_fields_set
        entry = kept(entry_of(CertificateKind(before.kind), before.number, wanted), before, unsaid)
        row = await register.change(
            tx, services.messages, certificate_id, entry, hand, revision=revision, confirm=bool(wanted.reason)
        )
        return await _dossier(services, tx, row)


async def listed(
    services: Services, actor: Actor, query: CertificateQuery, before: tuple[datetime, UUID] | None
) -> list[CertificateRow]:
    """Entries, newest first. Raises AccessDenied."""
    require(actor, Action.CERTIFICATE_LIST)
    days = query.ends_within_days
    where = CertificateFilter(
        kind=query.kind,
        status=query.status,
        part=query.q,
        ends_by=None if days is None else china_day(services.clock()) + timedelta(days=days),
    )
    async with services.database.transaction() as tx:
        return list(await certificates.list_certificates(tx, where, before=before, limit=query.limit))


async def read(services: Services, actor: Actor, certificate_id: UUID) -> Dossier:
    """One entry. Raises AccessDenied, NotFound."""
    require(actor, Action.CERTIFICATE_LIST)
    async with services.database.transaction() as tx:
        row = await certificates.certificate_by_id(tx, certificate_id)
        if row is None:
            raise NotFound(field="certificate_id")
        return await _dossier(services, tx, row)


def standing_of(row: CertificateRow, today: date) -> Standing:
    """What an entry's status and dates come to on a day."""
    if row.status in ("suspended", "revoked"):
        return "suspended" if row.status == "suspended" else "revoked"
    if row.valid_from > today:
        return "not_yet"
    if row.valid_until is None:
        return "in_force"
    left = (row.valid_until - today).days
    return "ended" if left < 0 else "ending" if left <= max(DAYS_AHEAD) else "in_force"


async def _dossier(services: Services, tx: Transaction, row: CertificateRow) -> Dossier:
    changes = await certificates.changes_of(tx, row.id)
    linked = await certificates.linked_materials(tx, row.kind, row.number)
    people = {each.changed_by for each in changes} | {each.owner_id for each in linked}
    return Dossier(
        row=row,
        changes=list(changes),
        linked=list(linked),
        names=await profiles_of(tx, services.keys.master, person_ids=people),
    )
