"""Making a version's renditions: page images, thumbnails and the whole picture, from which sealed copies are made.

Promises: after `prepare` a version is `ready` with every rendition stored, or `refused` with a finding that says why;
a process that dies half-way leaves it `pending`, and preparing again ends with the same renditions, one event and
nothing twice. What is stored are bare bytes under the version's own keys, which nothing but the sealed exit reads.
Leaves to the job queue when to run and to try again when an engine is away.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

from compliance import ledger
from compliance.access import Sensitivity
from compliance.events import Act, Event, Result
from compliance.materials import obj_of
from compliance.media_types import PDF, shown_as
from compliance.office import OfficeConverter, Shown
from compliance.rendering import SEALABLE_MEDIA_TYPES, PreparedPage, Renderer
from compliance.templating import Templating
from storage.database import Database, Transaction
from storage.objects import ObjectStore
from storage.rows import materials, renditions, versions
from storage.rows.renditions import Kind, RenditionRow
from storage.rows.versions import FindingRow, Severity, VersionRow
from watermark.errors import (
    OfficeConverterMissing,
    RenderBusy,
    RenderCrashed,
    RenderTimeout,
    SourceIncomplete,
    WatermarkError,
)
from watermark.findings import Finding

PAGE_LONG_SIDE_PX = 2000
THUMB_LONG_SIDE_PX = 480
RENDER_TRIES_MAX = 3  # a crash or a time-out may be the machine's fault; three in a row are the document's
MPT_PER_PT = 1000
JPEG = "image/jpeg"
DETECTOR = "renderer"
CONVERTED_AT_ONCE = 20  # drafts that were refused before; the others wait for the next round
NOT_SEALABLE = "not-sealable"
NOT_OPENED = "not-opened"
OFFICE_CONVERTED = "office-converted"
EVIDENCE = frozenset(
    {"pdf-repaired", "pdf-no-template", "image-profile-ignored", "image-reduced", OFFICE_CONVERTED}
)  # everything else wants a reviewer's eye
# These say something about the moment, not about the document: the job runs again.
PASSING = (RenderBusy, SourceIncomplete)
PERHAPS_PASSING = (RenderCrashed, RenderTimeout)


Again = Callable[[Transaction, UUID], Awaitable[None]]


class Ended(Exception):
    """Somebody else has ended this preparation."""


class Preparer:
    """Prepares versions, one call each; keeps nothing between two calls."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        renderer: Renderer,
        clock: Callable[[], datetime],
        office: OfficeConverter | None = None,
    ) -> None:
        self._database = database
        self._objects = objects
        self._renderer = renderer
        self._templating = Templating(database, objects, renderer)
        self._office = office or OfficeConverter(None)
        self._shown = Shown(database, objects, self._office)
        self._clock = clock

    async def prepare(self, version_id: UUID) -> None:
        """Brings the version to `ready` or `refused`; does nothing for one that is there already, or is unknown.

        Raises StorageError, RenderBusy or SourceIncomplete when it has to be tried again later.
        """
        async with self._database.transaction() as tx:
            version = await versions.version_by_id(tx, version_id)
        if version is None or version.preparation != "pending":
            return
        if shown_as(version.media_type) not in SEALABLE_MEDIA_TYPES:
            await self._refuse(version, NOT_SEALABLE, {"media_type": version.media_type})
            return
        try:
            shown, noticed = await self._shown.of(version)
            found = [_finding(version, 1, each) for each in noticed]
            await self._end(version, "ready", found + await self._rendered(shown))
        except PASSING:
            raise
        except WatermarkError as error:
            await self._refuse(version, error.slug, dict(error.params))
        except Ended:
            return

    async def keep_shut(self, version_id: UUID) -> None:
        """Refuses to make pages of a file that nothing should open. Raises StorageError."""
        async with self._database.transaction() as tx:
            version = await versions.version_by_id(tx, version_id)
        if version is not None and version.preparation == "pending":
            await self._refuse(version, NOT_OPENED, {})

    async def convert_refused(self, again: Again) -> int:
        """Has drafts made anew that were refused where nothing could be converted, if it can be here; how many.

        `again` asks for a scan, in the same transaction: pages that are made later are looked at like any others.
        """
        if self._office.missing:
            return 0
        async with self._database.transaction() as tx:
            refused = await versions.refused_drafts(tx, OfficeConverterMissing.slug, CONVERTED_AT_ONCE)
        for version_id in refused:
            async with self._database.transaction() as tx:
                if await versions.reopen_preparation(tx, version_id, OfficeConverterMissing.slug):
                    await again(tx, version_id)
        return len(refused)

    async def _rendered(self, version: VersionRow) -> list[FindingRow]:
        """Makes and stores every rendition; what the renderer noticed on the way."""
        for attempt in range(1, RENDER_TRIES_MAX + 1):
            try:
                found = await self._pages(version)
                if version.media_type == PDF:
                    found += await self._templates(version)
                else:
                    await self._whole_picture(version)
            except PERHAPS_PASSING:
                if attempt == RENDER_TRIES_MAX:
                    raise
            else:
                return found
        raise AssertionError("the last try returns or raises")

    async def _pages(self, version: VersionRow) -> list[FindingRow]:
        found: list[FindingRow] = []
        async with (
            aclosing(self._objects.read(version.object_key)) as source,
            aclosing(
                self._renderer.prepare(
                    source,
                    size_bytes=version.size_bytes,
                    media_type=version.media_type,
                    long_side_px=PAGE_LONG_SIDE_PX,
                    thumb_px=THUMB_LONG_SIDE_PX,
                )
            ) as pages,
        ):
            async for page in pages:
                await self._keep_page(version, page)
                found += [_finding(version, page.page, each) for each in page.findings]
        return found

    async def _templates(self, version: VersionRow) -> list[FindingRow]:
        """None for a material that leaves as pictures of pages only."""
        async with self._database.transaction() as tx:
            material = await materials.material_by_id(tx, version.material_id)
        if material is None or material.sensitivity == Sensitivity.TOP:
            return []
        noticed = await self._templating.make(version, material.title)
        return [_finding(version, 1, each) for each in noticed]

    async def _keep_page(self, version: VersionRow, page: PreparedPage) -> None:
        """Bytes first, rows after: a row never points to an object that isn't there."""
        images: tuple[tuple[Kind, bytes], ...] = (("page", page.page_jpeg), ("thumb", page.thumb_jpeg))
        rows = [_page_row(version, page, kind, len(body)) for kind, body in images]
        for row, (_, body) in zip(rows, images, strict=True):
            await self._objects.put(row.object_key, body, media_type=JPEG)
        await self._record(version, rows, pages_total=page.page_count, pages_ready=page.page)

    async def _whole_picture(self, version: VersionRow) -> None:
        async with aclosing(self._objects.read(version.object_key)) as source:
            image = await self._renderer.full_image(
                source, size_bytes=version.size_bytes, media_type=version.media_type
            )
        row = RenditionRow(
            version_id=version.id,
            kind="full",
            page=1,
            object_key=f"versions/{version.id}/full",
            media_type=image.media_type,
            width_px=image.width_px,
            height_px=image.height_px,
            width_mpt=0,
            height_mpt=0,
            size_bytes=len(image.content),
        )
        await self._objects.put(row.object_key, image.content, media_type=image.media_type)
        await self._record(version, [row], pages_total=1, pages_ready=1)

    async def _record(
        self, version: VersionRow, rows: Iterable[RenditionRow], *, pages_total: int, pages_ready: int
    ) -> None:
        async with self._database.transaction() as tx:
            if not await versions.set_progress(tx, version.id, pages_total=pages_total, pages_ready=pages_ready):
                raise Ended
            for row in rows:
                await renditions.put_rendition(tx, row)

    async def _refuse(self, version: VersionRow, rule: str, params: dict[str, str | int]) -> None:
        place = {"page": page} if isinstance(page := params.pop("page", None), int) else {}
        await self._end(version, "refused", [_row(version, rule, "review", place, params)], rule)

    async def _end(
        self, version: VersionRow, outcome: versions.Outcome, found: list[FindingRow], rule: str = ""
    ) -> None:
        """The outcome, its findings and its event together; nothing if somebody else was faster."""
        async with self._database.transaction() as tx:
            if not await versions.end_preparation(tx, version.id, outcome):
                return
            await versions.add_findings(tx, found)
            ended = await versions.version_by_id(tx, version.id) or version
            event = Event(
                act=Act.SYSTEM_VERSION_PREPARE,
                res=Result.ERROR if rule else Result.ALLOW,
                role="system",
                obj=obj_of(version.material_id),
                ver=version.sha256,
                det={
                    "version": version.number,
                    "pages": ended.pages_ready,
                    "outcome": rule or outcome,
                    **_converted(found),
                },
            )
            await ledger.append(tx, event, now=self._clock())


