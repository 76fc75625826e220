"""The one sealed exit: what leaves, in which form, to whom; and what is told of it."""

import asyncio
import hashlib
import io
import threading
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from compliance.errors import AccessDenied, NotFound, NotPrepared
from compliance.events import Trail
from compliance.exit import Departure, DeskGate, Original, Piece, PieceKind, VisitGate, asking, drawn
from compliance.profiles import erase
from compliance.rendering import Sealer
from fileserver.viewing.service import signed
from storage.errors import StorageError
from storage.objects import OutletGone, passing
from storage.schema import desk_visit
from tests.brochure import brochure
from tests.materials import add_upload, png, run_jobs
from tests.outlets import Reader
from tests.pictures import changed_share, decoded, least_changed_share
from tests.stage import Stage

TRAIL = Trail(who="p-test", role="viewer")
NOBODY = UUID("00000000-0000-4000-8000-000000000000")
MP4 = b"\0\0\0\x1cftypisom\0\0\2\0isomiso2mp41\0\0\x13\x90free" + bytes(5000)


async def approved(stage: Stage, body: bytes, filename: str) -> dict[str, Any]:
    """An approved version of the owner's, of these bytes."""
    owner = stage.api("owner")
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], body, filename)
    wanted = {"upload_id": str(upload_id), "title": filename, "class": "in_clinic"}
    material = (await owner.post("/materials", wanted)).ok
    await run_jobs(stage.services)
    version = (await owner.post(f"/materials/{material['id']}/submit")).ok["versions"][0]
    await stage.approve(version)
    return {"material_id": material["id"], "version_id": version["id"]}


async def visit_to(stage: Stage, who: str, material_id: str) -> dict[str, Any]:
    """A visit to a share of it that offers a download."""
    share = (await stage.api("owner").post("/shares", {"material_id": material_id, "download": True})).ok
    opened: dict[str, Any] = (await stage.open(who, share["token"])).ok
    return opened


def everything(original: Original) -> range:
    """The choice of all there is."""
    return range(original.size_bytes)


