"""Materials as their readers see them: lists and whole stories, narrowed to the versions that the reader may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from compliance import glass
from compliance.access import Action, Actor, VersionState, require
from compliance.errors import NotFound
from compliance.events import Trail
from compliance.materials import obj_of, target_of, visibility, visible_versions
from compliance.profiles import profiles_of
from fileserver.answers import Names, people_of
from fileserver.materials.schemas import MaterialQuery
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import materials, reviews, scans, versions
from storage.rows.materials import Listed, MaterialFilter, MaterialRow
from storage.rows.reviews import ReviewRow
from storage.rows.scans import ScanRow
from storage.rows.versions import FindingRow, VersionRow

SAME_BYTES_LOOKED_AT_MAX = 20


@dataclass(frozen=True, kw_only=True)
class Story:
    """A material with its visible versions (newest first), what was found, what was decided, and by whom."""

    material: MaterialRow
    versions: list[VersionRow]
    scans: dict[UUID, ScanRow]
    findings: dict[UUID, list[FindingRow]]
    reviews: dict[UUID, list[ReviewRow]]
    shared_version: int | None
    duplicate: tuple[MaterialRow, VersionRow] | None
    names: Names


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some materials of a list, and the names of their owners."""

    found: list[Listed]
    names: Names


async def listed(services: Services, actor: Actor, query: MaterialQuery, before: tuple[datetime, UUID] | None) -> Page:
    """A page of what the actor may see, newest first. Raises AccessDenied."""
    require(actor, Action.MATERIAL_LIST)
    where = MaterialFilter(
        visible=visibility(actor),
        state=query.state,
        material_class=query.material_class,
        title_part=query.q,
        owner_id=actor.person_id if query.mine else None,
    )
    async with services.database.transaction() as tx:
        found = list(await materials.list_materials(tx, where, before=before, limit=query.limit))
        owners = {each.material.owner_id for each in found}
        names = await profiles_of(tx, services.keys.master, person_ids=owners)
    return Page(found=found, names=names)


async def read(services: Services, actor: Actor, trail: Trail, material_id: UUID) -> Story:
    """One material. Raises NotFound, or AccessDenied when none of its versions is visible to the actor."""
    async with services.database.transaction() as tx:
        material = await materials.material_by_id(tx, material_id)
        if material is None:
            raise NotFound(field="material_id")
        story = await story_of(services, tx, actor, material)
        await glass.used(tx, trail, actor, Action.MATERIAL_READ, material_id, now=services.clock())
        return story


async def story_of(services: Services, tx: Transaction, actor: Actor, material: MaterialRow) -> Story:
    """The material as this reader may see it. Raises AccessDenied."""
    every = await versions.versions_of(tx, material.id)
    seen = visible_versions(actor, material, every)
    require(actor, Action.MATERIAL_READ, target_of(material, (seen or every)[0]), obj=obj_of(material.id))
    ids = [each.id for each in seen]
    decided = await reviews.reviews_of(tx, ids)
    people = people_of(row for rows in decided.values() for row in rows) | {each.uploader_id for each in seen}
    people |= {person for person in (material.owner_id, material.withdrawn_by) if person}
    return Story(
        material=material,
        versions=seen,
        scans=await scans.newest_scans(tx, ids),
        findings=await versions.findings_of(tx, ids),
        reviews=decided,
        shared_version=next((each.number for each in every if each.state == VersionState.APPROVED), None),
        duplicate=await _duplicate(tx, actor, material, seen[0]),
        names=await profiles_of(tx, services.keys.master, person_ids=people),
    )


async def _duplicate(
    tx: Transaction, actor: Actor, material: MaterialRow, version: VersionRow
) -> tuple[MaterialRow, VersionRow] | None:
    """The oldest other version with these bytes, if the actor may see it; what they may not see stays unsaid."""
    for other in await versions.versions_with_bytes(tx, version.sha256, SAME_BYTES_LOOKED_AT_MAX):
        if other.id == version.id:
            continue
        at = material if other.material_id == material.id else await materials.material_by_id(tx, other.material_id)
        if at is not None and visible_versions(actor, at, [other]):
            return at, other
    return None
