"""What changed between two versions of a material: lines of text, and where its pages look different.

The pictures themselves leave by the sealed exit only; what is told here are places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from compliance import glass
from compliance.access import Action, Actor, require
from compliance.detecting.model import Box
from compliance.errors import NotFound
from compliance.events import Trail
from compliance.materials import obj_of, target_of
from compliance.reading import ExtractedText
from compliance.reading.comparing import UnitChanges, compared
from compliance.reading.pieces import Unit
from compliance.reading.stored import stored_text
from fileserver.services import Services
from storage.rows import materials, renditions, versions
from storage.rows.renditions import RenditionRow
from storage.rows.versions import VersionRow

Numbers = tuple[int | None, int | None]  # of the earlier and the later version
UNITS_MAX = 10  # of one answer: each takes a look at two pictures
PAGE_BYTES_MAX = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Some units of two versions. `read` is False while one of them was not read; then only pictures are compared."""

    before: VersionRow
    after: VersionRow
    read: bool
    units: Sequence[tuple[UnitChanges, tuple[Box, ...]]]
    next: int | None


async def changes(
    services: Services, actor: Actor, trail: Trail, material_id: UUID, numbers: Numbers, first: int
) -> Changes:
    """From the unit `first` on; without numbers the newest version beside the one before.

    Raises NotFound, AccessDenied, RenderBusy, StorageError.
    """
    async with services.database.transaction() as tx:
        material = await materials.material_by_id(tx, material_id)
        if material is None:
            raise NotFound(field="material_id")
        every = {each.number: each for each in await versions.versions_of(tx, material_id)}
        found = [every.get(number) for number in _numbers(max(every), *numbers)]
        pages = [_pages(await renditions.renditions_of(tx, each.id)) if each else {} for each in found]
    before, after = found
    if before is None or after is None:
        raise NotFound(field="before" if before is None else "after")
    for version in (before, after):
        require(actor, Action.MATERIAL_PREVIEW, target_of(material, version), obj=obj_of(material.id))
    async with services.database.transaction() as tx:
        await glass.used(tx, trail, actor, Action.MATERIAL_PREVIEW, material_id, now=services.clock())
    texts = [await stored_text(services.database, services.objects, each) for each in (before, after)]
    units = list(compared(*(_known(text, at) for text, at in zip(texts, pages, strict=True))))
    shown = units[first - 1 : first - 1 + UNITS_MAX]
    return Changes(
        before=before,
        after=after,
        read=all(text is not None for text in texts),
        units=[(each, await _boxes(services, each.unit, pages[0], pages[1])) for each in shown],
        next=first + UNITS_MAX if first - 1 + UNITS_MAX < len(units) else None,
    )


def _numbers(newest: int, before: int | None, after: int | None) -> tuple[int, int]:
    later = newest if after is None else after
    return (max(1, later - 1) if before is None else before), later


def _pages(rows: Sequence[RenditionRow]) -> dict[int, RenditionRow]:
    return {each.page: each for each in rows if each.kind == "page"}


def _known(text: ExtractedText | None, pages: dict[int, RenditionRow]) -> ExtractedText:
    return text or ExtractedText(pieces=(), page_count=len(pages))


async def _boxes(
    services: Services, unit: Unit, before: dict[int, RenditionRow], after: dict[int, RenditionRow]
) -> tuple[Box, ...]:
    """Where a page that both have looks different."""
    if unit.page is None or unit.page not in before or unit.page not in after:
        return ()
    pictures = [
        await services.objects.read_all(each[unit.page].object_key, limit_bytes=PAGE_BYTES_MAX)
        for each in (before, after)
    ]
    return await services.extractor.changes(*pictures)
