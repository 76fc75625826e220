"""How often somebody may fail to sign in, so that guessing is slow and nobody can lock another person out.

Failures are counted three ways: by login and address together (small), by login alone (against guessing from many
addresses) and by address alone (generous: a whole clinic stands behind one). A place where the login was used with
success lately is exempt from the count by login alone: strangers who fail elsewhere can't keep the owner from their
usual desk. An attempt counts as a failure until `succeeded` takes it back, so many at the same moment gain nothing.
Counters hold keyed hashes, never a login or an address.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from compliance.errors import TooManyAttempts
from compliance.keys import MasterKey
from storage.database import Transaction
from storage.rows import rate_limits as rows

IPV6_BITS = 64  # the smallest network that one customer holds
KNOWN_PLACE = "known-place"
KNOWN_PLACE_S = 30 * 24 * 3600
DAY_S = 24 * 3600
ROUNDING = 1e-6  # whoever waits exactly as told is not sent away for the last bit of a float


@dataclass(frozen=True)
class Limit:
    """At most `failures_max` within any `window_s` (reckoned as a sliding window over two fixed ones)."""

    name: str
    failures_max: int
    window_s: int


LOGIN_AT_ADDRESS = Limit("login-at-address", 10, 15 * 60)
LOGIN = Limit("login", 50, 60 * 60)
ADDRESS = Limit("address", 300, 15 * 60)
LIMITS = (LOGIN_AT_ADDRESS, LOGIN, ADDRESS)


@dataclass(frozen=True)
class Counter:
    """One limit as it applies to one login, address or both."""

    limit: Limit
    bucket: str

    def window(self, now: datetime, back: int = 0) -> tuple[str, datetime]:
        """The window that `now` falls in, or the one `back` windows earlier."""
        return self.bucket, window_start(now, self.limit.window_s) - timedelta(seconds=back * self.limit.window_s)


@dataclass(frozen=True)
class Attempt:
    """An attempt that was let through and stands counted as a failure."""

    at: datetime
    counters: tuple[Counter, ...]
    pair: str  # what names login and address together


async def admit(tx: Transaction, master: MasterKey, *, login: str, address: str, now: datetime) -> Attempt:
    """Counts an attempt by password and lets it through. Raises TooManyAttempts with `retry_after_s`.

    Give it a transaction that commits before the password is looked at: a refusal then undoes its own count, so waiting
    helps even while an attack goes on.
    """
    pair = _hash(master, f"{login}\n{network_of(address)}")
    counters = [
        Counter(LOGIN_AT_ADDRESS, f"{LOGIN_AT_ADDRESS.name}:{pair}"),
        Counter(ADDRESS, f"{ADDRESS.name}:{_hash(master, network_of(address))}"),
    ]
    if not await rows.counted_since(tx, f"{KNOWN_PLACE}:{pair}", now - timedelta(seconds=KNOWN_PLACE_S)):
        counters.append(Counter(LOGIN, f"{LOGIN.name}:{_hash(master, login)}"))
    await _count(tx, counters, now)
    return Attempt(now, tuple(counters), pair)


async def admit_stranger(tx: Transaction, master: MasterKey, *, address: str, now: datetime) -> Attempt:
    """The same for a sign-in without a login, limited by address alone."""
    counters = (Counter(ADDRESS, f"{ADDRESS.name}:{_hash(master, network_of(address))}"),)
    await _count(tx, counters, now)
    return Attempt(now, counters, "")


async def admit_by(
    tx: Transaction, master: MasterKey, limits: Sequence[tuple[Limit, str]], *, now: datetime
) -> Attempt:
    """Counts one attempt under each limit, for what names it there (kept as a keyed hash), and lets it through.

    An empty name limits nothing; `succeeded` takes the counts back, where only failures are to count. Raises
    TooManyAttempts, which undoes the counts with the transaction.
    """
    counters = [Counter(limit, f"{limit.name}:{_hash(master, named)}") for limit, named in limits if named]
    if counters:
        await _count(tx, counters, now)
    return Attempt(now, tuple(counters), "")


async def succeeded(tx: Transaction, attempt: Attempt) -> None:
    """Takes the attempt's count back, and remembers the place as one where the login is at home.

    Rows are touched in the order in which `admit` locks them, so the two never wait for each other.
    """
    for counter in sorted(attempt.counters, key=lambda counter: counter.bucket):
        if counter.limit is LOGIN_AT_ADDRESS:
            await rows.forget(tx, counter.bucket)
        else:
            await rows.count_down(tx, *counter.window(attempt.at))
    if attempt.pair:
        await rows.count_up(tx, [(f"{KNOWN_PLACE}:{attempt.pair}", window_start(attempt.at, DAY_S))])


async def forget_old(tx: Transaction, now: datetime, *, others: Sequence[Limit] = ()) -> int:
    """Removes counters that no longer limit anything; returns how many. For a periodic job."""
    keep_s = {f"{limit.name}:": 2 * limit.window_s for limit in (*LIMITS, *others)}
    keep_s[f"{KNOWN_PLACE}:"] = KNOWN_PLACE_S + DAY_S
    return sum([await rows.forget_before(tx, name, now - timedelta(seconds=age_s)) for name, age_s in keep_s.items()])


def window_start(now: datetime, window_s: int) -> datetime:
    """When the fixed window around `now` began."""
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % window_s, UTC)


def wait_s(limit: Limit, *, earlier: int, current: int, elapsed_s: float) -> int:
    """Whole seconds until one more attempt fits the limit; 0 when it fits now.

    `earlier` and `current` are the counts of the window before and of this one, the new attempt not included;
    `elapsed_s` is how far this window has gone. The earlier count weighs as its window overlaps the sliding one.
    """
    room = limit.failures_max - 1 - current
    if room >= 0:
        if earlier * (limit.window_s - elapsed_s) <= room * limit.window_s + ROUNDING:
            return 0
        return max(1, ceil(limit.window_s - room * limit.window_s / earlier - elapsed_s))
    into_next_s = limit.window_s - (limit.failures_max - 1) * limit.window_s / current
    return ceil(limit.window_s - elapsed_s + into_next_s)


async def _count(tx: Transaction, counters: Sequence[Counter], now: datetime) -> None:
    counts = await rows.count_up(tx, [counter.window(now) for counter in counters])
    earlier = await rows.counts_in(tx, [counter.window(now, back=1) for counter in counters])
    waits = [
        wait_s(
            counter.limit,
            earlier=earlier.get(counter.bucket, 0),
            current=counts[counter.bucket] - 1,
            elapsed_s=(now - counter.window(now)[1]).total_seconds(),
        )
        for counter in counters
    ]
    if longest := max(waits):
        raise TooManyAttempts(retry_after_s=longest)


def network_of(address: str) -> str:
    """What one customer holds: an IPv4 address, an IPv6 /64; anything else as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((parsed, IPV6_BITS), strict=False))


def _hash(master: MasterKey, value: str) -> str:
    return master.keyed_hash("rate-limit", value)
