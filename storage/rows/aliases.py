"""Ids of clinics and persons that were merged into others: each leads to the one that goes on."""

from uuid import UUID

from sqlalchemy import select

from storage.database import Transaction
from storage.schema import clinic, person

CHAIN_MAX = 16  # merges of merged ones


async def clinic_behind(tx: Transaction, clinic_id: UUID) -> UUID:
    """The clinic that goes on under this id: itself, or what it was merged into."""
    for _ in range(CHAIN_MAX):
        further: UUID | None = await tx.scalar(select(clinic.c.merged_into).where(clinic.c.id == clinic_id))
        if further is None:
            return clinic_id
        clinic_id = further
    return clinic_id


async def clinic_ids_of(tx: Transaction, clinic_id: UUID) -> tuple[UUID, ...]:
    """Every id that a clinic goes by or went by, the one that goes on first."""
    behind = await clinic_behind(tx, clinic_id)
    query = select(clinic.c.id).where(clinic.c.merged_into == behind)
    return (behind, *await tx.scalars(query.order_by(clinic.c.id)))


async def clinics_merged(tx: Transaction) -> dict[UUID, UUID]:
    """Every clinic that was merged into another, with the one that goes on."""
    query = select(clinic.c.id, clinic.c.merged_into).where(clinic.c.merged_into.is_not(None))
    return {row.id: row.merged_into for row in await tx.execute(query)}


async def hold_clinic(tx: Transaction, clinic_id: UUID) -> UUID:
    """The clinic that goes on under this id, which nobody makes another's name until `tx` ends.

    Whoever holds people, or an invitation, takes them before this.
    """
    for _ in range(CHAIN_MAX):
        clinic_id = await clinic_behind(tx, clinic_id)
        row = select(clinic.c.merged_into).where(clinic.c.id == clinic_id)
        if await tx.scalar(row.with_for_update(read=True, key_share=True)) is None:
            break
    return clinic_id


async def person_behind(tx: Transaction, person_id: UUID) -> UUID:
    """The person that goes on under this id: themselves, or whom they were merged into."""
    for _ in range(CHAIN_MAX):
        further: UUID | None = await tx.scalar(select(person.c.merged_into).where(person.c.id == person_id))
        if further is None:
            return person_id
        person_id = further
    return person_id


async def aliases_of(tx: Transaction, person_id: UUID) -> tuple[UUID, ...]:
    """Who was merged into this person, directly, and is not erased."""
    query = select(person.c.id).where(person.c.merged_into == person_id, person.c.erased_at.is_(None))
    return tuple(await tx.scalars(query.order_by(person.c.id)))


async def ids_of(tx: Transaction, person_id: UUID) -> tuple[UUID, ...]:
    """Every id that somebody goes by or went by, the one that goes on first."""
    behind = await person_behind(tx, person_id)
    return (behind, *await aliases_of(tx, behind))
