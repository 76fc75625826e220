"""An authenticator app: what a person with a second factor has in their pocket."""

from dataclasses import dataclass, replace

import pyotp

from tests.api import Answer, Api, Client
from tests.people import Employee
from tests.services import Clock

STEP_S = 30


@dataclass(frozen=True)
class App:
    """One enrolled secret and its recovery codes."""

    secret: str
    recovery: tuple[str, ...]
    clock: Clock

    def code(self) -> str:
        """A code that was not used: time goes on by a step first."""
        self.clock.advance(seconds=STEP_S)
        return pyotp.TOTP(self.secret).at(self.clock())


async def enrol(api: Api, clock: Clock) -> tuple[Api, App]:
    """Sets a second factor up, and goes on under the session's new token."""
    begun = (await api.post("/people/me/second-factor")).ok
    confirmed = await api.post("/people/me/second-factor/confirm", {"code": pyotp.TOTP(begun["secret"]).at(clock())})
    api.client.session.cookie_jar.clear()
    return replace(api, token=confirmed.ok["token"]), App(begun["secret"], tuple(confirmed.ok["codes"]), clock)


async def try_sign_in(client: Client, who: Employee, code: str = "", **headers: str) -> Answer:
    """A sign-in with or without a code, whatever comes of it."""
    body = {"login": who.login, "password": who.password, "code": code}
    async with client.post("/api/v1/sessions", json=body, headers={"Accept-Language": "en", **headers}) as response:
        answer = Answer(response.status, await response.json(content_type=None), dict(response.headers))
    client.session.cookie_jar.clear()
    return answer
