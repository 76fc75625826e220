"""What a worker does for directories: by night all of it, by callback one member or all, and what was ordered."""

from uuid import UUID

from compliance.directory import mapping as mappings
from fileserver.accounts.directory import comparing, picturing
from fileserver.accounts.directory.comparing import DIRECTORY, OVERTAKEN, WECOM, Ordered, said_of, tags_of
from fileserver.accounts.directory.following import DELETED, Follower, key_of
from fileserver.platforms.events import DirectoryChanged, EventKind
from fileserver.services import Services
from storage.database import Transaction
from storage.jobs import Jobs
from storage.rows import directories, directory_tree
from storage.rows.accounts import lock_administrators
from storage.rows.departments import ROOT_ID
from storage.rows.viewers import person_by_identity

COMPARE, MEMBER = "accounts.compare_directory", "accounts.follow_member"
AGAIN_AFTER_S = 5  # messages of one change come within seconds
NIGHTLY, NIGHTLY_CRON = "accounts.directory_nightly", "10 19 * * *"  # 03:10 at the clinics


def register(jobs: Jobs, services: Services) -> None:
    """Lets a worker run them, and hear of WeCom's callbacks."""

    async def nightly() -> None:
        await begin_nightly(services)

    async def compare(cause: str, confirmed: str = "", by: str = "") -> None:
        await compare_as_ordered(services, Ordered(cause=cause, confirmed=confirmed, by=UUID(by) if by else None))

    async def member(user_id: str) -> None:
        await follow_member(services, user_id)

    async def hearing(tx: Transaction, event: DirectoryChanged) -> None:
        await heard(services, tx, event)

    jobs.register_periodic(NIGHTLY, NIGHTLY_CRON, nightly)
    jobs.register(COMPARE, compare)
    jobs.register(MEMBER, member)
    services.platforms.callbacks.on(EventKind.DIRECTORY_CHANGED, hearing)


async def begin_nightly(services: Services) -> None:
    """Only orders the comparison, which then waits for what is under way of the same directory."""
    async with services.database.transaction() as tx:
        await enqueue_compare(services, tx, cause="nightly")


async def enqueue_compare(
    services: Services, tx: Transaction, *, cause: str, confirmed: str = "", by: UUID | None = None
) -> None:
    """The whole directory is compared once `tx` commits; a callback waits for one that is due anyway."""
    named = str(by or "")
    if cause == "callback" and await services.jobs.is_due(tx, COMPARE, cause=cause, confirmed=confirmed, by=named):
        return
    await services.jobs.enqueue(tx, COMPARE, key=COMPARE, cause=cause, confirmed=confirmed, by=named)


async def compare_as_ordered(services: Services, ordered: Ordered) -> None:
    """A comparison; one that changes of the directory overtook is ordered anew."""
    row = await comparing.compare(services, ordered)
    if row is None or row.problem != OVERTAKEN:
        return
    asked = {"cause": ordered.cause, "confirmed": ordered.confirmed, "by": str(ordered.by or "")}
    async with services.database.transaction() as tx:
        await services.jobs.enqueue(tx, COMPARE, key=COMPARE, delay_s=AGAIN_AFTER_S, **asked)


async def heard(services: Services, tx: Transaction, event: DirectoryChanged) -> None:
    """A change made in WeCom's console. Who was deleted is out at once; what else it means, WeCom is asked.

    So the order of callbacks doesn't matter: whatever they say, the directory is looked at as it is by then.
    """
    if not event.user_id:
        await enqueue_compare(services, tx, cause="callback")
        return
    user_id = event.user_id
    if event.change == "update_user" and event.new_user_id and not event.superseded:
        await _rename(services, tx, event.app, user_id, event.new_user_id)
        user_id = event.new_user_id
    if event.change == "delete_user" and not event.superseded:
        person_id = await person_by_identity(tx, provider=WECOM, app=event.app, subject=user_id)
        if person_id is not None:
            follower = Follower(tx, services.keys.master, DIRECTORY, services.clock())
            await follower.shut_out(WECOM, event.app, user_id, person_id, DELETED)
    await services.jobs.enqueue(tx, MEMBER, key=COMPARE, user_id=user_id)


async def follow_member(services: Services, user_id: str) -> None:
    """One member as the directory has them now. Raises PlatformError: it is tried again."""
    wecom = services.platforms.wecom
    if wecom is None:
        return
    async with services.database.transaction() as tx:
        mapping = await mappings.in_force(tx, WECOM)
    asked_at = services.clock()
    picture = await picturing.picture_with(wecom, user_id, tags_of(mapping))
    member, corp = picture.members.get(user_id), wecom.corp_id
    key = key_of(services.keys.master, WECOM, corp, user_id)
    async with services.database.transaction() as tx:
        follower = Follower(tx, services.keys.master, DIRECTORY, services.clock())
        if member is None:
            person_id = await person_by_identity(tx, provider=WECOM, app=corp, subject=user_id)
            if person_id is not None:
                await follower.shut_out(WECOM, corp, user_id, person_id, DELETED, as_of=asked_at)
            await directories.replace_differences_of(tx, WECOM, key, ())
            return
        known = {row.external_id: row.id for row in await directory_tree.parts(tx) if row.source == WECOM}
        tops = [part.id for part in picture.parts.values() if part.parent not in picture.parts]
        if len(tops) == 1:
            known[tops[0]] = ROOT_ID
        if member.main_department not in known:
            await enqueue_compare(services, tx, cause="callback")
            return
        followed = await follower.follow(said_of(mapping, picture, member, corp, known, as_of=asked_at))
        await directories.replace_differences_of(tx, WECOM, key, followed.differences)


async def _rename(services: Services, tx: Transaction, corp: str, user_id: str, to_id: str) -> None:
    await lock_administrators(tx, services.clock())  # a comparison that makes the account now is done, or will find it
    if await person_by_identity(tx, provider=WECOM, app=corp, subject=to_id) is not None:
        return
    await directories.rename_identity(tx, WECOM, corp, user_id, to_id)
    master = services.keys.master
    await directories.rename_member(tx, key_of(master, WECOM, corp, user_id), key_of(master, WECOM, corp, to_id))
