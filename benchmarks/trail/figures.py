"""Every question that the console asks of a long log, timed: facets, and the page of events beside them."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks.stage import Figure, stage
from benchmarks.trail.book import write_book
from compliance.trail.facets import facets
from compliance.trail.search import search
from compliance.trail.wanted import Wanted
from fileserver.services import Services
from storage.database import Database, Transaction

EVENTS = 1_000_000
EVENTS_LONG = 10_000_000
ROUNDS = 5
BAR_MS = 200.0
PAGE = 50
END = datetime(2026, 11, 25, 16, tzinfo=UTC)  # midnight at the brand's clinics
CLINIC = "00000000-0000-4000-8000-#"

QUESTIONS: Mapping[str, Wanted] = {
    "anything": Wanted(),
    "everything viewers did": Wanted(act=("viewer:",)),
    "views": Wanted(act=("viewer:copy:view",)),
    "downloads": Wanted(act=("viewer:copy:download",)),
    "denied": Wanted(res="deny"),
    "a role": Wanted(role="auditor"),
    "a rule": Wanted(why=f"rule-{3:012}"),
    "a busy person": Wanted(who=(f"p-{0:012}",)),
    "a quiet person": Wanted(who=(f"p-{9999:012}",)),
    "people of one name": Wanted(who=tuple(f"p-{number:012}" for number in (0, 5, 500, 5000))),
    "a clinic": Wanted(org=(CLINIC.replace("#", f"{0:012}"),)),
    "the busiest material": Wanted(obj=("material:" + CLINIC.replace("#", f"{0:012}"),)),
    "a material": Wanted(obj=("material:" + CLINIC.replace("#", f"{500:012}"),)),
    "a version": Wanted(ver=f"{0:012}"),
    "a share": Wanted(link=CLINIC.replace("#", f"{77:012}")),
    "a session": Wanted(sess=f"session-{500:012}"),
    "a network": Wanted(ip=f"network-{0:012}"),
    "a device": Wanted(ua=f"device-{9:012}"),
    "a visit": Wanted(det=(("visit", "00000000-0000-4000-8000-000000000001"),)),
    "a page number": Wanted(det=(("page", "3"),)),
    "the last week": Wanted(since=END - timedelta(days=7)),
    "downloads of 30 days": Wanted(act=("viewer:copy:download",), since=END - timedelta(days=30)),
    "an afternoon": Wanted(since=END - timedelta(days=100, hours=6), until=END - timedelta(days=100)),
    "a clinic's downloads": Wanted(org=(CLINIC.replace("#", f"{0:012}"),), act=("viewer:copy:download",)),
    "the busiest material in a week": Wanted(
        obj=("material:" + CLINIC.replace("#", f"{0:012}"),),
        since=END - timedelta(days=14),
        until=END - timedelta(days=7),
    ),
    "views by a device at a clinic": Wanted(
        act=("viewer:copy:view",), ua=f"device-{9:012}", org=(CLINIC.replace("#", f"{7:012}"),)
    ),
    "views under a rule": Wanted(act=("viewer:copy:view",), why=f"rule-{3:012}", res="allow"),
}


async def run(services: Services, events: int = EVENTS) -> list[Figure]:  # noqa: ARG001  # a log of its own
    """Writes the book into a database of its own, and asks."""
    async with stage() as own:
        url = own.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        await write_book(url, events, lambda what: None)
        return await ask(own.database, events)


async def run_long(services: Services) -> list[Figure]:
    """The same at the size that the bar is for: some ten minutes and 15 GB."""
    return await run(services, EVENTS_LONG)


async def ask(database: Database, events: int) -> list[Figure]:
    """The slowest of some rounds of each question, in milliseconds."""
    figures = []
    for name, wanted in QUESTIONS.items():
        async with database.transaction() as tx:
            counted = await facets(tx, wanted)
            told = f"{counted.total:,}{'' if counted.exact else ' or more'} of {events:,}; bar {BAR_MS:.0f} for facets"
        slow = await _slowest(database, partial(facets, wanted=wanted))
        page = await _slowest(database, partial(search, wanted=wanted, before=None, limit=PAGE))
        figures.append(Figure(f"log facets, {name}", slow, "ms", told, slow <= BAR_MS))
        figures.append(Figure(f"log page, {name}", page, "ms", f"{PAGE} events"))
    return figures


async def _slowest(database: Database, question: Callable[[Transaction], Awaitable[object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        async with database.transaction() as tx:
            await question(tx)
        times.append((time.perf_counter() - started) * 1000)
    return max(times)
