"""What a list shows and what reading allows, by the same rules: PostgreSQL and the decision agree about everything."""

from dataclasses import replace
from itertools import product
from random import Random
from uuid import UUID

from sqlalchemy import ARRAY, Column, MetaData, Table, Text, Uuid, insert, select
from sqlalchemy.schema import CreateTable

from compliance.access import Action, Actor, Home, Role, Sensitivity, Target, VersionState, decide
from compliance.scopes import material_scope, owned_scope
from storage.database import Database, Transaction
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


THINGS = Table(
    "thing",
    MetaData(),
    Column("name", Text),
    Column("owner_id", Uuid),
    Column("path", ARRAY(Uuid)),
    Column("region", Text),
    Column("sensitivity", Text),
    Column("state", Text),
    prefixes=["TEMPORARY"],
)


async def put(tx: Transaction, every: list[tuple[str, Target]]) -> None:
    """Has PostgreSQL know the things, as long as the transaction lasts."""
    await tx.execute(CreateTable(THINGS))
    rows = [
        {
            "name": name,
            "owner_id": each.owner_id,
            "path": list(each.home.departments) or None if each.home else None,
            "region": each.home.region if each.home else None,
            "sensitivity": str(each.sensitivity),
            "state": str(each.state),
        }
        for name, each in every
    ]
    await tx.execute(insert(THINGS), rows)


async def listed(tx: Transaction, scope: Scope, *, plain: bool) -> set[str]:
    """What PostgreSQL would show."""
    columns = THINGS.c
    more = {} if plain else {"sensitivity": columns.sensitivity, "state": columns.state}
    seen = in_scope(scope, owner_id=columns.owner_id, path=columns.path, region=columns.region, **more)
    return set(await tx.scalars(select(columns.name).where(seen)))


async def test_lists_of_materials_show_what_reading_allows(database_url: str) -> None:
    """For sixty readers of every kind and each of the ways in which a version can stand to them."""
    database, every = Database(database_url), things()
    async with database.transaction() as tx:
        await put(tx, every)
        for actor in actors():
            allowed = {name for name, each in every if decide(actor, Action.MATERIAL_READ, each).allowed}
            assert allowed == await listed(tx, material_scope(actor), plain=False), actor
    await database.close()


async def test_lists_of_shares_show_what_reading_allows(database_url: str) -> None:
    """The same for what has no state."""
    database = Database(database_url)
    every = [(name, replace(each, state=None, approved_exists=False)) for name, each in things()]
    async with database.transaction() as tx:
        await put(tx, every)
        for actor in actors():
            allowed = {name for name, each in every if decide(actor, Action.SHARE_READ, each).allowed}
            assert allowed == await listed(tx, owned_scope(actor, Action.SHARE_READ), plain=True), actor
    await database.close()
