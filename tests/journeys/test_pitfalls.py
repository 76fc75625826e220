"""The pitfalls of sharing by links, one promise each; those that have a home of their own are named, not repeated.

| pitfall | where |
|---|---|
| metadata of a protected share leaks | here |
| an owner's lost right leaves links alive | test_refusals (next page, middle of a file), test_forwards (below) |
| ids of other shares, materials, versions, visits in a path or body | test_bare_bytes, test_links, test_access_matrix |
| a spoofed X-Forwarded-For | test_gates, test_sign_in_limits; unit/fileserver/http/test_client_ip |
| passwords guessed | test_gates |
| stored XSS by title, file name, person, clinic | here; SVG is not taken: contract/scanning/test_hostile |
| alternate renditions bare | test_bare_bytes, test_zoom, test_spliced |
| link previews, HEAD, ranges and retries counted; an aborted download not | here, test_visit_limits, test_spliced |
| a cut that reads on | here, test_forwards |
"""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from compliance.profiles import Profile, replace_profile
from compliance.spreading.following import spread_all
from storage.schema import clinic, material, version, visit
from tests.stage import TITLE, Piece, Stage
from tests.viewers import as_viewer

FETCHERS = ("facebookexternalhit/1.1", "Mozilla/5.0 MicroMessenger/8.0", "Twitterbot/1.0")
EVIL = "</script><img src=x onerror=alert(1)>"  # out of the data of a plot, too
READERS = 50
END_HEARD_MAX_S = 20


async def page(stage: Stage, who: str | None, path: str, method: str = "GET", **headers: str) -> Piece:
    """A page as a browser asks for it."""
    cookie = {"Cookie": f"sealshare_session={stage.cast.tokens[who]}"} if who else {}
    return await stage.request(method, None, path, headers={"Accept": "text/html", **cookie, **headers})


async def test_metadata_of_a_protected_share_leaks_nothing_before_verification(stage: Stage) -> None:
    """Whatever its state and policy, a stranger's page of a share is the same page, and no fetcher's visit counts."""
    wang = str(stage.cast.people["wang"])
    made = [
        await stage.share(),
        await stage.share(lock="password", password="Blossom-42-spring"),
        await stage.share(audience="person", person_id=wang, note="只给王强"),
        await stage.share(),
    ]
    (await stage.api("owner").post(f"/shares/{made[-1]['id']}/revoke")).ok  # noqa: B018  # reading it asserts success
    bodies, heads = set(), set()
    for share in made:
        for agent in FETCHERS:
            for method in ("GET", "HEAD"):
                answer = await page(stage, None, f"/s/{share['token']}", method, **{"User-Agent": agent})
                told = {name: text for name, text in answer.headers.items() if name not in ("X-Request-ID", "Date")}
                heads.add(json.dumps(told, sort_keys=True).replace(share["token"], ""))
                bodies.add(answer.body.decode().replace(share["token"], ""))
    assert 2 == len(bodies), "one page, and nothing for HEAD"
    words = (TITLE, "林晓", "王强", "悦美诊所", str(stage.cast.material_id), "og:", made[0]["id"], "Blossom")
    assert [] == [word for word in words for text in (*bodies, *heads) if word in text]
    refused = [await stage.open("li", share["token"]) for share in made[1:]]
    assert ["share-locked", "outside-audience", "share-revoked"] == [answer.body["rule"] for answer in refused]
    said = json.dumps([answer.body for answer in refused], ensure_ascii=False)
    assert [] == [word for word in words if word in said]
    assert [] == await stage.told("viewer:visit:start")


async def test_what_people_write_is_text_on_every_page(stage: Stage) -> None:
    """A title, a description, a file name, a person's and a clinic's name that are markup are shown, never run."""
    share, visited = await stage.visit("li", download=True, forward_depth=1)
    (await stage.api("li").post(f"/visits/{visited['id']}/forward")).ok  # noqa: B018  # reading it asserts success
    locked = await stage.share(audience="person", person_id=str(stage.cast.people["wang"]))
    asked = {"token": locked["token"], "note": EVIL}
    (await stage.api("li").post("/doors/request", asked)).ok  # noqa: B018  # as above
    until = (stage.clock() + timedelta(days=1)).isoformat()
    task = {"material_id": share["material_id"], "text": EVIL, "until": until}
    task_id = (await stage.api("manager").post("/tasks", task)).ok["id"]
    await stage.services.sequencer.catch_up()
    await spread_all(stage.services.database, stage.clock())
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(material).values(title=EVIL, description=EVIL))
        await tx.execute(update(version).values(filename=f"{EVIL}.pdf"))
        await tx.execute(update(clinic).values(name=func.concat(EVIL, clinic.c.id)))
        for who in ("li", "owner", "manager"):
            master = stage.services.keys.master
            await replace_profile(tx, master, stage.cast.people[who], Profile(name=EVIL, phone="13800138001"))
    paths = [("li", "/my-data"), ("li", f"/s/{share['token']}")]
    owners = (
        "/",
        "/shares",
        f"/shares/{share['id']}",
        "/access-requests",
        "/people",
        f"/materials/{share['material_id']}",
        f"/materials/{share['material_id']}/spread",
        f"/materials/{share['material_id']}/spread/{share['id']}",
        "/my-tasks",
    )
    governors = ("/tasks", f"/tasks/{task_id}", "/analytics", "/analytics/material", "/analytics/clinic")
    paths += [*(("owner", path) for path in owners), *(("manager", path) for path in governors)]
    for who, path in paths:
        shown = await page(stage, who, path)
        text = shown.body.decode()
        assert (200, path) == (shown.status, path if "<img src=x" not in text else "markup")
        policy = shown.headers["Content-Security-Policy"]
        assert "default-src" in policy
        assert "unsafe-inline" not in policy
        assert path.startswith("/s/") or "&lt;img src=x onerror=alert(1)&gt;" in text, path
    whole = await stage.get("li", visited["download_url"])
    assert "attachment" in whole.headers["Content-Disposition"]
    assert "<" not in whole.headers["Content-Disposition"]


