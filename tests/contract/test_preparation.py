"""Preparing versions on the real engines, with the real renderer."""

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from uuid import UUID

import pytest
from pypdf import PdfWriter

from compliance.access import Role
from compliance.events import Trail
from compliance.preparation import PAGE_LONG_SIDE_PX, RENDER_TRIES_MAX, THUMB_LONG_SIDE_PX, Preparer
from compliance.rendering import PreparedPage, Renderer, RenderLimits
from fileserver.materials import service
from fileserver.materials.jobs import enqueue_overdue
from fileserver.materials.schemas import MaterialIn
from fileserver.services import Services
from storage.errors import StorageError
from storage.rows import events, renditions, versions
from storage.rows.events import EventFilter
from storage.rows.renditions import RenditionRow
from storage.rows.versions import FindingRow, VersionRow
from tests.materials import add_upload, pdf, png, run_jobs
from tests.people import add_employee
from tests.services import Clock
from watermark.errors import RenderBusy, RenderCrashed
from watermark.templates import SlotMap


def encrypted(body: bytes) -> bytes:
    """The same PDF, opening with a password only."""
    writer, out = PdfWriter(io.BytesIO(body)), io.BytesIO()
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


async def add_version(services: Services, body: bytes, filename: str = "brochure.pdf") -> UUID:
    """A version that waits for its preparation."""
    owner = await add_employee(services, Role.MARKETER)
    upload_id = await add_upload(services, owner.person_id, body, filename)
    wanted = MaterialIn.model_validate({"upload_id": upload_id, "title": "手册", "class": "in_clinic"})
    story = await service.create(services, owner.actor, Trail(), wanted)
    return story.versions[0].id


async def state_of(services: Services, version_id: UUID) -> VersionRow:
    """The version as it is stored now."""
    async with services.database.transaction() as tx:
        found = await versions.version_by_id(tx, version_id)
    assert found is not None
    return found


async def made(services: Services, version_id: UUID) -> list[RenditionRow]:
    """Its renditions."""
    async with services.database.transaction() as tx:
        return list(await renditions.renditions_of(tx, version_id))


async def pictures(services: Services, version_id: UUID) -> list[RenditionRow]:
    """Those that are pictures."""
    return [row for row in await made(services, version_id) if row.media_type.startswith("image/")]


async def templates(services: Services, version_id: UUID) -> list[RenditionRow]:
    """The others; nothing else of their kind is in the store."""
    rows = [row for row in await made(services, version_id) if not row.media_type.startswith("image/")]
    stored = [
        each.key async for page in services.objects.list_pages(f"versions/{version_id}/template/") for each in page
    ]
    assert sorted(stored) == sorted(row.object_key for row in rows)
    return rows


async def found_in(services: Services, version_id: UUID) -> list[FindingRow]:
    """Its findings."""
    async with services.database.transaction() as tx:
        return (await versions.findings_of(tx, [version_id])).get(version_id, [])


async def events_of(services: Services, act: str) -> list[bytes]:
    """Leaves of this act."""
    async with services.database.transaction() as tx:
        return [row.leaf for row in await events.search_events(tx, EventFilter(acts=(act,)))]


@pytest.fixture
def preparer(services: Services) -> Preparer:
    """A preparer on the test's services."""
    return Preparer(services.database, services.objects, services.renderer, services.clock)


class Faulty(Renderer):
    """A real renderer that fails `times` times after a page, then works."""

    def __init__(self, error: Exception, times: int) -> None:
        super().__init__(processes=1)
        self.error, self.left = error, times

    async def prepare(
        self, source: AsyncIterable[bytes], *, size_bytes: int, media_type: str, long_side_px: int, thumb_px: int
    ) -> AsyncGenerator[PreparedPage]:
        """The pages, or the fault after the first."""
        pages = super().prepare(
            source, size_bytes=size_bytes, media_type=media_type, long_side_px=long_side_px, thumb_px=thumb_px
        )
        async with aclosing(pages):
            async for page in pages:
                yield page
                if self.left:
                    self.left -= 1
                    raise self.error


