"""Everything that is known of a material, read in one transaction: what the dossier says.

Bounded by named limits, each of which the dossier tells when it is met.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from compliance.access import Action, Actor, require
from compliance.declaring import china_day
from compliance.errors import NotFound
from compliance.keys import MasterKey
from compliance.materials import obj_of, target_of_material
from compliance.profiles import names_by_pseudonym, profiles_of
from compliance.reviewing.signatures import Examined, signed_findings
from compliance.reviewing.standing import signatures
from compliance.trail.search import newest
from compliance.trail.wanted import Wanted
from fileserver.answers import Names
from fileserver.dossiers.inside import Taken, originals_of
from fileserver.dossiers.recalling import downloads_of
from storage.database import Transaction
from storage.rows import (
    certificates,
    declarations,
    materials,
    pledges,
    recalls,
    review_comments,
    reviews,
    shares,
    versions,
)
from storage.rows.certificates import CertificateRow, ChangeRow
from storage.rows.declarations import DeclarationRow, EvidenceRow, StandingCertificate
from storage.rows.events import EventRow
from storage.rows.ledger import indexes_of
from storage.rows.materials import MaterialRow
from storage.rows.pledges import PledgeRow
from storage.rows.recalls import ReadRow, SeenRow
from storage.rows.review_comments import CommentRow
from storage.rows.reviews import ReviewCase, ReviewRow
from storage.rows.shares import ShareRow
from storage.rows.standing import Standing, standings_of
from storage.rows.versions import FindingRow, FindingState, VersionRow

EVENTS_MAX = 5_000
SHARES_MAX = 500
SHARES_BATCH = 100
SEEN_MAX = 1_000
PLEDGES_MAX = 1_000
CERTIFICATES_MAX = 50


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event of the material as people read it; `index` is its place in the ledger."""

    row: EventRow
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Registered:
    """An entry of the register that the material names, with its history."""

    row: CertificateRow
    changes: Sequence[ChangeRow]


@dataclass(frozen=True, kw_only=True)
class File:
    """A material with everything that hangs on it."""

    material: MaterialRow
    versions: Sequence[VersionRow]  # oldest first
    findings: Mapping[UUID, Sequence[FindingRow]]  # of the newest scan
    signed_over: Mapping[UUID, Sequence[FindingRow]]  # by version: as they stood under the last signature
    reviews: Mapping[UUID, Sequence[ReviewRow]]
    signed: Mapping[UUID, Sequence[Examined]]  # by review, examined now
    comments: Mapping[UUID, Sequence[CommentRow]]  # by review
    declarations: Sequence[tuple[DeclarationRow, Sequence[StandingCertificate]]]  # oldest first
    registered: Sequence[Registered]
    evidence: Sequence[EvidenceRow]
    shares: Sequence[ShareRow]
    pledges: Sequence[PledgeRow]  # newest first
    seen: Sequence[SeenRow]
    standings: Mapping[UUID, Standing]
    downloads: Mapping[str, int]  # by visit
    readings: Sequence[ReadRow]  # by employees
    originals: Sequence[Taken]
    told: Sequence[Told]
    names: Names
    people: Mapping[str, str]  # names by pseudonym
    today: date
    made_at: datetime


async def gather(
    tx: Transaction, master: MasterKey, actor: Actor, material_id: UUID, now: datetime
) -> tuple[File, str]:
    """The file, and the rule that lets the actor have it. Raises AccessDenied, NotFound."""
    material = await materials.material_by_id(tx, material_id)
    if material is None:
        raise NotFound(field="material_id")
    rule = require(actor, Action.MATERIAL_DOSSIER, target_of_material(material), obj=obj_of(material_id))
    every = list(reversed(await versions.versions_of(tx, material_id)))
    ids = [each.id for each in every]
    findings, decided = await versions.findings_of(tx, ids), await reviews.reviews_of(tx, ids)
    cases = [
        ReviewCase(review=review, version=version, material=material)
        for version in every
        for review in decided.get(version.id, ())
    ]
    signed = {each.review.id: await signatures(tx, master, each, findings.get(each.version.id, [])) for each in cases}
    over = {each.id: rows for each in every if (rows := await _signed_over(tx, each, decided, signed)) is not None}
    said = await review_comments.comments_of(tx, list(signed))
    papers = await _declarations(tx, material_id)
    proofs = await declarations.evidence_of(tx, material_id)
    doors = await _shares(tx, material_id)
    promises = await pledges.given_for_material(tx, material_id, PLEDGES_MAX)
    seen = await recalls.seen_by(tx, material_id, limit=SEEN_MAX)
    readings = await recalls.read_by(tx, material_id, limit=SEEN_MAX)
    told = await _told(tx, material_id)
    registered = await _registered(tx, papers)
    named = _people(material, every, findings, decided, proofs, doors, seen)
    named |= {each.decided_by for rows in over.values() for each in rows if each.decided_by}
    named |= {row.person_id for row in readings}
    named |= {row.declared_by for row, _ in papers}
    named |= {row.person_id for row in promises}
    named |= {each.row.on_behalf_of for rows in signed.values() for each in rows if each.row.on_behalf_of}
    named |= {each.person_id for rows in said.values() for each in rows}
    named |= {change.changed_by for entry in registered for change in entry.changes}
    return (
        File(
            material=material,
            versions=every,
            findings=findings,
            signed_over=over,
            reviews=decided,
            signed=signed,
            comments=said,
            declarations=papers,
            registered=registered,
            evidence=proofs,
            shares=doors,
            pledges=promises,
            seen=seen,
            standings=await standings_of(tx, {row.person_id for row in seen}),
            downloads=await downloads_of(tx, material_id),
            readings=readings,
            originals=await originals_of(tx, master, material_id),
            told=told,
            names=await profiles_of(tx, master, person_ids=named),
            people=await names_by_pseudonym(tx, master, {each.fields["who"] for each in told} - {""}),
            today=china_day(now),
            made_at=now,
        ),
        rule,
    )


