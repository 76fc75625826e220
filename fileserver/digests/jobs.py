"""What a worker does for digests: makes those that are due, and sends each."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from compliance.errors import InvalidValue
from compliance.profiles import profiles_of
from fileserver.config import Config
from fileserver.i18n import Language, translate
from fileserver.mailing import MailFailed, Message, checked_address
from fileserver.platforms import (
    NotPermitted,
    PlatformBusy,
    PlatformError,
    PlatformRefused,
    TokenRefused,
    TooFrequent,
)
from fileserver.platforms.wecom.directory import text_card
from fileserver.services import Services
from storage.jobs import Jobs
from storage.rows import digests, recruiting
from storage.rows.accounts import account_of
from storage.rows.digests import WeekRow
from storage.rows.transfers import wecom_names

LOOK, LOOK_CRON = "digests.look", "11,41 * * * *"  # WeCom is busy at the full and the half hour
SEND = "digests.send"
WEEK = timedelta(days=7)
CARD_BYTES_MAX = 512
LATER = (TooFrequent, PlatformBusy, TokenRefused, NotPermitted)  # refusals that say nothing about this person
LANGUAGE = Language.ZH_CN  # of people whose browser nobody asked

log = structlog.get_logger(__name__)


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them."""

    async def looking() -> None:
        await look(services)

    async def sending(person_id: str, week: str) -> None:
        await send(services, UUID(person_id), date.fromisoformat(week))

    jobs.register_periodic(LOOK, LOOK_CRON, looking)
    jobs.register(SEND, sending)


def due(config: Config, now: datetime) -> date | None:
    """The day of the digest that is due at this moment; None on other days, and before its hour."""
    local = now.astimezone(ZoneInfo(config.time_zone))
    if local.isoweekday() != config.digest_weekday or local.hour < config.digest_hour:
        return None
    return local.date()


async def look(services: Services) -> int:
    """Makes the digests that are due and were not made; how many. What was made and could not be sent is sent again."""
    now = services.clock()
    week = due(services.config, now)
    if week is None:
        return 0
    async with services.database.transaction() as tx:
        people = await digests.readers_without(tx, week, now)
        made = {each for each in people if await digests.begin(tx, each, week, now)}
        for each in await digests.waiting(tx, week, now):
            person_id, day = str(each), week.isoformat()
            if each in made or not await services.jobs.is_due(tx, SEND, person_id=person_id, week=day):
                await services.jobs.enqueue(tx, SEND, key=f"digest:{each}", person_id=person_id, week=day)
    if made:
        log.info("digests made", count=len(made))
    return len(made)


async def send(services: Services, person_id: UUID, week: date) -> None:
    """Sends a digest by the ways that have not sent it, each by itself, if the person is still to get it.

    Raises PlatformError, MailFailed to be tried again.
    """
    zone = ZoneInfo(services.config.time_zone)
    until = datetime(week.year, week.month, week.day, tzinfo=zone)
    async with services.database.transaction() as tx:
        ways = await digests.ways_of(tx, person_id, week)
        if "waiting" not in ways.values() or not await digests.is_reader(tx, person_id, services.clock()):
            return
        people = await recruiting.people_under(tx, person_id)
        found = await digests.week_of(tx, people, before=until - 2 * WEEK, since=until - WEEK, until=until)
        names = await profiles_of(tx, services.keys.master, person_ids={each.id for each in found.sharers})
        account = await account_of(tx, person_id)
        called = (await wecom_names(tx, [person_id])).get(person_id)
    title = translate(LANGUAGE, "digest-title", week=f"{week - WEEK:%Y-%m-%d}")
    words = text_of(found, {each.id: names[each.id].name for each in found.sharers})
    login = account.login if account else ""
    sendings = {
        "wecom": lambda: _by_wecom(services, called, title, words),
        "mail": lambda: _by_mail(services, login, title, words),
    }
    trouble: PlatformError | MailFailed | None = None
    for way in [each for each in sendings if ways[each] == "waiting"]:
        try:
            await _put(services, person_id, week, way, await sendings[way]())
        except (PlatformError, MailFailed) as error:
            trouble = error
    if trouble is not None:
        raise trouble


def text_of(found: WeekRow, names: dict[UUID, str]) -> str:
    """The digest in words, a line for each figure; the most important ones first."""
    lines = [translate(LANGUAGE, "digest-viewers", count=found.viewers, before=found.viewers_before)]
    if found.tasks_given:
        lines.append(translate(LANGUAGE, "digest-tasks", done=found.tasks_done, given=found.tasks_given))
    lines += [translate(LANGUAGE, "digest-material", title=each.title, count=each.viewers) for each in found.materials]
    known = [each for each in found.sharers if names.get(each.id)]
    lines += [translate(LANGUAGE, "digest-sharer", name=names[each.id], count=each.viewers) for each in known]
    return "\n".join(lines)


async def _by_wecom(services: Services, called: str | None, title: str, words: str) -> str:
    wecom = services.platforms.wecom
    if wecom is None or called is None:
        return "absent"
    shown = words.encode()[:CARD_BYTES_MAX].decode(errors="ignore")
    try:
        sent = await wecom.message_send([called], text_card(title, shown, f"{services.config.public_url}/analytics"))
    except LATER:
        raise
    except PlatformRefused as error:
        log.warning("digest refused by WeCom", error=type(error).__name__)
        return "refused"
    return "refused" if called in sent.not_reached else "sent"


async def _by_mail(services: Services, login: str, title: str, words: str) -> str:
    """To whose login is an address: there is no other that was checked."""
    if services.mail is None:
        return "absent"
    try:
        address = checked_address(login)
    except InvalidValue:
        return "absent"
    foot = translate(LANGUAGE, "digest-foot", url=f"{services.config.public_url}/me")
    try:
        await services.mail.send(Message(to=address, subject=title, text=f"{words}\n\n{foot}\n"))
    except MailFailed as error:
        if error.reason != "recipient":
            raise
        return "refused"
    return "sent"


async def _put(services: Services, person_id: UUID, week: date, way: str, state: str) -> None:
    async with services.database.transaction() as tx:
        await digests.put_way(tx, person_id, week, way, state)
