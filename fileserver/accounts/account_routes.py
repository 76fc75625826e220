"""Accounts over HTTP: an administrator adds, disables and enables them; everybody changes their own password."""

from typing import Any

from compliance.access import Action, Role, Sensitivity, Target, require
from compliance.errors import (
    AccessDenied,
    InvalidValue,
    LastAdmin,
    LastEmergency,
    LoginTaken,
    NotFound,
    TooManyAttempts,
    WrongState,
)
from compliance.passwords import check_password, random_password
from fileserver.accounts import password_change, service
from fileserver.accounts.schemas import (
    AccountIn,
    AccountList,
    AccountOut,
    AccountPath,
    AccountQuery,
    AccountWithPassword,
    DepartmentIn,
    PasswordChange,
    PasswordReset,
)
from fileserver.accounts.service import Named, NewAccount
from fileserver.http.call import Call
from fileserver.http.cursors import read_text_cursor, write_text_cursor
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from storage.rows import accounts as rows


async def listed(call: Call[None, AccountQuery]) -> AccountList:
    """Accounts by login."""
    require(call.actor, Action.ACCOUNT_LIST)
    query = call.query
    async with call.services.database.transaction() as tx:
        found = await rows.list_accounts(tx, after_login=read_text_cursor(query.cursor), limit=query.limit)
        named = await service.named(tx, call.services.keys.master, found)
    more = found[-1].login if len(found) == query.limit else None
    return AccountList(items=[out(each) for each in named], next=write_text_cursor(more) if more else None)


async def create(call: Call[AccountIn]) -> AccountWithPassword:
    """Add an employee."""
    rule = require(call.actor, Action.ACCOUNT_CREATE)
    body, services = call.body, call.services
    login = service.checked_login(body.login)
    password = body.password or random_password()
    check_password(password, login)
    new = NewAccount(
        login=login,
        name=body.name,
        role=Role(body.role),
        department=body.department,
        department_id=body.department_id,
        clearance=body.clearance,
        password_hash=await services.passwords.hash(password),
    )
    async with services.database.transaction() as tx:
        added = await service.add(
            tx, services.keys.master, call.trail, new, now=services.clock(), why=rule, by=call.actor.person_id
        )
    return _with_password(added, None if body.password else password)


async def disable(call: Call[None, None, AccountPath]) -> AccountOut:
    """Shut an employee out."""
    rule = require(call.actor, Action.ACCOUNT_DISABLE)
    services, person_id = call.services, call.params.person_id
    async with services.database.transaction() as tx:
        await service.disable(tx, call.trail, person_id, now=services.clock(), why=rule, by=call.actor.person_id)
        return out(await service.read(tx, services.keys.master, person_id))


async def enable(call: Call[None, None, AccountPath]) -> AccountOut:
    """Let an employee in again."""
    rule = require(call.actor, Action.ACCOUNT_ENABLE)
    services, person_id = call.services, call.params.person_id
    async with services.database.transaction() as tx:
        await service.enable(tx, call.trail, person_id, now=services.clock(), why=rule, by=call.actor.person_id)
        return out(await service.read(tx, services.keys.master, person_id))


async def put_department(call: Call[DepartmentIn, None, AccountPath]) -> AccountOut:
    """Say where an employee works."""
    rule = require(call.actor, Action.ACCOUNT_DEPARTMENT, Target(owner_id=call.params.person_id))
    services, person_id, body = call.services, call.params.person_id, call.body
    async with services.database.transaction() as tx:
        await service.put_department(
            tx,
            call.trail,
            person_id,
            body.department,
            department_id=body.department_id,
            now=services.clock(),
            why=rule,
            by=call.actor.person_id,
        )
        return out(await service.read(tx, services.keys.master, person_id))


