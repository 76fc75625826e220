"""The log and a real witness: offered, cosigned, published; away, behind, and taken up again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from compliance import checkpoints
from compliance.errors import LedgerStalled
from compliance.verifying import parse_checkpoint, policy_of
from compliance.verifying.keys import parse_vkey
from fileserver.config import Config
from fileserver.operations.readiness import check_readiness
from fileserver.services import Services
from fileserver.witness.folders import opened
from storage.rows import places as rows
from tests.contract.outside.stage import (
    NAME,
    PLACE,
    RunningWitness,
    grow,
    log_keys,
    process,
    published,
    row_of,
    teller_of,
    told,
    watching,
)
from tests.services import Clock
from tests.trees import Log


@pytest.fixture
async def watched(config: Config, clock: Clock, tmp_path: Path) -> AsyncIterator[tuple[Services, RunningWitness]]:
    """A log with seven entries, and its witness, of which the configuration tells."""
    async with process(config, clock) as plain:
        await grow(plain, 7)
        async with (
            watching(plain, tmp_path / "witness") as (witness, setting),
            process(told(config, ledger_witnesses=(setting,)), clock) as services,
        ):
            yield services, witness


async def test_every_checkpoint_told_is_published_cosigned(watched: tuple[Services, RunningWitness]) -> None:
    """The published note holds the witness's line; the auditor's verifier finds log and witness in it, and the time."""
    services, witness = watched
    key = parse_vkey(witness.folder.key().vkey)
    async with teller_of(services) as teller:
        await teller.tell_all()
        for count in (1, 250, 3):
            size = await grow(services, count)
            await teller.tell_all()
            head = parse_checkpoint((await published(services)).encode())
            policy = policy_of([*map(parse_vkey, log_keys(services)), key])
            verdict = policy.judge(head.note, services.ledger_origin)

            assert size == head.size == witness.size == (await row_of(services)).size
            assert {int(services.clock().timestamp())} == set(verdict.witnesses.values())


async def test_the_head_that_is_shown_is_cosigned_unless_that_is_old(
    watched: tuple[Services, RunningWitness], clock: Clock
) -> None:
    """A head of this second has no cosignature yet: the one before is shown, for as long as it is young enough."""
    services, _ = watched
    within_s = services.config.cosigned_within_s
    async with teller_of(services) as teller:
        await teller.tell_all()
    sizes = []
    for seconds in (299, 2):
        clock.advance(seconds=seconds)
        await grow(services, 1)
        async with services.database.transaction() as tx:
            head = await checkpoints.published(tx, cosigned_within_s=within_s)
        sizes.append(head and head.size)

    assert [7, 9] == sizes


async def test_an_idle_log_is_cosigned_again(watched: tuple[Services, RunningWitness], clock: Clock) -> None:
    """The same checkpoint gets a newer time, in the place of the older one: no cosignature is older than a turn."""
    services, witness = watched
    key = parse_vkey(witness.folder.key().vkey)
    async with teller_of(services) as teller:
        await teller.tell_all()
        clock.advance(seconds=30)
        assert 1 == await teller.tell_due()
        note = parse_checkpoint((await published(services)).encode()).note

    assert int(clock().timestamp()) == key.signed(note)
    assert 1 == len(key.signatures(note))


async def test_a_witness_that_is_ahead_of_what_we_remember_is_met_there(
    watched: tuple[Services, RunningWitness],
) -> None:
    """Its answer was lost: it says 409 and its size, gets the proof from there, and cosigns."""
    services, witness = watched
    async with teller_of(services) as teller:
        await teller.tell_all()
        async with services.database.transaction() as tx:
            await rows.note_told(tx, PLACE, size=3, now=services.clock(), next_at=services.clock())
        size = await grow(services, 5)
        witness.statuses.clear()
        await teller.tell_all()

    assert ([409, 200], size) == (witness.statuses, witness.size)


async def test_two_processes_take_turns(watched: tuple[Services, RunningWitness], clock: Clock) -> None:
    """Whoever is first tells; the other finds nothing due until the next turn."""
    services, _ = watched
    async with teller_of(services) as one, teller_of(services) as two:
        await one.tell_all()
        clock.advance(seconds=30)
        assert (1, 0) == (await one.tell_due(), await two.tell_due())
        clock.advance(seconds=29)
        assert (0, 0) == (await one.tell_due(), await two.tell_due())
        clock.advance(seconds=1)
        assert (1, 0) == (await two.tell_due(), await one.tell_due())


async def test_a_process_that_dies_at_its_turn_is_followed(
    watched: tuple[Services, RunningWitness], clock: Clock
) -> None:
    """A turn that was taken and came to nothing is over after half a minute."""
    services, _ = watched
    async with teller_of(services) as teller:
        await teller.tell_all()
        clock.advance(seconds=30)
        async with services.database.transaction() as tx:
            assert await rows.take_turns(tx, [PLACE], now=clock(), until=clock() + timedelta(seconds=30))
        assert 0 == await teller.tell_due()
        clock.advance(seconds=30)
        assert 1 == await teller.tell_due()


async def test_a_witness_that_is_away_keeps_nothing_from_leaving(
    watched: tuple[Services, RunningWitness], clock: Clock
) -> None:
    """The server is ready and says that it is degraded; as soon as the witness is back, it is offered again."""
    services, witness = watched
    async with teller_of(services) as teller:
        await teller.tell_all()
        await witness.stop()
        clock.advance(seconds=30)
        await teller.tell_due()
        services.require_log()
        (outside,) = [each for each in (await check_readiness(services)).checks if each.name == "outside"]
        assert (True, "degraded: 1 of 1 places outside took no checkpoint") == (outside.ok, outside.reason)
        assert "connection" == (await row_of(services)).failure

        await witness.start()
        clock.advance(seconds=5)
        await teller.tell_due()
        assert ("", None) == ((await row_of(services)).failure, (await row_of(services)).failing_since)
        (outside,) = [each for each in (await check_readiness(services)).checks if each.name == "outside"]
        assert (True, "") == (outside.ok, outside.reason)


async def test_a_quorum_is_needed_where_the_operator_says_so(
    watched: tuple[Services, RunningWitness], clock: Clock
) -> None:
    """Without enough cosignatures of late nothing leaves, readiness says so, and everything goes on when they come."""
    services, witness = watched
    strict = services.config.model_copy(update={"ledger_witness_quorum": 1})
    async with process(strict, clock) as services, teller_of(services) as teller:
        await teller.tell_all()
        services.require_log()
        await witness.stop()
        clock.advance(seconds=299)
        await teller.tell_due()
        services.require_log()
        clock.advance(seconds=2)
        with pytest.raises(LedgerStalled, match="ledger-stalled"):
            services.require_log()
        (outside,) = [each for each in (await check_readiness(services)).checks if each.name == "outside"]
        assert (False, "0 of 1 witnesses cosigned lately") == (outside.ok, outside.reason)
        await witness.start()
        await teller.tell_all()
        services.require_log()


async def test_a_cosignature_by_another_key_is_no_cosignature(
    watched: tuple[Services, RunningWitness], clock: Clock, tmp_path: Path
) -> None:
    """Whoever answers at the witness's address must have its key."""
    services, witness = watched
    await witness.stop()
    with opened(tmp_path / "impostor") as folder:
        folder.make(NAME, log_keys(services))
        witness.folder = folder
        await witness.start()
        async with teller_of(services) as teller:
            await teller.tell_all()

    assert ("no cosignature by its key", 0) == ((await row_of(services)).failure, (await row_of(services)).size)
    assert NAME not in await published(services)


async def test_a_witness_that_does_not_watch_us_is_told_of(
    watched: tuple[Services, RunningWitness], tmp_path: Path
) -> None:
    """Its status is the reason that operators see."""
    services, witness = watched
    await witness.stop()
    with opened(tmp_path / "other") as folder:
        folder.make(NAME, [Log().vkey])
        witness.folder = folder
        await witness.start()
        async with teller_of(services) as teller:
            await teller.tell_all()

    assert "status 404" == (await row_of(services)).failure
