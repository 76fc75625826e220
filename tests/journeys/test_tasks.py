"""A manager asks marketers to share a material; they do, in the page and over the stand-in's WeCom."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text, update

from compliance import tasking
from compliance.access import Actor, Role, Sensitivity
from compliance.events import Trail
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.group_messages import BASE
from fileserver.demo.platforms.people import Member
from fileserver.platforms import NotPermitted
from fileserver.tasks import laying
from fileserver.tasks.jobs import watch
from storage.engines import Endpoints
from storage.rows import shares
from storage.schema import account, clinic, clinic_contact, department, identity, material, task_assignment
from tests.api import sign_in
from tests.html import Page
from tests.journeys.test_analytics import caught_up
from tests.journeys.test_certificates import OVER, resting
from tests.locks import until_waiting
from tests.materials import add_upload, pdf, png, run_jobs
from tests.people import add_employee
from tests.platforms import configured
from tests.services import Clock, config_for, copied_database
from tests.stage import TITLE, Cast, Stage, running

Json = dict[str, Any]
OWNER = "linxiao"
CROWD = """
    WITH born AS (INSERT INTO person (id, kind, pseudonym)
      SELECT CAST(lpad(CAST(n AS text), 32, '0') AS uuid), 'employee', 'p-crowd-' || n
      FROM generate_series(2, CAST(:count AS int) + 1) AS n RETURNING id)
    INSERT INTO account (person_id, login, password_hash, role, department_id, disabled_at)
      SELECT id, 'crowd-' || id, '', 'marketer', CAST(:root AS uuid), CAST(:gone_at AS timestamptz) FROM born
"""


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """The stand-in, where the owner has four contacts."""
    async with FakePlatforms(clock) as serving_it:
        serving_it.wecom.directory.members[OWNER] = Member(user_id=OWNER, name=OWNER)
        for number in range(4):
            serving_it.wecom.contacts.follow(OWNER, f"wm{number}")
        yield serving_it


@pytest.fixture
async def connected(engines: Endpoints, cast: Cast, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Stage]:
    """The stage with WeCom: the owner is in it, and holds the clinic where three of the contacts work."""
    with copied_database(engines.database_url, cast.database_url) as url:
        config = configured(config_for(engines, url, master_key=cast.master_key), fake)
        async with running(config, clock) as (services, client):
            stage = Stage(cast=cast, services=services, client=client, clock=clock)
            owner, theirs = cast.people["owner"], cast.clinics["li"]
            async with services.database.transaction() as tx:
                key = {"provider": "wecom", "app": "corp", "subject": OWNER}
                await tx.execute(insert(identity).values(id=uuid4(), person_id=owner, **key))
                await tx.execute(update(clinic).where(clinic.c.id == theirs).values(owner_id=owner))
                for number in range(4):
                    works = theirs if number < 3 else None
                    contact = {"external_userid": f"wm{number}", "employee_id": owner, "clinic_id": works}
                    await tx.execute(insert(clinic_contact).values(**contact, followed_at=clock()))
            yield stage


async def given(stage: Stage, **wanted: Any) -> Json:
    """A task of the manager's for all marketers."""
    said = {
        "material_id": str(stage.cast.material_id),
        "text": "夏季护肤手册已上线，欢迎查看。",
        "until": (stage.clock() + timedelta(days=3)).isoformat(),
        "forward_depth": 2,
        **wanted,
    }
    made: Json = (await stage.api("manager").post("/tasks", said)).ok
    return made


async def done(stage: Stage, task: Json, who: str = "owner", **way: str) -> Json:
    """Somebody's tap."""
    made: Json = (await stage.api(who).post(f"/tasks/{task['id']}/complete", way)).ok
    return made


async def board_of(stage: Stage, task: Json) -> Json:
    """Its totals, as the manager sees them."""
    board: Json = (await stage.api("manager").get(f"/tasks/{task['id']}")).ok
    totals: Json = board["totals"]
    return totals


