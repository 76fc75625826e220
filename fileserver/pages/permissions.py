"""What the access rules need to know of a thing that the API has answered, to tell which buttons to show.

The rules decide again, on fresh rows, when a button is used.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from compliance.access import Target, VersionState
from compliance.errors import NotFound
from compliance.materials import target_of_material
from fileserver.http.call import Call
from fileserver.materials.schemas import MaterialOut, VersionOut
from fileserver.reviews.schemas import ReviewOut
from storage.rows import materials


async def target_of_material_id(call: Call[Any, Any, Any], material_id: UUID) -> Target:
    """A material, wherever in the brand it belongs. Raises NotFound."""
    async with call.services.database.transaction() as tx:
        row = await materials.material_by_id(tx, material_id)
    if row is None:
        raise NotFound(field="material_id")
    return target_of_material(row)


async def target_of_version(call: Call[Any, Any, Any], material: MaterialOut, version: VersionOut) -> Target:
    """One version of a material."""
    return replace(
        await target_of_material_id(call, material.id),
        uploader_id=version.uploader.id,
        approved_exists=version.state is VersionState.APPROVED,
        state=version.state,
    )


async def target_under_review(call: Call[Any, Any, Any], review: ReviewOut) -> Target:
    """The version that a review is about."""
    return replace(
        await target_of_material_id(call, review.material.id),
        uploader_id=review.uploader.id,
        approved_exists=review.version.state is VersionState.APPROVED,
        state=review.version.state,
    )
