"""The reviews API."""

from compliance.access import Action
from compliance.errors import AccessDenied, InvalidValue, NotFound, WrongState
from fileserver.answers import FindingOut, MaterialBrief, PersonOut, ReviewBrief, VersionBrief
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.i18n import Language
from fileserver.reviews import service
from fileserver.reviews.schemas import DecisionIn, ReviewItem, ReviewList, ReviewOut, ReviewPath, ReviewQuery
from fileserver.reviews.service import Described


async def listed(call: Call[None, ReviewQuery]) -> ReviewList:
    """The queue, or what was decided."""
    query = call.query
    found = await service.listed(call.services, call.actor, query.state, read_cursor(query.cursor), query.limit)
    last = found[-1].case.review if len(found) == query.limit else None
    return ReviewList(
        items=[_item(each) for each in found],
        next=write_cursor(last.decided_at or last.submitted_at, last.id) if last else None,
    )


async def read(call: Call[None, None, ReviewPath]) -> ReviewOut:
    """One review."""
    return _out(await service.read(call.services, call.actor, call.params.review_id), call.language)


async def decide(call: Call[DecisionIn, None, ReviewPath]) -> ReviewOut:
    """Approve or reject."""
    review_id = call.params.review_id
    decided = await service.decide_on(call.services, call.actor, call.trail, review_id, call.body)
    return _out(decided, call.language)


def _item(found: Described) -> ReviewItem:
    material, version = found.case.material, found.case.version
    return ReviewItem(
        **dict(ReviewBrief.of(found.case.review, found.names)),
        material=MaterialBrief.model_validate(
            {"id": material.id, "title": material.title, "material_class": material.material_class}
        ),
        version=VersionBrief.of(version),
        uploader=PersonOut.of(found.names, version.uploader_id),
        may_decide=found.may_decide,
    )


def _out(found: Described, language: Language) -> ReviewOut:
    return ReviewOut(
        **dict(_item(found)),
        description=found.case.material.description,
        findings=[FindingOut.of(each, language) for each in found.findings],
        withdrawn=found.case.material.withdrawn_at is not None,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/reviews",
        name="reviews.list",
        summary="List what waits for a decision, or what was decided",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_LIST,
        scope=Scope.REVIEWS_READ,
        query=ReviewQuery,
        returns=ReviewList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/reviews/{review_id}",
        name="reviews.read",
        summary="Read a review with its version and findings",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_READ,
        scope=Scope.REVIEWS_READ,
        path_params=ReviewPath,
        returns=ReviewOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/reviews/{review_id}/decision",
        name="reviews.decide",
        summary="Approve or reject the exact bytes under review",
        handler=decide,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_DECIDE,
        scope=Scope.REVIEWS_DECIDE,
        path_params=ReviewPath,
        body=DecisionIn,
        returns=ReviewOut,
        errors=(AccessDenied, NotFound, InvalidValue, WrongState),
    ),
)