async def test_ids_of_others_in_a_body_open_nothing(stage: Stage) -> None:
    """What may not be shared is in no folder and no task; who never came is neither named, cut nor shut out."""
    share, visited = await stage.visit("li", forward_depth=1)
    cast, owner, rival = stage.cast, stage.api("owner"), stage.api("rival")
    wang, nobody = str(cast.people["wang"]), str(uuid4())
    folder = {"material_id": str(cast.material_id), "title": "秋季"}
    until = (stage.clock() + timedelta(days=1)).isoformat()
    refused = [
        await rival.post("/shares", {"material_id": str(cast.draft_id)}),
        await rival.post("/shares", {**folder, "more_material_ids": [str(cast.pending_id)]}),
        await owner.post("/shares", {**folder, "more_material_ids": [nobody]}),
        await owner.post("/shares", {"material_id": str(cast.material_id), "audience": "clinic", "clinic_id": nobody}),
        await owner.post(f"/shares/{share['id']}/cut", {"person_id": wang}),
        await owner.post(f"/shares/{share['id']}/bar", {"person_id": wang, "reason": "x"}),
        await stage.api("manager").post("/tasks", {"material_id": str(cast.draft_id), "text": "x", "until": until}),
        await stage.api("wang").post(f"/visits/{visited['id']}/forward"),
        await stage.api("wang").post(f"/visits/{visited['id']}/forward/confirm", {"token": share["token"]}),
        await stage.api("wang").post("/doors/request", {"token": visited["id"]}),
    ]
    assert [each.status for each in refused if each.status not in {403, 404, 409, 422}] == []
    said = json.dumps([each.body for each in refused], ensure_ascii=False)
    assert [] == [word for word in (TITLE, "李娜", "王强", "瑞丽诊所") if word in said]
    whole = {"material_id": str(cast.material_id), "reason": "x"}
    assert {"links": 0} == (await rival.post("/shares/revoke", whole)).ok
    assert 201 == (await stage.open("wang", share["token"])).status
    assert 1 == len((await owner.get(f"/shares?material_id={cast.material_id}")).ok["items"])


async def test_visits_are_counted_by_who_comes_and_not_by_how_often_they_ask(stage: Stage) -> None:
    """Previews, HEAD, ranges and retries take one visit of two; a download that is broken off is a copy that left."""
    share = await stage.share(download=True, visits_max=2, seal_level="shared")
    for agent in FETCHERS:
        await page(stage, None, f"/s/{share['token']}", **{"User-Agent": agent})
    opened = [(await stage.open("li", share["token"])).ok for _ in range(3)]
    url = opened[0]["download_url"]
    for _ in range(2):
        assert 200 == (await stage.request("HEAD", "li", url)).status
        assert 206 == (await stage.get("li", url, Range="bytes=0-9")).status
    headers = {"Authorization": f"Bearer {stage.cast.tokens['li']}"}
    response = await stage.client.get(url, headers=headers)
    response.close()  # after the headers: whatever of the copy left, it left
    async with asyncio.timeout(END_HEARD_MAX_S):  # the server hears of it when the connection tells it so
        while not await whole_copies(stage):  # noqa: ASYNC110  # what is waited for happens beyond a socket
            await asyncio.sleep(0.01)
    await stage.services.settle()
    assert 1 == len(await whole_copies(stage))
    assert 1 == (await stage.api("owner").get(f"/shares/{share['id']}")).ok["visits_used"]
    assert 1 == len(await stage.told("viewer:visit:start"))


async def whole_copies(stage: Stage) -> list[dict[str, Any]]:
    """What the log has of copies that were asked for as a whole and have left, as far as they did."""
    return [each for each in await stage.told("viewer:copy:end") if "ranges" not in each["det"]]


async def test_branch_that_is_cut_ends_for_all_its_fifty_readers(stage: Stage) -> None:
    """Fifty people read what one viewer passed on; it is cut, and the next byte of each is refused by its rule."""
    share, visited = await stage.visit("li", forward_depth=1, download=True, seal_level="shared")
    child = (await stage.api("li").post(f"/visits/{visited['id']}/forward")).ok
    people = [await as_viewer(stage.client, name=f"客{n}", phone=f"139001390{n:02}") for n in range(READERS)]
    opened = [(api, (await api.post("/visits", {"token": child["token"]})).ok) for api, _ in people]

    async def next_byte(token: str, url: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Range": "bytes=0-0"}
        async with stage.client.get(url, headers=headers) as response:
            return response.status

    async def all_of_them() -> set[int]:
        return set(await asyncio.gather(*(next_byte(api.token, seen["download_url"]) for api, seen in opened)))

    assert {206} == await all_of_them()
    cut: dict[str, Any] = {"person_id": str(stage.cast.people["li"])}
    assert 1 == (await stage.api("owner").post(f"/shares/{share['id']}/cut", cut)).ok["links"]
    assert {403} == await all_of_them()
    denied = await stage.told("viewer:request:deny")
    assert [("share-revoked", child["id"])] * READERS == [(event["why"], event["link"]) for event in denied]
    async with stage.services.database.transaction() as tx:
        readers = set(await tx.scalars(select(visit.c.person_id).where(visit.c.share_id == UUID(child["id"]))))
    assert READERS == len(readers)
