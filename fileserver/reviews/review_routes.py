"""The queue, a review, and everything that is done to one."""

from typing import Any
from uuid import UUID

from compliance.access import Action
from compliance.errors import (
    AccessDenied,
    Claimed,
    InvalidValue,
    NotFound,
    RequirementUnmet,
    TooManyAttempts,
    WrongState,
)
from compliance.profiles import profiles_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.reviews import deciding, service, working
from fileserver.reviews.describing import Described
from fileserver.reviews.schemas import (
    CommentIn,
    CommentList,
    CommentOut,
    CommentPath,
    DecisionIn,
    FindingDecisionIn,
    FindingPath,
    ResolveIn,
    ReviewList,
    ReviewOut,
    ReviewPath,
    ReviewQuery,
)
from fileserver.reviews.showing import cursor_after, item, start_of, threads, whole

WORKING_ERRORS = (AccessDenied, NotFound, InvalidValue, WrongState)


async def listed(call: Call[None, ReviewQuery]) -> ReviewList:
    """The queue, or what was decided."""
    found = await service.page_of(call.services, call.actor, call.query, start_of(call.query.cursor))
    now, reader = call.services.clock(), call.actor.person_id
    return ReviewList(
        items=[item(each, reader, now) for each in found],
        next=cursor_after(found[-1]) if len(found) == call.query.limit else None,
    )


async def read(call: Call[None, None, ReviewPath]) -> ReviewOut:
    """One review."""
    return _out(call, await service.read(call.services, call.actor, call.params.review_id))


async def decide(call: Call[DecisionIn, None, ReviewPath]) -> ReviewOut:
    """Sign a decision."""
    services, review_id = call.services, call.params.review_id
    actor, trail, body = call.actor, call.trail, call.body
    proved = await deciding.sign_in_again(services, actor, trail, call.signed_in, review_id, body, call.client_ip)
    return _out(call, await deciding.decide_on(services, actor, trail, review_id, body, proved))


async def claim(call: Call[None, None, ReviewPath]) -> ReviewOut:
    """Claim what is open."""
    return _out(call, await working.claim(call.services, call.actor, call.trail, call.params.review_id))


async def release(call: Call[None, None, ReviewPath]) -> ReviewOut:
    """Give a claim up."""
    return _out(call, await working.release(call.services, call.actor, call.trail, call.params.review_id))


async def decide_finding(call: Call[FindingDecisionIn, None, FindingPath]) -> ReviewOut:
    """Dismiss or confirm a finding."""
    at = call.params
    found = await working.decide_finding(call.services, call.actor, call.trail, at.review_id, at.finding_id, call.body)
    return _out(call, found)


async def comment(call: Call[CommentIn, None, ReviewPath]) -> CommentOut:
    """Add a comment or an answer; answers the whole thread."""
    row = await working.comment(call.services, call.actor, call.trail, call.params.review_id, call.body)
    return await _thread(call, call.params.review_id, row.parent_id or row.id)


async def resolve(call: Call[ResolveIn, None, CommentPath]) -> CommentOut:
    """Settle a thread, or open it again."""
    at = call.params
    await working.resolve(
        call.services, call.actor, call.trail, at.review_id, at.comment_id, resolved=call.body.resolved
    )
    return await _thread(call, at.review_id, at.comment_id)


async def commented(call: Call[None, None, ReviewPath]) -> CommentList:
    """The threads of a review."""
    return CommentList(items=await _threads(call, call.params.review_id))


async def _thread(call: Call[Any, Any, Any], review_id: UUID, comment_id: UUID) -> CommentOut:
    return next(each for each in await _threads(call, review_id) if each.id == comment_id)


async def _threads(call: Call[Any, Any, Any], review_id: UUID) -> list[CommentOut]:
    rows = await working.comments(call.services, call.actor, review_id)
    people = {each.person_id for each in rows} | {each.resolved_by for each in rows if each.resolved_by}
    async with call.services.database.transaction() as tx:
        names = await profiles_of(tx, call.services.keys.master, person_ids=people)
    return threads(rows, names)


def _out(call: Call[Any, Any, Any], found: Described) -> ReviewOut:
    return whole(found, call.actor.person_id, call.services.clock(), call.language)


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
        summary="Read a review with its version, findings, comments and signatures",
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
        summary="Sign an approval, a rejection or a request for changes of the exact bytes under review",
        handler=decide,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_DECIDE,
        scope=Scope.REVIEWS_DECIDE,
        path_params=ReviewPath,
        body=DecisionIn,
        returns=ReviewOut,
        errors=(*WORKING_ERRORS, Claimed, RequirementUnmet, TooManyAttempts),
    ),
    Route(
        method="POST",
        path="/api/v1/reviews/{review_id}/claim",
        name="reviews.claim",
        summary="Keep others from the approvals that the caller may give, for two hours",
        handler=claim,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_CLAIM,
        scope=Scope.REVIEWS_DECIDE,
        path_params=ReviewPath,
        returns=ReviewOut,
        errors=(AccessDenied, NotFound, WrongState, Claimed),
    ),
    Route(
        method="DELETE",
        path="/api/v1/reviews/{review_id}/claim",
        name="reviews.release",
        summary="Let others at it again",
        handler=release,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_READ,
        scope=Scope.REVIEWS_DECIDE,
        path_params=ReviewPath,
        returns=ReviewOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/reviews/{review_id}/findings/{finding_id}",
        name="reviews.decide_finding",
        summary="Dismiss a finding with a reason, or confirm it",
        handler=decide_finding,
        auth=Auth.EMPLOYEE,
        action=Action.FINDING_DECIDE,
        scope=Scope.REVIEWS_DECIDE,
        path_params=FindingPath,
        body=FindingDecisionIn,
        returns=ReviewOut,
        errors=WORKING_ERRORS,
    ),
    Route(
        method="GET",
        path="/api/v1/reviews/{review_id}/comments",
        name="reviews.comments",
        summary="What was said about a version, for reviewers and for whoever owns the material",
        handler=commented,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_COMMENT,
        scope=Scope.MATERIALS_READ,
        path_params=ReviewPath,
        returns=CommentList,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/reviews/{review_id}/comments",
        name="reviews.comment",
        summary="Comment on a place of the version, or answer a comment",
        handler=comment,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_COMMENT,
        scope=Scope.REVIEWS_DECIDE,
        path_params=ReviewPath,
        body=CommentIn,
        returns=CommentOut,
        status=201,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/reviews/{review_id}/comments/{comment_id}",
        name="reviews.resolve",
        summary="Settle a thread, or open it again",
        handler=resolve,
        auth=Auth.EMPLOYEE,
        action=Action.REVIEW_COMMENT,
        scope=Scope.REVIEWS_DECIDE,
        path_params=CommentPath,
        body=ResolveIn,
        returns=CommentOut,
        errors=(AccessDenied, NotFound, WrongState),
    ),
)
