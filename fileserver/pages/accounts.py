"""Employees' accounts in the console, for the administrator."""

from aiohttp import web
from pydantic import Field

from compliance.access import EMPLOYEES, Action, Role
from fileserver.accounts import account_routes as api
from fileserver.accounts import change_routes as changing
from fileserver.accounts.schemas import CURSOR_CHARS_MAX, AccountPath, AccountQuery
from fileserver.http.call import Call
from fileserver.organisation import routes as organisation
from fileserver.pages.calls import asking
from fileserver.pages.declaring import console_page
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query

PAGE = 100


class AccountsQuery(FormQuery):
    """Where the list continues."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def listed(call: Call[None, AccountsQuery]) -> web.Response:
    """All accounts by login, disabled ones too, with what can be done to them."""
    found = await api.listed(asking(call, AccountQuery(cursor=call.query.cursor, limit=PAGE)))
    return page(
        call,
        "accounts.html",
        accounts=found.items,
        roles=[role for role in Role if role in EMPLOYEES],
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


async def one(call: Call[None, None, AccountPath]) -> web.Response:
    """One account: what it is, what it is to be, and what became of it."""
    account = await changing.read(call)
    return page(
        call,
        "account.html",
        account=account,
        roles=[role for role in Role if role in EMPLOYEES],
        departments=(await organisation.list_departments(asking(call, None))).items,
        regions=(await organisation.list_regions(asking(call, None))).items,
        changes=(await changing.history(call)).items,
        own=account.person_id == call.signed_in.person_id,
    )


ROUTES = (
    console_page("/accounts", "accounts", "Accounts", listed, action=Action.ACCOUNT_LIST, query=AccountsQuery),
    console_page(
        "/accounts/{person_id}", "account", "One account", one, action=Action.ACCOUNT_LIST, path_params=AccountPath
    ),
)
