"""Whom a share is for, and how its maker narrows it, shuts somebody out and closes everything: at the next byte."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from storage.rows.cuts import is_cut
from storage.schema import clinic, person, share
from tests.api import Api
from tests.locks import until_waiting
from tests.stage import Stage
from tests.viewers import as_viewer

SUN = {"name": "孙悦", "phone": "13800138004", "clinic_name": "瑞丽诊所", "job": "operations"}


@pytest.fixture
async def sun(stage: Stage) -> Api:
    """A colleague of 李娜, of another job."""
    return (await as_viewer(stage.client, **SUN))[0]


async def opened(who: Api, made: dict[str, Any]) -> str | int:
    """What somebody meets who opens a link: 201, or the rule that refuses them."""
    answer = await who.post("/visits", {"token": made["token"]})
    return answer.status if answer.status == 201 else str(answer.body["rule"])


async def page(who: Api, visit: dict[str, Any]) -> str | int:
    """What somebody gets who reads on: 200, or the rule that refuses them."""
    headers = {"Authorization": f"Bearer {who.token}"}
    async with who.client.get(visit["pages"][0]["url"], headers=headers) as response:
        return response.status if response.status == 200 else (await response.json(content_type=None))["rule"]


async def test_several_are_meant(stage: Stage, sun: Api) -> None:
    """Several clinics, several people, regions, and jobs beside any of them; whoever is outside is told so."""
    people = {name: str(each) for name, each in stage.cast.people.items()}
    clinics = {name: str(each) for name, each in stage.cast.clinics.items()}
    async with stage.services.database.transaction() as tx:
        for name, region in (("li", "华东"), ("wang", "华西")):
            of = clinic.c.id == stage.cast.clinics[name]
            await tx.execute(update(clinic).where(of).values(region=region))
    out = "outside-audience"
    meant: list[tuple[dict[str, Any], tuple[str | int, ...]]] = [
        ({"audience": "clinic", "clinic_ids": list(clinics.values())}, (201, 201, 201)),
        ({"audience": "clinic", "clinic_ids": [clinics["li"]], "jobs": ["operations", "doctor"]}, (out, out, 201)),
        ({"audience": "person", "person_ids": [people["li"], people["wang"]]}, (201, 201, out)),
        ({"audience": "region", "regions": ["华西"]}, (out, 201, out)),
        ({"audience": "region", "regions": ["华东", "华西"], "jobs": ["doctor", "consultant"]}, (201, 201, out)),
    ]
    for policy, expected in meant:
        made = await stage.share(forward_depth=1, **policy)
        assert expected == tuple([await opened(who, made) for who in (stage.api("li"), stage.api("wang"), sun)])
        shown = {name: made[name] for name in ("clinic_ids", "person_ids", "regions", "jobs") if made[name]}
        said = {name: value for name, value in policy.items() if name != "audience"}
        assert {name: sorted(value) for name, value in said.items()} == {
            name: sorted(value) for name, value in shown.items()
        }
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"audience": "region"}, "/regions"),
        ({"audience": "region", "regions": ["海外"]}, "/regions"),
        ({"audience": "verified", "clinic_ids": [clinics["li"]]}, "/clinic_ids"),
        ({"audience": "person", "person_ids": [clinics["li"]]}, "/person_id"),
        ({"jobs": []}, "/jobs"),
    ]
    for policy, field in wrong:
        refused = await stage.api("owner").post("/shares", {"material_id": str(stage.cast.material_id), **policy})
        assert (422, {field}) == (refused.status, refused.fields)


async def test_narrowing_counts_at_the_next_byte(stage: Stage, sun: Api) -> None:
    """Fewer jobs, no download, less depth: for who is reading, for what was passed on, and told with its history."""
    owner, li = stage.api("owner"), stage.api("li")
    made, visit = await stage.visit("li", download=True, forward_depth=3, visits_max=9)
    child = (await li.post(f"/visits/{visit['id']}/forward")).ok
    inside = (await sun.post("/visits", {"token": child["token"]})).ok
    assert (200, 200) == (await page(sun, inside), await page(li, visit))
    path = f"/shares/{made['id']}"
    wanted = {"jobs": ["consultant"], "download": False, "forward_depth": 1, "visits_max": 5}
    assert 403 == (await stage.api("rival").call("PATCH", path, json=wanted)).status
    narrow = (await owner.call("PATCH", path, json=wanted)).ok
    assert (["consultant"], False, 1, 5) == tuple(
        narrow[name] for name in ("jobs", "download", "forward_depth_left", "visits_max")
    )
    assert ("outside-audience", 200) == (await page(sun, inside), await page(li, visit))
    below = (await owner.get(f"/shares/{child['id']}")).ok
    assert (["consultant"], False, 0) == (below["jobs"], below["download"], below["forward_depth_left"])
    assert (await li.get(f"/visits/{visit['id']}")).ok["download_url"] is None
    again = await owner.call("PATCH", path, json={"jobs": ["consultant", "doctor"]})
    assert (422, {"/jobs"}) == (again.status, again.fields)
    assert 200 == (await owner.call("PATCH", path, json=wanted)).status
    (change,) = (await owner.get(f"{path}/changes")).ok["items"]
    assert ("林晓", None, ["consultant"], 3, 1) == (
        change["by"],
        change["before"]["jobs"],
        change["after"]["jobs"],
        change["before"]["forward_depth"],
        change["after"]["forward_depth"],
    )
    (told,) = await stage.told("employee:share:narrow")
    assert ("visits_max,download,forward_depth,jobs", made["id"]) == (told["det"]["fields"], told["link"])
    earlier = {"expires_at": (stage.clock() + timedelta(minutes=1)).isoformat()}
    assert 200 == (await owner.call("PATCH", path, json=earlier)).status
    stage.clock.advance(minutes=1)
    assert "share-expired" == await page(li, visit)


async def test_every_change_has_its_history(stage: Stage) -> None:
    """Also of what is asked at the door and of how copies are marked, without the password itself; on the page, too."""
    share, owner = await stage.share(), stage.api("owner")
    path = f"/shares/{share['id']}"
    password = (await owner.post(f"{path}/gate", {"lock": "password"})).ok["password"]
    (await owner.post(f"{path}/gate", {"lock": "password"})).ok  # noqa: B018  # must succeed
    (await owner.post(f"{path}/look", {"watermark": "strong"})).ok  # noqa: B018  # must succeed
    (await owner.post(f"{path}/gate", {"lock": "none"})).ok  # noqa: B018  # must succeed
    (await owner.call("PATCH", path, json={"visits_max": 9})).ok  # noqa: B018  # must succeed
    found = (await owner.get(f"{path}/changes")).ok["items"]
    told: list[tuple[dict[str, Any], dict[str, Any]]] = [({"visits_max": None}, {"visits_max": 9})]
    told += [({"lock": "password"}, {"lock": "none"}), ({"watermark": "standard"}, {"watermark": "strong"})]
    told += [({"lock": "password"}, {"lock": "password"}), ({"lock": "none"}, {"lock": "password"})]
    assert sorted(told, key=str) == sorted(((each["before"], each["after"]) for each in found), key=str)
    assert {"林晓"} == {each["by"] for each in found}
    page = (await stage.request("GET", "owner", f"{path}?lang=en")).body.decode()
    assert "set anew" in page
    assert f'id="share-menu" value="{share["url"]}"' in page, "the link for an official account's menu"
    assert password not in page + str(found)


async def test_whatever_a_forward_says_it_is_no_wider(stage: Stage, sun: Api) -> None:
    """With every column of a forward's own row as wide as can be, it opens what its parent opens, and no more."""
    made, visit = await stage.visit("li", audience="clinic", clinic_id=str(stage.cast.clinics["li"]), forward_depth=1)
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    wide = {
        "audience": "verified",
        "audience_clinic_id": None,
        "audience_job": None,
        "expires_at": stage.clock() + timedelta(days=400),
        "visits_max": None,
        "download": True,
        "forward_depth_left": 10,
    }
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(share).where(share.c.id == UUID(child["id"])).values(wide))
    shown = (await stage.api("owner").get(f"/shares/{child['id']}")).ok
    same = ("audience", "clinic_id", "expires_at", "download")
    assert {name: made[name] for name in same} == {name: shown[name] for name in same}
    assert "outside-audience" == await opened(stage.api("wang"), child)
    inside = (await sun.post("/visits", {"token": child["token"]})).ok
    assert (0, None) == (inside["forward_depth_left"], inside["download_url"])
    assert "forward-depth-used-up" == (await sun.post(f"/visits/{inside['id']}/forward")).body["rule"]


