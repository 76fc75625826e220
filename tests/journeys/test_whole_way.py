"""The whole way of a file, over HTTP on the real engines: upload, material, review, share, visit, sealed copy, log."""

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

import pypdf
import pytest

from compliance.access import Role
from fileserver.services import Services
from tests.api import Api, Client, sign_in
from tests.brochure import SHOWN_SIZES_PT, WORDS, brochure
from tests.log import events, printed
from tests.materials import run_jobs
from tests.people import add_employee
from tests.pictures import changed_share, decoded, least_changed_share, pages_of, streams_of, text_of
from tests.reviewing import decision
from tests.uploads import Tus, metadata
from tests.viewers import as_viewer

STORY = (
    "employee:material:create",
    "system:version:prepare",
    "system:scan:end",
    "system:finding:report",
    "employee:version:submit",
    "employee:material:preview",
    "employee:version:approve",
    "employee:share:create",
    "viewer:visit:start",
    "viewer:copy:view",
    "viewer:visit:start",
    "viewer:copy:view",
    "viewer:copy:download",
    "viewer:copy:end",
    "viewer:copy:download",
    "viewer:copy:end",
)
FILE = brochure()


@dataclass(frozen=True, kw_only=True)
class People:
    """Everybody who takes part."""

    marketer: Api
    reviewer: Api
    auditor: Api
    li: Api
    wang: Api
    li_signed_in: dict[str, Any]


@pytest.fixture
async def people(services: Services, client: Client) -> People:
    """Three employees, and two viewers of two clinics, all signed in."""
    marketer, reviewer, auditor = [
        await sign_in(client, await add_employee(services, role, name=name))
        for role, name in ((Role.MARKETER, "林晓"), (Role.REVIEWER, "陈静"), (Role.AUDITOR, "吴桐"))
    ]
    li, li_signed_in = await as_viewer(client, name="李娜", phone="13800138001", clinic_name="瑞丽诊所")
    wang, _ = await as_viewer(client, name="王强", phone="13800138002", clinic_name="悦美诊所", job="doctor")
    return People(marketer=marketer, reviewer=reviewer, auditor=auditor, li=li, wang=wang, li_signed_in=li_signed_in)


async def fetch(who: Api, path: str) -> bytes:
    """The bytes of an answer that must be a success."""
    async with who.client.get(path, headers={"Authorization": f"Bearer {who.token}"}) as response:
        body = await response.read()
        assert response.status == 200, body
        return body


async def uploaded(services: Services, who: Api) -> str:
    """The brochure by tus, in two parts; its id."""
    tus = Tus.at(who.client, services, who.token)
    path = await tus.create(len(FILE), metadata(filename="夏季手册.pdf"))
    assert "1000" == (await tus.patch(path, 0, FILE[:1000])).headers["Upload-Offset"]
    assert 204 == (await tus.patch(path, await tus.offset(path), FILE[1000:])).status
    return path.rpartition("/")[2]


async def approved(services: Services, people: People) -> dict[str, Any]:
    """The material, uploaded, prepared, submitted, read by the reviewer, and approved by its SHA-256."""
    upload_id = await uploaded(services, people.marketer)
    wanted = {"upload_id": upload_id, "title": "夏季护肤手册", "class": "in_clinic"}
    path = f"/materials/{(await people.marketer.post('/materials', wanted)).ok['id']}"
    await run_jobs(services)
    version = (await people.marketer.post(f"{path}/submit")).ok["versions"][0]
    assert (hashlib.sha256(FILE).hexdigest(), "ready", 3) == (
        version["sha256"],
        version["preparation"],
        version["pages_total"],
    )
    (review,) = (await people.reviewer.get("/reviews")).ok["items"]
    await fetch(people.reviewer, f"/api/v1/versions/{version['id']}/pages/1")
    said = decision(people.reviewer, version["sha256"])
    assert "approved" == (await people.reviewer.post(f"/reviews/{review['id']}/decision", said)).ok["state"]
    material: dict[str, Any] = (await people.marketer.get(path)).ok
    return material