async def _signed_over(
    tx: Transaction,
    version: VersionRow,
    decided: Mapping[UUID, Sequence[ReviewRow]],
    signed: Mapping[UUID, Sequence[Examined]],
) -> list[FindingRow] | None:
    """The findings that the version's last signature was given over, as they stood then; None: nobody signed."""
    rows = [each.row for review in decided.get(version.id, ()) for each in signed.get(review.id, ())]
    if not rows:
        return None
    named = signed_findings(rows[-1])
    every = await versions.findings_ever(tx, version.id)
    return [
        replace(each, state=cast("FindingState", named[str(each.id)][2])) for each in every if str(each.id) in named
    ]


def _people(
    material: MaterialRow,
    every: Sequence[VersionRow],
    findings: Mapping[UUID, Sequence[FindingRow]],
    decided: Mapping[UUID, Sequence[ReviewRow]],
    proofs: Sequence[EvidenceRow],
    doors: Sequence[ShareRow],
    seen: Sequence[SeenRow],
) -> set[UUID]:
    """Whose names the file needs."""
    maybe = [material.owner_id, material.withdrawn_by]
    maybe += [each.uploader_id for each in every]
    maybe += [each.decided_by for rows in findings.values() for each in rows]
    maybe += [who for rows in decided.values() for each in rows for who in (each.submitted_by, each.decided_by)]
    maybe += [who for each in proofs for who in (each.added_by, each.removed_by)]
    maybe += [who for each in doors for who in (each.creator_id, each.sponsor_id, each.revoked_by)]
    maybe += [who for each in seen for who in (each.person_id, each.passed_by)]
    return {who for who in maybe if who}


async def _declarations(
    tx: Transaction, material_id: UUID
) -> list[tuple[DeclarationRow, Sequence[StandingCertificate]]]:
    rows = list(reversed(await declarations.declarations_of(tx, material_id)))
    return [(row, await declarations.certificates_of(tx, material_id, row.revision)) for row in rows]


async def _registered(
    tx: Transaction, papers: Sequence[tuple[DeclarationRow, Sequence[StandingCertificate]]]
) -> list[Registered]:
    ids = {each.certificate_id: None for _, named in papers for each in named if each.certificate_id}
    entries = [await certificates.certificate_by_id(tx, each) for each in list(ids)[:CERTIFICATES_MAX]]
    return [Registered(row=row, changes=await certificates.changes_of(tx, row.id)) for row in entries if row]


async def _shares(tx: Transaction, material_id: UUID) -> list[ShareRow]:
    found: list[ShareRow] = []
    before, of = None, shares.Listed(material_id=material_id)
    while len(found) < SHARES_MAX:
        rows = await shares.list_shares(tx, of=of, before=before, limit=SHARES_BATCH)
        found += rows
        if len(rows) < SHARES_BATCH:
            break
        before = (rows[-1].created_at, rows[-1].id)
    return list(reversed(found))


async def _told(tx: Transaction, material_id: UUID) -> list[Told]:
    """The newest events about the material, oldest first, with the places of those that have one."""
    rows, _more = await newest(tx, Wanted(obj=(obj_of(material_id),)), EVENTS_MAX)
    places = await indexes_of(tx, [row.id for row in rows])
    found = [Told(row=replace(row, index=places.get(row.id)), fields=json.loads(row.leaf)) for row in rows]
    return list(reversed(found))