async def messages_of(stage: Stage) -> list[str]:
    """How far each message to contacts is that was asked for."""
    async with stage.services.database.transaction() as tx:
        asked = select(task_assignment.c.message).where(task_assignment.c.message != "")
        return list(await tx.scalars(asked))


async def test_from_the_task_to_what_came_of_it(connected: Stage, fake: FakePlatforms) -> None:
    """Given, told in WeCom, done once, sent by WeCom and opened: the board counts each, and people once."""
    stage, messages = connected, fake.wecom.group_messages
    await in_the_east(stage, "rival")
    task = await given(stage)
    await run_jobs(stage.services)
    (card,) = fake.wecom.directory.messages
    assert (OWNER, True) == (card["touser"], card["textcard"]["url"].endswith("/my-tasks"))
    (mine,) = (await stage.api("owner").get("/tasks/mine")).ok["items"]
    assert (True, None, "open") == (mine["wecom"], mine["url"], mine["state"])
    first, *others = await asyncio.gather(*(done(stage, task, way="wecom") for _ in range(5)))
    assert {first["url"]} == {each["url"] for each in others}
    assert first["url"] != (await done(stage, task, "rival"))["url"]
    await run_jobs(stage.services)
    (laid,) = messages.messages
    sent = messages.messages[laid]
    assert ({"wm0", "wm1", "wm2"}, first["url"]) == (set(sent.receivers), sent.body["attachments"][0]["link"]["url"])
    fake.wecom.contacts.customers["wm2"].followers.pop(OWNER)
    messages.confirm(laid)
    for _ in range(2):  # told twice, counted once
        await watch(stage.services)
    opened = (await stage.open("li", first["url"].rpartition("/")[2])).ok
    child = (await stage.api("li").post(f"/visits/{opened['id']}/forward")).ok
    rivals = (await stage.api("rival").get("/tasks/mine")).ok["items"][0]["url"].rpartition("/")[2]
    for token in (child["token"], rivals):
        await stage.open("wang", token)
    await caught_up(stage)
    board = (await stage.api("manager").get(f"/tasks/{task['id']}")).ok
    expected = {"given": 2, "done": 2, "confirmed": 1, "opened": 2, "viewers": 2, "opens": 3}
    assert expected == {name: board["totals"][name] for name in expected}
    places = {each["department"]: (each["given"], each["viewers"], each["opens"]) for each in board["departments"]}
    assert {"": (1, 2, 2), "华东": (1, 1, 1)} == places, "王强 counts once in each, and once in all"
    await the_board_is_taken_away(stage, task)
    copies = ("copies_sent", "copies_unsent", "copies_no_friend", "copies_capped")
    assert [2, 0, 1, 0] == [board["totals"][name] for name in copies]
    assert {1, 2} == {each["viewers"] for each in board["items"]}
    assert 2 == len(await stage.told("system:share:send"))
    acts = ("employee:task:create", "employee:task:send", "system:task:lay")
    assert {1} == {len(await stage.told(each)) for each in acts}
    assert [] == fake.violations


async def the_board_is_taken_away(stage: Stage, task: Json) -> None:
    """Its departments, and everybody whom it was given to, with what they brought about; told to the log."""
    lines = {}
    for table in ("departments", "employees"):
        answer = await stage.request("GET", "manager", f"/api/v1/tasks/{task['id']}/sheets/{table}")
        assert (200, "text/csv") == (answer.status, answer.headers["Content-Type"].partition(";")[0])
        _, *lines[table] = csv.reader(answer.body.decode("utf-8-sig").splitlines())
    assert [
        ["The brand itself", "1", "1", "1", "1", "2", "2", "2", "0", "1", "0"],
        ["华东", "1", "1", "0", "1", "1", "1", "0", "0", "0", "0"],
    ] == lines["departments"]
    assert {("林晓", "2", "2"), ("赵敏", "0", "1")} == {(each[0], each[4], each[8]) for each in lines["employees"]}
    assert {f"material:{stage.cast.material_id}"} == {e["obj"] for e in await stage.told("employee:spread:read")}


