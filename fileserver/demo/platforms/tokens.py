"""Apps' tokens as WeChat gives them: `token` and `stable_token` know nothing of each other, force is scarce."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fileserver.demo.platforms.frame import Clock, Refusal

LASTS = timedelta(seconds=7200)
SAME_UNTIL = timedelta(minutes=5)  # before its end, in the usual mode
FORCED_MAX = 20  # a day
FORCED_APART = timedelta(seconds=30)
STABLE, CLASSIC = "stable", "classic"


@dataclass
class AppTokens:
    """Tokens of all apps of a service. `secrets` are what apps are known by."""

    clock: Clock
    known: dict[str, str]
    fetched: list[tuple[str, bool]] = field(default_factory=list)  # which app, by force or not
    _live: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    _forced: dict[str, list[datetime]] = field(default_factory=dict)

    def classic(self, app: str, secret: str) -> tuple[str, int]:
        """`GET /cgi-bin/token`: another one each time, which ends the one before."""
        self._check(app, secret)
        return self._made(CLASSIC, app)

    def stable(self, app: str, secret: str, *, force: bool) -> tuple[str, int]:
        """`POST /cgi-bin/stable_token`."""
        self._check(app, secret)
        self.fetched.append((app, force))
        if force:
            self._spend_force(app)
        held = self._live.get((STABLE, app))
        if force or held is None or self.clock() >= held[1] - SAME_UNTIL:
            return self._made(STABLE, app)
        return held[0], int((held[1] - self.clock()).total_seconds())

    def same(self, app: str, secret: str) -> tuple[str, int]:
        """WeCom's `gettoken`: the same one as long as it is valid."""
        self._check(app, secret)
        self.fetched.append((app, False))
        held = self._live.get((STABLE, app))
        if held is None or self.clock() >= held[1]:
            return self._made(STABLE, app)
        return held[0], int((held[1] - self.clock()).total_seconds())

    def app_of(self, token: str | None) -> str:
        """Whose token it is. Raises Refusal: 41001 for none, 42001 for one that ended, 40001 for another."""
        if token is None:
            raise Refusal(41001, "access_token missing")
        for (_, app), (value, ends_at) in self._live.items():
            if value == token:
                if self.clock() >= ends_at:
                    raise Refusal(42001, "access_token expired")
                return app
        raise Refusal(40001, "invalid credential, access_token is invalid or not latest")

    def revoke(self) -> None:
        """All tokens are over at once, as after somebody else's forced renewal."""
        self._live.clear()

    def _check(self, app: str, secret: str) -> None:
        if app not in self.known:
            raise Refusal(40013, "invalid appid")
        if self.known[app] != secret:
            raise Refusal(40125, "invalid appsecret")

    def _spend_force(self, app: str) -> None:
        now, spent = self.clock(), self._forced.setdefault(app, [])
        today = [at for at in spent if now - at < timedelta(days=1)]
        if len(today) >= FORCED_MAX or (today and now - today[-1] < FORCED_APART):
            raise Refusal(45009, "reach max api daily quota limit")
        spent.append(now)

    def _made(self, system: str, app: str) -> tuple[str, int]:
        self._live[system, app] = (secrets.token_urlsafe(96), self.clock() + LASTS)
        return self._live[system, app][0], int(LASTS.total_seconds())
