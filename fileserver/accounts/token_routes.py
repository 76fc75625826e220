"""API tokens over HTTP: each employee makes, lists and revokes their own, in a session and never by another token."""

from compliance.errors import InvalidValue, NotFound
from fileserver.accounts import tokens
from fileserver.accounts.schemas import NewTokenOut, TokenIn, TokenList, TokenOut, TokenPath
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from storage.rows.tokens import TokenRow, tokens_of


async def create(call: Call[TokenIn]) -> NewTokenOut:
    """Make a token; its text is in the answer and nowhere else."""
    body = call.body
    async with call.services.database.transaction() as tx:
        made = await tokens.create(
            tx,
            call.trail,
            call.signed_in.person_id,
            label=body.label,
            scopes=body.scopes,
            days=body.days,
            now=call.services.clock(),
        )
    return NewTokenOut(token=made.text, **_out(made.row).model_dump())


async def listed(call: Call) -> TokenList:
    """The caller's tokens."""
    async with call.services.database.transaction() as tx:
        return TokenList(items=[_out(row) for row in await tokens_of(tx, call.signed_in.person_id)])


async def revoke(call: Call[None, None, TokenPath]) -> None:
    """Revoke a token; the next request by it is refused."""
    now = call.services.clock()
    async with call.services.database.transaction() as tx:
        await tokens.revoke(tx, call.trail, call.signed_in.person_id, call.params.token_id, now)


def _out(row: TokenRow) -> TokenOut:
    return TokenOut(
        id=row.id,
        label=row.label,
        scopes=list(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/tokens",
        name="tokens.create",
        summary="Make an API token",
        fresh=True,
        handler=create,
        auth=Auth.EMPLOYEE,
        own=True,
        body=TokenIn,
        returns=NewTokenOut,
        status=201,
        errors=(InvalidValue, StepUpNeeded),
    ),
    Route(
        method="GET",
        path="/api/v1/tokens",
        name="tokens.list",
        summary="List the caller's API tokens",
        handler=listed,
        auth=Auth.EMPLOYEE,
        own=True,
        returns=TokenList,
    ),
    Route(
        method="DELETE",
        path="/api/v1/tokens/{token_id}",
        name="tokens.revoke",
        summary="Revoke an API token",
        handler=revoke,
        auth=Auth.EMPLOYEE,
        own=True,
        path_params=TokenPath,
        status=204,
        errors=(NotFound,),
    ),
)
