"""Office files through LibreOffice itself, from the upload to the pages."""

import hashlib
import io
from collections.abc import AsyncGenerator
from uuid import UUID

import pypdf
import pytest
from PIL import Image

from compliance.access import Role
from compliance.events import Trail
from compliance.exit import DeskGate, Piece, PieceKind
from compliance.office import OfficeConverter, find_program
from compliance.preparation import Preparer
from fileserver.materials import service
from fileserver.materials.schemas import MaterialIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import events, renditions, versions
from storage.rows.events import EventFilter
from tests import office_files
from tests.materials import add_upload
from tests.people import add_employee
from watermark.findings import Finding
from watermark.media_types import EXCEL, OFFICE_MEDIA_TYPES, OPEN_DOCUMENT_PREFIX, POWERPOINT, WORD

pytestmark = pytest.mark.office

SAMPLES = {
    WORD: office_files.docx("Hyaluronic gel 玻尿酸"),
    EXCEL: office_files.xlsx("Hyaluronic gel 玻尿酸"),
    POWERPOINT: office_files.pptx("Hyaluronic gel 玻尿酸"),
    OPEN_DOCUMENT_PREFIX + "text": office_files.zipped(office_files.odt_parts("Hyaluronic gel 玻尿酸")),
}


async def converted(body: bytes, media_type: str) -> tuple[pypdf.PdfReader, tuple[Finding, ...]]:
    """The PDF that LibreOffice makes, and the findings but the last."""

    async def pieces() -> AsyncGenerator[bytes]:
        yield body

    converter = OfficeConverter(find_program())
    async with converter.converted(pieces(), size_bytes=len(body), media_type=media_type) as made:
        return pypdf.PdfReader(io.BytesIO(made.pdf.read_bytes())), made.findings[:-1]


@pytest.mark.parametrize("media_type", sorted(SAMPLES))
async def test_each_kind_becomes_a_pdf_with_its_text(media_type: str) -> None:
    """Latin and Chinese are in the page, as text, whatever fonts the machine has."""
    pdf, found = await converted(SAMPLES[media_type], media_type)
    assert ((), 1) == (found, len(pdf.pages))
    assert "Hyaluronic gel 玻尿酸" in pdf.pages[0].extract_text()


def test_every_kind_that_is_converted_has_a_sample_or_a_sibling() -> None:
    """Three kinds of OOXML, and OpenDocument for the rest."""
    assert {WORD, EXCEL, POWERPOINT} == {each for each in OFFICE_MEDIA_TYPES if OPEN_DOCUMENT_PREFIX not in each}


