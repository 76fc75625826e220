"""Shares: what a marketer may set, what the careful values are, and who gets in by which audience."""

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import update

from compliance.errors import AccessDenied
from compliance.events import Trail
from compliance.visits import actor_of, person_now
from fileserver.dossiers import listing
from fileserver.i18n import Language
from fileserver.shares import visited
from storage.rows import departments
from storage.rows.visits import add_visit
from storage.schema import account, material
from tests.api import Api
from tests.html import goes_on
from tests.people import add_nameless
from tests.stage import TITLE, Stage, serving
from tests.unit.fileserver.test_qr_codes import read as read_qr
from tests.viewers import as_viewer

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def owner(stage: Stage) -> Api:
    """The marketer of the brochure."""
    return stage.api("owner")


async def test_what_is_left_out_takes_the_careful_value(stage: Stage) -> None:
    """A week, every verified viewer, no download, no forwarding, the standard mark."""
    share = await stage.share()
    lifetime = datetime.fromisoformat(share["expires_at"]) - datetime.fromisoformat(share["created_at"])
    assert timedelta(days=7) == lifetime
    assert ("verified", False, 0, "standard", "open", 0) == (
        share["audience"],
        share["download"],
        share["forward_depth_left"],
        share["watermark"],
        share["state"],
        share["visits_used"],
    )
    assert (TITLE, "林晓") == (share["material_title"], share["created_by"])
    assert f"{stage.services.config.public_url}/s/{share['token']}" == share["url"]
    assert 32 == len(share["token"])


async def test_what_an_earlier_release_approved_needs_a_certificate_to_be_shared_anew(stage: Stage, owner: Api) -> None:
    """Sharing asks for what the class needs today, however the version came to be approved."""
    async with stage.services.database.transaction() as tx:
        of_the_brochure = material.c.id == stage.cast.material_id
        await tx.execute(update(material).where(of_the_brochure).values(material_class="public_ad"))
    refused = await owner.post("/shares", {"material_id": str(stage.cast.material_id)})
    assert (409, "/problems/requirement-unmet") == (refused.status, refused.body["type"])
    assert "certificate-valid" in refused.body["need"]


async def test_bad_policy_names_its_field(stage: Stage, owner: Api, subtests: pytest.Subtests) -> None:
    """Each wrong value is named with a sentence, and no share is made."""
    cases: list[tuple[dict[str, object], str]] = [
        ({"audience": "clinic"}, "/clinic_id"),
        ({"audience": "person"}, "/person_id"),
        ({"clinic_id": NOBODY}, "/clinic_id"),
        ({"person_id": NOBODY}, "/person_id"),
        ({"audience": "clinic", "clinic_id": NOBODY}, "/clinic_id"),
        ({"audience": "person", "person_id": NOBODY}, "/person_id"),
        ({"audience": "everybody"}, "/audience"),
        ({"job": "nurse"}, "/job"),
        ({"expires_at": "2026-11-23T01:30:00Z"}, "/expires_at"),
        ({"expires_at": "2027-11-25T01:30:00Z"}, "/expires_at"),
        ({"expires_at": "2026-12-01T00:00:00"}, "/expires_at"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"visits_max": 0}, "/visits_max"),
        ({"visits_max": -1}, "/visits_max"),
        ({"visits_max": 1_000_001}, "/visits_max"),
        ({"visits_max": "5"}, "/visits_max"),
        ({"download": "yes"}, "/download"),
        ({"forward_depth": 11}, "/forward_depth"),
        ({"watermark": "none"}, "/watermark"),
        ({"note": "x" * 201}, "/note"),
        ({"note": "a\u0000b"}, "/note"),
        ({"material_id": "7"}, "/material_id"),
        ({"limit": 5}, "/limit"),
    ]
    for policy, field in cases:
        with subtests.test(str((policy, field))):
            refused = await owner.post("/shares", {"material_id": str(stage.cast.material_id), **policy})
            assert (422, {field}) == (refused.status, refused.fields)
            assert [] == (await owner.get("/shares")).ok["items"]


async def test_share_for_one_person_goes_no_further(stage: Stage, owner: Api) -> None:
    """What is for one person can't be passed on, so a depth beside it is a mistake."""
    wanted = {"material_id": str(stage.cast.material_id), "audience": "person", "forward_depth": 1}
    refused = await owner.post("/shares", {**wanted, "person_id": str(stage.cast.people["li"])})
    assert (422, {"/forward_depth"}) == (refused.status, refused.fields)


