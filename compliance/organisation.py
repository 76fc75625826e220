"""The brand's departments below their one root, and its regions: made by the first who is said to be in them.

Each is made with its change and event. Names are unique beside each other. Who may do it is decided before. Names stand
in rows only: events have ids and the kind of change.
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
from storage.rows.departments import ROOT_ID, DepartmentRow
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
    """Changes by one person, for one reason, at one moment; `by` None is the operator."""

    def __init__(
        self, tx: Transaction, trail: Trail, *, by: UUID | None, reason: str, now: datetime, why: str = ""
    ) -> None:
        self._tx, self._trail, self._by, self._reason, self._now, self._why = tx, trail, by, reason, now, why

    async def create(self, name: str, parent_id: UUID) -> DepartmentRow:
        """A department below another. Raises NotFound for that one, InvalidValue for a name that is there already."""
        await rows.lock_organisation(self._tx)
        parent = await self._open(parent_id, "parent_id")
        if len(parent.path) >= DEPTH_MAX:
            raise InvalidValue(field="parent_id", rule="too-deep")
        name = await self._free(name, parent.id)
        added = await rows.add_department(self._tx, name=name, parent_id=parent.id)
        return await self._told(added, "create", "", name)

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

    async def region_named(self, name: str) -> UUID | None:
        """The region of this name, made if there is none; None for no name. Raises InvalidValue."""
        if not name:
            return None
        name = checked_name(name, "region")
        await rows.lock_organisation(self._tx)
        known = next((each.id for each in await rows.all_regions(self._tx) if each.name == name), None)
        if known is not None:
            return known
        added = await rows.add_region(self._tx, name)
        await changes.add_region_change(self._tx, self._change(added, "create", "", name))
        await self._tell(f"region:{added}", "create")
        return added

    async def _open(self, department_id: UUID, field: str) -> DepartmentRow:
        row = await rows.department_by_id(self._tx, department_id)
        if row is None or row.closed_at is not None:
            raise NotFound(field=field)
        return row

    async def _free(self, name: str, parent_id: UUID | None) -> str:
        name = checked_name(name)
        if any(each.name == name and each.parent_id == parent_id for each in await rows.all_departments(self._tx)):
            raise InvalidValue(field="name", rule="name-taken")
        return name

    async def _told(self, department_id: UUID, kind: str, before: str, after: str) -> DepartmentRow:
        await rows.rebuild(self._tx)
        await changes.add_department_change(self._tx, self._change(department_id, kind, before, after))
        await self._tell(f"department:{department_id}", kind)
        return await self._any(department_id)

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
