"""TOTP and recovery codes: enrolled by a code, each code once, and clocks may drift by a step."""

import asyncio
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import select

from compliance import second_factor
from compliance.access import Role
from compliance.errors import CodeRefused, KeyUnavailable, WrongState
from compliance.profiles import erase
from compliance.second_factor import RECOVERY_CODES, Enrolment, Factor
from fileserver.services import Services
from storage.schema import recovery_code, totp
from tests.people import add_employee
from tests.services import Clock

STEP_S = 30


async def _person(services: Services) -> UUID:
    return (await add_employee(services, Role.REVIEWER)).person_id


async def _begin(services: Services, person_id: UUID) -> Enrolment:
    async with services.database.transaction() as tx:
        return await second_factor.begin(
            tx, services.keys.master, person_id, label="chen.jing", issuer="瑞丽", now=services.clock()
        )


async def _confirm(services: Services, person_id: UUID, code: str) -> tuple[str, ...]:
    async with services.database.transaction() as tx:
        return await second_factor.confirm(tx, services.keys.master, person_id, code, now=services.clock())


async def _accept(services: Services, person_id: UUID, code: str) -> Factor | None:
    async with services.database.transaction() as tx:
        return await second_factor.accept(tx, services.keys.master, person_id, code, now=services.clock())


async def _enrolled(services: Services, clock: Clock) -> tuple[UUID, pyotp.TOTP, tuple[str, ...]]:
    person_id = await _person(services)
    app = pyotp.TOTP((await _begin(services, person_id)).secret)
    codes = await _confirm(services, person_id, app.at(clock()))
    clock.advance(seconds=STEP_S)
    return person_id, app, codes


async def test_enrolment_counts_once_a_code_was_entered(services: Services, clock: Clock) -> None:
    """A secret that nobody confirmed asks nothing of anybody; a wrong code confirms nothing."""
    person_id = await _person(services)
    app = pyotp.TOTP((await _begin(services, person_id)).secret)
    assert await _accept(services, person_id, app.at(clock())) is None
    with pytest.raises(CodeRefused):
        await _confirm(services, person_id, f"{(int(app.at(clock())) + 1) % 10**6:06}")
    assert RECOVERY_CODES == len(set(await _confirm(services, person_id, app.at(clock()))))
    async with services.database.transaction() as tx:
        state = await second_factor.state_of(tx, person_id)
    assert (clock(), RECOVERY_CODES) == (state.since, state.recovery_codes_left)


async def test_the_app_is_told_whose_and_where(services: Services) -> None:
    """The address in the QR code names account and issuer, and holds the secret."""
    enrolment = await _begin(services, await _person(services))
    read = pyotp.parse_uri(enrolment.uri)
    assert ("chen.jing", "瑞丽", enrolment.secret) == (read.name, read.issuer, read.secret)
    assert enrolment.secret not in repr(enrolment)


async def test_beginning_again_replaces_what_was_not_confirmed(services: Services, clock: Clock) -> None:
    """The last QR code shown is the one that counts; a confirmed factor is replaced by nobody."""
    person_id = await _person(services)
    first, second = await _begin(services, person_id), await _begin(services, person_id)
    with pytest.raises(CodeRefused):
        await _confirm(services, person_id, pyotp.TOTP(first.secret).at(clock()))
    await _confirm(services, person_id, pyotp.TOTP(second.secret).at(clock()))
    with pytest.raises(WrongState):
        await _begin(services, person_id)
    with pytest.raises(WrongState):
        await _confirm(services, person_id, pyotp.TOTP(second.secret).at(clock()))


async def test_clocks_may_drift_by_one_step(services: Services, clock: Clock, subtests: pytest.Subtests) -> None:
    """Thirty seconds early or late are accepted, a minute is not."""
    for expected, steps in [(None, -2), ("otp", -1), ("otp", 0), ("otp", 1), (None, 2)]:
        with subtests.test(str((expected, steps))):
            person_id, app, _ = await _enrolled(services, clock)
            clock.advance(seconds=5 * STEP_S)
            assert expected == await _accept(services, person_id, app.at(clock(), counter_offset=steps))


