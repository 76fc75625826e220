"""Reviews in the console: the queue, and one version to read and decide on."""

from typing import Literal

from aiohttp import web
from pydantic import Field

from compliance.access import Action, MaterialClass, decide
from compliance.reviewing.procedures import Discipline
from fileserver.http.call import Call
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.permissions import target_under_review
from fileserver.pages.pictures import pictures_of
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.reviews import routes as api
from fileserver.reviews.schemas import CURSOR_CHARS_MAX, Queue, ReviewPath, ReviewQuery, Risk

DECIDED_SHOWN = 20


class QueueQuery(FormQuery):
    """What to show of what waits, and where the lists continue."""

    material_class: MaterialClass | None = Field(default=None, alias="class")
    risk: Risk | None = None
    discipline: Discipline | None = None
    overdue: bool = False
    claim: Literal["mine", "none"] | None = None
    sort: Literal["due", "risk"] | None = None

    waiting: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)
    decided: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def queue(call: Call[None, QueueQuery]) -> web.Response:
    """What waits, as asked for; what was decided, below."""
    chosen = call.query.model_dump(by_alias=True, exclude={"waiting", "decided"}, exclude_none=True)
    asked = ReviewQuery.model_validate({**chosen, "cursor": call.query.waiting})
    waiting = await api.listed(asking(call, asked))
    before = ReviewQuery(state=Queue.DECIDED, cursor=call.query.decided, limit=DECIDED_SHOWN)
    decided = await api.listed(asking(call, before))
    return page(
        call,
        "reviews.html",
        query=asked,
        filtered=any(name != "sort" and value for name, value in chosen.items()),
        classes=list(MaterialClass),
        risks=list(Risk),
        disciplines=list(Discipline),
        waiting=waiting.items,
        waiting_next=_next(call, waiting=waiting.next),
        decided=decided.items,
        decided_next=_next(call, decided=decided.next),
    )


async def read(call: Call[None, None, ReviewPath]) -> web.Response:
    """One version with its pages, what is known of it, and the decision."""
    review = await api.read(call)
    ready = review.version.preparation == "ready"
    return page(
        call,
        "review.html",
        review=review,
        claimed=any(each.claim is not None and each.claim.mine for each in review.steps),
        pictures=await pictures_of(call.services, review.version.id) if ready else [],
        may_original=decide(call.actor, Action.MATERIAL_ORIGINAL, await target_under_review(call, review)).allowed,
    )


def _next(call: Call[None, QueueQuery], **cursor: str | None) -> str | None:
    return with_query(call.request.path, call.request.query, **cursor) if any(cursor.values()) else None


ROUTES = (
    console_page("/reviews", "reviews", "The review queue", queue, action=Action.REVIEW_LIST, query=QueueQuery),
    console_page(
        "/reviews/{review_id}", "review", "One review", read, action=Action.REVIEW_READ, path_params=ReviewPath
    ),
)
