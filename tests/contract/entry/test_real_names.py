"""Names are checked once, paid for once, and no ID number is left behind."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from compliance import consents
from compliance.consents import Purpose
from compliance.errors import (
    ComplianceError,
    ConsentMissing,
    InvalidValue,
    NameMismatch,
    PersonDuplicate,
    TooManyAttempts,
    VerificationBusy,
    VerificationDown,
    VerificationLater,
)
from compliance.profiles import Profile, replace_profile
from compliance.real_names import Answer, Handoff, Method, Said, ask, look_again
from fileserver.services import Services
from storage.rows import verifications
from tests.entry import LI, POLICY, CountingService, agree, arrive, desk, openid, waiting
from tests.log import events
from tests.services import Clock

VERIFY = "viewer:identity:verify"


async def test_a_name_is_verified_for_its_time(services: Services, clock: Clock) -> None:
    """A yes names the person, ends after a year, and the same input costs nothing until then, and once after."""
    who = await arrive(services, openid("o1"))
    trail, service = await agree(services, who), CountingService()
    done = await ask(desk(services), trail, service, who.person_id, LI)
    assert clock() + POLICY.valid_for == done.until
    assert done == await ask(desk(services), trail, service, who.person_id, LI)
    assert 1 == service.asked
    clock.advance(days=366)
    await ask(desk(services), trail, service, who.person_id, LI)
    assert 2 == service.asked
    told = [(each["res"], each["det"]["provider"], each["det"]["code"]) for each in await events(services, VERIFY)]
    assert [("allow", "counting", "0")] * 2 == told


@pytest.mark.parametrize(
    ("said", "error", "res", "asked"),
    [
        (Said(answer=Answer.MISMATCH, code="-1"), NameMismatch, "deny", 1),
        (Said(answer=Answer.INVALID, code="-2", field="id_number"), InvalidValue, "deny", 1),
        (Said(answer=Answer.LATER, code="-4"), VerificationLater, "error", 2),
        (Said(answer=Answer.DOWN, code="ConnectionError"), VerificationDown, "error", 2),
        (Said(answer=Answer.UNKNOWN, code="timeout"), VerificationBusy, "error", 1),
    ],
    ids=lambda value: value.answer if isinstance(value, Said) else None,
)
async def test_an_end_is_told_and_repeated(
    services: Services, said: Said, error: type[ComplianceError], res: str, asked: int
) -> None:
    """Each end is an event; what can be answered for good is answered the same again without asking."""
    who = await arrive(services, openid("o1"))
    trail, service = await agree(services, who), CountingService([said, said])
    for _ in range(2):
        with pytest.raises(error) as refused:
            await ask(desk(services), trail, service, who.person_id, LI)
        assert said.field == (refused.value.field or "")
    assert asked == service.asked
    assert [res] * asked == [each["res"] for each in await events(services, VERIFY)]


async def test_who_never_got_an_answer_may_ask_again(services: Services, clock: Clock) -> None:
    """A question whose answer never came blocks the same input for ten minutes, not for good."""
    who = await arrive(services, openid("o1"))
    trail, service = await agree(services, who), CountingService([Said(answer=Answer.UNKNOWN, code="timeout")])
    with pytest.raises(VerificationBusy):
        await ask(desk(services), trail, service, who.person_id, LI)
    clock.advance(minutes=10)
    assert (await ask(desk(services), trail, service, who.person_id, LI)).until is not None


async def test_one_question_however_many_come_at_once(services: Services) -> None:
    """Of twenty requests with the same input at the same moment one is asked and paid for."""
    who = await arrive(services, openid("o1"))
    trail, service = await agree(services, who), CountingService()
    ends = await asyncio.gather(
        *(ask(desk(services), trail, service, who.person_id, LI) for _ in range(20)), return_exceptions=True
    )
    assert 1 == service.asked
    assert all(isinstance(each, VerificationBusy) or not isinstance(each, BaseException) for each in ends)


async def test_a_day_has_so_many_questions(services: Services, clock: Clock) -> None:
    """A person asks so often a day, and the installation too; the refusal says how long to wait."""
    who = await arrive(services, openid("o1"))
    trail = await agree(services, who)
    service = CountingService([Said(answer=Answer.MISMATCH, code="-1")] * 5)
    claims = [replace(LI, name=f"李慕{each}") for each in "青清卿轻氢情"]
    for claim in claims[:5]:
        with pytest.raises(NameMismatch):
            await ask(desk(services), trail, service, who.person_id, claim)
    with pytest.raises(TooManyAttempts) as refused:
        await ask(desk(services), trail, service, who.person_id, claims[5])
    assert timedelta(days=1).total_seconds() == refused.value.params["retry_after_s"]
    other = await arrive(services, openid("o2"))
    trail_of_other, full = await agree(services, other), desk(services, policy=replace(POLICY, day_max=5))
    with pytest.raises(TooManyAttempts):
        await ask(full, trail_of_other, service, other.person_id, LI)
    clock.advance(days=1)
    await ask(desk(services), trail, service, who.person_id, claims[5])


async def test_nothing_is_asked_without_consent(services: Services) -> None:
    """Without the separate consent for sensitive data nobody is asked; taken back, the verification is over."""
    who = await arrive(services, openid("o1"))
    trail, service = await agree(services, who, Purpose.PRIVACY), CountingService()
    with pytest.raises(ConsentMissing) as refused:
        await ask(desk(services), trail, service, who.person_id, LI)
    assert ("identity", 0) == (refused.value.params["purpose"], service.asked)
    await agree(services, who, Purpose.IDENTITY)
    await ask(desk(services), trail, service, who.person_id, LI)
    async with services.database.transaction() as tx:
        assert 1 == await consents.withdraw(tx, trail, who.person_id, Purpose.IDENTITY, now=services.clock())
        assert 0 == await consents.withdraw(tx, trail, who.person_id, Purpose.IDENTITY, now=services.clock())
        assert None is await verifications.verified_of(tx, who.person_id)
        assert {who.person_id: None} == await verifications.strong_keys_of(tx, [who.person_id])
        assert [Purpose.IDENTITY] == await consents.missing(tx, who.person_id)
    assert 1 == len(await events(services, "viewer:consent:withdraw"))


async def test_a_face_is_shown_elsewhere(services: Services) -> None:
    """A check that goes on elsewhere waits, begins no second time, and ends when the person has finished it."""
    who = await arrive(services, openid("o1"))
    trail = await agree(services, who)
    service = CountingService([Handoff(token="T1", url="https://face.example/")], method=Method.FACE)
    begun = await ask(desk(services), trail, service, who.person_id, LI)
    again = await ask(desk(services), trail, service, who.person_id, LI)
    assert (begun.handoff, 1) == (again.handoff, service.asked)
    service.answers = [Said(answer=Answer.FAILED, code="1001")]
    with pytest.raises(NameMismatch):
        await look_again(desk(services), trail, service, who.person_id)
    service.answers = [Handoff(token="T2"), Said(answer=Answer.VERIFIED, code="0")]
    await ask(desk(services), trail, service, who.person_id, LI)
    assert (await look_again(desk(services), trail, service, who.person_id)).until is not None
    assert 2 == service.asked


async def test_the_same_name_under_another_phone_waits(services: Services) -> None:
    """One name and number with two verified phones is for an employee to decide; nothing is paid for twice."""
    first, second = [await arrive(services, openid(each)) for each in ("o1", "o2")]
    for who, phone in ((first, "+8613800000001"), (second, "+8613800000002")):
        async with services.database.transaction() as tx:
            await replace_profile(tx, services.keys.master, who.person_id, Profile(name="", phone=phone))
    await ask(desk(services), await agree(services, first), CountingService(), first.person_id, LI)
    service, trail = CountingService(), await agree(services, second)
    for _ in range(2):
        with pytest.raises(PersonDuplicate):
            await ask(desk(services), trail, service, second.person_id, LI)
    assert 1 == service.asked
    assert [({first.person_id, second.person_id}, {"strong-key", "phone", "unproved"})] == await waiting(services)


async def test_no_id_number_and_no_phone_is_left(services: Services) -> None:
    """After every kind of end no row of any table and no event holds the ID number or the whole phone."""
    claim = replace(LI, phone="+8613900005678")
    who = await arrive(services, openid("o1"))
    trail = await agree(services, who)
    ends: list[Said | Handoff] = [
        Said(answer=Answer.MISMATCH, code="-4"),
        Said(answer=Answer.INVALID, code="-7", field="id_number"),
        Handoff(token="T1"),
        Said(answer=Answer.LATER, code="-11"),
    ]
    for number, end in enumerate(ends):
        service = CountingService([end], method=Method.FACE if isinstance(end, Handoff) else Method.THREE_FACTOR)
        try:
            await ask(desk(services), trail, service, who.person_id, replace(claim, name=f"李慕{number}"))
        except ComplianceError:
            continue
    await ask(desk(services), trail, CountingService(method=Method.THREE_FACTOR), who.person_id, claim)
    held = await _everything(services)
    assert LI.name not in held
    for secret in (claim.id_number, claim.id_number[:17], claim.phone.removeprefix("+86")):
        assert secret not in held


async def _everything(services: Services) -> str:
    """Every row of every table, as text."""
    async with services.database.transaction() as tx:
        tables = (await tx.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))).scalars()
        rows = [(await tx.execute(text(f'SELECT t::text FROM "{each}" AS t'))).scalars().all() for each in tables]  # noqa: S608  # names out of the catalogue
        leaves = (await tx.execute(text("SELECT convert_from(leaf, 'UTF8') FROM event"))).scalars().all()
    return "\n".join(each for found in (*rows, leaves) for each in found)
