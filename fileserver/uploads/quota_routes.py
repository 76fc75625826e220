"""Quotas over HTTP: an administrator sets them, everybody who uploads sees their own use."""

from typing import Any
from uuid import UUID

from compliance.access import Action, Target, require
from compliance.errors import AccessDenied, InvalidValue, NotFound
from fileserver.http.call import Call
from fileserver.http.cursors import read_text_cursor, write_text_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.uploads import quotas
from fileserver.uploads.quota_schemas import (
    DepartmentUseOut,
    QuotaIn,
    QuotaList,
    QuotaOut,
    QuotaQuery,
    QuotaSubject,
    UsageOut,
    UseOut,
)
from fileserver.uploads.quotas import QuotaInUse, Use

PATH = "/api/v1/uploads/quotas"
SEPARATOR = "\n"  # in no subject: it would be two lines


async def listed(call: Call[None, QuotaQuery]) -> QuotaList:
    """The quotas that were set, with their use."""
    require(call.actor, Action.QUOTA_LIST)
    scope, _, subject = read_text_cursor(call.query.cursor).partition(SEPARATOR)
    limit, config = call.query.limit, call.services.config
    async with call.services.database.transaction() as tx:
        found = await quotas.listed(tx, after=(scope, subject), limit=limit)
    last = found[-1].row if len(found) == limit else None
    return QuotaList(
        items=[_out(each) for each in found],
        person_default_bytes=config.upload_quota_person_bytes,
        department_default_bytes=config.upload_quota_department_bytes,
        next=write_text_cursor(f"{last.scope}{SEPARATOR}{last.subject}") if last else None,
    )


async def put(call: Call[QuotaIn]) -> None:
    """Set a quota, or replace it. What is kept already stays, whatever the quota."""
    rule = require(call.actor, Action.QUOTA_SET)
    body, now = call.body, call.services.clock()
    async with call.services.database.transaction() as tx:
        await quotas.put(tx, call.trail, body.scope, body.subject, int(body.size_max_bytes), now=now, why=rule)


async def remove(call: Call[QuotaSubject]) -> None:
    """Remove a quota; the default counts again."""
    rule = require(call.actor, Action.QUOTA_SET)
    async with call.services.database.transaction() as tx:
        now = call.services.clock()
        await quotas.remove(tx, call.trail, call.body.scope, call.body.subject, now=now, why=rule)


async def usage(call: Call) -> UsageOut:
    """What the caller keeps of what they may."""
    require(call.actor, Action.UPLOAD_READ, Target(owner_id=call.actor.person_id))
    async with call.services.database.transaction() as tx:
        own, *together = await quotas.use_of(tx, call.services.config, call.actor.person_id)
    return UsageOut(person=UseOut(**_use(own)), departments=[_department(each) for each in together])


def _department(use: Use) -> DepartmentUseOut:
    return DepartmentUseOut(department_id=UUID(use.bound.subject[1]), name=use.bound.name, **_use(use))


def _use(use: Use) -> dict[str, Any]:
    return {"used_bytes": use.used_bytes, "allowed_bytes": use.bound.allowed_bytes}


def _out(quota: QuotaInUse) -> QuotaOut:
    row = quota.row
    return QuotaOut.model_validate(
        {
            "scope": row.scope,
            "subject": row.login or row.subject,
            "name": row.name or "",
            "place": row.place or "",
            "size_max_bytes": row.size_max_bytes,
            "used_bytes": quota.used_bytes,
            "created_at": row.created_at,
        }
    )


ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/v1/uploads/usage",
        name="uploads.usage",
        summary="Read how much you keep and how much you may",
        handler=usage,
        auth=Auth.EMPLOYEE,
        action=Action.UPLOAD_READ,
        scope=Scope.UPLOADS_WRITE,
        returns=UsageOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="GET",
        path=PATH,
        name="quotas.list",
        summary="List the quotas that were set, with their use",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.QUOTA_LIST,
        scope=Scope.OPERATIONS_READ,
        query=QuotaQuery,
        returns=QuotaList,
        errors=(AccessDenied, InvalidValue),
    ),
    Route(
        method="POST",
        path=PATH,
        name="quotas.set",
        summary="Set how much a person or a department may keep",
        handler=put,
        auth=Auth.EMPLOYEE,
        action=Action.QUOTA_SET,
        scope=Scope.OPERATIONS_WRITE,
        body=QuotaIn,
        status=204,
        errors=(AccessDenied, InvalidValue, NotFound),
    ),
    Route(
        method="POST",
        path=f"{PATH}/remove",
        name="quotas.remove",
        summary="Remove a quota, so that the default counts again",
        handler=remove,
        auth=Auth.EMPLOYEE,
        action=Action.QUOTA_SET,
        scope=Scope.OPERATIONS_WRITE,
        body=QuotaSubject,
        status=204,
        errors=(AccessDenied, InvalidValue, NotFound),
    ),
)
