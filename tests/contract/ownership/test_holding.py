"""Who holds the relation to a clinic: one at a time, whoever acts at once, and every moment accounted for."""

import asyncio
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import select, update

from compliance.errors import InvitationOver, OwnershipChanged
from compliance.events import Trail
from compliance.ownership import disputes
from compliance.ownership.holding import Change, expect, pass_on
from fileserver.accounts import service as accounts
from fileserver.services import Services
from storage.rows import invitations, notices, ownership, transfers
from storage.schema import clinic
from tests.log import events
from tests.recruits import add_clinic, enter, guest, invite, marketers, prove
from tests.services import Clock

MANAGER = Trail(who="m", role="manager")


async def _assign(services: Services, clinic_id: UUID, to_id: UUID | None, version: int | None, by: UUID) -> None:
    async with services.database.transaction() as tx:
        held = await expect(tx, clinic_id, version)
        await pass_on(tx, MANAGER, held, Change(to_id=to_id, cause="assigned", by=by), now=services.clock())


async def test_a_life_is_covered_without_gap(services: Services, clock: Clock) -> None:
    """Intervals join end to begin from the clinic's first moment on, one is open, and clinic.owner_id says the same."""
    (one, two), clinic_id = await marketers(services, "一", "二"), await add_clinic(services)
    for version, to_id in enumerate((one.person_id, two.person_id, None, one.person_id), start=1):
        clock.advance(hours=1)
        await _assign(services, clinic_id, to_id, version, one.person_id)
    async with services.database.transaction() as tx:
        history = list(reversed(await ownership.history_of(tx, clinic_id)))
        copied = await tx.scalar(select(clinic.c.owner_id).where(clinic.c.id == clinic_id))
    assert [1, 2, 3, 4, 5] == [row.version for row in history]
    assert all(before.valid_to == after.valid_from for before, after in pairwise(history))
    assert (None, one.person_id) == (history[-1].valid_to, copied)
    assert all(row.event_id for row in history[1:])


async def test_what_the_release_before_writes_is_an_interval(services: Services) -> None:
    """Its change of clinic.owner_id ends one interval and begins another, so both releases say the same."""
    (one,), clinic_id = await marketers(services, "一"), await add_clinic(services)
    async with services.database.transaction() as tx:
        await tx.execute(update(clinic).where(clinic.c.id == clinic_id).values(owner_id=one.person_id))
        held = await ownership.open_of(tx, clinic_id)
    assert (2, one.person_id, "outside") == (held.version, held.person_id, held.cause)


async def test_an_older_version_changes_nothing(services: Services) -> None:
    """Whoever acts on what they saw before another change is told, and nothing is changed."""
    (one, two), clinic_id = await marketers(services, "一", "二"), await add_clinic(services)
    await _assign(services, clinic_id, one.person_id, 1, one.person_id)
    with pytest.raises(OwnershipChanged):
        await _assign(services, clinic_id, two.person_id, 1, two.person_id)
    async with services.database.transaction() as tx:
        assert one.person_id == (await ownership.open_of(tx, clinic_id)).person_id


async def test_of_two_marketers_one_wins(services: Services, request: pytest.FixtureRequest) -> None:
    """Two whose guests prove who they are at the same moment: exactly one owns, the other assists; every round."""
    rounds = int(request.config.getoption("--rounds"))
    wins = await race(services, rounds)
    assert rounds == sum(wins.values())


async def race(services: Services, rounds: int) -> dict[UUID, int]:
    """How often each of two marketers won; fails in a round with another outcome than one owner and one assist."""
    rivals = await marketers(services, "一", "二")
    guests = [await guest(services) for _ in rivals]
    wins = {rival.person_id: 0 for rival in rivals}
    for _ in range(rounds):
        clinic_id = await add_clinic(services)
        for rival, person_id in zip(rivals, guests, strict=True):
            await enter(services, await invite(services, rival.person_id, clinic_id), person_id)
        await asyncio.gather(*(prove(services, clinic_id, person_id) for person_id in guests))
        async with services.database.transaction() as tx:
            held = await ownership.open_of(tx, clinic_id)
            uses = await invitations.uses_of_clinic(tx, clinic_id)
        credited = {use.creator_id: use.credit for use in uses}
        assert ["assist", "owner"] == sorted(str(credit) for credit in credited.values())
        assert (2, "owner") == (held.version, credited[held.person_id or clinic_id])
        wins[held.person_id or clinic_id] += 1
    return wins


async def test_an_invitation_lets_in_as_many_as_it_says(services: Services) -> None:
    """Of twenty who come at once by an invitation for five, five come in; whoever was in comes again."""
    (one,), clinic_id = await marketers(services, "一"), await add_clinic(services)
    invited = await invite(services, one.person_id, clinic_id, uses_max=5)
    people = [await guest(services) for _ in range(20)]
    done = await asyncio.gather(*(enter(services, invited, each) for each in people), return_exceptions=True)
    assert [5, 15] == [done.count(None), sum(isinstance(each, InvitationOver) for each in done)]
    await enter(services, invited, people[done.index(None)])
    assert 5 == len(await events(services, "viewer:invitation:enter"))


async def test_whoever_is_shut_out_lets_nobody_in(services: Services, clock: Clock) -> None:
    """Their invitations end and their clinics wait on the handover list, at once; let in again, they hold them."""
    (one,), clinic_id = await marketers(services, "一"), await add_clinic(services)
    invited = await invite(services, one.person_id, clinic_id)
    await _assign(services, clinic_id, one.person_id, 1, one.person_id)
    async with services.database.transaction() as tx:
        await accounts.disable(tx, MANAGER, one.person_id, now=clock())
        assert [clinic_id] == [row.clinic_id for row in await transfers.handovers(tx, person_id=one.person_id)]
    with pytest.raises(InvitationOver, match="left"):
        await enter(services, invited, await guest(services))
    async with services.database.transaction() as tx:
        await accounts.enable(tx, MANAGER, one.person_id, now=clock())
        assert [] == await transfers.handovers(tx)
    await enter(services, invited, await guest(services))


async def test_evidence_that_disagrees_is_disputed(services: Services, clock: Clock) -> None:
    """Who invited first and was overtaken gets a dispute, with both sides' events; a manager decides it."""
    (slow, fast), clinic_id = await marketers(services, "慢", "快"), await add_clinic(services)
    first = await invite(services, slow.person_id, clinic_id)
    clock.advance(hours=1)
    second = await invite(services, fast.person_id, clinic_id)
    early, late = await guest(services), await guest(services)
    await enter(services, first, late)
    await enter(services, second, early)
    await prove(services, clinic_id, early)
    await prove(services, clinic_id, late)
    async with services.database.transaction() as tx:
        (found,) = await ownership.list_disputes(tx, state="open")
        assert (slow.person_id, fast.person_id) == (found.claimant_id, found.holder_id)
        shown = await disputes.evidence_of(tx, clinic_id, slow.person_id)
        assert shown.entered_event is not None
        assert [1, 1] == [await notices.count_unread(tx, each.person_id) for each in (slow, fast)]
        await disputes.decide(
            tx, MANAGER, found.id, slow.person_id, by=fast.person_id, verdict="先邀请", now=services.clock()
        )
        held = await ownership.open_of(tx, clinic_id)
    assert (slow.person_id, "decided") == (held.person_id, held.cause)