def _converted(found: Iterable[FindingRow]) -> dict[str, str | int]:
    """Which PDF an Office file became: the event names it beside the original."""
    named = [each.params["sha256"] for each in found if each.rule == OFFICE_CONVERTED]
    return {"converted_sha256": named[0]} if named else {}


def _page_row(version: VersionRow, page: PreparedPage, kind: Kind, size_bytes: int) -> RenditionRow:
    width_px, height_px = page.width_px, page.height_px
    if kind == "thumb":
        width_px, height_px = _thumb_size(width_px, height_px)
    return RenditionRow(
        version_id=version.id,
        kind=kind,
        page=page.page,
        object_key=f"versions/{version.id}/{kind}/{page.page}.jpg",
        media_type=JPEG,
        width_px=width_px,
        height_px=height_px,
        width_mpt=round(page.width_pt * MPT_PER_PT),
        height_mpt=round(page.height_pt * MPT_PER_PT),
        size_bytes=size_bytes,
    )


def _thumb_size(width_px: int, height_px: int) -> tuple[int, int]:
    """As watermark.images.scaled reckons it."""
    factor = min(1.0, THUMB_LONG_SIDE_PX / max(width_px, height_px))
    return max(1, round(width_px * factor)), max(1, round(height_px * factor))


def _finding(version: VersionRow, page: int, found: Finding) -> FindingRow:
    """What comes with page 1 is about the whole document, and with a single picture too."""
    severity: Severity = "evidence" if found.rule in EVIDENCE else "review"
    return _row(version, found.rule, severity, {"page": page} if page > 1 else {}, dict(found.params))


def _row(
    version: VersionRow, rule: str, severity: Severity, place: dict[str, int], params: dict[str, str | int]
) -> FindingRow:
    return FindingRow(
        version_id=version.id, detector=DETECTOR, rule=rule, severity=severity, place=place, params=params
    )