async def test_a_task_ends_with_its_links_or_without_them(stage: Stage) -> None:
    """Ended, it makes no more links; those that were made go on until they are closed too."""
    task = await given(stage, viewers_max=1)
    token = (await done(stage, task))["url"].rpartition("/")[2]
    path = f"/tasks/{task['id']}"
    assert 1 == task["viewers_max"]
    assert 403 == (await stage.api("owner").post(f"{path}/end", {"shares": "close"})).status
    kept = (await stage.api("manager").post(f"{path}/end", {"shares": "keep"})).ok
    assert ("ended", False) == (kept["state"], kept["shares_closed"])
    assert 409 == (await stage.api("rival").post(f"{path}/complete")).status
    assert 201 == (await stage.open("li", token)).status
    assert "share-full" == (await stage.open("wang", token)).body["rule"], "a place for one"
    assert (await stage.api("manager").post(f"{path}/end", {"shares": "close"})).ok["shares_closed"]
    assert 403 == (await stage.open("li", token)).status
    assert 409 == (await stage.api("manager").post(f"{path}/end", {"shares": "close"})).status


async def test_reminders_reach_who_is_late_and_not_too_often(stage: Stage) -> None:
    """One at a time within eight hours; who did it is left alone."""
    task = await given(stage)
    await done(stage, task)
    path = f"/tasks/{task['id']}/remind"
    assert 1 == (await stage.api("manager").post(path)).ok["reminders"]
    refused = await stage.api("manager").post(path)
    assert (429, "28801") == (refused.status, refused.headers["Retry-After"])
    kinds = {
        who: [each["kind"] for each in (await stage.api(who).get("/notices")).ok["items"]] for who in ("owner", "rival")
    }
    assert {"owner": ["task-given"], "rival": ["task-reminded", "task-given"]} == {
        who: sorted(each, reverse=True) for who, each in kinds.items()
    }


async def in_the_east(stage: Stage, who: str) -> UUID:
    """A department, and somebody in it."""
    east, root = uuid4(), UUID(int=1)
    async with stage.services.database.transaction() as tx:
        place = {"id": east, "parent_id": root, "name": "华东", "path": [root, east]}
        await tx.execute(insert(department).values(**place, created_at=stage.clock()))
        moving = update(account).where(account.c.person_id == stage.cast.people[who])
        await tx.execute(moving.values(department_id=east))
    return east


async def test_a_task_follows_the_organisation(stage: Stage) -> None:
    """Who leaves, or moves to where it does not ask, has it no more; what they did stays counted; who comes gets it."""
    root = UUID(int=1)
    owner, rival = stage.cast.people["owner"], stage.cast.people["rival"]
    east = await in_the_east(stage, "owner")
    task = await given(stage, department_ids=[str(east)])
    assert 404 == (await stage.api("rival").post(f"/tasks/{task['id']}/complete")).status
    await done(stage, task)
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(account).where(account.c.person_id == rival).values(department_id=east))
        await tx.execute(update(account).where(account.c.person_id == owner).values(left_at=stage.clock()))
    await watch(stage.services)
    board = (await stage.api("manager").get(f"/tasks/{task['id']}")).ok
    assert (2, 1) == (board["totals"]["given"], board["totals"]["done"])
    assert {True: 1, False: 1} == {off: sum(each["off"] is off for each in board["items"]) for off in (True, False)}
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(account).where(account.c.person_id == rival).values(department_id=root))
    await watch(stage.services)
    assert [] == (await stage.api("rival").get("/tasks/mine")).ok["items"]
    assert 1 == (await stage.api("manager").get(f"/tasks/{task['id']}")).ok["totals"]["given"]


