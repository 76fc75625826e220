"""A PDF sealed to its viewer in any range, over HTTP: with its text kept, or as pictures of its pages."""

import asyncio
import io
import itertools
import random
from typing import Any
from uuid import UUID

import pikepdf
import pypdf
import pytest
from aiohttp import ClientPayloadError, ClientResponse
from sqlalchemy import update

from compliance.exit import asking
from compliance.keys import KeyUse
from compliance.profiles import Profile, replace_profile
from storage.objects import passing
from storage.rows import renditions
from storage.schema import share as shares
from tests.brochure import WORDS, brochure
from tests.pictures import changed_share, pages_of, text_of
from tests.stage import Piece, Stage
from watermark.templates import SlotMap

LEVELS = ("shared", "interleaved")
ALL_LEVELS = (*LEVELS, "flattened")


async def copy_of(stage: Stage, who: str, level: str, **headers: str) -> tuple[dict[str, Any], Piece]:
    """A visit by a share of this level, and the answer to its download."""
    _, visit = await stage.visit(who, download=True, seal_level=level)
    return visit, await stage.get(who, visit["download_url"], **headers)


def heavy(size_bytes: int) -> bytes:
    """The brochure, whose first page has a picture of so many bytes that is never drawn."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(brochure())) as pdf:
        picture = pdf.make_stream(random.Random(1).randbytes(size_bytes))  # no secret
        picture.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1, Height=1, BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode, Length=size_bytes,
        )  # fmt: skip
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(Ballast=picture)
        pdf.save(out)
    return out.getvalue()


async def until_it_breaks(response: ClientResponse) -> int:
    """How many bytes still come of an answer whose connection ends too early."""
    received = 0
    try:
        while not response.content.at_eof():
            received += len(await response.content.readany())
    except ClientPayloadError:
        return received
    raise AssertionError("the answer came to its end")


async def slots_of(stage: Stage, level: str) -> SlotMap:
    """Where the brochure's template differs from copy to copy."""
    async with stage.services.database.transaction() as tx:
        row = await renditions.rendition_of(tx, stage.cast.version_id, f"slots-{level}", 1)
    assert row is not None
    return SlotMap.from_bytes(await stage.services.objects.read_all(row.object_key, limit_bytes=1 << 22))


@pytest.mark.parametrize("level", LEVELS)
async def test_copy_keeps_its_text_and_names_its_viewer(stage: Stage, level: str) -> None:
    """The pages are the original's with the viewer's mark all over; the words can be searched; others' differ."""
    (_, li), (_, wang) = [await copy_of(stage, who, level) for who in ("li", "wang")]
    for answer in (li, wang):
        assert (200, "application/pdf", "bytes") == (
            answer.status,
            answer.headers["Content-Type"],
            answer.headers["Accept-Ranges"],
        )
        assert int(answer.headers["Content-Length"]) == len(answer.body)
        assert WORDS in text_of(answer.body)
        assert 3 == len(pypdf.PdfReader(io.BytesIO(answer.body)).pages)
    assert li.headers["ETag"] != wang.headers["ETag"]
    for one, other, bare in zip(pages_of(li.body), pages_of(wang.body), pages_of(brochure()), strict=True):
        assert changed_share(one, bare) > 0.01
        assert changed_share(one, other) > 0.003
    told = await stage.told("viewer:copy:download", "viewer:copy:end")
    assert [level, level] == [event["det"]["level"] for event in told if event["act"] == "viewer:copy:download"]
    assert [len(li.body)] * 2 == [event["bytes"] for event in told if event["act"] == "viewer:copy:end"]