async def test_one_viewer_is_shut_out(stage: Stage, sun: Api) -> None:
    """Their visits end, by the share and by what was passed on of it; everybody else reads on."""
    owner, li = stage.api("owner"), stage.api("li")
    made, visit = await stage.visit("li", forward_depth=2)
    child = (await li.post(f"/visits/{visit['id']}/forward")).ok
    inside = (await sun.post("/visits", {"token": child["token"]})).ok
    through = (await li.post("/visits", {"token": child["token"]})).ok
    bar, path = {"person_id": str(stage.cast.people["li"]), "reason": "已离职"}, f"/shares/{made['id']}/bar"
    assert 403 == (await stage.api("rival").post(path, bar)).status
    assert 200 == (await owner.post(path, bar)).status
    assert 409 == (await owner.post(path, bar)).status
    stranger = {"person_id": str(stage.cast.people["wang"]), "reason": "x"}
    assert 404 == (await owner.post(path, stranger)).status
    for read in (visit, through):
        assert "viewer-barred" == await page(li, read)
    for link in (made, child):
        assert "viewer-barred" == await opened(li, link)
    assert (200, 201) == (await page(sun, inside), await opened(stage.api("wang"), made))
    seen = {each["person"]: each["barred"] for each in (await owner.get(f"/shares/{made['id']}/visits")).ok["items"]}
    assert {"李娜": True, "王强": False} == seen
    assert 1 == len(await stage.told("employee:viewer:bar"))