async def test_what_is_withdrawn_is_passed_on_no_more(connected: Stage, fake: FakePlatforms) -> None:
    """No link is made any more, what was laid is taken back before anybody confirms it, and the log says so once."""
    stage = connected
    task = await given(stage)
    await done(stage, task, way="wecom")
    await run_jobs(stage.services)
    withdrawn = await stage.api("owner").post(f"/materials/{stage.cast.material_id}/withdraw", {"reason": "召回"})
    assert withdrawn.status < 300
    assert 403 == (await stage.api("rival").post(f"/tasks/{task['id']}/complete")).status
    for _ in range(2):
        await watch(stage.services)
    await run_jobs(stage.services)
    assert [True] == [each.cancelled for each in fake.wecom.group_messages.messages.values()]
    assert 1 == len(await stage.told("system:task:stop"))
    (mine,) = (await stage.api("owner").get("/tasks/mine")).ok["items"]
    assert ("withdrawn", "cancelled", None) == (mine["state"], mine["message"], mine["version_id"])


async def test_what_a_task_may_not_say(stage: Stage) -> None:
    """A text against a rule, a page or a region that is not there, nobody to do it: the field is named."""
    wrong: dict[str, Json] = {
        "/text": {"text": "保证根治，疗效最佳，无任何副作用！"},
        "/poster_page": {"poster_page": 999},
        "/poster_material_id": {"poster_material_id": str(stage.cast.draft_id)},
        "/region": {"region": "火星"},
        "/clinic_region": {"clinic_region": "火星"},
        "/roles": {"person_ids": [str(UUID(int=7))]},
        "/shares_until": {"shares_until": "2020-01-01T00:00:00Z"},
        "/viewers_max": {"viewers_max": 0},
    }
    until = (stage.clock() + timedelta(days=1)).isoformat()
    for field, wanted in wrong.items():
        said = {"material_id": str(stage.cast.material_id), "text": "欢迎查看。", "until": until, **wanted}
        refused = await stage.api("manager").post("/tasks", said)
        assert (422, {field}) == (refused.status, refused.fields)


async def test_a_poster_that_a_rule_refuses_is_told_to_the_log(stage: Stage) -> None:
    """Whoever tries as a poster what is not to be shared is told of the field, and the log of the rule and material."""
    until = (stage.clock() + timedelta(days=1)).isoformat()
    said = {"material_id": str(stage.cast.material_id), "text": "欢迎查看。", "until": until}
    refused = await stage.api("manager").post("/tasks", {**said, "poster_material_id": str(stage.cast.draft_id)})
    assert (422, {"/poster_material_id"}) == (refused.status, refused.fields)
    (denied,) = await stage.told("employee:request:deny")
    expected = ("not-approved", f"material:{stage.cast.draft_id}", "share.create", "tasks.create")
    assert expected == (denied["why"], denied["obj"], denied["det"]["action"], denied["det"]["route"])


async def crowd(stage: Stage, count: int, *, gone: bool) -> None:
    """So many more marketers of the manager's, whose ids come before everybody else's."""
    async with stage.services.database.transaction() as tx:
        values = {"count": count, "root": UUID(int=1), "gone_at": stage.clock() if gone else None}
        await tx.execute(text(CROWD), values)


@pytest.mark.parametrize("gone", [True, False])
async def test_people_are_found_among_however_many(stage: Stage, *, gone: bool) -> None:
    """Beyond the first two thousand too: who left is in nobody's way, and of too many the form says so."""
    rival = str(stage.cast.people["rival"])
    await crowd(stage, 2_001, gone=gone)
    form = (await stage.request("GET", "manager", f"/materials/{stage.cast.material_id}/task")).body.decode()
    assert (gone, not gone) == (f'value="{rival}"' in form, "Only the first" in form)
    assert 1 == (await given(stage, person_ids=[rival]))["given"]


