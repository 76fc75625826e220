"""Can this process serve: are PostgreSQL, its revision and S3 as this code needs them, and does the ledger keep up.

A reason is a fixed word or a revision id: exception texts hold addresses and user names, and this answer is public.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from fileserver.http.schemas import Output
from fileserver.services import Services
from storage import migrations
from storage.rows import siem
from watermark import jail

CHECK_TIMEOUT_S = 3.0
MEMORY_S = 1.0
SIEM_BEHIND_S = 300.0

log = structlog.get_logger(__name__)


class CheckResult(Output):
    """One part and whether it serves; `reason` says why not, or what an operator should look at all the same."""

    name: str
    ok: bool
    reason: str = ""


class Readiness(Output):
    """Ready means that every check passed."""

    ready: bool
    checks: tuple[CheckResult, ...]


class NotReady(Exception):
    """A part that does not serve; the message may be shown to anybody."""


Check = Callable[[], Awaitable[str | None]]  # a word for the operator, where it serves all the same


class ReadinessProbe:
    """Asks at most once a second: the address is public, and each answer costs connections."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = asyncio.Lock()
        self._last: tuple[float, Readiness] | None = None

    async def __call__(self, services: Services) -> Readiness:
        """The present answer, or one that is younger than MEMORY_S."""
        async with self._lock:
            if self._last is None or self._now() - self._last[0] >= MEMORY_S:
                readiness = await check_readiness(services)
                self._last = (self._now(), readiness)
            return self._last[1]


PROBE = web.AppKey("PROBE", ReadinessProbe)


async def check_readiness(services: Services) -> Readiness:
    """Run all checks at once, each under its time limit."""
    checks: dict[str, Check] = {
        "database": services.database.ping,
        "migrations": lambda: check_migrations(services.config.database_url.get_secret_value()),
        "objects": services.objects.ping,
        "ledger": lambda: check_ledger(services),
        "siem": lambda: look_at_siem(services),
        "outside": lambda: check_outside(services),
        "jail": look_at_jail,
    }
    results = await asyncio.gather(*(run_check(name, check) for name, check in checks.items()))
    return Readiness(ready=all(result.ok for result in results), checks=tuple(results))


async def run_check(name: str, check: Check) -> CheckResult:
    """One check, whatever happens in it."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            word = await check()
    except NotReady as error:
        return CheckResult(name=name, ok=False, reason=str(error))
    except TimeoutError:
        return CheckResult(name=name, ok=False, reason="no answer in time")
    except Exception as error:  # noqa: BLE001  # every failure of a part means the same: not ready
        log.warning("readiness check failed", check=name, error=type(error).__name__)
        return CheckResult(name=name, ok=False, reason="unreachable")
    return CheckResult(name=name, ok=True, reason=word or "")


async def check_ledger(services: Services) -> None:
    """Raises NotReady while nothing of a material leaves because of the log, or its tree doesn't grow."""
    reason = services.watch.reason or services.watch.hindrance
    if reason:
        raise NotReady(reason)


async def look_at_siem(services: Services) -> str | None:
    """How many targets of the log's push are behind: a word only, because this server serves without any of them."""
    now = services.clock()
    async with services.database.statements() as tx:
        found = [each for each in await siem.progress(tx) if each.target.paused_at is None]
    behind = sum(each.oldest_t is not None and (now - each.oldest_t).total_seconds() > SIEM_BEHIND_S for each in found)
    return f"{behind} of {len(found)} targets behind" if behind else None


async def check_outside(services: Services) -> str | None:
    """Raises NotReady while nothing of a material leaves for what places outside say; a word while one is away."""
    if services.outside.reason:
        raise NotReady(services.outside.reason)
    return f"degraded: {services.outside.degraded}" if services.outside.degraded else None


async def look_at_jail() -> str | None:
    """What processes that open files are not kept by: this server was told to serve all the same."""
    lack = jail.lack()
    return f"the jail lacks {lack}" if lack else None


async def check_migrations(database_url: str) -> None:
    """Raises NotReady when the database lacks what this code needs; what a later release added is in nobody's way."""
    found = await asyncio.to_thread(migrations.current, database_url)
    if not await asyncio.to_thread(migrations.suits, found):
        raise NotReady(f"database is at revision {found or 'none'}, this release needs {migrations.head()}")