async def test_a_used_code_is_refused_and_so_are_older_ones(services: Services, clock: Clock) -> None:
    """Whoever looks over a shoulder gains nothing, not even within the half minute."""
    person_id, app, _ = await _enrolled(services, clock)
    clock.advance(seconds=5 * STEP_S)
    older = app.at(clock(), counter_offset=-1)
    assert Factor.TOTP is await _accept(services, person_id, app.at(clock()))
    assert await _accept(services, person_id, app.at(clock())) is None
    assert await _accept(services, person_id, older) is None
    clock.advance(seconds=STEP_S)
    assert Factor.TOTP is await _accept(services, person_id, app.at(clock()))


async def test_the_code_that_confirmed_signs_nobody_in(services: Services, clock: Clock) -> None:
    """The enrolment uses its code up."""
    person_id = await _person(services)
    app = pyotp.TOTP((await _begin(services, person_id)).secret)
    await _confirm(services, person_id, app.at(clock()))
    assert await _accept(services, person_id, app.at(clock())) is None


async def test_one_code_in_the_same_moment_works_once(services: Services, clock: Clock) -> None:
    """Twenty requests with one code: one is let through."""
    person_id, app, (recovery, *_) = await _enrolled(services, clock)
    for code in (app.at(clock()), recovery):
        outcomes = await asyncio.gather(*(_accept(services, person_id, code) for _ in range(20)))
        assert 19 == outcomes.count(None)


async def test_each_recovery_code_works_once(services: Services, clock: Clock) -> None:
    """In capitals, with or without dashes; then it is gone, and the others stay."""
    person_id, _, (first, second, *_) = await _enrolled(services, clock)
    assert Factor.RECOVERY is await _accept(services, person_id, first.upper().replace("-", " "))
    assert await _accept(services, person_id, first) is None
    assert Factor.RECOVERY is await _accept(services, person_id, second)
    async with services.database.transaction() as tx:
        assert RECOVERY_CODES - 2 == (await second_factor.state_of(tx, person_id)).recovery_codes_left


async def test_renewed_recovery_codes_replace_the_old(services: Services, clock: Clock) -> None:
    """A list that may have been seen is worth nothing after that."""
    person_id, _, (old, *_) = await _enrolled(services, clock)
    async with services.database.transaction() as tx:
        (new, *_) = await second_factor.renew_recovery_codes(tx, services.keys.master, person_id, now=clock())
    assert await _accept(services, person_id, old) is None
    assert Factor.RECOVERY is await _accept(services, person_id, new)


async def test_somebody_elses_code_is_no_code(services: Services, clock: Clock) -> None:
    """Codes belong to one person."""
    person_id, _, _ = await _enrolled(services, clock)
    _, app, (recovery, *_) = await _enrolled(services, clock)
    assert await _accept(services, person_id, app.at(clock())) is None
    assert await _accept(services, person_id, recovery) is None


async def test_removed_factor_asks_nothing(services: Services, clock: Clock) -> None:
    """After it is removed neither its codes nor its recovery codes mean anything."""
    person_id, app, (recovery, *_) = await _enrolled(services, clock)
    async with services.database.transaction() as tx:
        await second_factor.remove(tx, person_id)
    assert await _accept(services, person_id, app.at(clock())) is None
    assert await _accept(services, person_id, recovery) is None
    with pytest.raises(WrongState):
        async with services.database.transaction() as tx:
            await second_factor.remove(tx, person_id)


async def test_secrets_are_sealed_under_the_persons_key(services: Services, clock: Clock) -> None:
    """A copy of the database makes no codes, and erasing the person ends the factor with them."""
    person_id, app, codes = await _enrolled(services, clock)
    async with services.database.transaction() as tx:
        rows = str((await tx.execute(select(totp))).all()) + str((await tx.execute(select(recovery_code))).all())
    assert app.secret not in rows
    assert not any(code.replace("-", "") in rows for code in codes)
    async with services.database.transaction() as tx:
        await erase(tx, person_id)
    with pytest.raises(KeyUnavailable):
        await _accept(services, person_id, app.at(clock()))
