"""What a handler gets: one frozen record with the request's checked and parsed parts.

`Call[CreateShare]` has a body, `Call[None, ListQuery]` a query, `Call[None, None, SharePath]` path parameters; the
route declares the same models, and the frame fills them before the handler runs.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic

from aiohttp import web
from typing_extensions import TypeVar

from compliance.access import Actor
from compliance.events import Trail, short_hash, truncated_address
from fileserver.http.caller import Caller
from fileserver.http.errors import NotSignedIn
from fileserver.i18n import Language

if TYPE_CHECKING:
    from fileserver.services import Services

Body = TypeVar("Body", default=None)
Query = TypeVar("Query", default=None)
Params = TypeVar("Params", default=None)


@dataclass(frozen=True, kw_only=True)
class Call(Generic[Body, Query, Params]):
    """One call of one route."""

    request: web.Request
    services: "Services"
    caller: Caller | None
    body: Body
    query: Query
    params: Params
    language: Language
    request_id: str
    client_ip: str

    @property
    def signed_in(self) -> Caller:
        """The caller of a route that is not PUBLIC. Raises NotSignedIn on a public route called by a stranger."""
        if self.caller is None:
            raise NotSignedIn
        return self.caller

    @property
    def actor(self) -> Actor:
        """The caller in the words of compliance.access; raises like `signed_in`."""
        return self.signed_in.actor()

    @property
    def trail(self) -> Trail:
        """Who and from where, in the form that the log may hold; empty names for a stranger."""
        return trail_of(self.caller, client_ip=self.client_ip, user_agent=self.request.headers.get("User-Agent", ""))


def trail_of(caller: Caller | None, *, client_ip: str, user_agent: str) -> Trail:
    """Who and from where, as `Call.trail` says it."""
    origin = Trail(ip=truncated_address(client_ip), ua=short_hash(user_agent))
    return origin if caller is None else replace(origin, **caller.marks())
