"""Whom a share is for, by name, and how its policy was changed, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from compliance.profiles import profiles_of
from fileserver.http.call import Call
from fileserver.i18n import Language, has_message, translate
from fileserver.pages.rendering import local_time
from fileserver.shares import policy_routes as api
from fileserver.shares.schemas import ShareOut, SharePath
from storage.rows import clinics

Circle = tuple[str, str, list[tuple[str, str]]]
LABELS = {
    "expires_at": "share-until",
    "visits_max": "share-visits-max",
    "viewers_max": "share-viewers-max",
    "download": "share-downloads",
    "forward_depth": "share-forwards",
    "person_ids": "share-person",
    "clinic_ids": "share-for-clinic",
    "regions": "share-for-region",
    "jobs": "share-for-job",
    "lock": "share-lock",
    "pledge": "share-pledge",
    "watermark": "share-watermark",
}
ANEW = {"lock": "share-lock-anew-set", "watermark": "look-adjusted"}  # what changed though it is called the same


async def audience_of(call: Call[Any, Any, Any], share: ShareOut) -> list[Circle]:
    """The circles of a share, jobs aside: the field's name, its label's key, and who is in it by id and name."""
    async with call.services.database.transaction() as tx:
        named = await clinics.clinic_names(tx, share.clinic_ids)
        people = await profiles_of(tx, call.services.keys.master, person_ids=share.person_ids)
    circles = (
        ("person_ids", [(str(each), people[each].name if each in people else "") for each in share.person_ids]),
        ("clinic_ids", [(str(each), named.get(str(each), "")) for each in share.clinic_ids]),
        ("regions", [(each, each) for each in share.regions]),
    )
    return [(field, LABELS[field], members) for field, members in circles if members]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One field of a change, in words."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """One change, in words."""

    at: datetime
    by: str
    lines: list[Line]


async def told(call: Call[None, None, SharePath]) -> list[Told]:
    """How the share was changed, newest first."""
    found = (await api.history(call)).items
    return [
        Told(
            at=each.at,
            by=each.by,
            lines=[line_of(call.language, field, each.before.get(field), after) for field, after in each.after.items()],
        )
        for each in found
    ]


def line_of(language: Language, field: str, before: Any, after: Any) -> Line:
    """One field in words; plainly what a newer release wrote, which runs beside this one while nodes are upgraded."""
    return Line(
        what=translate(language, LABELS[field]) if field in LABELS else translate(language, "share-changed-other"),
        before=_said(language, field, before),
        after=translate(language, ANEW[field]) if field in ANEW and after == before else _said(language, field, after),
    )


def _said(language: Language, field: str, value: Any) -> str:
    if value is None:
        return translate(language, "share-no-limit" if field in LABELS else "share-changed-unset")
    try:
        return SAID.get(field, _counted)(language, value)
    except (TypeError, ValueError):  # of a kind that this release does not know
        return _counted(language, value)


def _named(language: Language, kind: str, name: str) -> str:
    """What is called so; by its bare name what this release does not know."""
    return translate(language, f"{kind}-{name}") if has_message(language, f"{kind}-{name}") else str(name)


def _counted(_language: Language, value: Any) -> str:
    """Of a list how many it has: it may be long."""
    return str(len(value) if isinstance(value, list) else value)


SAID: Mapping[str, Callable[[Language, Any], str]] = {
    "expires_at": lambda language, value: local_time(datetime.fromisoformat(value)),
    "download": lambda language, value: translate(language, "share-download-yes" if value else "share-download-no"),
    "forward_depth": lambda language, value: translate(language, "share-forward-depth", depth=value),
    "lock": lambda language, value: _named(language, "share-lock", value),
    "pledge": lambda language, value: translate(language, "door-pledge" if value else "share-lock-none"),
    "watermark": lambda language, value: _named(language, "watermark", value),
    "regions": lambda language, value: " · ".join(value),
    "jobs": lambda language, value: " · ".join(_named(language, "job", each) for each in value),
}
