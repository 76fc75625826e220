"""A server whose clinic users come in by WeChat's stand-in, by mail and by Tencent Cloud's, and those who come in."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from fileserver.config import Config
from fileserver.config.values import SmtpTls
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.people import Person
from fileserver.services import Services
from storage.engines import Endpoints
from tests.api import Answer, Api, Client
from tests.mailbox import Mailbox, smtp_server
from tests.platforms import node
from tests.services import Clock, config_for, copied_database
from tests.stage import Cast, serving

WAYS = ("two-factor", "three-factor", "face", "esign")


@dataclass(frozen=True)
class Hall:
    """A running server on the stage's database, the stand-in that it asks, and where its mail arrives."""

    client: Client
    services: Services
    fake: FakePlatforms
    cast: Cast
    clock: Clock
    mailbox: Mailbox

    async def enter(self, who: Person, *, unionid: bool = True, invitation: str = "") -> Api:
        """Somebody opens the mini-program."""
        code = self.fake.wechat.issue_login_code(who.openid, unionid=who.unionid if unionid else None)
        answer = await self.post(None, "/entry/mini-program", {"code": code, "invitation": invitation})
        return Api(self.client, answer.ok["token"])

    async def post(self, api: Api | None, path: str, body: Any = None) -> Answer:
        """A request, with no cookie kept."""
        answer = await (api or Api(self.client, "")).post(path, body)
        self.client.session.cookie_jar.clear()
        return answer

    async def name(self, api: Api, who: Person, **more: Any) -> Answer:
        """Agrees to everything and has the name checked, in one step."""
        state = (await api.get("/entry")).ok
        agreed = [
            {name: each[name] for name in ("purpose", "version", "sha256")}
            for each in state["consents"]
            if not each["given"]
        ]
        said = {"name": who.name, "id_number": who.id_card, "consents": agreed, **more}
        return await self.post(api, "/entry/verification", said)

    async def inside(self, who: Person, clinic: str = "li") -> Api:
        """The whole way in."""
        api = await self.enter(who)
        (await self.name(api, who)).ok  # noqa: B018  # must succeed
        work = {"clinic_id": str(self.cast.clinics[clinic]), "job": "doctor"}
        (await self.post(api, "/entry/workplace", work)).ok  # noqa: B018  # must succeed
        return api

    async def share(self, **policy: Any) -> str:
        """The token of a share of the stage's brochure."""
        owner = Api(self.client, self.cast.tokens["owner"])
        made = (await owner.post("/shares", {"material_id": str(self.cast.material_id), **policy})).ok
        return str(made["token"])


@pytest.fixture
async def hall(engines: Endpoints, cast: Cast, clock: Clock) -> AsyncIterator[Hall]:
    """See Hall."""
    with copied_database(engines.database_url, cast.database_url) as url:
        config = config_for(engines, url, master_key=cast.master_key)
        async with _hall(config, cast, clock) as opened:
            yield opened


@contextlib.asynccontextmanager
async def _hall(config: Config, cast: Cast, clock: Clock) -> AsyncIterator[Hall]:
    async with (
        FakePlatforms(clock) as fake,
        smtp_server() as mailbox,
        node(config, fake, clock, verification_methods=WAYS, **_mail(mailbox)) as services,
        serving(services) as client,
    ):
        yield Hall(client, services, fake, cast, clock, mailbox)
        assert [] == fake.violations


def _mail(mailbox: Mailbox) -> dict[str, Any]:
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox.port,
        "smtp_tls": SmtpTls.NONE,
        "mail_from": "seal@brand.example",
    }
