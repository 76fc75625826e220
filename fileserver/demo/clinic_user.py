"""A clinic user of the demo, who comes in as people do: WeChat's page, consents, a real name, a place of work."""

from collections.abc import Mapping
from typing import Any, Self

import aiohttp
from yarl import URL

from fileserver.demo.api import DemoRefused, Desk
from fileserver.demo.platforms.people import Person
from fileserver.http.caller import SESSION_COOKIE

SEEN = frozenset({200, 302, 303})
GROUP_CARD = 1044  # WeChat's number of the way in: a card in a group, with its shareTicket


class ClinicUser(Desk):
    """Their phone. `work` says job, and clinic_id unless an invitation proposes one."""

    def __init__(self, url: str, who: Person, work: Mapping[str, str], *, invitation: str = "") -> None:
        super().__init__(url, "", {})
        self._who, self._work, self._invitation = who, work, invitation
        self._wechat = URL()  # where their phone asks WeChat

    async def __aenter__(self) -> Self:
        self.authorize(await self._signed_in())
        state = await self.call("GET", "/api/v1/entry")
        if "verification" in state["needs"]:
            state = await self._named(state["consents"])
        if "workplace" in state["needs"]:
            proposed = state["invited"] or {}
            clinic = proposed["clinic"]["id"] if proposed else self._work["clinic_id"]
            job = proposed.get("job") or self._work["job"]
            await self.call("POST", "/api/v1/entry/workplace", {"clinic_id": clinic, "job": job})
        return self

    async def _signed_in(self) -> str:
        """WeChat's browser: the link, the button, WeChat's page, and back. The session's token."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            if self._invitation:
                await self._led(browser, f"{self.url}/i/{self._invitation}")
            address, _ = await self._led(browser, f"{self.url}/enter/wechat")
            chosen = URL(address).with_fragment(None).update_query({"as": self._who.openid})
            self._wechat = chosen.origin()
            back, _ = await self._led(browser, str(chosen))
            _, token = await self._led(browser, back)
        return token

    async def opened(self, token: str) -> Any:
        """Opens a share in WeChat's browser."""
        return await self.call("POST", "/api/v1/visits", {"token": token})

    async def opened_in(self, group: str, token: str) -> Any:
        """Taps a share's card in a group: in the mini-program, where the same person has an account of its own."""
        code = (await self._from_wechat("login"))["code"]
        entered = await self.call("POST", "/api/v1/entry/mini-program", {"code": code})
        self.authorize(entered["token"])
        told = await self._from_wechat("group", group=group)
        chat = {"encrypted_data": told["encryptedData"], "iv": told["iv"]}
        return await self.call("POST", "/api/v1/visits", {"token": token, "scene": GROUP_CARD, "chat": chat})

    async def _from_wechat(self, what: str, **query: str) -> dict[str, str]:
        """What WeChat gives the mini-program on their phone."""
        asked = (self._wechat / "phone" / what).with_query({"as": self._who.openid, **query})
        async with aiohttp.ClientSession() as phone, phone.get(asked) as answer:
            if answer.status not in SEEN:
                raise DemoRefused(f"GET /phone/{what}: {answer.status}")
            said: dict[str, str] = await answer.json()
            return said

    async def _led(self, browser: aiohttp.ClientSession, address: str) -> tuple[str, str]:
        """One page: where it leads, and the session that it gives."""
        async with browser.get(address, allow_redirects=False) as answer:
            if answer.status not in SEEN:
                raise DemoRefused(f"GET {URL(address).path}: {answer.status}")
            cookie = answer.cookies.get(SESSION_COOKIE)
            return answer.headers.get("Location", ""), cookie.value if cookie else ""

    async def _named(self, consents: list[dict[str, Any]]) -> dict[str, Any]:
        agreed = [{name: each[name] for name in ("purpose", "version", "sha256")} for each in consents]
        said = {"name": self._who.name, "id_number": self._who.id_card, "phone": self._who.phone, "consents": agreed}
        named: dict[str, Any] = await self.call("POST", "/api/v1/entry/verification", said)
        return named
