"""The brand's tree of departments, and its regions: made, moved, renamed and closed, each with its change and event.

Promises: there is one root; nothing is below itself; names are unique beside each other; a department that somebody
works in, or that has others below it, does not close. What is closed stays for the history. Who may do it is decided
before. Names stand in rows only: events have ids and the kind of change.
"""

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from compliance.errors import InvalidValue, NotFound
from compliance.events import Act, Trail, short_hash
from compliance.ledger import append
from storage.database import Transaction
from storage.rows import departments as rows
from storage.rows import organisation_changes as changes
from storage.rows import tasks
from storage.rows.departments import ROOT_ID, DepartmentRow, RegionRow
from storage.rows.organisation_changes import ChangeRow

NAME_CHARS_MAX = 60
DEPTH_MAX = 12
NAME_SHAPE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def checked_name(name: str, field: str = "name") -> str:
    """The name in its one form. Raises InvalidValue for none, and for what is no single line."""
    normal = " ".join(unicodedata.normalize("NFC", name).split())
    if not 0 < len(normal) <= NAME_CHARS_MAX or not NAME_SHAPE.fullmatch(name.strip()):
        raise InvalidValue(field=field, rule="string-pattern-mismatch")
    return normal


class Organising:
    """Changes by one person, for one reason, at one moment; `by` None is a directory or the operator."""

    def __init__(
        self, tx: Transaction, trail: Trail, *, by: UUID | None, reason: str, now: datetime, why: str = ""
    ) -> None:
        self._tx, self._trail, self._by, self._reason, self._now, self._why = tx, trail, by, reason, now, why

    async def create(self, name: str, parent_id: UUID, *, source: str = "own", external_id: str = "") -> DepartmentRow:
        """A department below another. Raises NotFound for that one, InvalidValue for a name that is there already."""
        await rows.lock_organisation(self._tx)
        parent = await self._open(parent_id, "parent_id")
        if len(parent.path) >= DEPTH_MAX:
            raise InvalidValue(field="parent_id", rule="too-deep")
        name = await self._free(name, parent.id)
        added = await rows.add_department(
            self._tx, name=name, parent_id=parent.id, source=source, external_id=external_id
        )
        return await self._told(added, "create", "", name)

    async def rename(self, department_id: UUID, name: str) -> DepartmentRow:
        """Another name. Raises NotFound, InvalidValue."""
        await rows.lock_organisation(self._tx)
        before = await self._open(department_id, "department_id")
        if before.name == name:
            return before
        if before.parent_id is None:
            raise InvalidValue(field="name", rule="below-itself")
        name = await self._free(name, before.parent_id)
        await rows.change_department(self._tx, department_id, name=name)
        return await self._told(department_id, "rename", before.name, name)

    async def move(self, department_id: UUID, parent_id: UUID | None) -> DepartmentRow:
        """Below another department, with all that is below it. Raises NotFound, InvalidValue."""
        await rows.lock_organisation(self._tx)
        before = await self._open(department_id, "department_id")
        if before.parent_id == parent_id:
            return before
        if before.parent_id is None or parent_id is None:
            raise InvalidValue(field="parent_id", rule="below-itself")
        parent = await self._open(parent_id, "parent_id")
        if department_id in parent.path:
            raise InvalidValue(field="parent_id", rule="below-itself")
        below = [each for each in await rows.all_departments(self._tx) if department_id in each.path]
        if len(parent.path) + max(len(each.path) for each in below) - len(before.path) + 1 > DEPTH_MAX:
            raise InvalidValue(field="parent_id", rule="too-deep")
        await self._free(before.name, parent_id)
        await rows.change_department(self._tx, department_id, parent_id=parent_id)
        return await self._told(department_id, "move", str(before.parent_id), str(parent_id))

    async def put_region(self, department_id: UUID, region_id: UUID | None) -> DepartmentRow:
        """Binds a department, and what is below it without a region of its own, to a region. Raises NotFound."""
        await rows.lock_organisation(self._tx)
        before = await self._open(department_id, "department_id")
        if region_id is not None:
            await self._open_region(region_id)
        if before.region_id == region_id:
            return before
        await rows.change_department(self._tx, department_id, region_id=region_id)
        return await self._told(department_id, "region", str(before.region_id or ""), str(region_id or ""))

    async def close(self, department_id: UUID) -> DepartmentRow:
        """No longer in use. Raises NotFound, InvalidValue while people or departments are in it."""
        await rows.lock_organisation(self._tx)
        before = await self._open(department_id, "department_id")
        if before.id == ROOT_ID or not await rows.is_empty(self._tx, department_id):
            raise InvalidValue(field="department_id", rule="still-in-use")
        await rows.change_department(self._tx, department_id, closed_at=self._now)
        return await self._told(department_id, "close", before.name, "")

    async def place(self, name: str, department_id: UUID | None = None) -> DepartmentRow | None:
        """The department with this id, or else of this name; None for neither. Raises NotFound, InvalidValue."""
        if department_id is not None:
            return await self._open(department_id, "department_id")
        return await self.named(name) if name else None

    async def named(self, name: str) -> DepartmentRow:
        """The department of this name; one right below the root if there is none. Raises InvalidValue for two."""
        name = checked_name(name, "department")
        found = await rows.departments_named(self._tx, name)
        if not found:
            await rows.lock_organisation(self._tx)
            found = await rows.departments_named(self._tx, name)  # somebody was faster
        if len(found) > 1:
            raise InvalidValue(field="department", rule="ambiguous")
        return found[0] if found else await self.create(name, ROOT_ID)

    async def create_region(self, name: str) -> RegionRow:
        """A region. Raises InvalidValue for a name that is there already."""
        await rows.lock_organisation(self._tx)
        name = await self._free_region(name)
        added = await rows.add_region(self._tx, name)
        return await self._region_told(added, "create", "", name)

    async def rename_region(self, region_id: UUID, name: str) -> RegionRow:
        """Another name, also of the region of clinics, shares and tasks.

        Raises NotFound, and InvalidValue for a name that anything stands by already: who that is for would be more.
        """
        await rows.lock_organisation(self._tx)
        before = await self._open_region(region_id)
        if before.name == checked_name(name):
            return before
        name = checked_name(name)
        if await rows.region_name_used(self._tx, name):
            raise InvalidValue(field="name", rule="name-taken")
        await rows.change_region(self._tx, region_id, name=name)
        await rows.rename_region_of_clinics(self._tx, before.name, name)
        await tasks.rename_region(self._tx, before.name, name)
        return await self._region_told(region_id, "rename", before.name, name)

    async def close_region(self, region_id: UUID) -> RegionRow:
        """No longer in use. Raises NotFound, InvalidValue while a department or somebody is bound to it."""
        await rows.lock_organisation(self._tx)
        before = await self._open_region(region_id)
        if await rows.region_in_use(self._tx, region_id):
            raise InvalidValue(field="region_id", rule="still-in-use")
        await rows.change_region(self._tx, region_id, closed_at=self._now)
        return await self._region_told(region_id, "close", before.name, "")

    async def _open(self, department_id: UUID, field: str) -> DepartmentRow:
        row = await rows.department_by_id(self._tx, department_id)
        if row is None or row.closed_at is not None:
            raise NotFound(field=field)
        return row

    async def _open_region(self, region_id: UUID) -> RegionRow:
        row = await rows.region_by_id(self._tx, region_id)
        if row is None or row.closed_at is not None:
            raise NotFound(field="region_id")
        return row

    async def _free(self, name: str, parent_id: UUID | None) -> str:
        name = checked_name(name)
        if any(each.name == name and each.parent_id == parent_id for each in await rows.all_departments(self._tx)):
            raise InvalidValue(field="name", rule="name-taken")
        return name

    async def _free_region(self, name: str) -> str:
        name = checked_name(name)
        if any(each.name == name for each in await rows.all_regions(self._tx)):
            raise InvalidValue(field="name", rule="name-taken")
        return name

    async def _told(self, department_id: UUID, kind: str, before: str, after: str) -> DepartmentRow:
        await rows.rebuild(self._tx)
        await changes.add_department_change(self._tx, self._change(department_id, kind, before, after))
        await self._tell(f"department:{department_id}", kind)
        return await self._any(department_id)

    async def _region_told(self, region_id: UUID, kind: str, before: str, after: str) -> RegionRow:
        await rows.rebuild(self._tx)
        await changes.add_region_change(self._tx, self._change(region_id, kind, before, after))
        await self._tell(f"region:{region_id}", kind)
        row = await rows.region_by_id(self._tx, region_id)
        if row is None:
            raise NotFound(field="region_id")
        return row

    async def _tell(self, obj: str, kind: str) -> None:
        det: dict[str, str | int] = {"kind": kind, "reason": short_hash(self._reason)}
        event = self._trail.event(Act.EMPLOYEE_ORGANISATION_CHANGE, why=self._why, obj=obj, det=det)
        await append(self._tx, event, now=self._now)

    async def _any(self, department_id: UUID) -> DepartmentRow:
        row = await rows.department_by_id(self._tx, department_id)
        if row is None:
            raise NotFound(field="department_id")
        return row

    def _change(self, subject_id: UUID, kind: str, before: str, after: str) -> ChangeRow:
        return ChangeRow(
            subject_id=subject_id,
            kind=kind,
            before=before,
            after=after,
            reason=self._reason,
            changed_by=self._by,
            changed_at=self._now,
        )
