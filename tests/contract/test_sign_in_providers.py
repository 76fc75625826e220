"""What every provider of viewers' identities keeps, whichever service stands behind it. A new one adds a line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from compliance.keys import MasterKey
from fileserver.http.errors import InvalidRequest
from fileserver.people.sign_in import SignInProvider
from fileserver.people.stand_in import StandIn

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """A provider, two credentials of one person, and one of another."""

    make: Callable[[], SignInProvider]
    one: Mapping[str, str]
    again: Mapping[str, str]
    other: Mapping[str, str]


CASES = [
    Case(
        make=lambda: StandIn(MasterKey(b"k" * 32), lambda: NOW),
        one={"name": "李娜", "phone": "13800138000"},
        again={"name": "李娜", "phone": "+86 138 0013 8000"},
        other={"name": "李娜", "phone": "13800138001"},
    )
]
each_provider = pytest.mark.parametrize("case", CASES, ids=[case.make().name for case in CASES])


@each_provider
async def test_identity_says_who_and_by_whom(case: Case) -> None:
    """The identity carries the provider's name, an app, a name, a phone as E.164 has it, and the time."""
    provider = case.make()
    identity = await provider.identify(case.one)
    assert (provider.name, NOW) == (identity.provider, identity.verified_at)
    assert identity.app
    assert identity.name
    assert identity.phone.startswith("+")


@each_provider
async def test_same_person_has_the_same_subject(case: Case) -> None:
    """However often and in whatever form, one person is one subject; another person is another."""
    provider = case.make()
    one, again, other = [await provider.identify(each) for each in (case.one, case.again, case.other)]
    assert one.subject == again.subject
    assert one.subject != other.subject


@each_provider
async def test_subject_tells_nothing(case: Case) -> None:
    """The subject is stored in the clear, so neither name nor number may be read from it."""
    identity = await case.make().identify(case.one)
    assert identity.name not in identity.subject
    assert identity.phone.lstrip("+") not in identity.subject


@each_provider
async def test_repr_names_nobody(case: Case) -> None:
    """An identity that is printed by accident shows neither name nor number."""
    identity = await case.make().identify(case.one)
    assert identity.name not in repr(identity)
    assert identity.phone not in repr(identity)


@each_provider
async def test_empty_credential_is_refused_by_field(case: Case) -> None:
    """A client that sends nothing learns what is needed."""
    with pytest.raises(InvalidRequest) as refused:
        await case.make().identify({})
    assert refused.value.violations
    assert all(violation.field.startswith("/credential/") for violation in refused.value.violations)