async def test_a_task_that_asks_for_too_many_is_refused(stage: Stage) -> None:
    """Nobody is left out in silence: whoever gives it is asked to divide it."""
    await crowd(stage, 2_001, gone=False)
    until = (stage.clock() + timedelta(days=1)).isoformat()
    said = {"material_id": str(stage.cast.material_id), "text": "欢迎查看。", "until": until}
    refused = await stage.api("manager").post("/tasks", said)
    assert (422, {"/roles"}) == (refused.status, refused.fields)


async def posters(stage: Stage) -> dict[str, str | None]:
    """By task, the version whose page 赵敏 sees."""
    items = (await stage.api("rival").get("/tasks/mine")).ok["items"]
    return {each["id"]: each["poster_version_id"] for each in items}


async def revised(stage: Stage, material_id: str, body: bytes, filename: str) -> None:
    """A next version of the owner's material, which is served from then on."""
    upload_id = await add_upload(stage.services, stage.cast.people["owner"], body, filename)
    path = f"/materials/{material_id}"
    (await stage.api("owner").post(f"{path}/versions", {"upload_id": str(upload_id)})).ok  # noqa: B018  # must succeed
    await run_jobs(stage.services)
    versions = (await stage.api("owner").post(f"{path}/submit")).ok["versions"]
    await stage.approve(max(versions, key=lambda each: each["number"]))


async def test_people_are_named_and_a_poster_is_a_picture_of_its_own(stage: Stage) -> None:
    """Named people alone get it; they see another approved material's page, sealed to them, as long as there is one."""
    poster = await stage.approved(pdf(2), "poster.pdf")
    form = await stage.request("GET", "manager", f"/materials/{stage.cast.material_id}/task")
    for offered in (stage.cast.people["rival"], poster):
        assert f'value="{offered}"' in form.body.decode()
    task = await given(stage, person_ids=[str(stage.cast.people["rival"])], poster_material_id=poster)
    assert (1, 1, poster) == (task["given"], task["poster_page"], task["poster_material_id"])
    assert [] == (await stage.api("owner").get("/tasks/mine")).ok["items"]
    (mine,) = (await stage.api("rival").get("/tasks/mine")).ok["items"]
    picture = await stage.get("rival", f"/api/v1/versions/{mine['poster_version_id']}/pages/1")
    assert (200, "image/jpeg") == (picture.status, picture.headers["Content-Type"])
    second = await given(stage, person_ids=[str(stage.cast.people["rival"])], poster_material_id=poster, poster_page=2)
    before = await posters(stage)
    assert {task["id"]: before[task["id"]], second["id"]: before[task["id"]]} == before
    await revised(stage, poster, png(), "poster.png")
    after = await posters(stage)
    assert after[task["id"]] not in {None, before[task["id"]]}
    assert after[second["id"]] is None
    (await stage.api("owner").post(f"/materials/{poster}/withdraw", {"reason": "x"})).ok  # noqa: B018  # must succeed
    items = (await stage.api("rival").get("/tasks/mine")).ok["items"]
    assert [(None, "open")] * 2 == [(mine["poster_version_id"], mine["state"]) for mine in items]


async def test_what_rests_on_an_expired_certificate_says_so(stage: Stage) -> None:
    """No new task, no link of one that was given: refused by the rule's name, in words; the page says that it waits."""
    material_id = await resting(stage)
    people = [await add_employee(stage.services, role) for role in (Role.MARKETER, Role.MANAGER)]
    task = await given(stage, material_id=material_id, text="欢迎查看。")
    stage.clock.now = OVER
    marketer, manager = [await sign_in(stage.client, each) for each in people]
    said = {"material_id": material_id, "text": "欢迎查看。", "until": (OVER + timedelta(days=1)).isoformat()}
    for refused in (await marketer.post(f"/tasks/{task['id']}/complete"), await manager.post("/tasks", said)):
        assert (403, "certificate-lapsed") == (refused.status, refused.body["rule"])
        assert "certificate" in refused.body["detail"]
    (mine,) = (await marketer.get("/tasks/mine")).ok["items"]
    assert ("suspended", None) == (mine["state"], mine["url"])


