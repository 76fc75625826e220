"""Everybody's ways in over HTTP, for administrators: sessions, API tokens, identities, and what was done to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from compliance import ledger, second_factor, sessions
from compliance.access import Action, Role, require
from compliance.errors import AccessDenied, NotFound
from compliance.events import Act, short_hash
from compliance.profiles import profiles_of
from fileserver.accounts import service
from fileserver.accounts.schemas import AccountPath, SessionOut, TokenOut, TokenPath
from fileserver.accounts.session_schemas import Reason
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.services import Services
from fileserver.session_limits import limits_of
from storage.database import Transaction
from storage.rows import own_identities, sign_in_changes
from storage.rows import sessions as session_rows
from storage.rows import tokens as token_rows
from storage.rows.sign_in_changes import ChangeRow
from storage.rows.tokens import TokenRow


class WayChange(Output):
    """What was done to somebody's ways in."""

    kind: str
    detail: str
    reason: str
    person: str = Field(description="Whose; empty once erased")
    changed_by: str = Field(description="A name; empty once that person is erased")
    changed_at: datetime


class IdentityOut(Output):
    """Who somebody is at a sign-in provider."""

    provider: str
    subject: str
    since: datetime


class WaysIn(Output):
    """How somebody gets in."""

    person_id: UUID
    name: str
    login: str
    role: Role
    disabled_at: datetime | None
    emergency: bool
    second_factor: datetime | None = Field(description="Since when; null: none")
    sessions: list[SessionOut]
    tokens: list[TokenOut]
    identities: list[IdentityOut]
    history: list[WayChange] = Field(description="The newest first")


class EndIn(Input):
    """Which session of somebody to end, and why."""

    session_id: UUID | None = Field(default=None, description="Null: all of them")
    reason: Reason


class RevokeIn(Input):
    """Why somebody's token is revoked."""

    reason: Reason


class OthersToken(TokenOut):
    """Somebody's API token."""

    person_id: UUID
    person: str


class OthersTokens(Output):
    """Everybody's API tokens that work, the newest first, and which were revoked here."""

    items: list[OthersToken]
    history: list[WayChange]
    next: None = None


async def read(call: Call[None, None, AccountPath]) -> WaysIn:
    """How somebody gets in."""
    require(call.actor, Action.SIGN_IN_CONFIGURE)
    services, person_id, now = call.services, call.params.person_id, call.services.clock()
    async with services.database.transaction() as tx:
        account = await service.read(tx, services.keys.master, person_id)
        limits = limits_of(services.config)(account.row.role)
        live = await sessions.live_of(tx, person_id, limits=limits, now=now)
        return WaysIn(
            person_id=person_id,
            name=account.name,
            login=account.row.login,
            role=Role(account.row.role),
            disabled_at=account.row.disabled_at,
            emergency=account.row.emergency,
            second_factor=(await second_factor.state_of(tx, person_id)).since,
            sessions=[_session(row, call.signed_in.session_id) for row in live],
            tokens=[_token(row) for row in await token_rows.tokens_of(tx, person_id)],
            identities=[
                IdentityOut(provider=row.provider, subject=row.subject, since=row.created_at)
                for row in await own_identities.identities_of(tx, person_id)
            ],
            history=await history_of(services, tx, await sign_in_changes.of(tx, person_id)),
        )


async def end_sessions(call: Call[EndIn, None, AccountPath]) -> None:
    """Sign somebody out, of one session or all."""
    rule = require(call.actor, Action.SIGN_IN_CONFIGURE)
    services, body, person_id, now = call.services, call.body, call.params.person_id, call.services.clock()
    async with services.database.transaction() as tx:
        account = await service.read(tx, services.keys.master, person_id)
        if body.session_id is None:
            ended = await session_rows.end_sessions_of(tx, person_id, now)
        else:
            ended = int(await session_rows.end_session(tx, person_id, body.session_id, now))
        if not ended:
            raise NotFound
        by, detail = call.signed_in.person_id, str(ended)
        await sign_in_changes.add(tx, person_id, "sessions-ended", by=by, at=now, detail=detail, reason=body.reason)
        det: dict[str, str | int] = {"others": ended, "reason_sha256": short_hash(body.reason)}
        obj = f"person:{account.row.pseudonym}"
        await ledger.append(tx, call.trail.event(Act.EMPLOYEE_SESSION_END, why=rule, obj=obj, det=det), now=now)


