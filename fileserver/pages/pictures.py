"""The sealed pictures of a version, as places to show them: sizes are known before a byte is asked for.

The pictures themselves come by the API, each sealed to the reader at that moment and logged.
"""

from dataclasses import dataclass
from uuid import UUID

from fileserver.services import Services
from storage.rows.renditions import renditions_of


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One page of a version; width and height in pixels of the full size."""

    page: int
    url: str
    thumb_url: str
    width_px: int
    height_px: int


async def pictures_of(services: Services, version_id: UUID) -> list[Picture]:
    """A prepared version's pages in order; none while it is not prepared."""
    async with services.database.transaction() as tx:
        made = await renditions_of(tx, version_id)
    return [
        Picture(
            page=each.page,
            url=f"/api/v1/versions/{version_id}/pages/{each.page}",
            thumb_url=f"/api/v1/versions/{version_id}/thumbs/{each.page}",
            width_px=each.width_px,
            height_px=each.height_px,
        )
        for each in made
        if each.kind == "page"
    ]