async def test_the_pages_of_tasks(stage: Stage) -> None:
    """Both languages, before and after the tap."""
    task = await given(stage, poster_page=1)
    url = (await done(stage, task))["url"]
    pages = {"manager": ("/tasks", f"/tasks/{task['id']}"), "owner": ("/my-tasks",)}
    for language in ("zh-CN", "en"):
        for who, paths in pages.items():
            for path in paths:
                headers = {"Accept": "text/html", "Accept-Language": language}
                answer = await stage.request("GET", who, path, headers=headers)
                assert 200 == answer.status
                Page(answer.body.decode())
                assert who != "owner" or url in answer.body.decode()


async def test_what_outlives_its_task_is_taken_back(connected: Stage, fake: FakePlatforms) -> None:
    """A refusal of WeCom's is no word that it went out: past the task's end, too, it is asked again until it is so."""
    stage, messages = connected, fake.wecom.group_messages.messages
    task = await given(stage)
    await done(stage, task, way="wecom")
    await run_jobs(stage.services)
    stage.clock.advance(days=4)
    fake.faults.next(f"{BASE}/cancel_groupmsg_send", code=48002)
    with pytest.raises(NotPermitted):
        await laying.cancel(stage.services, UUID(task["id"]))
    assert ["laid"] == await messages_of(stage)
    await watch(stage.services)
    await run_jobs(stage.services)
    assert ([True], ["cancelled"]) == ([each.cancelled for each in messages.values()], await messages_of(stage))


async def test_what_is_laid_after_the_end_is_taken_back(connected: Stage, fake: FakePlatforms) -> None:
    """The task ends while WeCom is asked, and nothing lies there yet to be taken back."""
    stage = connected
    task = await given(stage)
    await done(stage, task, way="wecom")
    fake.faults.next(f"{BASE}/add_msg_template", latency_s=0.3)
    working = asyncio.create_task(run_jobs(stage.services))
    while not fake.record.count(f"{BASE}/add_msg_template"):  # noqa: ASYNC110  # the worker is what is watched
        await asyncio.sleep(0.01)
    await stage.api("manager").post(f"/tasks/{task['id']}/end", {"shares": "keep"})
    async with stage.services.database.transaction() as tx:
        await tx.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'tasks.cancel'"))  # it found nothing
    await working
    assert [True] == [each.cancelled for each in fake.wecom.group_messages.messages.values()]


async def test_where_wecom_does_not_answer_the_employee_decides(connected: Stage, fake: FakePlatforms) -> None:
    """Nothing is laid twice by itself; after that, and after one that was taken back, it can be asked for anew."""
    stage = connected
    task = await given(stage)
    await done(stage, task, way="wecom")
    fake.faults.next(f"{BASE}/add_msg_template", cut=True)
    for _ in range(2):
        await run_jobs(stage.services)
        await watch(stage.services)
    assert (["unsure"], 1) == (await messages_of(stage), fake.record.count(f"{BASE}/add_msg_template"))
    page = await stage.request("GET", "owner", "/my-tasks", headers={"Accept": "text/html"})
    assert 'value="wecom"' in page.body.decode()
    asked = update(task_assignment).where(task_assignment.c.message != "")
    for before in ("laying", "unsure", "cancelled"):
        async with stage.services.database.transaction() as tx:
            await tx.execute(asked.values(message=before))
        await watch(stage.services)
        await run_jobs(stage.services)
        assert [before.replace("laying", "unsure")] == await messages_of(stage)
        await done(stage, task, way="wecom")
        await run_jobs(stage.services)
        assert ["laid"] == await messages_of(stage)


