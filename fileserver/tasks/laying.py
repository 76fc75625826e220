"""Messages to contacts, laid before an employee at WeCom: each asked for once, asked about, and taken back.

Promises: the server never lays the same message twice. That it asks WeCom is written before it does (`laying`); where
no answer says what became of that, the employee looks and decides (`unsure`). A message that lies there outlives
neither its task nor its employee's part in it, except where WeCom itself does not let it be taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from compliance import ledger, tasking
from compliance.events import Act, Event
from compliance.links import ShareToken, token_text
from compliance.materials import obj_of
from fileserver.platforms import (
    PlatformBusy,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    TokenRefused,
    TooFrequent,
    Unfit,
)
from fileserver.platforms.wecom.client import WeCom
from fileserver.platforms.wecom.group_messages import link
from fileserver.platforms.wecom.results import GroupMessage, SendStatus
from fileserver.services import Services
from fileserver.tasks.cards import cut, title_for_wecom
from fileserver.tasks.enqueuing import enqueue_cancelling
from storage.database import Transaction
from storage.rows import shares, tasks
from storage.rows.tasks import AssignmentRow, TaskRow
from storage.rows.transfers import wecom_names

LINK_TITLE_BYTES_MAX = 128
POLLED_FOR = timedelta(days=30)
POLLED_MAX = 200  # messages in one round
PAGES_MAX = 100
OUTCOME = {
    SendStatus.SENT: "sent",
    SendStatus.UNSENT: "unsent",
    SendStatus.NO_FRIEND: "no_friend",
    SendStatus.CAPPED: "capped",
}
LATER = (TooFrequent, PlatformBusy, TokenRefused)  # refusals that mean nothing but: not now
NEVER_ASKED = frozenset({"name", "tls", "address"})  # trouble before WeCom could hear the request
UNKNOWN_MESSAGE = 40058  # WeCom has no such message (any more)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message as WeCom is to lay it."""

    sender: str
    contacts: Sequence[str]
    card: Mapping[str, Any]


async def lay(services: Services, task_id: UUID, person_id: UUID) -> None:
    """Lays a message with the employee's link before them. Raises PlatformError where WeCom is to be asked again."""
    wecom = services.platforms.wecom
    async with services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, task_id, hold=True)
        part = await tasks.assignment(tx, task_id, person_id, lock=True)
        if row is None or part is None or part.message not in ("asked", "laying"):
            return
        if part.message == "laying":  # its worker died, or could not write what WeCom said
            await _note(services, tx, row, part, "unsure")
            return
        draft = await _draft(services, tx, row, part)
        if wecom is None or draft is None:
            await _note(services, tx, row, part, "nobody" if await _lasts(services, tx, row, part) else "cancelled")
            return
        await tasks.put_assignment(tx, task_id, person_id, message="laying")
    try:
        made = await wecom.add_msg_template(draft.sender, draft.contacts, row.text, [draft.card])
    except PlatformError as error:
        await _failed(services, row, part, error)
        return
    await _lies(services, row, part, draft, made)


async def cancel(services: Services, task_id: UUID) -> None:
    """Takes back what was laid, nobody has confirmed and is to go out no more.

    Raises PlatformError where WeCom is to be asked again; trouble with one message leaves none of the others out.
    """
    wecom = services.platforms.wecom
    async with services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, task_id)
        if row is None or wecom is None:
            return
        over = await tasking.state_of(tx, services.keys, row, services.clock()) != "open"
        laid = tasking.unconfirmed(await tasks.assignments(tx, task_id))
        parts = [each for each in laid if over or each.off_at is not None]
        names = await wecom_names(tx, {each.person_id for each in parts})
    trouble: PlatformError | None = None
    for part in parts:
        try:
            await _take_back(services, wecom, row, part, names.get(part.person_id, ""))
        except TooFrequent:
            raise
        except PlatformError as error:
            trouble = error
    if trouble is not None:
        raise trouble


async def poll(services: Services) -> int:
    """Asks what became of messages, the longest not asked about first; how many copies newly went out."""
    wecom, now = services.platforms.wecom, services.clock()
    if wecom is None:
        return 0
    async with services.database.transaction() as tx:
        parts = await tasks.laid(tx, since=now - POLLED_FOR, limit=POLLED_MAX)
        names = await wecom_names(tx, {each.person_id for each in parts})
    confirmed = 0
    for part in parts:
        try:
            outcomes = await _outcomes(wecom, part, names.get(part.person_id, ""))
        except TooFrequent:
            break
        except PlatformError as error:
            log.warning("results of a message not read", error=type(error).__name__)
            continue
        confirmed += await _confirm(services, part, outcomes)
    return confirmed


