"""Guessing is slow, and nobody is locked out by somebody else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from compliance import limits
from compliance.access import Role
from compliance.limits import LOGIN, LOGIN_AT_ADDRESS
from fileserver.accounts.jobs import clean_up
from fileserver.app import create_app
from fileserver.services import Services
from storage.database import Database
from storage.schema import rate_limit
from tests.api import Answer, Client
from tests.log import events
from tests.people import add_employee
from tests.services import Clock

CLINIC = "203.0.113.7"
ELSEWHERE = "198.51.100.9"


@pytest.fixture
async def client(services: Services) -> AsyncIterator[Client]:
    """A client behind a trusted proxy, so that a test chooses the address it calls from."""
    config = services.config.model_copy(update={"trusted_proxies": (ip_network("127.0.0.0/8"),)})
    async with TestClient(TestServer(create_app(config, replace(services, config=config)))) as running:
        yield running


async def _try(client: Client, login: str, password: str = "not-the-password", address: str = ELSEWHERE) -> Answer:
    headers = {"X-Forwarded-For": address, "Accept-Language": "en"}
    body = {"login": login, "password": password}
    async with client.post("/api/v1/sessions", json=body, headers=headers) as response:
        return Answer(response.status, await response.json(content_type=None), dict(response.headers))


async def _fail(client: Client, times: int, login: str, address: str = ELSEWHERE) -> list[int]:
    return [(await _try(client, login, address=address)).status for _ in range(times)]


async def _buckets(database: Database) -> set[str]:
    async with database.transaction() as tx:
        return set((await tx.execute(select(rate_limit.c.bucket))).scalars())


async def test_wrong_password_and_unknown_login_read_the_same(services: Services, client: Client) -> None:
    """Nothing in the answer tells whether such an account exists."""
    who = await add_employee(services, Role.MARKETER)
    wrong, unknown = await _try(client, who.login), await _try(client, "nobody")
    assert 401 == wrong.status == unknown.status
    assert {**wrong.body, "instance": ""} == {**unknown.body, "instance": ""}


async def test_unknown_login_is_verified_like_a_known_one(
    services: Services, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow work is done in both cases, so the clock tells nothing either."""
    who, verified = await add_employee(services, Role.MARKETER), list[str]()
    verify = services.passwords._verify

    def noted(encoded: str, password: str) -> bool:
        verified.append(encoded)
        return verify(encoded, password)

    monkeypatch.setattr(services.passwords, "_verify", noted)
    await _fail(client, 1, who.login)
    await _fail(client, 1, "nobody")
    known, unknown = (encoded.split("$")[:4] for encoded in verified)
    assert known == unknown  # algorithm and parameters


async def test_guessing_one_login_from_one_address_is_stopped(services: Services, client: Client, clock: Clock) -> None:
    """After ten failures even the right password waits; whoever waits as told gets in."""
    who = await add_employee(services, Role.MARKETER)
    assert {401} == set(await _fail(client, LOGIN_AT_ADDRESS.failures_max, who.login))
    refused = await _try(client, who.login, who.password)
    assert (429, "/problems/too-many-attempts") == (refused.status, refused.body["type"])
    wait_s = int(refused.headers["Retry-After"])
    assert 0 < wait_s <= 2 * LOGIN_AT_ADDRESS.window_s
    clock.advance(seconds=wait_s)
    assert (await _try(client, who.login, who.password)).status == 201


async def test_refused_attempts_do_not_prolong_the_wait(services: Services, client: Client) -> None:
    """An attack that goes on does not push the end of the wait away."""
    await _fail(client, LOGIN_AT_ADDRESS.failures_max, "wang.fang")
    first = await _try(client, "wang.fang")
    assert {429} == set(await _fail(client, 20, "wang.fang"))
    assert first.headers["Retry-After"] == (await _try(client, "wang.fang")).headers["Retry-After"]


