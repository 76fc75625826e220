"""Codes that are sent: once, for ten minutes, five tries, and nobody locks others out."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from compliance import one_time_codes
from compliance.errors import CodeRefused, TooManyAttempts
from compliance.one_time_codes import LIFETIME_S, SENT_TO_SUBJECT, TRIED_AT_PLACE, TRIES_MAX, Asked
from fileserver.services import Services
from storage.schema import one_time_code, rate_limit
from tests.services import Clock

ASKED = Asked(purpose="viewer-mail", subject="li.na@example.com", link="share-1", address="203.0.113.7")


async def _issue(services: Services, asked: Asked = ASKED) -> one_time_codes.Issued:
    return await one_time_codes.issue(services.database, services.keys.master, asked, now=services.clock())


async def _accepted(services: Services, issued: one_time_codes.Issued, code: str, asked: Asked = ASKED) -> bool:
    try:
        await one_time_codes.check(
            services.database, services.keys.master, asked, issued.id, code, now=services.clock()
        )
    except CodeRefused:
        return False
    return True


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def test_a_code_works_once(services: Services) -> None:
    """The right code is taken, spaces around it or not, and never again."""
    issued = await _issue(services)
    assert 6 == len(issued.code)
    assert await _accepted(services, issued, f" {issued.code} ")
    assert not await _accepted(services, issued, issued.code)


async def test_of_a_hundred_at_once_exactly_one(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred requests with the right code in the same moment: one of them signs in."""
    generous = replace(TRIED_AT_PLACE, failures_max=1000)
    monkeypatch.setattr(one_time_codes, "TRIED_AT_PLACE", generous)
    monkeypatch.setattr(one_time_codes, "TRIED_BY_SUBJECT", generous)
    issued = await _issue(services)
    outcomes = await asyncio.gather(*(_accepted(services, issued, issued.code) for _ in range(100)))
    assert 1 == outcomes.count(True)


async def test_guesses_at_once_gain_nothing(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred wrong codes in the same moment five are looked at, and then the right one is refused too."""
    generous = replace(TRIED_AT_PLACE, failures_max=1000)
    monkeypatch.setattr(one_time_codes, "TRIED_AT_PLACE", generous)
    monkeypatch.setattr(one_time_codes, "TRIED_BY_SUBJECT", generous)
    issued = await _issue(services)
    await asyncio.gather(*(_accepted(services, issued, _other(issued.code)) for _ in range(100)))
    async with services.database.transaction() as tx:
        assert TRIES_MAX == await tx.scalar(select(one_time_code.c.tries))
    assert not await _accepted(services, issued, issued.code)


@pytest.mark.parametrize("wrong_tries", [TRIES_MAX - 1, TRIES_MAX])
async def test_five_tries(services: Services, wrong_tries: int) -> None:
    """The fifth try may still be right; after five wrong ones the code is dead."""
    issued = await _issue(services)
    for _ in range(wrong_tries):
        assert not await _accepted(services, issued, _other(issued.code))
    assert (wrong_tries < TRIES_MAX) is await _accepted(services, issued, issued.code)


async def test_ten_minutes(services: Services, clock: Clock) -> None:
    """It works until its last second."""
    first = await _issue(services)
    clock.advance(seconds=LIFETIME_S)
    assert not await _accepted(services, first, first.code)
    second = await _issue(services)
    clock.advance(seconds=LIFETIME_S - 1)
    assert await _accepted(services, second, second.code)


async def test_a_newer_code_ends_the_older(services: Services) -> None:
    """Whoever asks twice has one code, not two chances."""
    first, second = await _issue(services), await _issue(services)
    assert not await _accepted(services, first, first.code)
    assert await _accepted(services, second, second.code)


@pytest.mark.parametrize(
    "changed",
    [{"purpose": "other"}, {"subject": "wang@example.com"}, {"link": "share-2"}],
    ids=lambda each: next(iter(each)),
)
async def test_a_code_is_bound_to_what_it_was_made_for(services: Services, changed: dict[str, str]) -> None:
    """For another mailbox, another link or another purpose it is no code, and the try costs the real one nothing."""
    issued = await _issue(services)
    other = replace(ASKED, **changed)
    for _ in range(TRIES_MAX):
        assert not await _accepted(services, issued, issued.code, other)
    assert await _accepted(services, issued, issued.code)


async def test_an_id_that_was_never_given_out(services: Services) -> None:
    """A made-up id is refused like a wrong code."""
    issued = await _issue(services)
    assert not await _accepted(services, replace(issued, id=uuid4()), issued.code)


async def test_a_mailbox_is_not_flooded(services: Services, clock: Clock) -> None:
    """Five codes in a quarter of an hour, whatever links and addresses they are asked for from."""
    for number in range(SENT_TO_SUBJECT.failures_max):
        await _issue(services, replace(ASKED, link=f"share-{number}", address=f"198.51.100.{number}"))
    with pytest.raises(TooManyAttempts) as refused:
        await _issue(services)
    clock.advance(seconds=int(refused.value.params["retry_after_s"]))
    await _issue(services)


async def test_a_clinic_behind_one_address_is_not_locked_out(services: Services) -> None:
    """One person who used up their tries keeps nobody else at the same address from signing in."""
    issued = await _issue(services)
    for _ in range(3):
        issued = await _issue(services)
        for _ in range(TRIES_MAX):
            assert not await _accepted(services, issued, _other(issued.code))
    with pytest.raises(TooManyAttempts):
        await _accepted(services, issued, issued.code)
    for number in range(30):
        colleague = replace(ASKED, subject=f"colleague-{number}@example.com")
        theirs = await _issue(services, colleague)
        assert await _accepted(services, theirs, theirs.code, colleague)


async def test_neither_code_nor_mailbox_is_kept(services: Services) -> None:
    """A copy of the database tells neither."""
    issued = await _issue(services)
    async with services.database.transaction() as tx:
        rows = str((await tx.execute(select(one_time_code))).all()) + str((await tx.execute(select(rate_limit))).all())
    assert ASKED.subject not in rows
    assert ASKED.address not in rows
    assert issued.code not in rows.replace(str(issued.id), "")
    assert issued.code not in repr(issued)


async def test_old_codes_are_forgotten(services: Services, clock: Clock) -> None:
    """A day after its end a code is gone."""
    await _issue(services)
    clock.advance(days=2)
    async with services.database.transaction() as tx:
        assert 1 == await one_time_codes.forget_old(tx, clock())


async def test_an_ipv6_customer_counts_as_one(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds a /64 gains nothing by asking from each of its addresses; the network beside it is another's."""
    limit = one_time_codes.SENT_BY_ADDRESS
    monkeypatch.setattr(one_time_codes, "SENT_BY_ADDRESS", replace(limit, failures_max=2))

    async def ask(network: str, number: int) -> None:
        await _issue(services, replace(ASKED, subject=f"n{number}@example.com", address=f"{network}::{number:x}"))

    await ask("2001:db8:1:1", 1)
    await ask("2001:db8:1:1", 2)
    with pytest.raises(TooManyAttempts):
        await ask("2001:db8:1:1", 3)
    await ask("2001:db8:1:2", 4)