async def reset_password(call: Call[PasswordReset, None, AccountPath]) -> AccountWithPassword:
    """Give an employee a new password; whoever is signed in with the old one is signed out."""
    rule = require(call.actor, Action.ACCOUNT_PASSWORD, Target(owner_id=call.params.person_id))
    services, person_id = call.services, call.params.person_id
    async with services.database.transaction() as tx:
        account = await service.read(tx, services.keys.master, person_id)
    password = call.body.password or random_password()
    check_password(password, account.row.login)
    hashed = await services.passwords.hash(password)
    async with services.database.transaction() as tx:
        await service.put_password(tx, call.trail, person_id, hashed, now=services.clock(), why=rule)
    return _with_password(account, None if call.body.password else password)


async def change_password(call: Call[PasswordChange]) -> None:
    """Change one's own password; every other session of one's own ends."""
    await password_change.change(
        call.services,
        call.trail,
        call.signed_in,
        current=call.body.current_password,
        new=call.body.new_password,
        address=call.client_ip,
    )


def out(account: Named) -> AccountOut:
    """An account as the API tells of it."""
    row = account.row
    return AccountOut(
        person_id=row.person_id,
        login=row.login,
        name=account.name,
        role=Role(row.role),
        department=row.department,
        department_id=row.department_id,
        region_id=row.region_id,
        clearance=Sensitivity(row.clearance),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def _with_password(account: Named, password: str | None) -> AccountWithPassword:
    return AccountWithPassword(password=password, **out(account).model_dump())


def _route(**declared: Any) -> Route:
    """Employees' routes of this resource, for sessions and tokens of its scopes."""
    scope = Scope.ACCOUNTS_READ if declared["method"] == "GET" else Scope.ACCOUNTS_WRITE
    return Route(auth=Auth.EMPLOYEE, scope=scope, **declared)


ROUTES = (
    _route(
        method="GET",
        path="/api/v1/people/accounts",
        name="accounts.list",
        summary="List employees' accounts",
        handler=listed,
        action=Action.ACCOUNT_LIST,
        query=AccountQuery,
        returns=AccountList,
        errors=(InvalidValue,),
    ),
    _route(
        method="POST",
        path="/api/v1/people/accounts",
        name="accounts.create",
        summary="Add an employee's account",
        fresh=True,
        handler=create,
        action=Action.ACCOUNT_CREATE,
        body=AccountIn,
        returns=AccountWithPassword,
        status=201,
        errors=(AccessDenied, InvalidValue, LoginTaken, StepUpNeeded),
    ),
    _route(
        method="POST",
        path="/api/v1/people/accounts/{person_id}/disable",
        name="accounts.disable",
        summary="Disable an account and end its sessions and tokens",
        handler=disable,
        action=Action.ACCOUNT_DISABLE,
        path_params=AccountPath,
        returns=AccountOut,
        errors=(AccessDenied, NotFound, LastAdmin, LastEmergency),
    ),
    _route(
        method="POST",
        path="/api/v1/people/accounts/{person_id}/enable",
        name="accounts.enable",
        summary="Enable an account again",
        fresh=True,
        handler=enable,
        action=Action.ACCOUNT_ENABLE,
        path_params=AccountPath,
        returns=AccountOut,
        errors=(AccessDenied, NotFound, StepUpNeeded),
    ),
    _route(
        method="POST",
        path="/api/v1/people/accounts/{person_id}/password",
        name="accounts.reset_password",
        summary="Give an employee a new password",
        fresh=True,
        handler=reset_password,
        action=Action.ACCOUNT_PASSWORD,
        path_params=AccountPath,
        body=PasswordReset,
        returns=AccountWithPassword,
        errors=(AccessDenied, NotFound, InvalidValue, StepUpNeeded),
    ),
    _route(
        method="POST",
        path="/api/v1/people/accounts/{person_id}/department",
        name="accounts.put_department",
        summary="Say where an employee works",
        handler=put_department,
        action=Action.ACCOUNT_DEPARTMENT,
        path_params=AccountPath,
        body=DepartmentIn,
        returns=AccountOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/people/me/password",
        name="accounts.change_password",
        summary="Change one's own password",
        handler=change_password,
        auth=Auth.EMPLOYEE,
        own=True,
        body=PasswordChange,
        status=204,
        errors=(InvalidValue, TooManyAttempts, WrongState),
    ),
)