def photo() -> bytes:
    """A JPEG with a gradient, larger than a page rendition."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((3000, 2250)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "filename", "media_type", "size"),
    [(photo(), "海报.jpg", "image/jpeg", (3000, 2250)), (png(900, 700), "图标.png", "image/png", (900, 700))],
    ids=["jpeg", "png"],
)
async def test_picture_leaves_whole_and_sealed(
    stage: Stage, body: bytes, filename: str, media_type: str, size: tuple[int, int]
) -> None:
    """A downloaded picture has the original's size and kind, marks all over, and is each viewer's own."""
    made = await approved(stage, body, filename)
    copies = []
    for who in ("li", "wang"):
        visit = await visit_to(stage, who, made["material_id"])
        assert ("ready", 1) == (visit["status"], len(visit["pages"]))
        answer = await stage.get(who, visit["download_url"])
        assert (200, media_type) == (answer.status, answer.headers["Content-Type"])
        assert "attachment" == answer.headers["Content-Disposition"].partition(";")[0]
        part = await stage.get(who, visit["download_url"], Range="bytes=1000-", **{"If-Range": answer.headers["ETag"]})
        assert (206, answer.body[1000:]) == (part.status, part.body)
        copies.append(decoded(answer.body))
    original = decoded(body)
    assert [size] * 3 == [each.size for each in (original, *copies)]
    assert all(least_changed_share(original, copy) > 0.005 for copy in copies)
    assert changed_share(*copies) > 0.003
    await stage.services.settle()
    sent = [event["bytes"] for event in await stage.told("viewer:copy:end")]
    assert 4 == len(sent)
    assert all(count > 1000 for count in sent)


@pytest.mark.parametrize(("kept_s", "sealings"), [(60.0, 1), (0.0, 3)], ids=["going on", "back later"])
async def test_a_picture_is_sealed_once_for_who_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, kept_s: float, sealings: int
) -> None:
    """Ranges that follow each other are cut from one sealing, tagged once; nothing of it is kept for long."""
    monkeypatch.setattr(drawn, "KEPT_S", kept_s)
    asked, seal = [], Sealer.seal
    tagged, sha256 = [], hashlib.sha256

    def noted(body: bytes) -> Any:
        if len(body) > 1000:
            tagged.append(threading.current_thread())
        return sha256(body)

    async def counted(*arguments: Any, **named: Any) -> bytes:
        asked.append(named)
        return await seal(*arguments, **named)

    monkeypatch.setattr(Sealer, "seal", counted)
    made = await approved(stage, png(900, 700), "图标.png")
    url = (await visit_to(stage, "li", made["material_id"]))["download_url"]
    asked.clear()
    monkeypatch.setattr(hashlib, "sha256", noted)
    parts = [
        (await stage.get("li", url, Range=each)).body for each in ("bytes=0-999", "bytes=1000-1999", "bytes=2000-")
    ]
    assert (sealings, sealings) == (len(asked), len(tagged))
    assert threading.main_thread() not in tagged  # where the event loop is
    assert (900, 700) == decoded(b"".join(parts)).size


@pytest.mark.parametrize("kind", [PieceKind.ORIGINAL, PieceKind.DOCUMENT])
async def test_no_file_leaves_the_way_of_pages(stage: Stage, kind: PieceKind) -> None:
    """Stored bytes and documents have ways out of their own; asked for like a page, they stay."""
    gate = DeskGate(stage.cast.version_id, stage.cast.people["owner"])
    with pytest.raises(ValueError, match="not a piece of a page"):
        await stage.services.exit.release(gate, Piece(kind=kind), TRAIL)


async def test_who_chooses_nothing_leaves_no_event(stage: Stage) -> None:
    """An original that was only asked about is no release; a choice that fails is none either."""
    gate = DeskGate(stage.cast.version_id, stage.cast.people["owner"])
    released = await stage.services.exit.release_original(gate, lambda original: None, TRAIL)
    assert (stage.cast.sha256, None, None) == (released.original.sha256, released.departure, released.address)
    with pytest.raises(ZeroDivisionError):
        await stage.services.exit.release_original(gate, lambda original: range(1 // 0), TRAIL)
    assert [] == await stage.told("employee:material:original")


async def test_what_cannot_be_sealed_stays_inside(stage: Stage) -> None:
    """A film is approved and shared; viewers are told that it can't be shown, and get no byte by any address."""
    made = await approved(stage, MP4, "短片.mp4")
    visit = await visit_to(stage, "li", made["material_id"])
    assert ("not_sealable", [], None) == (visit["status"], visit["pages"], visit["download_url"])
    until = stage.clock().replace(year=2027)
    for piece in ("pages/1", "thumbs/1", "document"):
        refused = await stage.get("li", signed(stage.services, f"/v/{visit['id']}/{piece}", until))
        assert 403 == refused.status, piece
        assert MP4[:24] not in refused.body
    assert ["not-sealable"] * 3 == [event["why"] for event in await stage.told("viewer:request:deny")]
    assert [] == await stage.told("viewer:copy:")
    original = await stage.get("reviewer", f"/api/v1/versions/{made['version_id']}/original")
    assert (200, MP4) == (original.status, original.body)


async def test_nothing_leaves_before_it_is_prepared(stage: Stage) -> None:
    """A version without renditions is said to be in preparation, by the desk as well as by a visit."""
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], brochure("NEW"))
    wanted = {"upload_id": str(upload_id), "title": "x", "class": "in_clinic"}
    version_id = (await stage.api("owner").post("/materials", wanted)).ok["versions"][0]["id"]
    gate = DeskGate(UUID(version_id), stage.cast.people["owner"])
    with pytest.raises(NotPrepared):
        await stage.services.exit.release(gate, Piece(kind=PieceKind.PAGE, page=1), TRAIL)
    assert 409 == (await stage.get("owner", f"/api/v1/versions/{version_id}/pages/1")).status


