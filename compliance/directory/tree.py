"""Departments here follow those of a directory: added, renamed, moved and closed; the brand stays the root.

A department that people made by hand, of the same name at the same place, becomes the directory's. One at the top
without a parent is the brand itself if it is the only one. What the directory doesn't name any more is closed, and
nobody is moved out of it.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from compliance.directory.picture import Part, Picture
from storage.database import Transaction
from storage.rows import departments, directories, directory_tree
from storage.rows.directories import ChangeRow
from storage.rows.directory_tree import PartRow, new_part

NAME_CHARS_MAX = 60


async def follow(tx: Transaction, source: str, picture: Picture, now: datetime) -> dict[str, UUID]:
    """Makes the tree follow; which department here each of the directory's is, the brand itself too."""
    await departments.lock_organisation(tx)
    here = {row.id: row for row in await directory_tree.parts(tx)}
    root = next(row.id for row in here.values() if row.parent_id is None)
    known = {row.external_id: row.id for row in here.values() if row.source == source and row.external_id}
    tops = [part.id for part in picture.parts.values() if part.parent not in picture.parts]
    brand = tops[0] if len(tops) == 1 else ""
    found: dict[str, UUID] = {brand: root} if brand else {}
    before = dict(here)
    for external_id, department_id in known.items():
        if external_id not in picture.parts or external_id == brand:
            await directory_tree.close_part(tx, department_id)
            await _tell(tx, source, "department-closed", department_id, here.pop(department_id).name, "", now)
        elif _moves(picture.parts[external_id], here[department_id], before):
            here[department_id] = replace(here[department_id], name=str(department_id))
            await directory_tree.put_part(tx, here[department_id])  # two that change names don't meet
    for part in _from_above(picture):
        if part.id != brand:
            found[part.id] = await _follow_one(tx, source, part, found.get(part.parent, root), here, known, now)
    await departments.rebuild(tx)
    return found


async def _follow_one(
    tx: Transaction,
    source: str,
    part: Part,
    parent_id: UUID,
    here: dict[UUID, PartRow],
    known: dict[str, UUID],
    now: datetime,
) -> UUID:
    name = _free_name(part, parent_id, here, known.get(part.id), source)
    namesake = next(
        (row.id for row in here.values() if (row.parent_id, row.name, row.external_id) == (parent_id, name, "")), None
    )
    row = here.get(known.get(part.id) or namesake or UUID(int=0))
    if row is None:
        row = new_part(parent_id, name, source, part.id)
        await directory_tree.add_part(tx, row)
        await _tell(tx, source, "department-added", row.id, "", name, now)
    else:
        wanted = replace(row, parent_id=parent_id, name=name, source=source, external_id=part.id)
        if wanted != row:
            await directory_tree.put_part(tx, wanted)
            kind = "department-adopted" if not row.external_id else "department-changed"
            await _tell(tx, source, kind, row.id, row.name, name, now)
        row = wanted
    here[row.id] = row
    return row.id


def _moves(part: Part, row: PartRow, here: dict[UUID, PartRow]) -> bool:
    above = here.get(row.parent_id) if row.parent_id else None
    return part.name != row.name or (above is not None and above.external_id != part.parent)


def _free_name(part: Part, parent_id: UUID, here: dict[UUID, PartRow], own_id: UUID | None, source: str) -> str:
    """The name, made unique beside another department of the directory's that is called so too."""
    name = " ".join(part.name.split())[:NAME_CHARS_MAX] or part.id
    beside = [row for row in here.values() if row.parent_id == parent_id and row.id != own_id]
    taken = {row.name for row in beside if row.external_id or own_id is not None}
    return name if name not in taken else f"{name[: NAME_CHARS_MAX - 24]} ({source} {part.id})"


def _from_above(picture: Picture) -> list[Part]:
    """Each department after the one above it."""
    return sorted(picture.parts.values(), key=lambda part: (len(picture.above(part.id)), part.id))


async def _tell(
    tx: Transaction, source: str, kind: str, department_id: UUID, before: str, after: str, now: datetime
) -> None:
    row = ChangeRow(
        source=source,
        kind=kind,
        person_id=None,
        department_id=department_id,
        before=before,
        after=after,
        changed_at=now,
    )
    await directories.add_change(tx, row)
