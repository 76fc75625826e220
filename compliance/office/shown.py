"""What a version is shown as: itself, or for an Office file the PDF that is made of it and kept beside it.

Promises: the PDF is stored with its SHA-256 before anything is made of it. An approval still names the original's
SHA-256: the reviewer approves those bytes, having read these pages. Converting twice leaves one PDF, the later one.
Leaves the converting to `converter`, and what is made of the PDF to `compliance.preparation`.
"""

import mmap
from contextlib import aclosing
from dataclasses import replace

from compliance.media_types import PDF
from compliance.office.converter import Converted, OfficeConverter
from storage.database import Database
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.renditions import RenditionRow
from storage.rows.versions import VersionRow
from watermark.findings import Finding
from watermark.media_types import OFFICE_MEDIA_TYPES


class Shown:
    """Asks the converter for Office files; keeps nothing between two versions."""

    def __init__(self, database: Database, objects: ObjectStore, converter: OfficeConverter) -> None:
        self._database, self._objects, self._converter = database, objects, converter

    async def of(self, version: VersionRow) -> tuple[VersionRow, list[Finding]]:
        """The version with the key, size and type of what its pages are drawn from, and what was found on the way.

        Raises OfficeConverterMissing, OfficeConversionFailed, OfficeTooLarge; StorageError or SourceIncomplete when it
        has to be tried again.
        """
        if version.media_type not in OFFICE_MEDIA_TYPES:
            return version, []
        async with (
            aclosing(self._objects.read(version.object_key)) as source,
            self._converter.converted(source, size_bytes=version.size_bytes, media_type=version.media_type) as made,
        ):
            row = await self._kept(version, made)
        shown = replace(version, object_key=row.object_key, size_bytes=row.size_bytes, media_type=row.media_type)
        return shown, list(made.findings)

    async def _kept(self, version: VersionRow, made: Converted) -> RenditionRow:
        """Bytes first, the row after: a row never points to an object that isn't there."""
        row = RenditionRow(
            version_id=version.id,
            kind="converted",
            page=1,
            object_key=f"versions/{version.id}/converted.pdf",
            media_type=PDF,
            width_px=0,
            height_px=0,
            width_mpt=0,
            height_mpt=0,
            size_bytes=made.size_bytes,
            sha256=made.sha256,
        )
        with (
            made.pdf.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as body,
        ):
            await self._objects.put(row.object_key, [body], media_type=PDF)
        async with self._database.transaction() as tx:
            await renditions.put_rendition(tx, row)
        return row
