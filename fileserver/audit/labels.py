"""The names behind the ids of events, for somebody who may see them, looked up once for a run of batches.

What was found is kept for MEMORY_S at most, so a person who is erased while an export runs is a pseudonym in the
rest of it, and for NAMES_MAX people at most, so that an export of any length needs the memory of a short one.
"""

import asyncio
import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from compliance.keys import MasterKey
from compliance.profiles import ERASED, open_profiles
from fileserver.audit.formats import Labelled
from storage.database import Transaction
from storage.rows import clinics, materials, people
from storage.rows.events import EventRow

MATERIAL_PREFIX = "material:"
MEMORY_S = 5.0
NAMES_MAX = 10_000


@dataclass
class Labels:
    """Names by pseudonym, clinic id and material id; None for who is erased or was never known."""

    master: MasterKey
    now: Callable[[], float] = time.monotonic
    _since: float = 0.0
    _people: dict[str, str | None] = field(default_factory=dict)
    _clinics: dict[str, str | None] = field(default_factory=dict)
    _titles: dict[str, str | None] = field(default_factory=dict)

    async def label(self, tx: Transaction, rows: Collection[EventRow]) -> list[Labelled]:
        """The events of these rows with their names."""
        leaves = [(row, json.loads(row.leaf)) for row in rows]
        self._forget()
        await self._learn_people(tx, {leaf["who"] for _, leaf in leaves})
        await self._learn_clinics(tx, {leaf["org"] for _, leaf in leaves})
        await self._learn_titles(tx, {material_of(leaf["obj"]) for _, leaf in leaves})
        return [
            Labelled(
                id=row.id,
                leaf=row.leaf,
                fields=leaf,
                person_name=self._people.get(leaf["who"]),
                clinic_name=self._clinics.get(leaf["org"]),
                object_title=self._titles.get(material_of(leaf["obj"])),
                index=row.index,
            )
            for row, leaf in leaves
        ]

    def _forget(self) -> None:
        known = (self._people, self._clinics, self._titles)
        if self.now() - self._since >= MEMORY_S or max(map(len, known)) > NAMES_MAX:
            for each in known:
                each.clear()
            self._since = self.now()

    async def _learn_people(self, tx: Transaction, pseudonyms: Iterable[str]) -> None:
        new = _unknown(pseudonyms, self._people)
        if not new:
            return
        rows = await people.sealed_profiles(tx, pseudonyms=new)
        profiles = await asyncio.to_thread(open_profiles, self.master, rows)
        found = {row.pseudonym: profile.name for row in rows if (profile := profiles[row.person_id]) != ERASED}
        self._people |= {each: found.get(each) for each in new}

    async def _learn_clinics(self, tx: Transaction, ids: Iterable[str]) -> None:
        if new := _unknown(ids, self._clinics):
            self._clinics |= dict.fromkeys(new) | await clinics.clinic_names(tx, set(map(UUID, new)))

    async def _learn_titles(self, tx: Transaction, ids: Iterable[str]) -> None:
        if new := _unknown(ids, self._titles):
            self._titles |= dict.fromkeys(new) | await materials.material_titles(tx, set(map(UUID, new)))


def unlabelled(rows: Iterable[EventRow]) -> list[Labelled]:
    """The events of these rows without any name."""
    return [Labelled(id=row.id, leaf=row.leaf, fields=json.loads(row.leaf), index=row.index) for row in rows]


def material_of(thing: str) -> str:
    """The id in `material:<id>`, or nothing."""
    return thing.removeprefix(MATERIAL_PREFIX) if thing.startswith(MATERIAL_PREFIX) else ""


def _unknown(wanted: Iterable[str], known: Mapping[str, str | None]) -> set[str]:
    return {each for each in wanted if each and each not in known}