async def test_a_pdf_becomes_a_page_and_a_thumbnail_each(services: Services, preparer: Preparer) -> None:
    """Every page is stored as JPEG with its size in pixels and points, and the progress ends at the number of pages."""
    version_id = await add_version(services, pdf(3))
    await preparer.prepare(version_id)
    done = await state_of(services, version_id)
    assert ("ready", 3, 3) == (done.preparation, done.pages_total, done.pages_ready)
    rows = await pictures(services, version_id)
    assert [("page", 1), ("page", 2), ("page", 3), ("thumb", 1), ("thumb", 2), ("thumb", 3)] == [
        (row.kind, row.page) for row in rows
    ]
    assert {PAGE_LONG_SIDE_PX} == {max(row.width_px, row.height_px) for row in rows if row.kind == "page"}
    assert {THUMB_LONG_SIDE_PX} == {max(row.width_px, row.height_px) for row in rows if row.kind == "thumb"}
    for row in rows:
        body = await services.objects.read_all(row.object_key, limit_bytes=1 << 22)
        assert (row.size_bytes, b"\xff\xd8\xff") == (len(body), body[:3])


async def test_a_pdf_gets_a_template_of_each_level(services: Services, preparer: Preparer) -> None:
    """What copies that keep their text are made of: a PDF as long as its row says, and the map of its slots."""
    version_id = await add_version(services, pdf(2))
    await preparer.prepare(version_id)
    rows: dict[str, RenditionRow] = {row.kind: row for row in await templates(services, version_id)}
    assert {"template-shared", "slots-shared", "template-interleaved", "slots-interleaved"} == set(rows)
    for level in ("shared", "interleaved"):
        template, slots = rows[f"template-{level}"], rows[f"slots-{level}"]
        body = await services.objects.read_all(template.object_key, limit_bytes=1 << 24)
        slot_map = SlotMap.from_bytes(await services.objects.read_all(slots.object_key, limit_bytes=1 << 22))
        assert (b"%PDF", template.size_bytes) == (body[:4], len(body))
        assert (len(body), level, 2) == (slot_map.size_bytes, slot_map.level, slot_map.page_count)


async def test_a_picture_becomes_its_whole_self_too(services: Services, preparer: Preparer) -> None:
    """An image has one page, a thumbnail, and itself at full size for sealed downloads."""
    version_id = await add_version(services, png(3000, 1000), "poster.png")
    await preparer.prepare(version_id)
    rows = await made(services, version_id)
    assert [
        ("full", "image/png", 3000, 1000),
        ("page", "image/jpeg", 2000, 667),
        ("thumb", "image/jpeg", 480, 160),
    ] == [(row.kind, row.media_type, row.width_px, row.height_px) for row in rows]


REFUSED = (
    ("not-sealable", b"\0\0\0\x18ftypmp42" + bytes(100), "film.mp4"),
    ("not-sealable", b"any bytes at all", "notes.txt"),
    ("pdf-encrypted", encrypted(pdf()), "brochure.pdf"),
    ("pdf-damaged", b"%PDF-1.7\n" + b"junk " * 100, "brochure.pdf"),
    ("image-damaged", png()[:60], "poster.png"),
    ("not-sealable", b"", "empty.bin"),
)


async def test_what_cannot_be_drawn_is_refused_with_a_reason(
    services: Services, preparer: Preparer, subtests: pytest.Subtests
) -> None:
    """The version is refused, the finding says why, and the log tells it as an error; nothing is left to retry."""
    for expected, body, filename in REFUSED:
        with subtests.test(f"{filename} {expected}"):
            version_id = await add_version(services, body, filename)
            await preparer.prepare(version_id)
            row = await state_of(services, version_id)
            assert "refused" == row.preparation
            found = [(each.rule, each.severity) for each in await found_in(services, version_id)]
            assert [(expected, "review")] == found
            told = await events_of(services, "system:version:prepare")
            (leaf,) = [each for each in told if row.sha256.encode() in each]
            assert b'"outcome":"%s"' % expected.encode() in leaf
            assert b'"res":"error"' in leaf