async def test_many_guesses_at_once_gain_nothing(services: Services, client: Client) -> None:
    """Forty guesses in the same moment are still only ten."""
    who = await add_employee(services, Role.MARKETER)
    answers = await asyncio.gather(*(_try(client, who.login) for _ in range(40)))
    statuses = [answer.status for answer in answers]
    assert LOGIN_AT_ADDRESS.failures_max == statuses.count(401)
    assert 30 == statuses.count(429)


async def test_strangers_do_not_lock_the_owner_out_of_the_usual_place(services: Services, client: Client) -> None:
    """While one login is guessed from a hundred places, its owner signs in where they always do."""
    who = await add_employee(services, Role.MARKETER)
    assert (await _try(client, who.login, who.password, CLINIC)).status == 201
    for number in range(LOGIN.failures_max):
        assert {401} == set(await _fail(client, 1, who.login, f"198.51.100.{number}"))
    assert {429} == set(await _fail(client, 1, who.login, "192.0.2.1"))
    assert (await _try(client, who.login, who.password, CLINIC)).status == 201


async def test_a_clinic_behind_one_address_is_not_locked_out(services: Services, client: Client) -> None:
    """One person's forgotten password keeps nobody else at the same address out, and success is never counted."""
    forgetful, other = await add_employee(services, Role.MARKETER), await add_employee(services, Role.MARKETER)
    assert 429 in await _fail(client, LOGIN_AT_ADDRESS.failures_max + 1, forgetful.login, CLINIC)
    statuses = [(await _try(client, other.login, other.password, CLINIC)).status for _ in range(30)]
    assert {201} == set(statuses)


async def test_an_address_that_tries_many_logins_is_stopped(
    services: Services, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One password tried on every login ends at the limit of the address, and stops nobody elsewhere."""
    assert limits.ADDRESS.failures_max >= 300  # a clinic's morning; fewer here, for speed
    monkeypatch.setattr(limits, "ADDRESS", replace(limits.ADDRESS, failures_max=20))
    who = await add_employee(services, Role.MARKETER)
    outcomes = [(await _try(client, f"login-{number}", address=CLINIC)).status for number in range(25)]
    assert [401] * 20 + [429] * 5 == outcomes
    assert (await _try(client, who.login, who.password, CLINIC)).status == 429
    assert (await _try(client, who.login, who.password, ELSEWHERE)).status == 201


async def test_success_clears_the_failures_before_it(services: Services, client: Client) -> None:
    """Whoever remembers the password at the ninth try starts afresh."""
    who = await add_employee(services, Role.MARKETER)
    for _ in range(3):
        await _fail(client, LOGIN_AT_ADDRESS.failures_max - 1, who.login)
        assert (await _try(client, who.login, who.password)).status == 201


async def test_failures_are_logged_without_the_login(services: Services, client: Client) -> None:
    """The log says whose account was tried, or a hash, and never what was typed."""
    who = await add_employee(services, Role.MARKETER)
    await _fail(client, 1, who.login)
    await _fail(client, 1, "some-typo")
    known, unknown = await events(services, "employee:session:start")
    assert ("deny", "sign-in-refused", "") == (known["res"], known["why"], known["who"])
    assert (f"person:{who.pseudonym}", "") == (known["obj"], unknown["obj"])
    assert who.login not in str(known)
    assert "some-typo" not in str(unknown)


async def test_counters_hold_hashes_and_are_cleaned_up(services: Services, client: Client, clock: Clock) -> None:
    """The table names neither logins nor addresses, and is empty once nothing counts any more."""
    who = await add_employee(services, Role.MARKETER)
    await _fail(client, 3, "wang.fang")
    await _try(client, who.login, who.password)
    buckets = await _buckets(services.database)
    assert {"login-at-address", "login", "address", "known-place"} == {bucket.partition(":")[0] for bucket in buckets}
    assert not any(plain in bucket for bucket in buckets for plain in ("wang.fang", who.login, ELSEWHERE))
    clock.advance(hours=3)
    await clean_up(services)
    assert {"known-place"} == {bucket.partition(":")[0] for bucket in await _buckets(services.database)}
    clock.advance(days=32)
    await clean_up(services)
    assert not await _buckets(services.database)
