"""WeCom's directory as a picture: all of it or nothing. An answer that can't be had is raised, never left out."""

from collections.abc import Collection

from compliance.directory.picture import Member, Part, Picture
from fileserver.platforms import PlatformRefused
from fileserver.platforms.wecom.client import WeCom
from fileserver.platforms.wecom.results import Department, User, UserStatus

PARTS_MAX = 5_000
MEMBERS_MAX = 100_000
SHUT_OUT = frozenset({UserStatus.DISABLED.value, UserStatus.LEFT.value})
UNKNOWN_USER = 60111
ASKED_BY_NAME_MAX = 500


class PictureTooLarge(Exception):
    """The directory has more departments or members than this server takes."""


async def picture_of(wecom: WeCom, tags: Collection[str]) -> Picture:
    """Everything that this app may see, with who has these tags. Raises PlatformError, PictureTooLarge."""
    listed = await wecom.department_list()
    if len(listed) > PARTS_MAX:
        raise PictureTooLarge
    users: dict[str, User] = {}
    for each in listed:
        users |= {user.user_id: user for user in await wecom.users_of_department(each.id)}
        if len(users) > MEMBERS_MAX:
            raise PictureTooLarge
    parts = _parts(listed)
    tagged = await _tagged(wecom, tags)
    return Picture(parts=parts, members={key: _member(user, parts, tagged) for key, user in users.items()})


async def picture_with(wecom: WeCom, user_id: str, tags: Collection[str]) -> Picture:
    """The departments, and one member, if the directory has them. Raises PlatformError."""
    parts = _parts(await wecom.department_list())
    user = await user_called(wecom, user_id)
    if user is None:
        return Picture(parts=parts, members={})
    return Picture(parts=parts, members={user_id: _member(user, parts, await _tagged(wecom, tags))})


async def user_called(wecom: WeCom, user_id: str) -> User | None:
    """Somebody asked for by name; None: the directory says that there is nobody. Raises PlatformError."""
    try:
        return await wecom.user(user_id)
    except PlatformRefused as refused:
        if refused.code == UNKNOWN_USER:
            return None
        raise


async def gone_among(wecom: WeCom, user_ids: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Of these, whom the list left out: who is really gone, and of whom nobody can say. Raises PlatformUnavailable.

    Who is not asked for, because they are more than ASKED_BY_NAME_MAX, is not gone.
    """
    gone, unsure = set(), set()
    for number, user_id in enumerate(sorted(user_ids)):
        if number >= ASKED_BY_NAME_MAX:
            unsure.add(user_id)
            continue
        try:
            user = await user_called(wecom, user_id)
        except PlatformRefused:
            unsure.add(user_id)
            continue
        if user is None or user.status in SHUT_OUT:
            gone.add(user_id)
        else:
            unsure.add(user_id)
    return frozenset(gone), frozenset(unsure)


async def _tagged(wecom: WeCom, tags: Collection[str]) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Members and departments that have each tag."""
    found = {}
    for tag in sorted(tags):
        members = await wecom.tag_members(tag)
        found[tag] = (
            frozenset(each.user_id for each in members.userlist),
            frozenset(str(each) for each in members.partylist),
        )
    return found


def _parts(listed: Collection[Department]) -> dict[str, Part]:
    return {str(each.id): Part(id=str(each.id), name=each.name, parent=str(each.parent_id)) for each in listed}


def _member(user: User, parts: dict[str, Part], tagged: dict[str, tuple[frozenset[str], frozenset[str]]]) -> Member:
    within = tuple(str(each) for each in user.departments)
    bare = Picture(parts=parts, members={})
    above = {each for part in within for each in bare.above(part)}
    tags = frozenset(tag for tag, (people, places) in tagged.items() if user.user_id in people or above & places)
    main = str(user.main_department) if user.main_department else next(iter(within), "")
    return Member(
        id=user.user_id,
        name=user.name,
        departments=within,
        main_department=main,
        tags=tags,
        active=user.status not in SHUT_OUT,
    )
