"""Reviews in the words of the API, in the reader's language."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from compliance.detecting.model import Place
from compliance.errors import InvalidValue
from compliance.lifecycle import Need
from compliance.reviewing.capacities import Capacity
from compliance.reviewing.procedures import Discipline
from compliance.reviewing.signatures import Examined, Meaning
from fileserver.answers import FindingOut, MaterialBrief, Names, PersonOut, ReviewBrief, VersionBrief
from fileserver.http.cursors import read_text_cursor, write_text_cursor
from fileserver.i18n import Language, translate
from fileserver.reviews.describing import Described, Listed
from fileserver.reviews.schemas import (
    RISKS,
    AnswerOut,
    CapacityOut,
    ClaimOut,
    CommentOut,
    NeedOut,
    ReviewItem,
    ReviewOut,
    SignatureOut,
    StepOut,
)
from fileserver.reviews.service import Start
from storage.rows.review_claims import ClaimRow
from storage.rows.review_comments import CommentRow
from storage.rows.reviews import due_of


def cursor_after(last: Listed) -> str:
    """The cursor that continues after this review."""
    review = last.case.review
    at = review.decided_at or due_of(review)
    return write_text_cursor(json.dumps([review.risk, at.isoformat(), str(review.id)]))


def start_of(cursor: str | None) -> Start | None:
    """What the cursor says. Raises InvalidValue naming the field for anything that is no cursor."""
    if cursor is None:
        return None
    try:
        risk, at, last_id = json.loads(read_text_cursor(cursor))
        if not isinstance(risk, int) or not 0 <= risk < len(RISKS):
            raise InvalidValue(field="cursor")
        return risk, datetime.fromisoformat(at), UUID(last_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidValue(field="cursor") from error


def item(found: Listed, reader: UUID, now: datetime) -> ReviewItem:
    """A review in a list."""
    material, version, review = found.case.material, found.case.version, found.case.review
    return ReviewItem(
        **dict(ReviewBrief.of(review, found.names)),
        material=MaterialBrief.model_validate(
            {"id": material.id, "title": material.title, "material_class": material.material_class}
        ),
        version=VersionBrief.of(version),
        uploader=PersonOut.of(found.names, version.uploader_id),
        due_at=review.due_at,
        overdue=found.waits and review.due_at is not None and review.due_at < now,
        risk=RISKS[review.risk],
        steps=_steps(found, reader),
        may_decide=found.waits and found.decision.allowed,
    )


def whole(found: Described, reader: UUID, now: datetime, language: Language) -> ReviewOut:
    """A review with all there is to know."""
    barred = found.waits and not found.decision.allowed
    return ReviewOut(
        **dict(item(found, reader, now)),
        description=found.case.material.description,
        findings=[FindingOut.of(each, language) for each in found.findings],
        comments=threads(found.comments, found.names),
        signatures=[_signature(each, found) for each in found.signed],
        capacities=[_capacity(each, found.names) for each in found.bench.mine] if found.waits and not barred else [],
        unmet=needs(found.unmet, language),
        barred_by=found.decision.rule if barred else None,
        withdrawn=found.case.material.withdrawn_at is not None,
    )


def needs(found: Iterable[Need], language: Language) -> list[NeedOut]:
    """What is missing, in words."""
    return [NeedOut(need=each.value, message=translate(language, f"need-{each.value}")) for each in found]


def threads(comments: Sequence[CommentRow], names: Names) -> list[CommentOut]:
    """Comments with their answers, oldest first."""
    return [
        _comment(each, [answer for answer in comments if answer.parent_id == each.id], names)
        for each in comments
        if each.parent_id is None
    ]


def _comment(row: CommentRow, answers: Sequence[CommentRow], names: Names) -> CommentOut:
    place = Place.of_row(row.place)
    return CommentOut(
        id=row.id,
        person=PersonOut.of(names, row.person_id),
        created_at=row.created_at,
        body=row.body,
        page=place.page,
        box=place.box,
        resolved_by=PersonOut.of(names, row.resolved_by) if row.resolved_by else None,
        resolved_at=row.resolved_at,
        answers=[
            AnswerOut(
                id=each.id, person=PersonOut.of(names, each.person_id), created_at=each.created_at, body=each.body
            )
            for each in answers
        ],
    )


def _steps(found: Listed, reader: UUID) -> list[StepOut]:
    open_now = found.bench.open if found.waits else ()
    return [
        StepOut(
            discipline=Discipline(each.discipline),
            stage=each.stage,
            state="signed" if each.signature_id else "open" if each.discipline in open_now else "waiting",
            claim=_claim(found.bench.claims.get(Discipline(each.discipline)), found.names, reader),
        )
        for each in found.bench.steps
    ]


def _claim(row: ClaimRow | None, names: Names, reader: UUID) -> ClaimOut | None:
    if row is None:
        return None
    return ClaimOut(person=PersonOut.of(names, row.person_id), mine=row.person_id == reader, expires_at=row.expires_at)


def _capacity(capacity: Capacity, names: Names) -> CapacityOut:
    other = capacity.on_behalf_of
    return CapacityOut(discipline=capacity.discipline, on_behalf_of=PersonOut.of(names, other) if other else None)


def _signature(examined: Examined, found: Described) -> SignatureOut:
    row, names = examined.row, found.names
    return SignatureOut(
        id=row.id,
        discipline=Discipline(row.discipline),
        meaning=Meaning(row.meaning),
        name=examined.name,
        person=PersonOut.of(names, row.person_id),
        on_behalf_of=PersonOut.of(names, row.on_behalf_of) if row.on_behalf_of else None,
        signed_at=row.signed_at,
        factor=row.factor,
        reason=row.reason,
        reason_whole=examined.reason_whole,
        hash=row.hash,
        event_id=row.event_id,
        pruned_at=examined.pruned_at,
        faults=list(examined.faults),
        reopened=row.meaning == Meaning.APPROVE and row.id not in {each.signature_id for each in found.bench.steps},
    )
