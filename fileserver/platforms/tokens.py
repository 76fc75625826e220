"""Tokens that platforms give for hours, fetched once for all nodes.

A token stands in a row, sealed under the master key. Who needs another one takes an advisory lock in PostgreSQL, looks
whether somebody was faster, and fetches only if not; the request to the platform runs inside that transaction, so that
others wait for its end. A node asks PostgreSQL once for many callers, and keeps what it knows until it has to be
renewed. A row that can't be opened, as after a change of the master key, counts as none.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from compliance.errors import KeyUnavailable
from compliance.keys import MasterKey
from fileserver.platforms.errors import PlatformRefused
from fileserver.single_flight import SingleFlight
from storage.database import Database, Transaction
from storage.rows import platform_tokens as rows
from storage.rows.platform_tokens import TokenRow

RENEWED_BEFORE = timedelta(minutes=5)  # the token's end
FORCED_APART = timedelta(seconds=30)  # WeChat's condition; within it, one by force is asked for as usual
REFUSED_FOR = timedelta(seconds=30)  # too many fetches with a wrong secret have an address blocked for an hour


@dataclass(frozen=True)
class Fetched:
    """What a platform gave, and for how long."""

    value: str = field(repr=False)
    lasts_s: int


Fetch = Callable[[bool], Awaitable[Fetched]]  # by force or not


@dataclass(frozen=True)
class _Known:
    value: str = field(repr=False)
    renew_at: datetime


class SharedTokens:
    """Tokens by name, such as `wechat/wx0123/access`. Everything raises what `fetch` raises, and StoreUnavailable."""

    def __init__(self, database: Database, master: MasterKey, clock: Callable[[], datetime]) -> None:
        self._database, self._master, self._clock = database, master, clock
        self._known: dict[str, _Known] = {}
        self._refusals: dict[str, tuple[datetime, PlatformRefused]] = {}
        self._flights: SingleFlight[str] = SingleFlight()

    async def valid(self, name: str, fetch: Fetch) -> str:
        """The token in use, for five minutes at least."""
        known = self._known.get(name)
        if known is not None and self._clock() < known.renew_at:
            return known.value
        return await self._flights.share((name, ""), lambda: self._renewed(name, "", fetch))

    async def instead_of(self, name: str, refused: str, fetch: Fetch) -> str:
        """Another one than `refused`, which the platform doesn't take any more: fetched by force, if nobody has."""
        return await self._flights.share((name, refused), lambda: self._renewed(name, refused, fetch))

    async def _renewed(self, name: str, refused: str, fetch: Fetch) -> str:
        known = self._known.get(name)
        if known is not None and known.value != refused and self._clock() < known.renew_at:
            return known.value
        self._raise_if_refused_lately(name)
        async with self._database.transaction() as tx:
            await rows.lock_token(tx, name)
            row = await rows.token_of(tx, name)
            kept = self._opened(row)
            if row is None or kept in ("", refused) or self._clock() >= row.renew_at:
                row, kept = await self._fetched(tx, name, row, fetch, wants_force=kept == refused != "")
        self._known[name] = _Known(kept, row.renew_at)
        return kept

    async def _fetched(
        self, tx: Transaction, name: str, before: TokenRow | None, fetch: Fetch, *, wants_force: bool
    ) -> tuple[TokenRow, str]:
        now = self._clock()
        forced_at = before.forced_at if before else None
        force = wants_force and (forced_at is None or now - forced_at >= FORCED_APART)
        try:
            fetched = await fetch(force)
        except PlatformRefused as error:
            self._refusals[name] = (now + REFUSED_FOR, error)
            raise
        row = TokenRow(
            name=name,
            sealed=self._master.wrap(fetched.value.encode(), _context(name)),
            renew_at=now + timedelta(seconds=fetched.lasts_s) - RENEWED_BEFORE,
            fetched_at=now,
            forced_at=now if force else forced_at,
        )
        await rows.put_token(tx, row)
        return row, fetched.value

    def _opened(self, row: TokenRow | None) -> str:
        try:
            return self._master.unwrap(row.sealed, _context(row.name)).decode() if row else ""
        except KeyUnavailable:
            return ""

    def _raise_if_refused_lately(self, name: str) -> None:
        until, error = self._refusals.get(name, (None, None))
        if error is not None and until is not None and self._clock() < until:
            raise type(error)(error.platform, error.code, error.rid)
        self._refusals.pop(name, None)


def _context(name: str) -> str:
    return f"platform-token/{name}"
