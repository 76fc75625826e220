"""Passwords: which are acceptable, and that keeping them is slow for thieves and not for the event loop."""

import threading
from dataclasses import replace

import pytest
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from compliance.errors import InvalidValue
from compliance.passwords import PASSWORD_CHARS_MAX, Passwords, check_password, random_password

GOOD = "三月-harbour-lamp"


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("short-Pass1", "password-too-short"),
        ("x" * 5 + "yz0123-" * 20, "password-too-long"),
        ("my-Wang.Fang-2026", "password-like-login"),
        ("abababababababab", "password-too-plain"),
        ("Password-for-2026", "password-common"),
        ("ＰＡＳＳＷＯＲＤ-for-2026", "password-common"),
        ("xx-1q2w3e4r-yy", "password-common"),
    ],
)
def test_weak_password_is_refused_by_rule(password: str, rule: str) -> None:
    """Each kind of weak password is refused by the rule that says why."""
    with pytest.raises(InvalidValue) as refused:
        check_password(password, "wang.fang", field="new_password")
    assert ("new_password", rule) == (refused.value.field, refused.value.params["rule"])


@pytest.mark.parametrize("password", [GOOD, "x" + "longer-than-any-0" * 7])
def test_good_password_is_accepted(password: str) -> None:
    """Length and variety are enough; no character class is demanded."""
    check_password(password[:PASSWORD_CHARS_MAX], "wang.fang")


def test_login_too_short_to_matter_may_stand_in_a_password() -> None:
    """A login of three letters occurs in words by chance, and says nothing."""
    check_password("harbour-lamp-light", "amp")


def test_random_passwords_differ_and_pass() -> None:
    """What the server makes up is unlike the last one and keeps its own rules."""
    made = {random_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, "wang.fang")


async def test_only_the_password_verifies() -> None:
    """The hash verifies its own password and no other, whatever form the keyboard gave it."""
    passwords = Passwords(CHEAPEST)
    encoded = await passwords.hash("ｌｏｎｇ-enough-１２")
    assert await passwords.verify("long-enough-12", encoded)
    assert not await passwords.verify("long-enough-13", encoded)


@pytest.mark.parametrize("encoded", [None, "", "!"])
async def test_no_usable_hash_verifies_nothing(encoded: str | None) -> None:
    """Nobody's hash, and one that is none, refuse every password and raise nothing."""
    assert not await Passwords(CHEAPEST).verify("", encoded)


def test_hash_of_nobody_costs_what_a_real_one_costs() -> None:
    """An unknown login can't be told by the time it takes: the same work is done under the same parameters."""
    passwords = Passwords(RFC_9106_LOW_MEMORY)
    assert not passwords.outdated(passwords._nobody)


async def test_hash_under_older_parameters_is_outdated() -> None:
    """A hash that was cheaper to make than today's verifies, and is found to need renewal."""
    encoded = await Passwords(CHEAPEST).hash(GOOD)
    today = Passwords(replace(CHEAPEST, time_cost=2))
    assert await today.verify(GOOD, encoded)
    assert today.outdated(encoded)
    assert not today.outdated(await today.hash(GOOD))


async def test_event_loop_goes_on_while_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing happens in threads of its own, so requests are served meanwhile."""
    passwords, threads = Passwords(CHEAPEST), list[str]()

    def verify(encoded: str, password: str) -> bool:
        threads.append(threading.current_thread().name)
        return False

    monkeypatch.setattr(passwords, "_verify", verify)
    await passwords.verify(GOOD, None)
    assert threads[0].startswith("passwords")


def test_repr_shows_no_parameters_of_secrets() -> None:
    """Printing the object by accident tells nothing."""
    assert "argon2" not in repr(Passwords(CHEAPEST))