async def test_two_who_were_one_are_both_stopped(stage: Stage) -> None:
    """Undoing a merge lets nobody back in, and lets nobody pass on what was cut while they were one."""
    made, visit = await stage.visit("wang", forward_depth=1)
    li, wang = stage.cast.people["li"], stage.cast.people["wang"]
    child = (await stage.api("wang").post(f"/visits/{visit['id']}/forward")).ok
    await _merged(stage, wang, li)
    assert {"links": 1} == (await stage.api("owner").post(f"/shares/{made['id']}/cut", {"person_id": str(li)})).ok
    bar = {"person_id": str(li), "reason": "已离职"}
    assert 200 == (await stage.api("owner").post(f"/shares/{made['id']}/bar", bar)).status
    (seen,) = (await stage.api("owner").get(f"/shares/{made['id']}/visits")).ok["items"]
    assert seen["barred"]
    await _merged(stage, wang, None)
    assert ["viewer-barred"] * 2 == [await opened(stage.api(who), made) for who in ("li", "wang")]
    async with stage.services.database.transaction() as tx:
        assert all([await is_cut(tx, UUID(made["id"]), [each]) for each in (li, wang)])
    assert "share-revoked" == await opened(stage.api("li"), child)


async def _merged(stage: Stage, person_id: UUID, into: UUID | None) -> None:
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(person).where(person.c.id == person_id).values(merged_into=into))


async def test_everything_of_a_material_is_closed(stage: Stage, sun: Api) -> None:
    """One press closes what the caller may close: a marketer's own trees, all of them for who governs."""
    made, visit = await stage.visit("li", forward_depth=1)
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    rivals = await stage.share("rival")
    wanted = {"material_id": str(stage.cast.material_id), "reason": "换新版"}
    assert {"links": 2} == (await stage.api("owner").post("/shares/revoke", wanted)).ok
    assert "share-revoked" == await page(stage.api("li"), visit)
    assert ["share-revoked", "share-revoked", 201] == [await opened(sun, link) for link in (made, child, rivals)]
    assert {"links": 1} == (await stage.api("manager").post("/shares/revoke", wanted)).ok
    assert "share-revoked" == await opened(sun, rivals)
    assert "换新版" == (await stage.api("owner").get(f"/shares/{made['id']}")).ok["revoked_reason"]
    assert 3 == len(await stage.told("employee:share:revoke"))


async def test_closing_everything_waits_for_who_opens_and_never_the_other_way_round(stage: Stage) -> None:
    """Roots are locked before what hangs on them, as openings do; so two who close everything pass, too."""
    made, visit = await stage.visit("li", forward_depth=1)
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    wanted = {"material_id": str(stage.cast.material_id), "reason": "换新版"}
    of_root, of_child = (share.c.id == UUID(each["id"]) for each in (made, child))
    async with stage.services.database.transaction() as tx:  # as a moved row: whoever reads the table meets it last
        await tx.execute(update(share).where(of_root).values(token_id=b"another one"))
    async with stage.services.database.transaction() as tx:
        await tx.execute(select(share.c.id).where(of_root).with_for_update())
        closing = [asyncio.create_task(stage.api(who).post("/shares/revoke", wanted)) for who in ("owner", "manager")]
        await until_waiting(stage.services.database, 2)
        await tx.execute(select(share.c.id).where(of_child).with_for_update(nowait=True))
    assert {200} == {each.status for each in await asyncio.gather(*closing)}
    assert "share-revoked" == await page(stage.api("li"), visit)