async def _draft(services: Services, tx: Transaction, row: TaskRow, part: AssignmentRow) -> Draft | None:
    """None where there is nobody to send it or to send it to, or it is to go out no more."""
    share = await shares.share_by_id(tx, part.share_id) if part.share_id else None
    contacts = await tasks.contacts_of(tx, part.person_id, row.clinic_region)
    sender = (await wecom_names(tx, [part.person_id])).get(part.person_id)
    lasts = await _lasts(services, tx, row, part)
    if share is None or share.revoked_at is not None or not contacts or sender is None or not lasts:
        return None
    token = token_text(services.keys, ShareToken(share.kid, share.token_id))
    title = cut(await title_for_wecom(tx, row, "task-link-hidden"), LINK_TITLE_BYTES_MAX)
    return Draft(sender=sender, contacts=contacts, card=link(title, f"{services.config.public_url}/s/{token}"))


async def _lasts(services: Services, tx: Transaction, row: TaskRow, part: AssignmentRow) -> bool:
    """Whether this is still to be passed on, and by them."""
    return part.off_at is None and await tasking.state_of(tx, services.keys, row, services.clock()) == "open"


async def _failed(services: Services, row: TaskRow, part: AssignmentRow, error: PlatformError) -> None:
    """Notes why nothing was laid; raises the error if WeCom is to be asked again, as it surely has no message."""
    never_asked = isinstance(error, PlatformUnavailable) and error.reason in NEVER_ASKED
    async with services.database.transaction() as tx:
        if not never_asked and not isinstance(error, LATER):
            log.warning("message of a task not laid", error=type(error).__name__)
            refused = isinstance(error, PlatformRefused)
            await _note(services, tx, row, part, "refused" if refused else "unsure")
            return
        await tasks.put_assignment(tx, row.id, part.person_id, message="asked")
    raise error


async def _lies(services: Services, row: TaskRow, part: AssignmentRow, draft: Draft, made: GroupMessage) -> None:
    """Notes that it was laid, and has it taken back if its task came to an end meanwhile."""
    failed = len(made.fail_list)
    async with services.database.transaction() as tx:
        fresh = await tasks.task_by_id(tx, row.id, hold=True)
        theirs = await tasks.assignment(tx, row.id, part.person_id, lock=True)
        copies = len(draft.contacts) - failed
        await _note(services, tx, row, part, "laid", message_id=made.message_id, unsent=copies, failed=failed)
        await tasks.put_assignment(tx, row.id, part.person_id, laid_at=services.clock(), polled_at=None)
        if fresh is None or theirs is None or not await _lasts(services, tx, fresh, theirs):
            await enqueue_cancelling(services.jobs, tx, row.id)


async def _take_back(services: Services, wecom: WeCom, row: TaskRow, part: AssignmentRow, user_id: str) -> None:
    try:
        await wecom.cancel_group_message(part.message_id)
    except Unfit as error:
        if error.code != UNKNOWN_MESSAGE:
            raise
        log.info("message not taken back", code=error.code)
        await _confirm(services, part, await _last_word(wecom, part, user_id))
        return
    async with services.database.transaction() as tx:
        await _note(services, tx, row, part, "cancelled", message_id=part.message_id)


async def _last_word(wecom: WeCom, part: AssignmentRow, user_id: str) -> dict[str, str]:
    """What became of a message that can't be taken back; nothing if WeCom knows it no more."""
    try:
        return await _outcomes(wecom, part, user_id)
    except Unfit:
        return {}


async def _confirm(services: Services, part: AssignmentRow, outcomes: Mapping[str, str]) -> int:
    async with services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, part.task_id)
        fresh = await tasks.assignment(tx, part.task_id, part.person_id, lock=True)
        if row is None or fresh is None or fresh.message_id != part.message_id:
            return 0
        return await tasking.confirmed(tx, services.keys, row, fresh, outcomes, services.clock())


async def _outcomes(wecom: WeCom, part: AssignmentRow, user_id: str) -> dict[str, str]:
    """What became of each contact's copy, by the last word about them."""
    found: dict[str, str] = {}
    cursor = ""
    for _ in range(PAGES_MAX):
        page = await wecom.group_message_result(part.message_id, user_id, cursor)
        found |= {each.external_user_id: OUTCOME[each.status] for each in page.send_list}
        cursor = page.next_cursor
        if not cursor:
            break
    return found


async def _note(  # what became of it
    services: Services,
    tx: Transaction,
    row: TaskRow,
    part: AssignmentRow,
    message: str,
    *,
    message_id: str = "",
    unsent: int = 0,
    failed: int = 0,
) -> None:
    det: dict[str, str | int] = {"task": str(row.id), "state": message, "copies": unsent, "failed": failed}
    event = Event(
        act=Act.SYSTEM_TASK_LAY, role="system", obj=obj_of(row.material_id), link=str(part.share_id or ""), det=det
    )
    values = {"message": message, "message_id": message_id, "copies_unsent": unsent}
    await tasks.put_assignment(tx, row.id, part.person_id, **values)
    await ledger.append(tx, event, now=services.clock())