async def listed(call: Call) -> OthersTokens:
    """Everybody's API tokens that work."""
    require(call.actor, Action.SIGN_IN_CONFIGURE)
    services = call.services
    async with services.database.transaction() as tx:
        found = await token_rows.working(tx, services.clock())
        people = await profiles_of(tx, services.keys.master, person_ids=[row.person_id for row in found])
        items = [
            OthersToken(person_id=row.person_id, person=people[row.person_id].name, **_token(row).model_dump())
            for row in found
        ]
        history = await history_of(services, tx, await sign_in_changes.of(tx, kind="token-revoked"))
    return OthersTokens(items=items, history=history)


async def revoke(call: Call[RevokeIn, None, TokenPath]) -> None:
    """Revoke somebody's API token; the next request by it is refused."""
    rule = require(call.actor, Action.SIGN_IN_CONFIGURE)
    services, token_id, now = call.services, call.params.token_id, call.services.clock()
    async with services.database.transaction() as tx:
        row = await token_rows.token_by_id(tx, token_id)
        if row is None or not await token_rows.revoke_token(tx, row.person_id, token_id, now):
            raise NotFound
        by, reason = call.signed_in.person_id, call.body.reason
        await sign_in_changes.add(tx, row.person_id, "token-revoked", by=by, at=now, detail=str(row.id), reason=reason)
        det: dict[str, str | int] = {"reason_sha256": short_hash(reason)}
        event = call.trail.event(Act.EMPLOYEE_TOKEN_REVOKE, why=rule, obj=f"token:{token_id}", det=det)
        await ledger.append(tx, event, now=now)


async def history_of(services: Services, tx: Transaction, rows: Sequence[ChangeRow]) -> list[WayChange]:
    """These changes with the names behind them; a token's is its label, which is kept with the token alone."""
    ids = {row.person_id for row in rows} | {row.changed_by for row in rows}
    people = await profiles_of(tx, services.keys.master, person_ids=list(ids))
    labels = await token_rows.labels_of(tx, [UUID(row.detail) for row in rows if row.kind == "token-revoked"])
    return [
        WayChange(
            kind=row.kind,
            detail=labels.get(row.detail, row.detail),
            reason=row.reason,
            person=people[row.person_id].name,
            changed_by=people[row.changed_by].name,
            changed_at=row.changed_at,
        )
        for row in rows
    ]


def _session(row: session_rows.SessionRow, own: UUID | None) -> SessionOut:
    return SessionOut(
        id=row.id,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        current=row.id == own,
        device=row.device,
        address=row.address,
        methods=list(row.methods),
    )


def _token(row: TokenRow) -> TokenOut:
    return TokenOut(
        id=row.id,
        label=row.label,
        scopes=list(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


def _route(method: str, path: str, name: str, summary: str, **declared: Any) -> Route:
    return Route(
        method=method,
        path=f"/api/v1/people{path}",
        name=f"ways_in.{name}",
        summary=summary,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        **declared,
    )


ROUTES = (
    _route(
        "GET",
        "/accounts/{person_id}/ways-in",
        "read",
        "Read how an employee gets in",
        handler=read,
        path_params=AccountPath,
        returns=WaysIn,
        errors=(AccessDenied, NotFound),
    ),
    _route(
        "POST",
        "/accounts/{person_id}/sessions/end",
        "end_sessions",
        "Sign an employee out",
        handler=end_sessions,
        fresh=True,
        path_params=AccountPath,
        body=EndIn,
        status=204,
        errors=(AccessDenied, NotFound, StepUpNeeded),
    ),
    _route(
        "GET",
        "/tokens",
        "tokens",
        "List everybody's API tokens",
        handler=listed,
        returns=OthersTokens,
        errors=(AccessDenied,),
    ),
    _route(
        "POST",
        "/tokens/{token_id}/revoke",
        "revoke",
        "Revoke an employee's API token",
        handler=revoke,
        fresh=True,
        path_params=TokenPath,
        body=RevokeIn,
        status=204,
        errors=(AccessDenied, NotFound, StepUpNeeded),
    ),
)