async def test_what_is_of_top_sensitivity_goes_to_who_is_cleared(connected: Stage, fake: FakePlatforms) -> None:
    """Raised later, it is taken from who is not cleared, who sees its title no more; WeCom never hears the title."""
    stage, people = connected, connected.cast.people
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(account).where(account.c.person_id == people["rival"]).values(clearance="usual"))
    before = await given(stage)
    async with stage.services.database.transaction() as tx:
        top = update(material).where(material.c.id == stage.cast.material_id).values(sensitivity="top")
        await tx.execute(top)
    await watch(stage.services)
    task = await given(stage, text="欢迎查看。")
    assert (1, 1) == ((await board_of(stage, before))["given"], task["given"])
    for wanted in (before, task):
        assert 404 == (await stage.api("rival").post(f"/tasks/{wanted['id']}/complete")).status
    (notice,) = (await stage.api("rival").get("/notices")).ok["items"]
    assert TITLE not in notice["text"]
    assert all(TITLE in each["text"] for each in (await stage.api("owner").get("/notices")).ok["items"])
    await done(stage, task, way="wecom")
    await run_jobs(stage.services)
    laid = [each.body for each in fake.wecom.group_messages.messages.values()]
    assert (2, 1) == (len(fake.wecom.directory.messages), len(laid))
    assert TITLE not in json.dumps([*fake.wecom.directory.messages, *laid], ensure_ascii=False)


async def test_a_link_that_is_being_made_is_closed_with_its_task(stage: Stage) -> None:
    """Who ends a task with its links waits for the one that is made at that moment, and closes it too."""
    task = await given(stage)
    actor = Actor(
        person_id=stage.cast.people["owner"],
        role=Role.MARKETER,
        departments=(UUID(int=1),),
        clearance=Sensitivity.TOP,
    )
    async with stage.services.database.transaction() as tx:
        made = await tasking.complete(tx, stage.services.keys, actor, Trail(), UUID(task["id"]), stage.clock())
        ending = asyncio.create_task(stage.api("manager").post(f"/tasks/{task['id']}/end", {"shares": "close"}))
        await until_waiting(stage.services.database)
    assert (await ending).ok["shares_closed"]
    async with stage.services.database.transaction() as tx:
        kept = await shares.share_by_id(tx, made[1].id)
    assert kept is not None
    assert kept.revoked_at is not None


async def test_a_task_stays_where_it_was_made(stage: Stage) -> None:
    """Its maker moves on: its employees keep it, and neither the maker nor who is over them now governs it."""
    root, east, west = UUID(int=1), uuid4(), uuid4()
    people = stage.cast.people
    manager = update(account).where(account.c.person_id == people["manager"])
    async with stage.services.database.transaction() as tx:
        for each, name in ((east, "华东"), (west, "华西")):
            place = {"id": each, "parent_id": root, "name": name, "path": [root, each]}
            await tx.execute(insert(department).values(**place, created_at=stage.clock()))
        await tx.execute(update(account).where(account.c.person_id == people["owner"]).values(department_id=east))
        await tx.execute(manager.values(department_id=east))
    task = await given(stage)
    token = (await done(stage, task))["url"].rpartition("/")[2]
    async with stage.services.database.transaction() as tx:
        await tx.execute(manager.values(department_id=west))
    await watch(stage.services)
    assert [] == (await stage.api("manager").get("/tasks")).ok["items"]
    assert 403 == (await stage.api("manager").get(f"/tasks/{task['id']}")).status
    assert 403 == (await stage.api("manager").post(f"/tasks/{task['id']}/end", {"shares": "close"})).status
    assert 201 == (await stage.open("li", token)).status
    async with stage.services.database.transaction() as tx:
        await tx.execute(manager.values(department_id=east))
    totals = await board_of(stage, task)
    assert (1, 1) == (totals["given"], totals["done"])
    assert (await stage.api("manager").post(f"/tasks/{task['id']}/end", {"shares": "close"})).ok["shares_closed"]
