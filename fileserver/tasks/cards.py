"""Cards of tasks at WeCom: who was given one is told, and who is late with it reminded.

Each step begins from rows that say it is still to be done and ends by writing that it is: a job that runs twice does
little twice. Between the two WeCom may be asked again, where it drops the same card by itself within half an hour.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from compliance import tasking
from compliance.access import Sensitivity
from fileserver.i18n import Language, translate
from fileserver.platforms import PlatformError, TooFrequent, Unfit
from fileserver.platforms.wecom.client import WeCom
from fileserver.platforms.wecom.directory import USERS_MAX, text_card
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import materials, tasks
from storage.rows.tasks import TaskRow
from storage.rows.transfers import wecom_names

LANGUAGE = Language.ZH_CN  # of cards: WeCom's people read it
TITLE_BYTES_MAX = 128
DESCRIPTION_BYTES_MAX = 512
MY_TASKS = "/my-tasks"

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
        title = await title_for_wecom(tx, row, "task-card-hidden")
        over = row is None or await tasking.state_of(tx, services.keys, row, services.clock()) != "open"
    if row is None or wecom is None or over or not names:
        return
    await _send(services, wecom, row, names, "task-card-title", title)


async def remind(services: Services, task_id: UUID, number: int) -> None:
    """Reminds who has made no link, and has WeCom remind of messages that wait. Raises PlatformError."""
    wecom = services.platforms.wecom
    async with services.database.transaction() as tx:
        row = await tasks.task_by_id(tx, task_id)
        parts = [each for each in await tasks.assignments(tx, task_id) if each.off_at is None]
        names = await wecom_names(tx, {each.person_id for each in parts if each.share_id is None})
        title = await title_for_wecom(tx, row, "task-card-hidden")
        over = row is None or await tasking.state_of(tx, services.keys, row, services.clock()) != "open"
    if row is None or wecom is None or over or row.reminders != number:
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


async def _send(  # whom, of what, in which words
    services: Services, wecom: WeCom, row: TaskRow, names: Mapping[UUID, str], key: str, title: str
) -> None:
    until = row.until.astimezone(ZoneInfo(services.config.time_zone)).strftime("%Y-%m-%d %H:%M")
    card = text_card(
        cut(translate(LANGUAGE, key, title=title), TITLE_BYTES_MAX),
        cut(translate(LANGUAGE, "task-card-text", until=until), DESCRIPTION_BYTES_MAX),
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


async def title_for_wecom(tx: Transaction, row: TaskRow | None, hidden: str) -> str:
    """What WeCom may know of the material: its title, or these words for one that is not of usual sensitivity."""
    material = await materials.material_by_id(tx, row.material_id) if row else None
    usual = material is not None and material.sensitivity == Sensitivity.USUAL
    return material.title if material and usual else translate(LANGUAGE, hidden)


def cut(words: str, bytes_max: int) -> str:
    """As much as fits, whole characters."""
    return words.encode()[:bytes_max].decode(errors="ignore")
