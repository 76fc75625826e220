"""A phone's browser on the way in, over HTTP: it keeps cookies, follows what it is told to follow, and nothing else."""

from dataclasses import dataclass

from aiohttp import ClientSession
from yarl import URL

from fileserver.demo.platforms.people import Person
from fileserver.http.caller import SESSION_COOKIE
from tests.api import Api
from tests.halls import Hall

WECHAT = "Mozilla/5.0 (Linux; Android 12; M2007J3SC) Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.47"


@dataclass(frozen=True)
class Seen:
    """A page as it arrived."""

    status: int
    text: str
    location: str
    retry_after: str


@dataclass
class Phone:
    """One browser; the pages are in English."""

    hall: Hall
    user_agent: str = WECHAT

    async def open(self, path: str) -> Seen:
        """A page of ours; redirects are shown, not followed."""
        headers = {"Accept-Language": "en", "User-Agent": self.user_agent}
        async with self.hall.client.get(path, headers=headers, allow_redirects=False) as answer:
            named = (answer.headers.get(each, "") for each in ("Location", "Retry-After"))
            return Seen(answer.status, await answer.text(), *named)

    async def leave(self) -> URL:
        """Taps the button: the address at WeChat's."""
        return URL((await self.open("/enter/wechat")).location)

    async def answered(self, address: URL, who: Person, *, snapshot: bool = False) -> str:
        """WeChat's page, on which this person is on their own phone: the address of ours to come back to."""
        chosen = address.update_query({"as": who.openid + (":snapshot" if snapshot else "")}).with_fragment(None)
        async with ClientSession() as session, session.get(chosen, allow_redirects=False) as answer:
            assert 302 == answer.status
            return str(URL(answer.headers["Location"]).relative())

    async def enter(self, who: Person, *, snapshot: bool = False) -> Seen:
        """There and back."""
        return await self.open(await self.answered(await self.leave(), who, snapshot=snapshot))

    @property
    def token(self) -> str:
        """The session of this browser; empty for none."""
        kept = self.hall.client.session.cookie_jar.filter_cookies(self.hall.client.make_url("/"))
        return kept[SESSION_COOKIE].value if SESSION_COOKIE in kept else ""

    def signed_in(self, api: Api) -> None:
        """The browser has this session."""
        self.hall.client.session.cookie_jar.update_cookies({SESSION_COOKIE: api.token}, self.hall.client.make_url("/"))
