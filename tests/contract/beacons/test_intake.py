"""What is acknowledged is kept, counted once, and told to the log to the last millisecond."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from compliance.beacons import (
    Beacon,
    Intake,
    Outcome,
    PageToken,
    Report,
    Taken,
    open_page_token,
    sign_page,
    tell_all,
)
from compliance.beacons.intake import WAITING_OF_ONE_MAX
from compliance.beacons.telling import EVERY, KEPT_FOR, forget_told
from compliance.errors import NotFound, TooManyAttempts, TooManyReports
from compliance.events import Trail
from compliance.keys import KeyRing, KeyUse
from compliance.keys.changing import rotate
from storage.rows import beacons
from tests.locks import until_waiting
from tests.services import Clock
from tests.stage import Stage

REPORTED_MS = 15_000


def report(stage: Stage, visit: dict[str, Any], seq: int, page: int = 1, ms: int = REPORTED_MS) -> Report:
    """One beacon of a page that was served when the visit began."""
    beacon = Beacon(page=page, seq=seq, claimed_ms=ms, served_at=stage.clock.now - timedelta(hours=1))
    person_id = stage.cast.people["li"]
    return Report(visit_id=UUID(visit["id"]), person_id=person_id, at=stage.clock.now, beacons=[beacon])


async def told(stage: Stage) -> list[dict[str, Any]]:
    """What the log says was read."""
    return [each["det"] for each in await stage.told("viewer:page:read")]


async def test_reports_that_race_share_the_clock_and_are_told_once(stage: Stage) -> None:
    """Two nodes get fifty reports of one visit at once: it still read no longer than time went by."""
    _, visit = await stage.visit("li")
    stage.clock.advance(seconds=15)
    nodes = [Intake(stage.services.database, stage.clock) for _ in range(2)]
    taken = await asyncio.gather(
        *(nodes[seq % 2].take(report(stage, visit, seq, page=seq % 4 + 1)) for seq in range(1, 51))
    )
    assert REPORTED_MS == sum(each.ms for each in taken)
    assert 0 == await tell_all(stage.services.database, stage.clock.now)
    stage.clock.advance(seconds=EVERY.total_seconds())
    await asyncio.gather(*(tell_all(stage.services.database, stage.clock.now) for _ in range(3)))
    assert REPORTED_MS == sum(each["ms"] for each in await told(stage))


async def test_what_is_told_of_later_is_what_came_since(stage: Stage) -> None:
    """Each event has what was added; what a visit that is over was told of is forgotten after a day."""
    _, visit = await stage.visit("li")
    for seq in range(1, 7):
        stage.clock.advance(seconds=15)
        await stage.services.beacons.take(report(stage, visit, seq))
        await tell_all(stage.services.database, stage.clock.now)
    stage.clock.advance(seconds=EVERY.total_seconds())
    await tell_all(stage.services.database, stage.clock.now)
    said = await told(stage)
    assert ([75_000, 15_000], {visit["id"]}) == ([each["ms"] for each in said], {each["visit"] for each in said})
    stage.clock.advance(seconds=KEPT_FOR.total_seconds() + 12 * 3_600 + 1)
    await forget_told(stage.services.database, stage.clock.now)
    with pytest.raises(NotFound):  # the visit is over
        await stage.services.beacons.take(report(stage, visit, 9))
    assert 1 == stage.services.beacons.outcomes[Outcome.EXPIRED]
    await tell_all(stage.services.database, stage.clock.now)
    assert 2 == len(await told(stage))


async def test_what_is_not_believed_is_counted(stage: Stage, clock: Clock) -> None:
    """Duplicates, forgeries and other people's visits, by the process and for the visit that they were of."""
    _, visit = await stage.visit("li")
    clock.advance(seconds=15)
    intake = Intake(stage.services.database, clock)
    good = report(stage, visit, 1)
    assert Taken(REPORTED_MS, 1, Counter({Outcome.ACCEPTED: 1})) == await intake.take(good)
    again = await intake.take(replace(good, dropped=Counter({Outcome.FORGED: 2})))
    assert (0, {Outcome.DUPLICATE: 1, Outcome.FORGED: 2}) == (again.ms, again.outcomes)
    for other in (replace(good, person_id=stage.cast.people["wang"]), replace(good, visit_id=uuid4())):
        assert {Outcome.FORGED: 1} == (await intake.take(other)).outcomes
    async with stage.services.database.transaction() as tx:
        assert 1 == await beacons.seq_of(tx, good.visit_id)
        assert (1, 1, 2) == await beacons.outcomes_of(tx, good.visit_id)
    assert {Outcome.ACCEPTED: 1, Outcome.DUPLICATE: 1, Outcome.FORGED: 4} == +intake.outcomes


async def test_batches_that_begin_and_hold_the_same_visits_wait_for_one_another_in_one_order(stage: Stage) -> None:
    """A clock that one batch begins is held by the next, which another wants that began the clocks of both."""
    database = stage.services.database
    visits = sorted([UUID((await stage.visit("li"))[1]["id"]) for _ in range(3)])
    first, second, third = visits

    async def held(*ids: UUID) -> set[UUID]:
        async with database.driver_transaction() as driver:
            return set(await beacons.hold(driver, ids))

    async with database.driver_transaction() as late:
        await beacons.hold(late, [third])
        async with database.driver_transaction() as early:
            await beacons.hold(early, [second])
            all_three = asyncio.create_task(held(*visits))  # begins the first, then waits for the second
            await until_waiting(database)
        two = asyncio.create_task(held(first, second))  # the second is there by now
        await until_waiting(database, 2)
    assert (set(visits), {first, second}) == (await all_three, await two)


