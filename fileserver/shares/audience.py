"""Whom a share is to be for: what the request says, checked, and as rows keep it."""

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from compliance.access import Addressees, Audience
from compliance.errors import InvalidValue
from fileserver.shares.policy_schemas import AudienceIn
from storage.database import Transaction
from storage.rows import addressees, clinics, viewers
from storage.rows.addressees import AddresseesRow

T = TypeVar("T")
KINDS = {"clinic_id": Audience.CLINIC, "person_id": Audience.PERSON, "regions": Audience.REGION}


def wanted_addressees(wanted: AudienceIn) -> Addressees:
    """The circles of a request. Raises InvalidValue where the audience and the fields beside it don't agree."""
    people, clinics_ = _of(wanted.person_id, wanted.person_ids), _of(wanted.clinic_id, wanted.clinic_ids)
    regions, jobs = _of(None, wanted.regions), _of(wanted.job, wanted.jobs)
    for field, circle in (("clinic_id", clinics_), ("person_id", people), ("regions", regions)):
        if (circle is not None) != (wanted.audience is KINDS[field]):
            several = field != "regions" and circle is not None and getattr(wanted, field) is None
            raise InvalidValue(field=f"{field}s" if several else field, rule="fits-the-audience")
    return Addressees(people=people, clinics=clinics_, regions=regions, jobs=jobs)


def _of(one: T | None, several: Iterable[T] | None) -> frozenset[T] | None:
    if one is None and several is None:
        return None
    return frozenset(several or ()) | (frozenset() if one is None else {one})


async def check_known(tx: Transaction, to: Addressees, *, names: dict[str, str] | None = None) -> None:
    """Raises InvalidValue where a circle names somebody or something that doesn't exist. `names`: of the fields."""
    fields = {"clinics": "clinic_id", "people": "person_id", **(names or {})}
    known = await clinics.clinic_names(tx, to.clinics or ())
    if {str(each) for each in to.clinics or ()} - set(known):
        raise InvalidValue(field=fields["clinics"], rule="must-exist")
    if (to.people or frozenset()) - await viewers.known_viewers(tx, to.people or ()):
        raise InvalidValue(field=fields["people"], rule="must-exist")
    if to.regions and to.regions - await addressees.known_regions(tx, to.regions):
        raise InvalidValue(field="regions", rule="must-exist")


def as_row(to: Addressees) -> AddresseesRow:
    """As rows keep them."""
    return AddresseesRow(
        audience=to.audience.value,
        root=True,
        people=to.people or frozenset(),
        clinics=to.clinics or frozenset(),
        regions=to.regions or frozenset(),
        jobs=frozenset(each.value for each in to.jobs or ()),
    )


def counted(to: Addressees) -> dict[str, Any]:
    """As the log keeps them: how many people and clinics; which regions and jobs."""
    circles: dict[str, Any] = {
        "people": to.people and len(to.people),
        "clinics": to.clinics and len(to.clinics),
        "regions": to.regions and ",".join(sorted(to.regions)),
        "jobs": to.jobs and ",".join(sorted(to.jobs)),
    }
    return {"audience": to.audience.value} | {name: each for name, each in circles.items() if each}


def single(circle: frozenset[T] | None) -> T | None:
    """The only one in a circle."""
    return next(iter(circle)) if circle and len(circle) == 1 else None


def in_order(circle: frozenset[Any] | None) -> list[Any]:
    """A circle as a list that is the same each time; empty: not drawn."""
    return sorted(circle or ())


def ids(circle: frozenset[UUID] | None) -> list[UUID]:
    """Ids of a circle in order."""
    return in_order(circle)
