"""What a share offers, to whom and for how long; and whether one offer is wider than another, field by field.

A share's policy only ever gets narrower: for whoever holds the link what it offered yesterday may be gone, and nothing
is there that the maker did not grant on the first day. Each field has its rule in `WIDER`, under the name that it has
in the API; a field without a rule can't be changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.access import Addressees
from compliance.errors import InvalidValue

VISITS_MAX = 1_000_000
VIEWERS_MAX = 100_000
FORWARD_DEPTH_MAX = 10


@dataclass(frozen=True, kw_only=True)
class SharePolicy:
    """What a share offers at this moment, with everything above it taken into account.

    No `visits_max`, no `viewers_max`: any number.
    """

    expires_at: datetime
    visits_max: int | None
    visits_used: int
    viewers_max: int | None
    viewers_used: int
    download: bool
    forward_depth: int
    addressees: Addressees


def _beyond(was: frozenset[Any] | None, now: frozenset[Any] | None) -> bool:
    """Whether a circle lets somebody in who was outside; a circle that wasn't drawn had nobody outside."""
    return was is not None and (now is None or not now <= was)


def _among(was: frozenset[Any] | None, members: list[Any]) -> list[Any]:
    return members if was is None else [each for each in members if each in was]


def _more(was: int | None, now: int | None) -> bool:
    return was is not None and (now is None or now > was)


def _least(was: int | None, most: int) -> int:
    return most if was is None else min(was, most)


WIDER: Mapping[str, Callable[[SharePolicy, SharePolicy], bool]] = {
    "expires_at": lambda was, now: now.expires_at > was.expires_at,
    "visits_max": lambda was, now: _more(was.visits_max, now.visits_max),
    "viewers_max": lambda was, now: _more(was.viewers_max, now.viewers_max),
    "download": lambda was, now: now.download and not was.download,
    "forward_depth": lambda was, now: now.forward_depth > was.forward_depth,
    "person_ids": lambda was, now: _beyond(was.addressees.people, now.addressees.people),
    "clinic_ids": lambda was, now: _beyond(was.addressees.clinics, now.addressees.clinics),
    "regions": lambda was, now: _beyond(was.addressees.regions, now.addressees.regions),
    "jobs": lambda was, now: _beyond(was.addressees.jobs, now.addressees.jobs),
}

# The less of what a share offers and a value that is wanted of it; lists for circles.
LESS: Mapping[str, Callable[[SharePolicy, Any], Any]] = {
    "expires_at": lambda was, end: min(was.expires_at, end),
    "visits_max": lambda was, most: max(was.visits_used, _least(was.visits_max, most)),
    "viewers_max": lambda was, most: max(was.viewers_used, _least(was.viewers_max, most)),
    "download": lambda was, offered: was.download and offered,
    "forward_depth": lambda was, depth: min(was.forward_depth, depth),
    "person_ids": lambda was, members: _among(was.addressees.people, members),
    "clinic_ids": lambda was, members: _among(was.addressees.clinics, members),
    "regions": lambda was, members: _among(was.addressees.regions, members),
    "jobs": lambda was, members: _among(was.addressees.jobs, members),
}


def require_narrower(was: SharePolicy, now: SharePolicy) -> None:
    """Raises InvalidValue naming the first field that is wider than it was, or that is below what has been used."""
    for field, wider in WIDER.items():
        if wider(was, now):
            raise InvalidValue(field=field, rule="narrower-only")
    for field, most, used in (
        ("visits_max", now.visits_max, now.visits_used),
        ("viewers_max", now.viewers_max, now.viewers_used),
    ):
        if most is not None and most < used:
            raise InvalidValue(field=field, rule="not-below-used")


def as_told(policy: SharePolicy) -> dict[str, Any]:
    """The policy as its history keeps it: names of the API, JSON values, lists in order; None: not limited."""
    to = policy.addressees
    return {
        "expires_at": policy.expires_at.isoformat(),
        "visits_max": policy.visits_max,
        "viewers_max": policy.viewers_max,
        "download": policy.download,
        "forward_depth": policy.forward_depth,
        "person_ids": _listed(to.people),
        "clinic_ids": _listed(to.clinics),
        "regions": _listed(to.regions),
        "jobs": _listed(to.jobs),
    }


def _listed(circle: frozenset[Any] | None) -> list[str] | None:
    return None if circle is None else sorted(map(str, circle))


def changes(was: SharePolicy, now: SharePolicy) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs, as it was and as it is."""
    before, after = as_told(was), as_told(now)
    names = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}
