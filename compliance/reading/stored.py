"""The text of a version as it was kept by the reading."""

from compliance.reading.errors import BadText
from compliance.reading.limits import TEXT_MAX_BYTES
from compliance.reading.pieces import ExtractedText
from storage.database import Database
from storage.errors import StorageError
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.versions import VersionRow


async def stored_text(database: Database, objects: ObjectStore, version: VersionRow) -> ExtractedText | None:
    """What was read of it last; None if nothing was yet, or what was kept is of no use: then it is read again."""
    async with database.transaction() as tx:
        row = await renditions.rendition_of(tx, version.id, "text", 1)
    if row is None:
        return None
    try:
        return ExtractedText.from_json(await objects.read_all(row.object_key, limit_bytes=TEXT_MAX_BYTES))
    except (BadText, StorageError):
        return None