@pytest.mark.parametrize("level", LEVELS)
async def test_two_copies_differ_only_in_their_slots(stage: Stage, level: str) -> None:
    """Whatever is not a slot, or the checksum of one, is the same byte in both."""
    (_, li), (_, wang) = [await copy_of(stage, who, level) for who in ("li", "wang")]
    slots = (await slots_of(stage, level)).slots
    inside = {at for slot in slots for at in range(slot.at, slot.at + slot.capacity + 5 * (slot.capacity // 65535 + 1))}
    inside |= {at for slot in slots for at in range(slot.sum_at, slot.sum_at + 4)}
    differ = {at for at, (one, other) in enumerate(zip(li.body, wang.body, strict=True)) if one != other}
    assert differ
    assert not differ - inside


@pytest.mark.parametrize("level", ["interleaved", "flattened"])
async def test_ranges_put_together_are_the_whole(stage: Stage, level: str) -> None:
    """Any cutting into ranges, by any number of requests, gives the same bytes under the same tag."""
    visit, whole = await copy_of(stage, "li", level)
    chance = random.Random(7)  # where a test cuts is no secret
    cuts = sorted({0, len(whole.body), *(chance.randrange(len(whole.body)) for _ in range(12))})

    async def ask(start: int, stop: int) -> Piece:
        said = {"Range": f"bytes={start}-{stop - 1}", "If-Range": whole.headers["ETag"]}
        return await stage.get("li", visit["download_url"], **said)

    first, *rest = itertools.pairwise(cuts)
    parts = [await ask(*first), *await asyncio.gather(*(ask(*each) for each in rest))]
    assert {(206, whole.headers["ETag"])} == {(part.status, part.headers["ETag"]) for part in parts}
    assert whole.body == b"".join(part.body for part in parts)
    assert 2 == len(await stage.told("viewer:copy:download"))  # of the whole, and of all its parts
    await stage.services.settle()
    ends = await stage.told("viewer:copy:end")
    assert [(len(whole.body), None), (len(whole.body), len(parts))] == [
        (event["bytes"], event["det"].get("ranges")) for event in ends
    ]


@pytest.mark.parametrize("level", ["shared", "flattened"])
async def test_conditions_are_answered_without_a_byte(stage: Stage, level: str) -> None:
    """HEAD tells the length; who has the copy gets 304; a range past the end 416; none of these is a copy served."""
    _, visit = await stage.visit("li", download=True, seal_level=level)
    url = visit["download_url"]
    head = await stage.request("HEAD", "li", url)
    assert (200, b"") == (head.status, head.body)
    tag, size = head.headers["ETag"], int(head.headers["Content-Length"])
    assert 304 == (await stage.get("li", url, **{"If-None-Match": tag})).status
    assert 412 == (await stage.get("li", url, **{"If-Match": '"another"'})).status
    assert 416 == (await stage.get("li", url, Range=f"bytes={size}-")).status
    assert [] == await stage.told("viewer:copy:")
    stale = await stage.get("li", url, Range="bytes=0-9", **{"If-Range": '"another"'})
    assert (200, size) == (stale.status, len(stale.body))
    last = await stage.get("li", url, Range="bytes=-9")
    assert (206, stale.body[-9:], f"bytes {size - 9}-{size - 1}/{size}") == (
        last.status,
        last.body,
        last.headers["Content-Range"],
    )


@pytest.mark.parametrize("level", ["interleaved", "flattened"])
async def test_copy_is_the_same_for_the_whole_visit(stage: Stage, level: str) -> None:
    """Time passes and a key is rotated: what a visit downloads later is the copy it began with."""
    visit, before = await copy_of(stage, "li", level)
    async with stage.services.database.transaction() as tx:
        await stage.services.keys.add(tx, KeyUse.SHARE_TOKEN)
    await stage.services.keys.refresh(stage.services.database)
    stage.clock.advance(minutes=4)
    after = await stage.get("li", visit["download_url"])
    assert (before.headers["ETag"], before.body) == (after.headers["ETag"], after.body)


async def test_share_revoked_in_the_middle_ends_the_answer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of a large copy never leaves: the connection breaks, and the log tells how much did."""
    monkeypatch.setattr(asking, "AGAIN_BYTES", 0)
    monkeypatch.setattr(asking, "AHEAD_BYTES", 0)
    monkeypatch.setattr(passing, "GRANT_BYTES", 1 << 20)
    made = await stage.approved(heavy(24 << 20))
    share = (await stage.api("owner").post("/shares", {"material_id": made, "download": True})).ok
    visit = (await stage.open("li", share["token"])).ok
    headers = {"Authorization": f"Bearer {stage.api('li').token}"}
    received = 0
    async with stage.client.get(visit["download_url"], headers=headers) as response:
        received += len(await response.content.readany())
        assert 200 == (await stage.api("owner").post(f"/shares/{share['id']}/revoke")).status
        received += await until_it_breaks(response)
    await stage.services.settle()
    (ended,) = await stage.told("viewer:copy:end")
    assert received <= ended["bytes"] < int(response.headers["Content-Length"])
    assert "share-revoked" == (await stage.told("viewer:request:deny"))[0]["why"]


@pytest.mark.parametrize(
    ("wanted", "policy"),
    [
        ({"class": "in_clinic", "sensitivity": "top"}, {"seal_level": "shared"}),
        ({"class": "professional_training"}, {}),
        ({"class": "in_clinic"}, {"seal_level": "flattened"}),
    ],
    ids=["top", "class", "share"],
)
async def test_sensitive_materials_are_pictures_of_pages(
    stage: Stage, wanted: dict[str, str], policy: dict[str, str]
) -> None:
    """By the material's sensitivity, by its class, or by the share's wish: no text; a broken download goes on."""
    made = await stage.approved(brochure("SENSITIVE"), **wanted)
    share = (await stage.api("owner").post("/shares", {"material_id": made, "download": True, **policy})).ok
    visit = (await stage.open("li", share["token"])).ok
    head = await stage.request("HEAD", "li", visit["download_url"])
    broken_off = await stage.get("li", visit["download_url"], Range="bytes=0-99999")
    rest = await stage.get(
        "li", visit["download_url"], Range="bytes=100000-", **{"If-Range": broken_off.headers["ETag"]}
    )
    assert (200, 206, 206) == (head.status, broken_off.status, rest.status)
    body = broken_off.body + rest.body
    assert int(head.headers["Content-Length"]) == len(body)
    assert "SENSITIVE" not in text_of(body)
    assert 3 == len(pages_of(body))


async def test_another_name_is_another_copy(stage: Stage) -> None:
    """Whoever is called something else in the middle gets the pages anew: no half of one copy is put to another."""
    visit, before = await copy_of(stage, "li", "flattened")
    renamed = Profile(name="李娜娜", phone="13800138001")
    async with stage.services.database.transaction() as tx:
        await replace_profile(tx, stage.services.keys.master, stage.cast.people["li"], renamed)
    rest = await stage.get("li", visit["download_url"], Range="bytes=100000-", **{"If-Range": before.headers["ETag"]})
    assert (200, len(before.body)) == (rest.status, len(rest.body))
    assert before.headers["ETag"] != rest.headers["ETag"]


@pytest.mark.parametrize(
    ("before", "after"), [("interleaved", "flattened"), ("flattened", "interleaved"), ("shared", "interleaved")]
)
async def test_another_level_is_another_copy(stage: Stage, before: str, after: str) -> None:
    """A share whose level changes between two ranges: who goes on with the first copy gets the second one whole."""
    part, rest = 20_000, "bytes=20000-"
    share, visit = await stage.visit("li", download=True, seal_level=before)
    url = visit["download_url"]
    begun = await stage.get("li", url, Range=f"bytes=0-{part - 1}")
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(shares).where(shares.c.id == UUID(share["id"])).values(seal_level=after))
    gone_on = await stage.get("li", url, Range=rest, **{"If-Range": begun.headers["ETag"]})
    assert 412 == (await stage.get("li", url, Range=rest, **{"If-Match": begun.headers["ETag"]})).status
    assert (206, 200) == (begun.status, gone_on.status)
    assert begun.headers["ETag"] != gone_on.headers["ETag"]
    assert int(gone_on.headers["Content-Length"]) == len(gone_on.body)
    assert 3 == len(pages_of(gone_on.body))
    ended = await stage.get("li", url, Range=rest, **{"If-Range": gone_on.headers["ETag"]})
    assert (206, gone_on.body[part:]) == (ended.status, ended.body)
    told = [event["det"]["level"] for event in await stage.told("viewer:copy:download")]
    assert [before, after, after] == told


async def test_nobody_else_gets_a_copy_by_its_address(stage: Stage) -> None:
    """HEAD and conditions as well as bytes: another viewer is told nothing of a visit that is not theirs."""
    visit, mine = await copy_of(stage, "li", "interleaved")
    for method, headers in (("HEAD", {}), ("GET", {}), ("GET", {"If-None-Match": mine.headers["ETag"]})):
        refused = await stage.request(method, "wang", visit["download_url"], headers=headers)
        assert 403 == refused.status
        assert "ETag" not in refused.headers


async def test_lost_template_is_an_error_and_no_copy(stage: Stage) -> None:
    """When the store has lost the template, nothing is served in its place."""
    made = await stage.approved(brochure("LOST"))
    share = (await stage.api("owner").post("/shares", {"material_id": made, "download": True})).ok
    visit = (await stage.open("li", share["token"])).ok
    version_id = (await stage.api("owner").get(f"/materials/{made}")).ok["versions"][0]["id"]
    async with stage.services.database.transaction() as tx:
        row = await renditions.rendition_of(tx, UUID(version_id), "template-interleaved", 1)
    assert row is not None
    await stage.services.objects.delete(row.object_key)
    assert 500 == (await stage.get("li", visit["download_url"])).status
