"""Who calls: the person behind a session cookie or an API token, as the accounts feature found them for this request.

Nothing here reads a cookie or a row. `Authenticate` and `Lasts` are the ports that the accounts feature fills.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from aiohttp import web

from compliance.access import Actor, Glass, Job, Role, Sensitivity
from compliance.events import short_hash

if TYPE_CHECKING:
    from fileserver.services import Services


SESSION_COOKIE = "sealshare_session"


def session_cookie(public_url: str) -> str:
    """The name of the session's cookie; with HTTPS a browser guards it further by its prefix (RFC 6265bis §4.1.3.2)."""
    return f"__Host-{SESSION_COOKIE}" if public_url.startswith("https:") else SESSION_COOKIE


class CallerKind(StrEnum):
    """Inside or outside the brand."""

    EMPLOYEE = "employee"
    VIEWER = "viewer"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A signed-in person. Exactly one of `session_id` and `token_id` is set."""

    person_id: UUID
    pseudonym: str  # what events call this person
    role: Role
    session_id: UUID | None = None
    token_id: UUID | None = None
    scopes: frozenset[str] = frozenset()  # of the API token; a session is not narrowed by scopes
    csrf_token: str | None = field(default=None, repr=False)  # of the session
    proved_at: datetime | None = None  # when the session's person last proved who they are
    methods: tuple[str, ...] = ()  # what with
    limited: str = ""  # the only thing that the session is good for (compliance.sessions.ENROL)
    second_factor: bool = False  # whether the person has one; not known of an API token's
    bearer: bool = False  # the session's token came in the Authorization header instead of the cookie
    active: bool = True
    verified: bool = False
    clinic_id: UUID | None = None
    job: Job | None = None
    departments: tuple[UUID, ...] = ()
    region: str = ""
    clearance: Sensitivity = Sensitivity.USUAL
    glass: Glass = field(default_factory=Glass)
    emergency_until: datetime | None = None  # somebody has broken the glass: every page shows it until then

    def __post_init__(self) -> None:
        if (self.session_id is None) == (self.token_id is None):
            raise ValueError("a caller comes by a session or by an API token, never by both or neither")

    @property
    def kind(self) -> CallerKind:
        """Employee or viewer; the role says it, so that the two can't disagree."""
        return CallerKind.VIEWER if self.role is Role.VIEWER else CallerKind.EMPLOYEE

    @property
    def ambient(self) -> bool:
        """Whether the browser sent the credentials by itself, so that another site could have made it do so."""
        return self.session_id is not None and not self.bearer

    def marks(self) -> dict[str, str]:
        """The person, clinic, role and session as an event names them."""
        return {
            "who": self.pseudonym,
            "org": str(self.clinic_id or ""),
            "role": self.role.value,
            "sess": short_hash(str(self.session_id or self.token_id)),
        }

    def actor(self) -> Actor:
        """The same person in the words of the access decision."""
        return Actor(
            person_id=self.person_id,
            role=self.role,
            active=self.active,
            verified=self.verified,
            clinic_id=self.clinic_id,
            job=self.job,
            departments=self.departments,
            region=self.region,
            clearance=self.clearance,
            glass=self.glass,
        )


Authenticate = Callable[[web.Request, "Services"], Awaitable[Caller | None]]
"""None when the request carries no credentials or none that are good; it never raises for bad ones."""

Lasts = Callable[[Caller, "Services"], Awaitable[bool]]
"""Whether the session or API token that somebody called by has not ended since."""


async def nobody(_request: web.Request, _services: "Services") -> Caller | None:
    """The authenticator of an application without accounts: everybody is a stranger."""
    return None
