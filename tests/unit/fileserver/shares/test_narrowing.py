"""Narrowing a share: every field of the request has a rule, and none of them lets it grow."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from compliance.access import Addressees, Job
from compliance.errors import InvalidValue
from compliance.policies import LESS, WIDER, SharePolicy, as_told, changes
from fileserver.shares.narrowing import added, fitted, narrowed
from fileserver.shares.policy_schemas import AudienceIn, ShareNarrowIn
from fileserver.shares.schemas import ShareIn

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
POLICY = SharePolicy(
    expires_at=NOW + timedelta(days=7),
    visits_max=10,
    visits_used=3,
    viewers_max=10,
    viewers_used=3,
    download=False,
    forward_depth=2,
    addressees=Addressees(
        people=frozenset({ONE, TWO}),
        clinics=frozenset({ONE, TWO}),
        regions=frozenset({"华东", "华北"}),
        jobs=frozenset({Job.DOCTOR, Job.CONSULTANT}),
    ),
)
# By field: values that are wider than POLICY, or say that there is no limit, and one that is narrower.
WIDENING: dict[str, list[Any]] = {
    "expires_at": [NOW + timedelta(days=7, seconds=1), None],
    "visits_max": [11, None],
    "viewers_max": [11, None],
    "download": [True, None],
    "forward_depth": [3, None],
    "person_ids": [[ONE, THREE], [ONE, TWO, THREE], None],
    "clinic_ids": [[THREE], None],
    "regions": [["华东", "华南"], ["华南"], None],
    "jobs": [[Job.OPERATIONS], list(Job), None],
}
NARROWER: dict[str, Any] = {
    "expires_at": NOW + timedelta(days=1),
    "visits_max": 3,
    "viewers_max": 3,
    "download": False,
    "forward_depth": 0,
    "person_ids": [TWO],
    "clinic_ids": [ONE],
    "regions": ["华北"],
    "jobs": [Job.DOCTOR],
}
# What a share is made with and what stays as it was made: no request changes it. How copies are marked has a way of its
# own, which can't take the mark away.
FIXED = {"material_id", "more_material_ids", "title", "seal_level", "note", "watermark", "look"}
# What is asked at the door besides who somebody is: changed by a way of its own, never by narrowing.
GATED = {"lock", "password", "pledge"}
SAID_OTHERWISE = {"audience": "person_ids", "clinic_id": "clinic_ids", "person_id": "person_ids", "job": "jobs"}


def test_every_field_has_a_rule() -> None:
    """A new field of a share, or of what can be changed of it, has a rule here before anybody can send it."""
    assert (
        set(ShareNarrowIn.model_fields)
        == set(LESS)
        == set(WIDER)
        == set(WIDENING)
        == set(NARROWER)
        == set(as_told(POLICY))
    )
    assert set(ShareIn.model_fields) == set(WIDER) | FIXED | GATED | set(SAID_OTHERWISE)
    assert set(SAID_OTHERWISE.values()) <= set(WIDER)
    assert set(AudienceIn.model_fields) <= set(ShareIn.model_fields)


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, each in WIDENING.items() for value in each])
def test_no_field_widens(field: str, value: Any) -> None:
    """More of anything, or no limit where there was one, is refused by the name of its field."""
    with pytest.raises(InvalidValue) as refused:
        narrowed(POLICY, ShareNarrowIn(**{field: value}), NOW)
    assert (field, "narrower-only") == (refused.value.field, refused.value.params["rule"])


@pytest.mark.parametrize("field", sorted(NARROWER))
def test_every_field_narrows(field: str) -> None:
    """Less of anything is taken, and only that changes."""
    after = narrowed(POLICY, ShareNarrowIn(**{field: NARROWER[field]}), NOW)
    assert set(changes(POLICY, after)[1]) <= {field}
    assert (field == "download") == (after == POLICY)


@pytest.mark.parametrize("field", sorted(FIXED | GATED | set(SAID_OTHERWISE)))
def test_what_is_fixed_is_no_field(field: str) -> None:
    """What stays as it was made is not known to the request."""
    with pytest.raises(ValidationError):
        ShareNarrowIn(**{field: None})


def test_a_circle_is_drawn_where_there_was_none() -> None:
    """A share for everybody becomes one for a clinic, for some people of it, for one job; never the way back."""
    everybody = SharePolicy(**{**POLICY.__dict__, "addressees": Addressees()})
    clinic = narrowed(everybody, ShareNarrowIn(clinic_ids=[ONE]), NOW)
    person = narrowed(clinic, ShareNarrowIn(person_ids=[TWO], jobs=[Job.DOCTOR]), NOW)
    assert (
        Addressees(people=frozenset({TWO}), clinics=frozenset({ONE}), jobs=frozenset({Job.DOCTOR})) == person.addressees
    )


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, each in WIDENING.items() for value in each])
def test_what_a_folder_may_have_is_fitted_to_what_is_in_it(field: str, value: Any) -> None:
    """A share in a folder that is narrower than the wish stays as it is, or refuses a circle with nobody in it."""
    wanted = ShareNarrowIn(**{field: value})
    if isinstance(value, list) and LESS[field](POLICY, value) == []:
        with pytest.raises(InvalidValue) as refused:
            fitted(POLICY, wanted)
        assert (field, "fits-the-audience") == (refused.value.field, refused.value.params["rule"])
    else:
        assert set(changes(POLICY, narrowed(POLICY, fitted(POLICY, wanted), NOW))[1]) <= {field}


def test_fewer_than_were_used_become_those_that_were() -> None:
    """In a folder one share may be more used than the wish allows: it is used up then."""
    after = narrowed(POLICY, fitted(POLICY, ShareNarrowIn(visits_max=2, viewers_max=1)), NOW)
    assert (3, 3) == (after.visits_max, after.viewers_max)


def test_only_who_is_named_anew_is_looked_up() -> None:
    """A region that nobody knows any more doesn't keep a share from being narrowed in it."""
    was = POLICY.addressees
    after = narrowed(POLICY, ShareNarrowIn(regions=["华北"], visits_max=5), NOW).addressees
    assert not any(vars(added(was, after)).values())
    new = added(Addressees(), after)
    assert (frozenset({"华北"}), was.people) == (new.regions, new.people)


def test_what_was_used_stays_used() -> None:
    """Fewer visits or viewers than there were can't be granted; an end in the past is a revocation, which differs."""
    wrong: dict[str, tuple[Any, str]] = {
        "visits_max": (2, "not-below-used"),
        "viewers_max": (2, "not-below-used"),
        "expires_at": (NOW, "in-the-future"),
    }
    for field, (value, rule) in wrong.items():
        with pytest.raises(InvalidValue) as refused:
            narrowed(POLICY, ShareNarrowIn(**{field: value}), NOW)
        assert (field, rule) == (refused.value.field, refused.value.params["rule"])


def test_a_change_tells_what_changed() -> None:
    """Only what changed, before and after, as JSON."""
    after = narrowed(POLICY, ShareNarrowIn(visits_max=5, jobs=[Job.DOCTOR], forward_depth=2), NOW)
    assert (
        {"visits_max": 10, "jobs": ["consultant", "doctor"]},
        {"visits_max": 5, "jobs": ["doctor"]},
    ) == changes(POLICY, after)