async def test_a_document_reads_no_file_of_the_machine(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A picture that is to be taken from the disk stays out, even one that is there; the finding tells of it."""
    picture = tmp_path_factory.mktemp("outside") / "picture.png"
    Image.new("RGB", (200, 200), (255, 0, 0)).save(picture)
    related = [("rLink", "image", picture.as_uri())]
    body = office_files.zipped(
        office_files.docx_parts("before", related=related, body=office_files.linked_picture("rLink"))
    )
    pdf, found = await converted(body, WORD)
    assert (Finding("office-linked-content", {"links": 1}),) == found
    assert [] == [image.name for page in pdf.pages for image in page.images]


def preparer(services: Services, *, office: bool) -> Preparer:
    """One that can convert Office files, or can't."""
    converter = OfficeConverter(find_program() if office else None)
    return Preparer(services.database, services.objects, services.renderer, services.clock, converter)


async def prepared(services: Services, body: bytes, filename: str, *, office: bool = True) -> UUID:
    """A version, prepared."""
    owner = await add_employee(services, Role.MARKETER)
    upload_id = await add_upload(services, owner.person_id, body, filename)
    wanted = MaterialIn.model_validate({"upload_id": upload_id, "title": "新品", "class": "in_clinic"})
    version_id = (await service.create(services, owner.actor, Trail(), wanted)).versions[0].id
    await preparer(services, office=office).prepare(version_id)
    return version_id


async def test_what_was_refused_for_want_of_a_program_is_prepared_once_it_is_there(services: Services) -> None:
    """A worker without one leaves it alone; the first that has it prepares it, once, and the finding is gone."""
    version_id = await prepared(services, office_files.docx("text"), "notes.docx", office=False)
    states = []
    for office, drafts in ((False, 0), (True, 1), (True, 0)):
        asked: list[UUID] = []

        async def again(_tx: Transaction, reopened: UUID, asked: list[UUID] = asked) -> None:
            asked.append(reopened)

        assert drafts == await preparer(services, office=office).convert_refused(again)
        assert [version_id] * drafts == asked
        for each in asked:
            await preparer(services, office=office).prepare(each)
        async with services.database.transaction() as tx:
            version = await versions.version_by_id(tx, version_id)
            found = (await versions.findings_of(tx, [version_id]))[version_id]
        assert version is not None
        states.append((version.preparation, [each.rule for each in found]))
    ready = ("ready", ["office-converted"])
    assert [("refused", ["office-converter-missing"]), ready, ready] == states


async def test_a_refused_version_that_was_decided_on_stays_refused(services: Services) -> None:
    """Pages that no reviewer saw don't turn up behind an approval."""
    version_id = await prepared(services, office_files.docx("text"), "notes.docx", office=False)
    async with services.database.transaction() as tx:
        await versions.set_state(tx, version_id, "approved")

    async def again(_tx: Transaction, _version_id: UUID) -> None:
        raise AssertionError("nothing is made anew")

    assert 0 == await preparer(services, office=True).convert_refused(again)


async def test_a_presentation_is_prepared_as_the_pdf_it_becomes(services: Services) -> None:
    """Each slide is a page, which leaves sealed; the PDF and its hash are kept; the event names original and PDF."""
    version_id = await prepared(services, office_files.pptx("one", "two"), "launch.pptx")
    async with services.database.transaction() as tx:
        version = await versions.version_by_id(tx, version_id)
        rows = await renditions.renditions_of(tx, version_id)
        (told,) = await events.search_events(tx, EventFilter(acts=("system:version:prepare",)))
        found = (await versions.findings_of(tx, [version_id]))[version_id]
    assert version is not None
    assert ("ready", 2, POWERPOINT) == (version.preparation, version.pages_total, version.media_type)
    made = {(row.kind, row.page): row for row in rows}
    assert {("page", 1), ("page", 2), ("thumb", 1), ("thumb", 2), ("template-interleaved", 1)} < made.keys()
    kept = made["converted", 1]
    pdf = await services.objects.read_all(kept.object_key, limit_bytes=1 << 22)
    assert (len(pdf), b"%PDF-", hashlib.sha256(pdf).hexdigest()) == (kept.size_bytes, pdf[:5], kept.sha256)
    assert [("office-converted", "evidence", kept.sha256)] == [
        (each.rule, each.severity, each.params["sha256"]) for each in found
    ]
    assert f'"converted_sha256":"{kept.sha256}"'.encode() in told.leaf
    assert f'"ver":"{version.sha256}"'.encode() in told.leaf
    await a_sealed_page_of_it_leaves_like_any_other(services, version_id)


async def a_sealed_page_of_it_leaves_like_any_other(services: Services, version_id: UUID) -> None:
    """The exit serves its pages, named as what they are."""
    reviewer = await add_employee(services, Role.REVIEWER)
    async with services.database.transaction() as tx:
        await versions.set_state(tx, version_id, "submitted")
    outgoing = await services.exit.release(
        DeskGate(version_id, reviewer.person_id), Piece(kind=PieceKind.PAGE, page=1), Trail()
    )
    assert ("image/jpeg", "launch.jpg") == (outgoing.media_type, outgoing.filename)