async def test_what_one_report_is_refused_for_is_nothing_to_its_neighbours(stage: Stage, clock: Clock) -> None:
    """Six reports share two commits: those behind a closed door count nothing, the others all."""
    doors = [await stage.visit("li") for _ in range(6)]
    clock.advance(seconds=15)
    for share, _ in doors[::2]:
        assert 200 == (await stage.api("owner").post(f"/shares/{share['id']}/revoke")).status
    intake = Intake(stage.services.database, clock)
    taken = await asyncio.gather(*(intake.take(report(stage, visit, 1)) for _, visit in doors), return_exceptions=True)
    assert ["share-revoked", REPORTED_MS] * 3 == [
        each.ms if isinstance(each, Taken) else getattr(each, "rule", each) for each in taken
    ]


async def test_whoever_comes_when_too_many_wait_is_asked_to_come_later(stage: Stage, clock: Clock) -> None:
    """A process lets so many reports wait, and a share of them of one person; nothing of the others is kept."""
    _, visit = await stage.visit("li")
    clock.advance(seconds=15)
    full = Intake(stage.services.database, clock, waiting_max=2)
    said = [report(stage, visit, seq) for seq in range(1, WAITING_OF_ONE_MAX + 2)]
    taken = await asyncio.gather(*(full.take(each) for each in said[:3]), return_exceptions=True)
    assert [TooManyReports] == [type(each) for each in taken if not isinstance(each, Taken)]
    roomy = Intake(stage.services.database, clock)
    taken = await asyncio.gather(*(roomy.take(each) for each in said), return_exceptions=True)
    (refused,) = [each for each in taken if not isinstance(each, Taken)]
    assert isinstance(refused, TooManyAttempts)
    assert 5 == refused.params["retry_after_s"]


async def test_a_report_goes_over_http_with_the_pages_own_tokens(stage: Stage) -> None:
    """A page that was served brings a token; it is good for that page of that visit by that viewer, until it ends."""
    _, visit = await stage.visit("li")
    served = await stage.get("li", visit["pages"][0]["url"])
    token = served.headers["Reading-Token"]
    stage.clock.advance(seconds=20)
    beacon = {"page": 1, "seq": visit["reading_seq"] + 1, "ms": 30_000, "token": token}
    path = f"/v/{visit['id']}/beacons"

    async def sent(who: str, *said: dict[str, Any], to: str = path) -> dict[str, Any]:
        answer = await stage.request("POST", who, to, json={"beacons": list(said)})
        body: dict[str, Any] = json.loads(answer.body)
        return {**body, "status": answer.status}

    first = await sent("li", beacon)
    assert (20_000, 1, 0) == (first["ms"], first["seq"], first["dropped"])
    again = await sent("li", beacon)
    assert (0, 1) == (again["ms"], again["dropped"])
    assert 1 == (await sent("wang", {**beacon, "seq": 9}))["dropped"]
    assert 1 == (await sent("li", {**beacon, "page": 2, "seq": 9}))["dropped"]
    assert 1 == (await sent("li", {**beacon, "seq": 9}, to=f"/v/{uuid4()}/beacons"))["dropped"]
    assert 422 == (await sent("li", {**beacon, "ms": -1}))["status"]
    assert 403 == (await sent("owner", beacon))["status"]
    stage.clock.advance(minutes=25)
    assert 60_000 == (await sent("li", {**beacon, "seq": 2, "ms": 90_000}))["ms"]


async def test_no_time_counts_behind_a_closed_door(stage: Stage) -> None:
    """Once its share is revoked a page reports nothing more, whatever token it has; the log says who tried."""
    share, visit = await stage.visit("li")
    token = (await stage.get("li", visit["pages"][0]["url"])).headers["Reading-Token"]
    path = f"/v/{visit['id']}/beacons"
    stage.clock.advance(seconds=15)
    said = {"beacons": [{"page": 1, "seq": 1, "ms": 15_000, "token": token}]}
    assert 200 == (await stage.api("owner").post(f"/shares/{share['id']}/revoke")).status
    assert 403 == (await stage.request("POST", "li", path, json=said)).status
    (denied,) = await stage.told("viewer:request:deny")
    assert ("share-revoked", share["id"]) == (denied["why"], denied["link"])
    async with stage.services.database.transaction() as tx:
        assert 0 == await beacons.seq_of(tx, UUID(visit["id"]))


async def test_a_node_believes_tokens_of_a_key_that_it_has_yet_to_hear_of(stage: Stage) -> None:
    """Another node made the key a moment ago, and served the page under it."""
    ours, theirs = (KeyRing(stage.services.keys.master) for _ in range(2))
    await ours.refresh(stage.services.database)
    async with stage.services.database.transaction() as tx:
        await rotate(tx, theirs, Trail(role="operator"), KeyUse.CONTENT_URL, now=stage.clock())
    await theirs.refresh(stage.services.database)
    page = PageToken(visit_id=uuid4(), page=1, person_id=uuid4(), served_at=stage.clock())
    text = sign_page(theirs, page)
    read = await open_page_token(
        ours, stage.services.database, text, visit_id=page.visit_id, page=1, person_id=page.person_id
    )
    assert page == read