@pytest.mark.parametrize(
    ("policy", "li", "wang"),
    [
        ({"audience": "verified"}, 201, 201),
        ({"audience": "clinic", "clinic_id": "li"}, 201, 403),
        ({"audience": "person", "person_id": "li"}, 201, 403),
        ({"audience": "person", "person_id": "wang"}, 403, 201),
        ({"job": "doctor"}, 403, 201),
        ({"audience": "clinic", "clinic_id": "li", "job": "doctor"}, 403, 403),
    ],
)
async def test_audience(stage: Stage, policy: dict[str, str], li: int, wang: int) -> None:
    """Whoever is meant gets in; everybody else is refused by the rule of the audience, and the log says so."""
    ids = {"clinic_id": stage.cast.clinics, "person_id": stage.cast.people}
    share = await stage.share(
        **{name: str(ids[name][value]) if name in ids else value for name, value in policy.items()}
    )
    answers = {who: await stage.open(who, share["token"]) for who in ("li", "wang")}
    assert {"li": li, "wang": wang} == {who: answer.status for who, answer in answers.items()}
    refused = [answer.body["rule"] for answer in answers.values() if answer.status == 403]
    assert ["outside-audience"] * len(refused) == refused
    assert refused == [event["why"] for event in await stage.told("viewer:request:deny")]


async def test_audience_is_asked_at_every_page(stage: Stage) -> None:
    """Somebody who says that they work elsewhere now loses what was for their clinic, in the middle of reading."""
    _, visit = await stage.visit("li", audience="clinic", clinic_id=str(stage.cast.clinics["li"]))
    moved, _ = await as_viewer(stage.client, name="李娜", phone="13800138001", clinic_name="悦美诊所")
    headers = {"Authorization": f"Bearer {moved.token}"}
    async with stage.client.get(visit["pages"][0]["url"], headers=headers) as response:
        assert (403, "outside-audience") == (response.status, (await response.json(content_type=None))["rule"])


async def test_list_pages_and_narrows(stage: Stage, owner: Api) -> None:
    """Newest first, page after page, by material; the rival's list is their own."""
    made = []
    for number in range(5):
        stage.clock.advance(seconds=1)
        made.append((await stage.share(note=f"第{number}次"))["id"])
    stage.clock.advance(seconds=1)
    rivals = (await stage.share("rival"))["id"]
    first = (await owner.get("/shares", limit=3)).ok
    rest = (await owner.get("/shares", limit=3, cursor=first["next"])).ok
    assert made[::-1] == [item["id"] for item in (*first["items"], *rest["items"])]
    assert rest["next"] is None
    assert [rivals] == [item["id"] for item in (await stage.api("rival").get("/shares")).ok["items"]]
    assert {rivals, *made} == {item["id"] for item in (await stage.api("manager").get("/shares")).ok["items"]}
    assert [] == (await owner.get("/shares", material_id=str(stage.cast.draft_id))).ok["items"]
    refused = await owner.get("/shares", cursor="not-a-cursor")
    assert (422, {"/cursor"}) == (refused.status, refused.fields)


async def test_list_of_a_department_or_a_region(stage: Stage, owner: Api) -> None:
    """Of employees who are in it or below it today, and within it only what the reader may see; on the page, too."""
    mine, theirs = (await stage.share())["id"], (await stage.share("rival"))["id"]
    async with stage.services.database.transaction() as tx:
        above = await departments.add_department(tx, name="市场", parent_id=departments.ROOT_ID)
        below = await departments.add_department(tx, name="华东市场", parent_id=above)
        east = await departments.add_region(tx, "华东")
        await departments.change_department(tx, below, region_id=east)
        moving = update(account).where(account.c.person_id == stage.cast.people["owner"])
        await tx.execute(moving.values(department_id=below))
        await departments.rebuild(tx)
    narrowed = ({"department_id": str(above)}, {"department_id": str(below)}, {"region": "华东"})
    for query in narrowed:
        for who, expected in (("manager", [mine]), ("auditor", [mine]), ("rival", [])):
            found = (await stage.api(who).get("/shares", **query)).ok["items"]
            assert expected == [item["id"] for item in found], (who, query)
    page = (await stage.request("GET", "manager", f"/shares?department_id={above}&lang=en")).body.decode()
    assert ("the department" in page, f"/shares/{mine}" in page, f"/shares/{theirs}" in page) == (True, True, False)
    nothing = (await stage.request("GET", "rival", "/shares?region=华东&lang=en")).body.decode()
    assert "No such shares" in nothing


async def test_visitors_are_named(stage: Stage, owner: Api) -> None:
    """The maker of a share sees who came, from where, as what and when; newest first."""
    share, visit = await stage.visit("li")
    stage.clock.advance(minutes=1)
    second = (await stage.open("wang", share["token"])).ok
    found = (await owner.get(f"/shares/{share['id']}/visits")).ok["items"]
    assert [
        (second["id"], "王强", "悦美诊所", "doctor"),
        (visit["id"], "李娜", "瑞丽诊所", "consultant"),
    ] == [(item["visit_id"], item["person"], item["clinic"], item["job"]) for item in found]


