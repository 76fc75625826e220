"""What the keys of figures are called, for whoever may see them; the rest is left out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from compliance.access import Actor
from compliance.profiles import ERASED, profiles_of
from fileserver.analytics.kinds import Kind
from fileserver.analytics.sight import Sight, visible
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import clinics, departments, homes, people, spread_dashboard


@dataclass(frozen=True)
class Named:
    """A thing: what its page is addressed by, what it is called, and a second line."""

    key: str
    name: str
    note: str = ""


async def names_of(
    tx: Transaction, services: Services, actor: Actor, kind: Kind, keys: Collection[str]
) -> Mapping[str, Named]:
    """By the key of the counts. What the actor may not see, and what is gone, has no name."""
    match kind:
        case Kind.MATERIAL:
            found = await visible(tx, actor, [UUID(key) for key in keys])
            return {str(row.id): Named(str(row.id), row.title) for row in found.values()}
        case Kind.SHARE:
            return await _shares(tx, services, actor, [UUID(key) for key in keys])
        case Kind.EMPLOYEE:
            return await _employees(tx, services, keys)
        case Kind.CLINIC:
            called = await clinics.clinic_names(tx, {UUID(key) for key in keys})
            return {key: Named(key, name) for key, name in called.items()}
        case _:
            return {key: Named(key, key) for key in keys}


async def _shares(tx: Transaction, services: Services, actor: Actor, keys: Sequence[UUID]) -> Mapping[str, Named]:
    roots = await spread_dashboard.share_of(tx, keys)
    seen = await visible(tx, actor, {root.material_id for root in roots.values()})
    makers = await _employees(tx, services, {root.maker for root in roots.values()})
    zone = ZoneInfo(services.config.time_zone)
    return {
        str(root.share_id): Named(
            str(root.share_id),
            seen[root.material_id].title,
            f"{makers[root.maker].name if root.maker in makers else ''} · {root.made_at.astimezone(zone):%Y-%m-%d}",
        )
        for root in roots.values()
        if root.material_id in seen
    }


async def _employees(tx: Transaction, services: Services, keys: Collection[str]) -> Mapping[str, Named]:
    ids = await people.ids_of(tx, keys)
    names = await profiles_of(tx, services.keys.master, person_ids=set(ids.values()))
    return {who: Named(str(person_id), names.get(person_id, ERASED).name) for who, person_id in ids.items()}


@dataclass(frozen=True, kw_only=True)
class Group:
    """A department or region, and the employees who make it up now, by pseudonym."""

    key: str
    name: str
    members: tuple[str, ...]


async def groups_of(
    tx: Transaction, sight: Sight, actor: Actor, kind: Kind, makers: Collection[str]
) -> Sequence[Group]:
    """Departments, each with all below it, or regions, of these employees; of departments above the actor's none."""
    places = await homes.places_of(tx, makers)
    called = await departments.names_of(tx) if kind is Kind.DEPARTMENT else {}
    members: dict[str, list[str]] = {}
    for who, place in sorted(places.items(), key=lambda each: each[0]):
        for key in _groups_of_one(place, kind, sight, actor):
            members.setdefault(key, []).append(who)
    return [Group(key=key, name=called.get(key, key), members=tuple(each)) for key, each in members.items()]


def _groups_of_one(place: homes.Place, kind: Kind, sight: Sight, actor: Actor) -> Sequence[str]:
    if kind is Kind.REGION:
        return [place.region] if place.region else []
    path = place.departments
    if sight.whole or not actor.departments:
        return [str(each) for each in path]
    below = actor.departments[-1]
    return [str(each) for each in path[path.index(below) :]] if below in path else []
