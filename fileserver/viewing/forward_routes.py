"""The API of passing a share on (`/api/v1/visits/{visit_id}/forward…`)."""

from pydantic import Field

from compliance.access import Action
from compliance.errors import AccessDenied, LinkInvalid, NotFound
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.services import Services
from fileserver.viewing import forwarding
from fileserver.viewing.forwarding import Forwarded
from fileserver.viewing.schemas import ForwardOut, Token, VisitPath

AHEAD_MAX = 5


class PoolIn(Input):
    """How many links are wanted ahead."""

    count: int = Field(default=1, ge=1, le=AHEAD_MAX)


class PooledOut(Output):
    """A link made ahead: worth nothing until it is used."""

    url: str
    token: str


class PoolOut(Output):
    """Links made ahead. Take each for one click, and confirm the click."""

    items: list[PooledOut]


class ConfirmIn(Input):
    """A click that used a link."""

    token: Token


async def forward(call: Call[None, None, VisitPath]) -> ForwardOut:
    """Pass a share on: a child share with a link of its own."""
    child = await forwarding.forward(call.services, call.signed_in, call.trail, call.params.visit_id)
    return _out(call.services, child)


async def pool(call: Call[PoolIn, None, VisitPath]) -> PoolOut:
    """Links for clicks to come, because a share sheet can't wait."""
    tokens = await forwarding.pool(call.services, call.signed_in, call.params.visit_id, call.body.count)
    return PoolOut(items=[PooledOut(url=_url(call.services, token), token=token) for token in tokens])


async def confirm(call: Call[ConfirmIn, None, VisitPath]) -> ForwardOut:
    """A link made ahead was used."""
    child = await forwarding.confirm(call.services, call.signed_in, call.trail, call.params.visit_id, call.body.token)
    return _out(call.services, child)


def _out(services: Services, child: Forwarded) -> ForwardOut:
    return ForwardOut(
        id=child.id,
        url=_url(services, child.token),
        token=child.token,
        expires_at=child.expires_at,
        forward_depth_left=child.forward_depth_left,
    )


def _url(services: Services, token: str) -> str:
    return f"{services.config.public_url}/s/{token}"


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/visits/{visit_id}/forward",
        name="visits.forward",
        summary="Pass a share on",
        handler=forward,
        auth=Auth.VIEWER,
        action=Action.VISIT_FORWARD,
        path_params=VisitPath,
        returns=ForwardOut,
        status=201,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/visits/{visit_id}/forward/ahead",
        name="visits.forward_ahead",
        summary="Get links ahead, to pass a share on without waiting",
        handler=pool,
        auth=Auth.VIEWER,
        action=Action.VISIT_FORWARD,
        body=PoolIn,
        path_params=VisitPath,
        returns=PoolOut,
        status=201,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/visits/{visit_id}/forward/confirm",
        name="visits.forward_confirm",
        summary="Say that a link made ahead was used",
        handler=confirm,
        auth=Auth.VIEWER,
        action=Action.VISIT_FORWARD,
        body=ConfirmIn,
        path_params=VisitPath,
        returns=ForwardOut,
        status=201,
        errors=(AccessDenied, NotFound, LinkInvalid),
    ),
)
