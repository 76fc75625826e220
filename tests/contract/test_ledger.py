"""The log's one door: an event stands or falls with the act it tells of, and its columns say what its leaf says."""

import asyncio
import json

import pytest
from sqlalchemy import select

from compliance import ledger
from compliance.events import Act, Result, Trail
from fileserver.services import Services
from storage.rows.events import EventFilter, search_events
from storage.schema import event

TRAIL = Trail(who="p-1", org="clinic-1", role="viewer", sess="s" * 16, ip="10.0.0.0/24", ua="u" * 16)
VIEW = TRAIL.event(Act.VIEWER_COPY_VIEW, obj="material:7", link="share-1", ver="a" * 64, why="viewer-visits", bytes=7)
WRITERS = 20


async def test_event_goes_with_its_transaction(services: Services) -> None:
    """Committed with the act, gone with it."""

    async def undone() -> None:
        async with services.database.transaction() as tx:
            await ledger.append(tx, VIEW)
            raise KeyError

    with pytest.raises(KeyError):
        await undone()
    async with services.database.transaction() as tx:
        assert () == await search_events(tx, EventFilter())
        await ledger.append(tx, VIEW, now=services.clock())
    async with services.database.transaction() as tx:
        assert 1 == len(await search_events(tx, EventFilter()))


@pytest.mark.parametrize("detail", [1.5, None, True, 2**53 + 1, ["x"]])
async def test_event_that_no_leaf_can_hold_takes_the_act_along(services: Services, detail: object) -> None:
    """A value that canonical JSON can't carry exactly is refused; nothing of the transaction is kept."""

    async def told_badly() -> None:
        async with services.database.transaction() as tx:
            await ledger.append(tx, VIEW)
            bad = TRAIL.event(Act.VIEWER_COPY_VIEW, det={"page": detail})
            await ledger.append(tx, bad)

    with pytest.raises(ValueError, match="an event holds"):
        await told_badly()
    async with services.database.transaction() as tx:
        assert () == await search_events(tx, EventFilter())


async def test_columns_say_what_the_leaf_says(services: Services) -> None:
    """What is searched by is a copy of what counts; the time is the one that the caller's clock showed."""
    async with services.database.transaction() as tx:
        await ledger.append(tx, VIEW, now=services.clock())
        row = (await tx.execute(select(event))).mappings().one()
    leaf = json.loads(row["leaf"])
    same = ("act", "res", "why", "who", "org", "role", "obj", "ver", "link")
    assert {name: leaf[name] for name in same} == {name: row[name] for name in same}
    assert ("2026-11-23T01:30:00.000000Z", services.clock()) == (leaf["t"], row["t"])
    assert 7 == leaf["bytes"]


async def test_writers_at_once_each_have_their_number(services: Services) -> None:
    """Twenty at the same moment: twenty numbers, twenty leaves, none alike."""

    async def tell() -> int:
        async with services.database.transaction() as tx:
            return await ledger.append(tx, VIEW, now=services.clock())

    numbers = await asyncio.gather(*(tell() for _ in range(WRITERS)))
    assert WRITERS == len(set(numbers))
    async with services.database.transaction() as tx:
        found = await search_events(tx, EventFilter())
    assert sorted(numbers, reverse=True) == [row.id for row in found]
    assert WRITERS == len({row.leaf for row in found})


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (EventFilter(), 3),
        (EventFilter(who=("p-1",)), 2),
        (EventFilter(who=("p-1", "p-2")), 3),
        (EventFilter(who=()), 0),
        (EventFilter(org="clinic-1"), 2),
        (EventFilter(obj="material:7", res="allow"), 1),
        (EventFilter(link="share-1"), 1),
        (EventFilter(acts=("viewer:",)), 2),
        (EventFilter(acts=("viewer:copy:",)), 1),
        (EventFilter(acts=("viewer:copy:view", "employee:")), 2),
        (EventFilter(acts=("v%:",)), 0),
        (EventFilter(acts=("viewer_",)), 0),
        (EventFilter(res="deny"), 1),
    ],
)
async def test_filters(services: Services, where: EventFilter, expected: int) -> None:
    """Signs that SQL would take for patterns are plain characters."""
    other = Trail(who="p-2", role="auditor").event(Act.EMPLOYEE_EVENT_SEARCH)
    denied = TRAIL.event(Act.VIEWER_REQUEST_DENY, res=Result.DENY, obj="material:7")
    async with services.database.transaction() as tx:
        for told in (VIEW, other, denied):
            await ledger.append(tx, told)
        found = [row.id for row in await search_events(tx, where)]
        assert expected == len(found)
