"""A trace that was read, in the form in which the API answers it and the report is made of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from compliance.profiles import ERASED, Profile
from compliance.tracing.evidence import Piece
from compliance.tracing.results import Match, SuspectPage
from fileserver.answers import PersonOut
from fileserver.i18n import Language, has_message, translate
from fileserver.traces.reading import Accused, Occurrence, Told
from fileserver.traces.schemas import (
    CopyOut,
    EventBrief,
    EvidenceOut,
    MatchOut,
    NarrowingOut,
    PersonNamed,
    SuspectOut,
    SuspectPageOut,
    TraceOut,
)
from storage.rows.traces import TraceRow


def out(told: Told, language: Language) -> TraceOut:
    """The trace as the API answers it."""
    row, results = told.row, told.results
    title = told.titles.get(str(row.material_id)) if row.material_id else None
    return TraceOut(
        **brief(row, told.by),
        narrowing=NarrowingOut(
            material_id=row.material_id,
            material_title=title,
            share_id=row.share_id,
            since=row.since,
            until=row.until,
        ),
        steps_done=row.steps_done,
        steps_total=row.steps_total,
        failure=_failure(row, language),
        pages_total=results.pages_total if results else None,
        pages=[_page(told, each) for each in results.pages] if results else [],
        copies_considered=results.copies_considered if results else None,
        looks=results.looks if results else None,
        closest=results.closest if results else None,
        copies=[_copy(each) for each in told.accused],
        leads=[_copy(each, lead=True) for each in told.leads],
        report_url=f"/api/v1/traces/{row.id}/report" if row.state == "done" else None,
    )


def brief(row: TraceRow, by: Profile) -> dict[str, Any]:
    """The members of a TraceBrief."""
    return {
        "id": row.id,
        "state": row.state,
        "outcome": row.outcome,
        "suspect": SuspectOut(
            sha256=row.sha256,
            size_bytes=row.size_bytes,
            media_type=row.media_type,
            filename=row.filename,
            kept=row.object_key is not None,
        ),
        "by": PersonOut(id=row.person_id, name=by.name),
        "created_at": row.created_at,
        "ended_at": row.ended_at,
    }


def _failure(row: TraceRow, language: Language) -> str | None:
    if row.failure is None:
        return None
    key = f"trace-failure-{row.failure}"
    return translate(language, key if has_message(language, key) else "trace-failure-other")


def _page(told: Told, page: SuspectPage) -> SuspectPageOut:
    kept = page.pictures if told.row.object_key is not None else ()
    base = f"/api/v1/traces/{told.row.id}/pages/{page.suspect_page}"
    return SuspectPageOut(
        suspect_page=page.suspect_page,
        width_px=page.width_px,
        height_px=page.height_px,
        match=_match(told, page.match) if page.match else None,
        pictures={name: f"{base}/{name}" for name in kept},  # type: ignore[misc]  # the names that the tracer stores
    )


def _match(told: Told, match: Match) -> MatchOut:
    material_id = told.version_materials.get(match.version_id)
    return MatchOut(
        version_id=UUID(match.version_id),
        version_sha256=match.version_sha256,
        material_id=material_id,
        material_title=told.titles.get(str(material_id)),
        page=match.page,
        width_px=match.width_px,
        height_px=match.height_px,
        homography=list(match.homography),
        inliers=match.inliers,
    )


def _copy(accused: Accused, *, lead: bool = False) -> CopyOut:
    copy, standing = accused.copy, accused.standing
    return CopyOut(
        copy_id=f"{copy.copy_id:012x}",
        visit_id=copy.visit_id,
        visit_started_at=copy.started_at,
        share_id=copy.share_id,
        material_id=copy.material_id,
        material_title=accused.title,
        version_id=copy.version_id,
        version_number=copy.version_number,
        version_sha256=copy.version_sha256,
        person=PersonNamed(
            pseudonym=standing.pseudonym if standing else "",
            name=None if accused.profile == ERASED else accused.profile.name,
            clinic_id=standing.clinic_id if standing else None,
            clinic_name=standing.clinic_name or None if standing else None,
        ),
        confidence=None if lead else accused.named.confidence,
        false_accusation=None if lead else accused.named.false_accusation,
        evidence=[_evidence(each) for each in accused.named.pieces],
        events=[_event(each) for each in accused.events],
        events_more=accused.events_more,
    )


def _evidence(piece: Piece) -> EvidenceOut:
    return EvidenceOut(
        kind=piece.kind,
        suspect_page=piece.suspect_page,
        page=piece.page,
        score=piece.score,
        false_accusation=piece.false_accusation,
        key_id=piece.kid,
    )


def _event(occurrence: Occurrence) -> EventBrief:
    leaf = occurrence.leaf
    return EventBrief(
        id=occurrence.id,
        index=occurrence.index,
        time=datetime.fromisoformat(leaf["t"]),
        act=leaf["act"],
        page=leaf["det"].get("page"),
        bytes=leaf["bytes"],
    )