async def test_all_visitors_are_listed_page_after_page_and_in_a_file(
    stage: Stage, owner: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a hundred and twenty none is left out and none comes twice; whoever takes the file is told to the log."""
    share = await stage.share()
    async with stage.services.database.transaction() as tx:
        people = await add_nameless(tx, 120)
        for number, each in enumerate(people):
            began = stage.clock() + timedelta(seconds=number // 7)
            await add_visit(
                tx,
                share_id=UUID(share["id"]),
                version_id=stage.cast.version_id,
                person_id=each,
                kid=1,
                lasts=(began, began + timedelta(hours=1)),
            )
    path = f"/shares/{share['id']}"
    listed = (await owner.get(f"{path}/visits", limit=100)).ok
    rest = (await owner.get(f"{path}/visits", limit=100, cursor=listed["next"])).ok
    assert (100, 20, None) == (len(listed["items"]), len(rest["items"]), rest["next"])
    assert sorted(map(str, people)) == sorted(each["person_id"] for each in listed["items"] + rest["items"])
    first = (await stage.get("owner", path, Accept="text/html")).body.decode()
    last = (await stage.get("owner", goes_on(first) or "", Accept="text/html")).body.decode()
    assert [100, 20, None] == [
        first.count('data-label="Last seen"'),
        last.count('data-label="Last seen"'),
        goes_on(last),
    ]
    monkeypatch.setattr(visited, "BATCH", 50)
    answer = await stage.get("manager", f"/api/v1{path}/visits.csv")
    head, *lines = answer.body.decode("utf-8-sig").splitlines()
    assert ('"Name","Clinic","Job","First opened","Last seen"', 120) == (head, len(lines))
    (told,) = await stage.told("employee:recall:read")
    assert ("manager", share["id"], "csv") == (told["role"], told["link"], told["det"]["format"])


async def test_a_file_of_people_ends_with_the_right_to_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who opened a share, who saw a material: whoever is let in no more gets no further line."""
    services = stage.services
    async with services.database.transaction() as tx:
        reader = actor_of(await person_now(tx, stage.cast.people["manager"]), stage.clock())
    share, _ = await stage.visit("li")
    for module in (visited, listing):
        monkeypatch.setattr(module, "BATCH", 1)
    files = (
        visited.lines(services, reader, Trail(role="manager"), UUID(share["id"]), Language.EN),
        listing.lines(services, reader, stage.cast.material_id, Language.EN),
    )
    for each in files:
        await anext(each)
    assert (await stage.api("admin").post(f"/people/accounts/{reader.person_id}/disable")).ok["disabled_at"] is not None
    for each in files:
        with pytest.raises(AccessDenied):
            await anext(each)


async def test_state_says_what_opening_would_meet(stage: Stage, owner: Api) -> None:
    """Open, used up, revoked, expired, closed with its material: the list says it before anybody tries."""
    used_up, _ = await stage.visit("li", visits_max=1)
    revoked = await stage.share()
    assert 200 == (await owner.post(f"/shares/{revoked['id']}/revoke")).status
    assert 409 == (await owner.post(f"/shares/{revoked['id']}/revoke")).status
    short = await stage.share(expires_at=(stage.clock() + timedelta(minutes=5)).isoformat())
    open_ = await stage.share()
    stage.clock.advance(minutes=5)
    states = {item["id"]: item["state"] for item in (await owner.get("/shares")).ok["items"]}
    assert {used_up["id"]: "used_up", revoked["id"]: "revoked", short["id"]: "expired", open_["id"]: "open"} == states
    assert 200 == (await owner.post(f"/materials/{stage.cast.material_id}/withdraw", {"reason": "x"})).status
    assert "closed" == (await owner.get(f"/shares/{open_['id']}")).ok["state"]
    refused = await owner.post("/shares", {"material_id": str(stage.cast.material_id)})
    assert (403, "material-withdrawn") == (refused.status, refused.body["rule"])


async def test_qr_code_is_the_link(stage: Stage, tmp_path: Path) -> None:
    """A picture without script that any camera reads, also past the brand's logo."""
    share, logo = await stage.share(), tmp_path / "logo.png"
    Image.new("RGB", (40, 40), (1, 2, 200)).save(logo)
    config = stage.services.config.model_copy(update={"brand_logo": logo})
    headers = {"Authorization": f"Bearer {stage.cast.tokens['owner']}"}
    async with (
        serving(replace(stage.services, config=config)) as client,
        client.get(f"/api/v1/shares/{share['id']}/qr.png", headers=headers) as answer,
    ):
        drawn = await answer.read()
    assert share["url"] == read_qr(drawn)
    middle = Image.open(BytesIO(drawn)).convert("RGB")
    assert (1, 2, 200) == middle.getpixel((middle.width // 2, middle.height // 2))
    picture = await stage.get("owner", f"/api/v1/shares/{share['id']}/qr.svg")
    assert (200, "image/svg+xml") == (picture.status, picture.headers["Content-Type"].partition(";")[0])
    assert picture.body.startswith(b"<svg")
    assert b"<script" not in picture.body


async def test_unknown_things_are_not_found(stage: Stage, owner: Api) -> None:
    """Made-up ids are answered with 404 that names the field."""
    for answer in (
        await owner.get(f"/shares/{NOBODY}"),
        await owner.post(f"/shares/{NOBODY}/revoke"),
        await owner.get(f"/shares/{NOBODY}/visits"),
        await owner.post("/shares", {"material_id": NOBODY}),
    ):
        assert (404, 1) == (answer.status, len(answer.fields))
