"""What a list shows and what reading allows, by the same rules: PostgreSQL and the decision agree about everything."""

from dataclasses import replace
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, column, literal, select, values

from compliance.access import Action, Actor, Home, Role, Sensitivity, Target, VersionState, decide
from compliance.scopes import material_scope, owned_scope
from storage.database import Database
from storage.rows.scoping import Scope, in_scope

ME, OTHER = UUID(int=1), UUID(int=2)
BRAND, EAST, WEST, SHOP = (UUID(int=number) for number in range(10, 14))
PATHS = (None, (BRAND,), (BRAND, EAST), (BRAND, EAST, SHOP), (BRAND, WEST))
REGIONS = ("", "华东", "华西")
ACTORS_SEEN = 60


def things() -> list[tuple[str, Target]]:
    """Every way in which a version can stand to somebody, by a name."""
    every = product((ME, OTHER), PATHS, REGIONS, Sensitivity, VersionState)
    return [
        (
            str(number),
            Target(
                owner_id=owner,
                home=Home(departments=path or (), region=region),
                sensitivity=sensitivity,
                state=state,
                approved_exists=state is VersionState.APPROVED,
            ),
        )
        for number, (owner, path, region, sensitivity, state) in enumerate(every)
    ]


def actors() -> list[Actor]:
    """Readers of every role in every place, some of them, the same each time."""
    every = [
        Actor(person_id=ME, role=role, active=active, departments=path or (), region=region, clearance=clearance)
        for role, active, path, region, clearance in product(Role, (True, False), PATHS, REGIONS, Sensitivity)
    ]
    return Random(7).sample(every, ACTORS_SEEN)  # a choice of cases, no secret


async def listed(database: Database, scope: Scope, every: list[tuple[str, Target]], *, plain: bool) -> set[str]:
    """What PostgreSQL would show."""
    rows = [
        (
            name,
            each.owner_id,
            list(each.home.departments) or None if each.home else None,
            each.home.region if each.home else None,
            str(each.sensitivity),
            str(each.state),
        )
        for name, each in every
    ]
    names = ("name", "owner_id", "path", "region", "sensitivity", "state")
    kinds: tuple[Any, ...] = (Text, Uuid, ARRAY(Uuid), Text, Text, Text)
    table = values(*(column(name, kind) for name, kind in zip(names, kinds, strict=True)), name="thing").data(rows)
    more = {} if plain else {"sensitivity": table.c.sensitivity, "state": table.c.state}
    seen = in_scope(scope, owner_id=table.c.owner_id, path=table.c.path, region=table.c.region, **more)
    async with database.transaction() as tx:
        return set(await tx.scalars(select(table.c.name).where(seen, literal(value=True))))


async def test_lists_of_materials_show_what_reading_allows(database_url: str) -> None:
    """For sixty readers of every kind and each of the ways in which a version can stand to them."""
    database = Database(database_url)
    every = things()
    for actor in actors():
        allowed = {name for name, each in every if decide(actor, Action.MATERIAL_READ, each).allowed}
        assert allowed == await listed(database, material_scope(actor), every, plain=False), actor
    await database.close()


async def test_lists_of_shares_show_what_reading_allows(database_url: str) -> None:
    """The same for what has no state."""
    database = Database(database_url)
    every = [(name, replace(each, state=None, approved_exists=False)) for name, each in things()]
    for actor in actors():
        allowed = {name for name, each in every if decide(actor, Action.SHARE_READ, each).allowed}
        assert allowed == await listed(database, owned_scope(actor, Action.SHARE_READ), every, plain=True), actor
    await database.close()
