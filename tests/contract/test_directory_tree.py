"""Departments here follow those of a directory, whatever it makes of them."""

from sqlalchemy import select

from compliance.directory import tree
from compliance.directory.picture import Part, Picture
from fileserver.services import Services
from storage.rows import directories
from storage.rows.departments import add_department, rebuild
from storage.schema import department


async def _follow(services: Services, *parts: tuple[str, str, str]) -> dict[str, str]:
    """The open departments as paths of names, after these (id, name, parent)."""
    picture = Picture(parts={each[0]: Part(id=each[0], name=each[1], parent=each[2]) for each in parts}, members={})
    async with services.database.transaction() as tx:
        await tree.follow(tx, "wecom", picture, services.clock())
    async with services.database.transaction() as tx:
        table = department.c
        query = select(table.id, table.name, table.path, table.external_id).where(table.closed_at.is_(None))
        rows = (await tx.execute(query)).all()
    names = {row.id: row.name for row in rows}
    return {row.external_id: "/".join(names[each] for each in row.path) for row in rows if row.path[1:]}


async def test_the_tree_is_added_renamed_moved_and_closed(services: Services) -> None:
    """Two that change names with each other don't meet, and what moves keeps its own."""
    brand = ("1", "澄序", "0")
    assert {"2": "/市场", "3": "/合规", "21": "/市场/华东"} == await _follow(
        services, brand, ("2", "市场", "1"), ("3", "合规", "1"), ("21", "华东", "2")
    )
    assert {"2": "/合规", "3": "/市场", "21": "/市场/华东"} == await _follow(
        services, brand, ("2", "合规", "1"), ("3", "市场", "1"), ("21", "华东", "3")
    )
    assert {"3": "/市场", "21": "/华东"} == await _follow(services, brand, ("3", "市场", "1"), ("21", "华东", "1"))
    assert {"3": "/市场", "21": "/华东", "4": "/华东 (wecom 4)"} == await _follow(
        services, brand, ("3", "市场", "1"), ("21", "华东", "1"), ("4", "华东", "1")
    )
    async with services.database.transaction() as tx:
        kinds = {each.kind for each in await directories.changes(tx, "wecom")}
    assert {"department-added", "department-changed", "department-closed"} == kinds


async def test_a_department_made_by_hand_is_taken_over(services: Services) -> None:
    """Of the same name at the same place: its people and quota stay where they are."""
    async with services.database.transaction() as tx:
        root = (await tx.execute(select(department.c.id).where(department.c.parent_id.is_(None)))).scalar_one()
        await add_department(tx, name="市场", parent_id=root)
        await rebuild(tx)
    assert {"2": "/市场"} == await _follow(services, ("1", "澄序", "0"), ("2", "市场", "1"))
