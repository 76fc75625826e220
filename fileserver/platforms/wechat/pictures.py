"""WeChat's check of pictures (`media_check_async`): the address by which it fetches a page, and the question."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from compliance.keys import KeyRing
from compliance.links import sign_address
from compliance.scanning.platform import NotChecked
from fileserver.platforms.errors import PlatformRefused, PlatformUnavailable
from fileserver.platforms.events import MediaChecked
from fileserver.platforms.wechat.content import cause_of
from fileserver.platforms.wechat.mini_program import MiniProgram
from storage.rows.picture_checks import Answer

PICTURE_PATH = "/api/v1/platforms/wechat/pictures/{version_id}/{page}"
ADDRESS_LIFETIME = timedelta(minutes=30)  # within which WeChat says that it looks
ANSWERS: dict[str, Answer] = {"pass": "pass", "review": "review", "risky": "risky"}
UNREADABLE = "unreadable"


class PictureAsk:
    """Asks on behalf of one user of the app, who must have used it within two hours: WeChat's condition."""

    def __init__(
        self, wechat: MiniProgram, keys: KeyRing, clock: Callable[[], datetime], *, openid: str, public_url: str
    ) -> None:
        self._wechat, self._keys, self._clock = wechat, keys, clock
        self._openid, self._public_url = openid, public_url

    async def ask(self, version_id: UUID, page: int) -> str:
        """As `PicturePlatform` says."""
        try:
            return await self._wechat.media_check_async(self._address(version_id, page), openid=self._openid)
        except (PlatformRefused, PlatformUnavailable) as error:
            raise NotChecked(cause_of(error)) from error

    def _address(self, version_id: UUID, page: int) -> str:
        path = picture_path(version_id, page)
        return f"{self._public_url}{path}?{urlencode(sign_address(self._keys, path, self._clock() + ADDRESS_LIFETIME))}"


def picture_path(version_id: UUID, page: int) -> str:
    """Where a page is fetched, and what its address signs."""
    return PICTURE_PATH.format(version_id=version_id, page=page)


def answer_of(event: MediaChecked) -> tuple[Answer, str]:
    """What was said of a picture, and why not, if it was not looked at: a slug."""
    if event.errcode:
        return "unchecked", UNREADABLE
    answer = ANSWERS.get(event.suggest)
    return (answer, "") if answer else ("unchecked", "nonsense")
