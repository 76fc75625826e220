"""Directories over HTTP, for administrators: mappings with their history, comparisons, what differs, what changed."""

from datetime import datetime, timedelta

from compliance.access import Action, require
from compliance.directory import mapping as mappings
from compliance.directory.mapping import Line, Mapping
from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.profiles import profiles_of
from fileserver.accounts.directory.comparing import WECOM
from fileserver.accounts.directory.jobs import enqueue_compare
from fileserver.accounts.directory_schemas import (
    ChangeOut,
    CompareIn,
    DifferenceOut,
    DirectoryOut,
    DirectoryPath,
    LineOut,
    MappingIn,
    MappingState,
    RunOut,
)
from fileserver.http.call import Call
from fileserver.http.errors import StepUpNeeded
from fileserver.http.routing import Auth, Route
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import directories as rows
from storage.rows.directories import MappingRow
from storage.rows.sign_in_providers import provider_by_slug

PATH = "/api/v1/people/directories/{source}"
NIGHTLY_AT = (19, 10)  # UTC, as the job's cron says


async def read(call: Call[None, None, DirectoryPath]) -> DirectoryOut:
    """A directory's mapping, and how accounts stand to it."""
    require(call.actor, Action.SIGN_IN_CONFIGURE)
    async with call.services.database.transaction() as tx:
        return await _out(call.services, tx, await _source(tx, call.params.source))


async def put(call: Call[MappingIn, None, DirectoryPath]) -> DirectoryOut:
    """Say which role goes with what."""
    rule = require(call.actor, Action.SIGN_IN_CONFIGURE)
    services, body = call.services, call.body
    async with services.database.transaction() as tx:
        source = await _source(tx, call.params.source)
        wanted = Mapping(
            source=source,
            revision=body.revision,
            lines=tuple(Line(kind=line.kind, value=line.value, role=line.role) for line in body.lines),
            role_claim=body.role_claim,
            department_claim=body.department_claim,
            makes_accounts=body.makes_accounts,
        )
        by, now = call.signed_in.person_id, services.clock()
        await mappings.put(tx, call.trail, by, wanted, reason=body.reason, now=now, why=rule)
        if source == WECOM and services.platforms.wecom is not None:
            await enqueue_compare(services, tx, cause="ordered", by=by)
        return await _out(services, tx, source)


async def compare(call: Call[CompareIn]) -> None:
    """Compare WeCom's directory with the accounts now."""
    require(call.actor, Action.SIGN_IN_CONFIGURE)
    services = call.services
    if services.platforms.wecom is None:
        raise NotFound
    async with services.database.transaction() as tx:
        confirmed = ""
        if call.body.confirm is not None:
            newest = next(iter(await rows.runs(tx, WECOM, limit=1)), None)
            if newest is None or newest.id != call.body.confirm or newest.state != "held":
                raise InvalidValue(field="confirm", rule="changed-meanwhile")
            confirmed = newest.leaving_hash
        await enqueue_compare(services, tx, cause="ordered", confirmed=confirmed, by=call.signed_in.person_id)


async def _source(tx: Transaction, slug: str) -> str:
    """What rows call it. Raises NotFound."""
    if slug == WECOM:
        return WECOM
    if await provider_by_slug(tx, slug) is None:
        raise NotFound
    return f"oidc:{slug}"


async def _out(services: Services, tx: Transaction, source: str) -> DirectoryOut:
    history, runs = await rows.mapping_history(tx, source), await rows.runs(tx, source)
    differences, changes = await rows.differences(tx, source), await rows.changes(tx, source)
    ids = {row.changed_by for row in history}
    ids |= {each.person_id for each in differences if each.person_id}
    ids |= {each.person_id for each in changes if each.person_id}
    people = await profiles_of(tx, services.keys.master, person_ids=list(ids))
    names = {person_id: profile.name for person_id, profile in people.items()}
    states = [_state(row, names[row.changed_by]) for row in history]
    connected = source != WECOM or services.platforms.wecom is not None
    return DirectoryOut(
        source=source,
        connected=connected,
        next_at=_next_at(services.clock()) if connected and source == WECOM else None,
        mapping=states[0] if states else _nothing(),
        history=states,
        runs=[
            RunOut(
                id=row.id,
                cause=row.cause,
                state=row.state,
                problem=row.problem,
                counts=dict(row.counts),
                started_at=row.started_at,
                ended_at=row.ended_at,
            )
            for row in runs
        ],
        differences=[
            DifferenceOut(
                kind=row.kind,
                external_id=row.external_id,
                person_id=row.person_id,
                name=names[row.person_id] if row.person_id else "",
                detail=row.detail,
                seen_at=row.seen_at,
            )
            for row in differences
        ],
        changes=[
            ChangeOut(
                kind=row.kind,
                person_id=row.person_id,
                department_id=row.department_id,
                name=names[row.person_id] if row.person_id else "",
                before=row.before,
                after=row.after,
                changed_at=row.changed_at,
            )
            for row in changes
        ],
    )


def _state(row: MappingRow, name: str) -> MappingState:
    mapping = mappings.mapping_of(row)
    return MappingState(
        revision=row.revision,
        lines=[LineOut(kind=line.kind, value=line.value, role=line.role) for line in mapping.lines],
        role_claim=mapping.role_claim,
        department_claim=mapping.department_claim,
        makes_accounts=mapping.makes_accounts,
        reason=row.reason,
        changed_by=name,
        changed_at=row.changed_at,
    )


def _nothing() -> MappingState:
    return MappingState(
        revision=0,
        lines=[],
        role_claim="",
        department_claim="",
        makes_accounts=True,
        reason="",
        changed_by="",
        changed_at=None,
    )


def _next_at(now: datetime) -> datetime:
    hour, minute = NIGHTLY_AT
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if now < today else today + timedelta(days=1)


ROUTES = (
    Route(
        method="GET",
        path=PATH,
        name="directories.read",
        summary="Read how accounts stand to a directory",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        path_params=DirectoryPath,
        returns=DirectoryOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="PUT",
        path=f"{PATH}/mapping",
        name="directories.put_mapping",
        summary="Say which role goes with what in a directory",
        handler=put,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        fresh=True,
        path_params=DirectoryPath,
        body=MappingIn,
        returns=DirectoryOut,
        errors=(AccessDenied, InvalidValue, NotFound, StepUpNeeded),
    ),
    Route(
        method="POST",
        path="/api/v1/people/directories/wecom/compare",
        name="directories.compare",
        summary="Compare WeCom's directory with the accounts now",
        handler=compare,
        auth=Auth.EMPLOYEE,
        action=Action.SIGN_IN_CONFIGURE,
        fresh=True,
        body=CompareIn,
        status=204,
        errors=(AccessDenied, InvalidValue, NotFound, StepUpNeeded),
    ),
)
