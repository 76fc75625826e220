"""WeChat's check of text (`msg_sec_check`, version 2) as the platform that scans ask."""

from compliance.scanning.platform import Judged, NotChecked, Verdict
from fileserver.platforms.errors import PlatformRefused, PlatformUnavailable, TooFrequent
from fileserver.platforms.wechat.mini_program import CONTENT_MAX, MiniProgram
from fileserver.platforms.wechat.results import TextCheck

KEYWORD_STRATEGY = "keyword"
# What an operator has to do about it is another thing each time.
CAUSES = {61010: "user-away", 40003: "user-unknown", 43104: "user-unknown"}


class ContentCheck:
    """Judges text on behalf of one user of the app, who must have used it within two hours: WeChat's condition."""

    name = "wechat"
    passage_max = CONTENT_MAX

    def __init__(self, wechat: MiniProgram, *, openid: str) -> None:
        self._wechat, self._openid = wechat, openid

    async def judge(self, passage: str) -> Judged:
        """As `Platform` says."""
        try:
            return judged(await self._wechat.msg_sec_check(passage, openid=self._openid))
        except (PlatformRefused, PlatformUnavailable) as error:
            raise NotChecked(cause_of(error)) from error


def judged(check: TextCheck) -> Judged:
    """`errcode` is 0 whatever the verdict; it stands in `result`."""
    words = [each.keyword for each in check.detail if each.strategy == KEYWORD_STRATEGY and each.keyword]
    return Judged(Verdict(check.result.suggest), check.result.label, words[0] if words else "")


def cause_of(error: PlatformRefused | PlatformUnavailable) -> str:
    """Why there is no verdict: user-away, user-unknown, quota, refused, nonsense or unavailable."""
    if isinstance(error, PlatformUnavailable):
        return "nonsense" if error.reason == "nonsense" else "unavailable"
    if isinstance(error, TooFrequent):
        return "quota"
    return CAUSES.get(int(error.code), "refused") if isinstance(error.code, int) else "refused"