async def test_whole_way(services: Services, people: People) -> None:
    """A marketer's file reaches two viewers, each with a copy of their own; the auditor can tell the story of it."""
    material = await approved(services, people)
    share = (
        await people.marketer.post(
            "/shares", {"material_id": material["id"], "download": True, "seal_level": "flattened"}
        )
    ).ok

    li = (await people.li.post("/visits", {"token": share["token"]})).ok
    pages = [await fetch(people.li, li["pages"][0]["url"])]
    wang = (await people.wang.post("/visits", {"token": share["token"]})).ok
    pages.append(await fetch(people.wang, wang["pages"][0]["url"]))
    base = await services.objects.read_all(f"versions/{material['versions'][0]['id']}/page/1.jpg", limit_bytes=1 << 27)
    check_pages(base, *pages)

    files = [await fetch(people.li, li["download_url"]), await fetch(people.wang, wang["download_url"])]
    check_files(*files)
    await services.settle()
    await check_story(services, people, material, share)


def check_pages(base: bytes, one: bytes, other: bytes) -> None:
    """Both pages are marked all over, and each viewer's differs from the other's."""
    original, ones, others = decoded(base), decoded(one), decoded(other)
    assert original.size == ones.size == others.size
    assert min(least_changed_share(original, ones), least_changed_share(original, others)) > 0.01
    assert least_changed_share(ones, others) > 0.001
    assert changed_share(original, ones) < 0.6  # the page can still be read


def check_files(one: bytes, other: bytes) -> None:
    """Whole files of the right sizes, for one viewer each, of pictures only: nothing of the original is inside."""
    assert one != other
    for pdf in (one, other):
        assert SHOWN_SIZES_PT == tuple(
            (float(page.mediabox.width), float(page.mediabox.height)) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
        )
        assert list(SHOWN_SIZES_PT) == [page.size for page in pages_of(pdf)]
        assert "" == text_of(pdf).strip()
        assert WORDS.encode() not in pdf
        assert not any(WORDS.encode() in stream for stream in streams_of(pdf))
        assert not {stream for stream in streams_of(FILE) if stream} & set(streams_of(pdf))
    for sealed, bare, others in zip(pages_of(one), pages_of(FILE), pages_of(other), strict=True):
        assert least_changed_share(sealed, bare, rows=3, columns=3) > 0.01
        assert changed_share(sealed, others) > 0.005


async def check_story(services: Services, people: People, material: dict[str, Any], share: dict[str, Any]) -> None:
    """The same story by material, person, clinic and share; exports hold the leaves, and are told as well."""
    trail = [event for event in await events(services) if event["obj"] == f"material:{material['id']}"]
    print(printed(trail))  # noqa: T201  # pytest -s shows the story
    assert STORY == tuple(event["act"] for event in trail)
    assert {material["versions"][0]["sha256"]} == {event["ver"] for event in trail}

    found = (await people.auditor.get("/events", material_id=material["id"])).ok["items"]
    assert list(reversed(STORY)) == [item["act"] for item in found]
    assert {"夏季护肤手册"} == {item["object_title"] for item in found}

    through_share = (await people.auditor.get("/events", share_id=share["id"])).ok["items"]
    assert list(reversed(STORY[7:])) == [item["act"] for item in through_share]

    li_did = ["viewer:copy:end", "viewer:copy:download", "viewer:copy:view", "viewer:visit:start"]
    by_person = (await people.auditor.get("/events", person="李娜", material_id=material["id"])).ok["items"]
    clinic_id = people.li_signed_in["clinic"]["id"]
    by_clinic = (await people.auditor.get("/events", clinic_id=clinic_id, material_id=material["id"])).ok["items"]
    assert li_did == [item["act"] for item in by_person] == [item["act"] for item in by_clinic]
    assert {("李娜", "瑞丽诊所")} == {(item["person_name"], item["clinic_name"]) for item in by_person}

    query = f"/api/v1/events/export?material_id={material['id']}"
    leaves = (await fetch(people.auditor, f"{query}&format=ndjson")).splitlines()
    assert trail == [json.loads(leaf) for leaf in leaves]
    table = (await fetch(people.auditor, f"{query}&format=csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert list(STORY) == [row["act"] for row in rows]
    assert "夏季护肤手册" == rows[0]["object_title"]
    exports = await events(services, "employee:event:export")
    assert ["ndjson", "csv"] == [event["det"]["format"] for event in exports]
    assert {"auditor"} == {event["role"] for event in exports}
