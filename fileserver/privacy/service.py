"""Erasing and exporting a person: the rules are asked on rows of the same transaction, and the act is its event."""

import asyncio
from datetime import datetime
from uuid import UUID

from compliance import erasure, subject
from compliance.access import Action, Actor, Role, Target, require
from compliance.erasure import Common, Erased
from compliance.errors import NotFound
from compliance.events import Trail
from compliance.keys import MasterKey
from fileserver.privacy.jobs import FORGET_TRACE
from fileserver.services import Services
from storage.database import Transaction
from storage.jobs import Jobs
from storage.rows.standing import standing_of


async def export(services: Services, actor: Actor, trail: Trail, person_id: UUID) -> bytes:
    """The zip of everything held on a person. Raises AccessDenied, NotFound, or WrongState for somebody erased."""
    async with services.database.transaction() as tx:
        rule = await _allowed(tx, actor, Action.PERSON_EXPORT, person_id)
        found = await subject.gather(tx, services.keys.master, trail, person_id, now=services.clock(), why=rule)
    return await asyncio.to_thread(subject.as_zip, found)


async def erase(
    services: Services, actor: Actor, trail: Trail, person_id: UUID, *, reason: str, common: Common
) -> Erased:
    """Erases a person. Raises AccessDenied, NotFound, WrongState, LegalHold, LastAdmin, LastEmergency or NameCommon."""
    async with services.database.transaction() as tx:
        rule = await _allowed(tx, actor, Action.PERSON_ERASE, person_id)
        done = await erasure.erase(
            tx, services.keys.master, trail, person_id, reason=reason, now=services.clock(), why=rule, common=common
        )
        await forget_traces(tx, services.jobs, done)
    return done


async def erase_at_desk(  # what is done, by whom, to whom and why
    tx: Transaction,
    jobs: Jobs,
    master: MasterKey,
    trail: Trail,
    person_id: UUID,
    *,
    reason: str,
    common: Common,
    now: datetime,
) -> Erased:
    """The same by an operator, whom no rule is asked about."""
    done = await erasure.erase(tx, master, trail, person_id, reason=reason, now=now, common=common)
    await forget_traces(tx, jobs, done)
    return done


async def forget_traces(tx: Transaction, jobs: Jobs, done: Erased) -> None:
    """Has the files of traces deleted that show the erased person's name."""
    for trace_id in done.traces:
        await jobs.enqueue(tx, FORGET_TRACE, trace_id=str(trace_id))


async def check(services: Services, actor: Actor, action: Action, person_id: UUID) -> None:
    """Asks the rules before anything is asked of the caller. Raises AccessDenied or NotFound."""
    async with services.database.transaction() as tx:
        await _allowed(tx, actor, action, person_id)


async def _allowed(tx: Transaction, actor: Actor, action: Action, person_id: UUID) -> str:
    standing = await standing_of(tx, person_id)
    if standing is None:
        raise NotFound
    target = Target(owner_id=person_id, role=Role(standing.role))
    return require(actor, action, target, obj=f"person:{standing.pseudonym}")
