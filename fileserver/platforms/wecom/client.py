"""WeCom's server API for one corporation and one app of its own, an endpoint for each method.

Everything raises PlatformRefused (in the class that says why), PlatformUnavailable and StoreUnavailable.
"""

from dataclasses import dataclass, field

from pydantic import SecretStr

from fileserver.platforms.api import Api, Bare, fetched
from fileserver.platforms.tokens import Fetch, Fetched
from fileserver.platforms.wecom.contacts import Contacts
from fileserver.platforms.wecom.directory import Directory
from fileserver.platforms.wecom.group_messages import GroupMessages
from fileserver.platforms.wecom.sign_in import SignIn
from fileserver.platforms.wecom.transfers import Transfers

PLATFORM = "wecom"


@dataclass(frozen=True)
class Corporation:
    """Whose WeCom it is, and which app asks."""

    corp_id: str
    agent_id: int
    secret: SecretStr = field(repr=False)


class WeCom(SignIn, Directory, Contacts, Transfers, GroupMessages):
    """All of it on one object: `services.platforms.wecom`."""

    def __init__(self, api: Api, corporation: Corporation, *, open_url: str, login_url: str) -> None:
        self._api, self._open_url, self._login_url = api, open_url, login_url
        self.corp_id, self.agent_id = corporation.corp_id, corporation.agent_id


def app_token(bare: Bare, corporation: Corporation) -> Fetch:
    """How the token is fetched. There is no force: while a token is valid, every fetch gives the same."""

    async def fetch(_force: bool, /) -> Fetched:  # noqa: FBT001  # as `Fetch` has it
        query = {"corpid": corporation.corp_id, "corpsecret": corporation.secret.get_secret_value()}
        bare.transport.figures.tokens.labels(PLATFORM, "false").inc()
        return fetched(PLATFORM, await bare.get("/cgi-bin/gettoken", query), "access_token")

    return fetch
