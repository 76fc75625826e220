"""WeChat's check of text (`msg_sec_check`, version 2) as the platform that scans ask."""

from typing import Any

from compliance.scanning.platform import Judged, NotChecked, Verdict
from fileserver.wechat.client import WeChat
from fileserver.wechat.errors import WeChatRefused, WeChatUnavailable

PATH = "/wxa/msg_sec_check"
VERSION = 2
SCENE_SOCIAL_LOG = 4
CONTENT_MAX = 2500  # characters
KEYWORD_STRATEGY = "keyword"
# What an operator has to do about it is another thing each time.
CAUSES = {61010: "user-away", 40003: "user-unknown", 43104: "user-unknown", 45009: "quota"}


class ContentCheck:
    """Judges text on behalf of one user of the app, who must have used it within two hours: WeChat's condition."""

    name = "wechat"
    passage_max = CONTENT_MAX

    def __init__(self, wechat: WeChat, *, openid: str) -> None:
        self._wechat, self._openid = wechat, openid

    async def judge(self, passage: str) -> Judged:
        """As `Platform` says."""
        asked = {"version": VERSION, "scene": SCENE_SOCIAL_LOG, "openid": self._openid, "content": passage}
        try:
            return _judged(await self._wechat.call(PATH, asked))
        except WeChatRefused as error:
            raise NotChecked(CAUSES.get(error.code, "refused")) from error
        except WeChatUnavailable as error:
            raise NotChecked("unavailable") from error


def _judged(answer: dict[str, Any]) -> Judged:
    """`errcode` is 0 whatever the verdict; it stands in `result`."""
    try:
        verdict, label = Verdict(answer["result"]["suggest"]), int(answer["result"]["label"])
        words = [
            str(each["keyword"])
            for each in answer.get("detail", ())
            if each.get("strategy") == KEYWORD_STRATEGY and each.get("keyword")
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NotChecked("nonsense") from error
    return Judged(verdict, label, words[0] if words else "")