async def test_no_visit_gives_an_original(stage: Stage) -> None:
    """Even asked for from inside the server, a viewer's gate opens for sealed pieces only."""
    _, visit = await stage.visit("li", download=True)
    gate = VisitGate(UUID(visit["id"]), stage.cast.people["li"])
    with pytest.raises(AccessDenied) as refused:
        await stage.services.exit.release_original(gate, everything, TRAIL)
    assert "default-deny" == refused.value.rule
    assert [] == await stage.told("viewer:copy:", "employee:material:original")


async def test_no_desk_gives_a_document(stage: Stage) -> None:
    """Files to take away are for visits."""
    gate = DeskGate(stage.cast.version_id, stage.cast.people["owner"])
    with pytest.raises(AccessDenied):
        await stage.services.exit.release_document(gate, lambda copy: range(copy.size_bytes), TRAIL)


async def test_pages_that_are_not_there_are_not_found(stage: Stage) -> None:
    """Page 4 of 3, a version or a visit of another world: 404, and no event of a copy."""
    _, visit = await stage.visit("li")
    release = stage.services.exit.release
    gates = (
        (VisitGate(UUID(visit["id"]), stage.cast.people["li"]), 4),
        (VisitGate(NOBODY, stage.cast.people["li"]), 1),
        (DeskGate(NOBODY, stage.cast.people["owner"]), 1),
    )
    for gate, page in gates:
        with pytest.raises(NotFound):
            await release(gate, Piece(kind=PieceKind.PAGE, page=page), TRAIL)
    assert [] == await stage.told("viewer:copy:", "employee:material:preview")


async def test_preview_is_sealed_to_the_employee(stage: Stage) -> None:
    """Inside the brand, too, a page names who looked at it."""
    path = f"/api/v1/versions/{stage.cast.version_id}/pages/1"
    owner, reviewer = [decoded((await stage.get(who, path)).body) for who in ("owner", "reviewer")]
    key = f"versions/{stage.cast.version_id}/page/1.jpg"
    base = decoded(await stage.services.objects.read_all(key, limit_bytes=1 << 27))
    assert least_changed_share(base, owner) > 0.01
    assert changed_share(owner, reviewer) > 0.003
    assert 2 == len(await stage.told("employee:material:preview"))


async def test_nobody_without_a_name_gets_a_copy(stage: Stage) -> None:
    """A copy that names nobody could not be traced: once a person is erased, nothing leaves to them."""
    _, visit = await stage.visit("li")
    async with stage.services.database.transaction() as tx:
        await erase(tx, stage.cast.people["li"])
    refused = await stage.get("li", visit["pages"][0]["url"])
    assert 403 == refused.status
    assert ["actor-inactive"] == [event["why"] for event in await stage.told("viewer:request:deny")]


async def test_original_leaves_exactly(stage: Stage) -> None:
    """Whole or in part, the reviewer reads the very bytes that the approval will name, and the log counts them."""
    path = f"/api/v1/versions/{stage.cast.version_id}/original"
    body = brochure()
    assert body == (await stage.get("reviewer", path)).body
    part = await stage.get("reviewer", path, Range="bytes=100-299")
    assert (206, f"bytes 100-299/{len(body)}", body[100:300]) == (
        part.status,
        part.headers["Content-Range"],
        part.body,
    )
    past = await stage.get("reviewer", path, Range=f"bytes={len(body)}-")
    assert 416 == past.status
    await stage.services.exit.settle()
    assert [len(body), 200] == [event["bytes"] for event in await stage.told("employee:original:end")]


AGAIN_BYTES, AHEAD_BYTES = 4 << 20, 2 << 20
GRANT_BYTES = 1 << 20


