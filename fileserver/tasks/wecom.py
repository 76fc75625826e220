"""WeCom's part in tasks: a card for each employee, a message to their contacts, and what became of its copies.

Each step begins from rows that say it is still to be done and ends by writing that it is: a job that runs twice does
little twice. Between the two WeCom may be asked again, where it drops the same card by itself within half an hour.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from compliance import ledger, tasking
from compliance.events import Act, Event
from compliance.links import ShareToken, token_text
from compliance.materials import obj_of
from fileserver.i18n import Language, translate
from fileserver.platforms import PlatformError, PlatformRefused, TooFrequent, Unfit
from fileserver.platforms.wecom.client import WeCom
from fileserver.platforms.wecom.directory import USERS_MAX, text_card
from fileserver.platforms.wecom.group_messages import link
from fileserver.platforms.wecom.results import SendStatus
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import materials, shares, tasks
from storage.rows.tasks import AssignmentRow, TaskRow
from storage.rows.transfers import wecom_names

LANGUAGE = Language.ZH_CN  # of cards: WeCom's people read it
TITLE_BYTES_MAX = 128
DESCRIPTION_BYTES_MAX = 512
LINK_TITLE_BYTES_MAX = 128
POLLED_FOR = timedelta(days=30)
POLLED_MAX = 200  # messages in one round
PAGES_MAX = 100
MY_TASKS = "/my-tasks"
OUTCOME = {
    SendStatus.SENT: "sent",
    SendStatus.UNSENT: "unsent",
    SendStatus.NO_FRIEND: "no_friend",
    SendStatus.CAPPED: "capped",
}

log = structlog.get_logger(__name__)


async def tell(services: Services, task_id: UUID) -> None:
    """Tells who has not been told. Raises PlatformError where WeCom is to be asked again."""
    wecom = services.platforms.wecom
    async with services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, task_id)
        parts = await tasks.assignments(tx, task_id)
        waiting = {each.person_id for each in parts if each.told == "waiting" and each.off_at is None}
        names = await wecom_names(tx, waiting)
        absent = waiting if wecom is None else waiting - names.keys()
        await tasks.put_told(tx, task_id, absent, "absent")
        title = await _title(tx, row)
    if row is None or wecom is None or not names:
        return
    await _send(services, wecom, row, names, "task-card-title", title)


async def remind(services: Services, task_id: UUID, number: int) -> None:
    """Reminds who has made no link, and has WeCom remind of messages that wait. Raises PlatformError."""
    wecom = services.platforms.wecom
    async with services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, task_id)
        parts = [each for each in await tasks.assignments(tx, task_id) if each.off_at is None]
        names = await wecom_names(tx, {each.person_id for each in parts if each.share_id is None})
        title = await _title(tx, row)
    if row is None or wecom is None or row.ended_at is not None or row.reminders != number:
        return
    for part in tasking.unconfirmed(parts):
        try:
            await wecom.remind_group_message(part.message_id)
        except PlatformError as error:
            log.info("message not reminded of", error=type(error).__name__)
            if isinstance(error, TooFrequent):
                break
    if names:
        await _send(services, wecom, row, names, "task-card-reminder", title)


async def lay(services: Services, task_id: UUID, person_id: UUID) -> None:
    """Lays a message with the employee's link before them. Raises PlatformError where WeCom is to be asked again."""
    wecom = services.platforms.wecom
    async with services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, task_id)
        part = await tasks.assignment(tx, task_id, person_id)
        if row is None or part is None or part.message != "asked" or part.share_id is None:
            return
        open_now = await tasking.state_of(tx, services.keys, row, services.clock()) == "open" and part.off_at is None
        contacts = await tasks.contacts_of(tx, person_id, row.clinic_region)
        sender = (await wecom_names(tx, [person_id])).get(person_id)
        share = await shares.share_by_id(tx, part.share_id)
        title = await _title(tx, row)
    if wecom is None or sender is None or share is None or share.revoked_at is not None or not open_now or not contacts:
        await _laid(services, row, part, "cancelled" if not open_now else "nobody")
        return
    token = token_text(services.keys, ShareToken(share.kid, share.token_id))
    card = link(_cut(title, LINK_TITLE_BYTES_MAX), f"{services.config.public_url}/s/{token}")
    try:
        made = await wecom.add_msg_template(sender, contacts, row.text, [card])
    except TooFrequent:
        raise
    except PlatformRefused as error:
        log.warning("message of a task refused", error=type(error).__name__)
        await _laid(services, row, part, "refused")
        return
    receivers = len(contacts) - len(made.fail_list)
    await _laid(services, row, part, "laid", message_id=made.message_id, unsent=receivers, failed=len(made.fail_list))


async def cancel(services: Services, task_id: UUID) -> None:
    """Takes back what was laid and nobody has confirmed. Raises PlatformError where WeCom is to be asked again."""
    wecom = services.platforms.wecom
    async with services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, task_id)
        parts = tasking.unconfirmed(await tasks.assignments(tx, task_id))
    if row is None or wecom is None:
        return
    for part in parts:
        try:
            await wecom.cancel_group_message(part.message_id)
        except PlatformRefused as error:  # it went out meanwhile, or WeCom knows it no more
            log.info("message not taken back", error=type(error).__name__)
            continue
        await _laid(services, row, part, "cancelled", message_id=part.message_id)


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
        async with services.database.transaction() as tx:
            row = await tasks.task_by_id(tx, part.task_id)
            fresh = await tasks.assignment(tx, part.task_id, part.person_id, lock=True)
            if row is not None and fresh is not None:
                confirmed += await tasking.confirmed(tx, services.keys, row, fresh, outcomes, services.clock())
    return confirmed


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


async def _send(  # whom, of what, in which words
    services: Services, wecom: WeCom, row: TaskRow, names: Mapping[UUID, str], key: str, title: str
) -> None:
    until = row.until.astimezone(ZoneInfo(services.config.time_zone)).strftime("%Y-%m-%d %H:%M")
    card = text_card(
        _cut(translate(LANGUAGE, key, title=title), TITLE_BYTES_MAX),
        _cut(translate(LANGUAGE, "task-card-text", until=until), DESCRIPTION_BYTES_MAX),
        f"{services.config.public_url}{MY_TASKS}",
    )
    people = sorted(names)
    for start in range(0, len(people), USERS_MAX):
        some = people[start : start + USERS_MAX]
        missed = await _missed(wecom, [names[each] for each in some], card)
        unreached = [each for each in some if names[each] in missed]
        async with services.database.transaction() as tx:
            await tasks.put_told(tx, row.id, unreached, "unreached")
            await tasks.put_told(tx, row.id, set(some) - set(unreached), "reached")


async def _missed(wecom: WeCom, user_ids: Sequence[str], card: Mapping[str, object]) -> Collection[str]:
    """Whom WeCom could not reach."""
    try:
        return (await wecom.message_send(user_ids, card)).not_reached
    except Unfit:  # nobody of them is there
        return user_ids


async def _laid(  # what WeCom made of it
    services: Services,
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
    async with services.database.transaction() as tx:
        await tasks.put_assignment(
            tx,
            row.id,
            part.person_id,
            message=message,
            message_id=message_id,
            copies_unsent=unsent,
        )
        await ledger.append(tx, event, now=services.clock())


async def _title(tx: Transaction, row: TaskRow | None) -> str:
    material = await materials.material_by_id(tx, row.material_id) if row else None
    return material.title if material else ""


def _cut(words: str, bytes_max: int) -> str:
    """As much as fits, whole characters."""
    return words.encode()[:bytes_max].decode(errors="ignore")