async def test_preparing_again_changes_nothing(services: Services, preparer: Preparer) -> None:
    """A job that runs twice leaves one set of renditions and one event."""
    version_id = await add_version(services, pdf(2))
    await preparer.prepare(version_id)
    before = await made(services, version_id)
    await preparer.prepare(version_id)
    assert before == await made(services, version_id)
    assert 1 == len(await events_of(services, "system:version:prepare"))


async def test_two_at_once_end_it_once(services: Services, preparer: Preparer) -> None:
    """Two workers that both believe the job is theirs leave what one would have left."""
    version_id = await add_version(services, pdf(4))
    await asyncio.gather(preparer.prepare(version_id), preparer.prepare(version_id))
    assert "ready" == (await state_of(services, version_id)).preparation
    assert (8, 4) == (len(await pictures(services, version_id)), len(await templates(services, version_id)))
    assert 1 == len(await events_of(services, "system:version:prepare"))


async def test_a_preparation_that_broke_off_is_taken_up_again(services: Services, preparer: Preparer) -> None:
    """What a dead process left behind is overwritten, not doubled, and the version is ready in the end."""
    version_id = await add_version(services, pdf(3))
    async with Faulty(RenderBusy(limit_s=1), times=1) as busy:
        with pytest.raises(RenderBusy):
            await Preparer(services.database, services.objects, busy, services.clock).prepare(version_id)
    broken = await state_of(services, version_id)
    assert ("pending", 3, 1) == (broken.preparation, broken.pages_total, broken.pages_ready)
    await preparer.prepare(version_id)
    assert "ready" == (await state_of(services, version_id)).preparation
    assert (6, 4) == (len(await pictures(services, version_id)), len(await templates(services, version_id)))


@pytest.mark.parametrize(("expected", "crashes"), [("ready", RENDER_TRIES_MAX - 1), ("refused", RENDER_TRIES_MAX)])
async def test_a_crash_is_the_documents_fault_only_when_it_repeats(
    services: Services, expected: str, crashes: int
) -> None:
    """A renderer that dies is tried again; a document that kills it every time is refused for good."""
    version_id = await add_version(services, pdf(2))
    async with Faulty(RenderCrashed(), crashes) as faulty:
        await Preparer(services.database, services.objects, faulty, services.clock).prepare(version_id)
    assert expected == (await state_of(services, version_id)).preparation


async def test_limits_of_rendering_are_findings(services: Services) -> None:
    """A document beyond the limits is refused with the number it exceeds."""
    version_id = await add_version(services, pdf(3))
    async with Renderer(processes=1, limits=RenderLimits(pages_max=2)) as strict:
        await Preparer(services.database, services.objects, strict, services.clock).prepare(version_id)
    (finding,) = await found_in(services, version_id)
    assert ("too-many-pages", {"pages": 3, "limit": 2}) == (finding.rule, finding.params)


async def test_missing_bytes_leave_it_pending(services: Services, preparer: Preparer) -> None:
    """A store that does not give the bytes says nothing about the document: the job fails and will run again."""
    version_id = await add_version(services, pdf(1))
    await services.objects.delete((await state_of(services, version_id)).object_key)
    with pytest.raises(StorageError):
        await preparer.prepare(version_id)
    assert "pending" == (await state_of(services, version_id)).preparation


async def test_an_unknown_version_is_left_alone(preparer: Preparer) -> None:
    """A job whose version never was has nothing to do."""
    await preparer.prepare(UUID(int=0))


async def test_the_job_is_enqueued_with_the_version(services: Services) -> None:
    """Making a material is enough: a worker prepares it without being told."""
    version_id = await add_version(services, pdf(1))
    await run_jobs(services)
    assert "ready" == (await state_of(services, version_id)).preparation


async def test_a_version_that_waited_too_long_is_asked_for_again(services: Services, clock: Clock) -> None:
    """A job that gave up for good, while an engine was away, is not the end of its version."""
    version_id = await add_version(services, pdf(1))
    async with services.database.transaction() as tx:
        await tx.exec_driver_sql("DELETE FROM procrastinate_jobs")
    assert 0 == await enqueue_overdue(services)
    clock.advance(minutes=16)
    assert 1 == await enqueue_overdue(services)
    await run_jobs(services)
    assert "ready" == (await state_of(services, version_id)).preparation
