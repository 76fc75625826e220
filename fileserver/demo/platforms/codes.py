"""Codes that clients bring: good once, for five minutes, for the app that they were made for."""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fileserver.demo.platforms.frame import Clock, Refusal

LASTS = timedelta(minutes=5)
PER_MINUTE_MAX = 100
SESSION_KEY_BYTES = 16


def new_session_key() -> str:
    """What a login gives besides the openid: a key of AES-128, in base64."""
    return base64.b64encode(secrets.token_bytes(SESSION_KEY_BYTES)).decode()


@dataclass
class _Code:
    app: str
    what: str
    value: Any
    made_at: datetime
    used: bool = False


@dataclass
class Codes:
    """Codes of one service, of all kinds (`what`): a login, a phone number, an authorization."""

    clock: Clock
    _codes: dict[str, _Code] = field(default_factory=dict)
    _uses: list[tuple[str, datetime]] = field(default_factory=list)

    def issue(self, app: str, what: str, value: Any) -> str:
        """A fresh code."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(app, what, value, self.clock())
        return code

    def redeem(self, app: str, what: str, code: str) -> Any:
        """What it stands for. Raises Refusal: 40163 for one used before, 40029 for any other that is no good."""
        found = self._codes.get(code)
        if found is None or (found.app, found.what) != (app, what):
            raise Refusal(40029, "invalid code")
        if found.used:
            raise Refusal(40163, "code been used")
        if self.clock() - found.made_at >= LASTS:
            raise Refusal(40029, "invalid code")
        found.used = True
        return found.value

    def limit(self, who: str) -> None:
        """Raises Refusal(45011) from the hundred-and-first use within a minute."""
        now = self.clock()
        self._uses = [(each, at) for each, at in self._uses if now - at < timedelta(minutes=1)]
        self._uses.append((who, now))
        if sum(each == who for each, _ in self._uses) > PER_MINUTE_MAX:
            raise Refusal(45011, "api minute-quota reach limit, must slower, retry next minute")
