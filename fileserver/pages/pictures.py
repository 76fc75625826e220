"""The sealed pictures of a version, as places to show them: sizes are known before a byte is asked for.

The pictures themselves come by the API, each sealed to the reader at that moment and logged.
"""

from dataclasses import dataclass
from uuid import UUID

from compliance.zooming import TILE_PX, levels_of
from fileserver.services import Services
from storage.rows import versions
from storage.rows.renditions import RenditionRow, renditions_of


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One page of a version; width and height in pixels of the full size. `zooms` is what static/zoom.js takes."""

    page: int
    url: str
    thumb_url: str
    width_px: int
    height_px: int
    zooms: list[dict[str, str | int]]


async def pictures_of(services: Services, version_id: UUID) -> list[Picture]:
    """A prepared version's pages in order; none while it is not prepared."""
    async with services.database.transaction() as tx:
        version = await versions.version_by_id(tx, version_id)
        made = await renditions_of(tx, version_id)
    full = next((each for each in made if each.kind == "full"), None)
    media_type = version.media_type if version else ""
    return [
        Picture(
            page=each.page,
            url=f"/api/v1/versions/{version_id}/pages/{each.page}",
            thumb_url=f"/api/v1/versions/{version_id}/thumbs/{each.page}",
            width_px=each.width_px,
            height_px=each.height_px,
            zooms=_zooms(media_type, each, full),
        )
        for each in made
        if each.kind == "page"
    ]


def _zooms(media_type: str, page: RenditionRow, full: RenditionRow | None) -> list[dict[str, str | int]]:
    tiles = f"/api/v1/versions/{page.version_id}/pages/{page.page}/tiles"
    return [
        {
            "level": level,
            "width_px": width,
            "height_px": height,
            "tile_px": TILE_PX,
            "url": f"{tiles}/{level}/{{column}}-{{row}}",
        }
        for level, width, height in levels_of(media_type, page, full)
    ]