@pytest.fixture
def asked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions by bytes at distances that a small file has room for."""
    monkeypatch.setattr(asking, "AGAIN_BYTES", AGAIN_BYTES)
    monkeypatch.setattr(asking, "AHEAD_BYTES", AHEAD_BYTES)
    monkeypatch.setattr(passing, "GRANT_BYTES", GRANT_BYTES)


async def large_original(stage: Stage) -> Departure:
    """A large file about to leave to its owner."""
    body = brochure(ballast=bytes(4 * AGAIN_BYTES))
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], body)
    wanted = {"upload_id": str(upload_id), "title": "x", "class": "in_clinic"}
    version_id = (await stage.api("owner").post("/materials", wanted)).ok["versions"][0]["id"]
    gate = DeskGate(UUID(version_id), stage.cast.people["owner"])
    departure = (await stage.services.exit.release_original(gate, everything, TRAIL)).departure
    assert departure is not None
    return departure


@pytest.mark.usefixtures("asked_often")
@pytest.mark.parametrize("way", ["socket", "pieces"])
async def test_long_answer_ends_with_the_permission(stage: Stage, way: str) -> None:
    """An employee who is disabled while a large original leaves gets a few MiB more at most, and the log how many."""
    with Reader(bare=way == "socket") as reader:
        leaving = asyncio.create_task((await large_original(stage)).into(reader))
        first = await reader.some()
        path = f"/people/accounts/{stage.cast.people['owner']}/disable"
        assert 200 == (await stage.api("admin").post(path)).status
        reading = asyncio.create_task(reader.rest())
        with pytest.raises(AccessDenied):
            await leaving
        reader.sent_all()
        received = len(first) + len(await reading)
    await stage.services.exit.settle()
    assert received <= AGAIN_BYTES + AHEAD_BYTES + GRANT_BYTES
    assert [received] == [event["bytes"] for event in await stage.told("employee:original:end")]


async def test_reader_who_leaves_is_told_with_what_they_got(stage: Stage) -> None:
    """The end of an answer is an event however it comes: here the reader goes while the second piece is sent."""
    with Reader(bare=False, pieces_max=1) as reader:
        departure = await large_original(stage)
        with pytest.raises(OutletGone):
            await departure.into(reader)
    await stage.services.exit.settle()
    (end,) = await stage.told("employee:original:end")
    assert reader.written_bytes < end["bytes"] <= reader.written_bytes + GRANT_BYTES


async def test_lost_rendition_is_an_error_and_no_copy(stage: Stage) -> None:
    """When the store has lost the base, nothing is served in its place, and no event says that it was."""
    made = await approved(stage, png(300, 200), "图.png")
    visit = await visit_to(stage, "li", made["material_id"])
    await stage.services.objects.delete(f"versions/{made['version_id']}/page/1.jpg")
    gate = VisitGate(UUID(visit["id"]), stage.cast.people["li"])
    with pytest.raises(StorageError):
        await stage.services.exit.release(gate, Piece(kind=PieceKind.PAGE, page=1), TRAIL)
    assert 500 == (await stage.get("li", visit["pages"][0]["url"])).status
    assert [] == await stage.told("viewer:copy:")


async def test_employees_copies_lead_back_to_them(stage: Stage) -> None:
    """All that one employee is shown of a version carries one copy id, in a row and in events; others have theirs."""
    path = f"/api/v1/versions/{stage.cast.version_id}"
    for who, pages in (("owner", (1, 2)), ("reviewer", (1,))):
        answers = await asyncio.gather(
            *(stage.get(who, f"{path}/{kind}/{page}") for kind in ("pages", "thumbs") for page in pages)
        )
        assert {200} == {answer.status for answer in answers}
    told = Counter(event["det"]["copy"] for event in await stage.told("employee:material:preview"))
    people = {person: who for who, person in stage.cast.people.items()}
    async with stage.services.database.transaction() as tx:
        rows = (await tx.execute(select(desk_visit.c.person_id, desk_visit.c.copy_id))).all()
    assert {("owner", 4), ("reviewer", 2)} == {(people[person], told[f"{copy:012x}"]) for person, copy in rows}
    assert 2 == len(rows)
