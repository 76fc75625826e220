"""Accounts follow WeCom's directory, over the stand-in: joining, moving, leaving, and what must not happen."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select, text, update

from compliance.access import Role
from compliance.events import Trail
from compliance.ownership.holding import Change, pass_on
from fileserver.accounts.directory import comparing, jobs, picturing
from fileserver.accounts.directory.comparing import DIRECTORY as DIRECTORY_TRAIL
from fileserver.accounts.directory.comparing import Ordered
from fileserver.accounts.directory.following import Follower, Said
from fileserver.app import create_app
from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.people import Member, Part
from fileserver.demo.platforms.wecom import CORP_ID
from fileserver.services import Services
from fileserver.worker import register_jobs
from storage.rows import accounts, ownership, transfers
from storage.rows.departments import ROOT_ID
from storage.rows.viewers import add_identity
from storage.schema import account, department
from tests.api import Api, Client, sign_in
from tests.locks import until_waiting
from tests.log import events
from tests.materials import run_jobs
from tests.people import Employee, add_employee
from tests.platforms import node
from tests.recruits import add_clinic
from tests.services import Clock, RealServer
from tests.stage import Stage

LINES = [
    {"kind": "tag", "value": "1", "role": "reviewer"},
    {"kind": "department", "value": "21", "role": "marketer"},
    {"kind": "department", "value": "2", "role": "manager"},
]
DIRECTORY = "/people/directories/wecom"
IN_THE_WAY = (
    "CREATE FUNCTION in_the_way() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = 'serialization_failure'; END $$"
)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A server that follows WeCom's directory, and its administrator."""

    services: Services
    client: Client
    fake: FakePlatforms
    clock: Clock
    boss: Employee
    admin: Api

    async def compare(self, confirmed: str = "") -> Any:
        """As by night; what came of it."""
        self.clock.advance(seconds=1)
        row = await comparing.compare(self.services, Ordered(confirmed=confirmed))
        assert [] == self.fake.violations
        return row

    async def people(self) -> dict[str, tuple[str, str, bool]]:
        """Role, department and whether they may come in, by login."""
        async with self.services.database.transaction() as tx:
            rows = await accounts.list_accounts(tx)
        return {row.login: (row.role, row.department, row.disabled_at is None) for row in rows if "-" not in row.login}

    async def person(self, login: str) -> Any:
        """The account's row."""
        async with self.services.database.transaction() as tx:
            return (await tx.execute(select(account).where(account.c.login == login))).mappings().one()

    async def differences(self) -> set[tuple[str, str]]:
        """What differs, of whom."""
        found = (await self.admin.get(DIRECTORY)).ok["differences"]
        return {(each["kind"], each["external_id"]) for each in found}

    async def employ(self, login: str, role: Role = Role.MARKETER) -> Employee:
        """Somebody of the directory who has a password too."""
        person_id = (await self.person(login))["person_id"]
        password = f"correct-horse-{login}"
        async with self.services.database.transaction() as tx:
            await accounts.put_password_hash(tx, person_id, await self.services.passwords.hash(password))
        return Employee(person_id=person_id, pseudonym="", login=login, password=password, role=role)


@pytest.fixture
async def scene(config: Config, clock: Clock) -> AsyncIterator[Scene]:
    """An operator with WeCom, whose mapping gives three of its people an account."""
    async with FakePlatforms(clock) as fake, node(config, fake, clock) as services:
        register_jobs(services)
        async with TestClient(RealServer(create_app(services.config, services))) as client:
            fake.push_to(str(client.make_url("")).rstrip("/"))
            boss = await add_employee(services, Role.ADMIN)
            admin = await sign_in(client, boss)
            body = {"revision": 0, "lines": LINES, "reason": "上线"}
            assert 200 == (await admin.call("PUT", f"{DIRECTORY}/mapping", json=body)).status
            yield Scene(services=services, client=client, fake=fake, clock=clock, boss=boss, admin=admin)


async def test_departments_and_members_become_accounts(scene: Scene) -> None:
    """Each gets the role of the first line that fits and their department; who fits none has none. Twice is once."""
    scene.fake.wecom.directory.members["Visitor"] = Member(user_id="Visitor", name="访客", departments=(3,))
    for _ in range(2):
        assert "done" == (await scene.compare()).state
        assert {
            "linxiaowen": ("marketer", "华东组", True),
            "zhouziang": ("marketer", "华东组", True),
            "shenzhixing": ("manager", "市场部", True),
            "guminglan": ("reviewer", "合规部", True),
        } == await scene.people()
    assert {("unmapped", "Visitor")} == await scene.differences()
    assert 4 == len(await events(scene.services, "employee:identity:link"))
    async with scene.services.database.transaction() as tx:
        paths = {row.name: row.path for row in await tx.execute(select(department.c.name, department.c.path))}
    assert paths["华东组"][:-1] == paths["市场部"]
    shown = (await scene.admin.get(DIRECTORY)).ok
    assert ["done", "done"] == [run["state"] for run in shown["runs"]]
    assert "林晓雯" in [change["name"] for change in shown["changes"] if change["kind"] == "made"]


async def test_what_somebody_set_by_hand_stays(scene: Scene) -> None:
    """A role or place that people changed is told as a difference; what nobody touched follows, sessions end."""
    await scene.compare()
    zhou = await sign_in(scene.client, await scene.employ("zhouziang"))
    assert 200 == (await zhou.get("/sessions/current")).status
    lin, directory = (await scene.person("linxiaowen"))["person_id"], scene.fake.wecom.directory
    async with scene.services.database.transaction() as tx:
        await accounts.change_account(tx, lin, role="manager")
    assert 200 == (await scene.admin.post(f"/people/accounts/{lin}/department", {"department": "总部"})).status
    for user_id in ("LinXiaowen", "ZhouZiang"):
        directory.members[user_id] = replace(directory.members[user_id], departments=(2,))
    directory.departments[2] = replace(directory.departments[2], name="市场中心")
    await scene.compare()
    people = await scene.people()
    assert ("manager", "总部", True) == people["linxiaowen"]
    assert ("manager", "市场中心", True) == people["zhouziang"]
    assert ("manager", "市场中心", True) == people["shenzhixing"]
    assert {("department-kept", "LinXiaowen")} == await scene.differences()
    assert 401 == (await zhou.get("/sessions/current")).status
    (told,) = await events(scene.services, "employee:account:change")
    assert ("role", 1) == (told["det"]["kinds"], told["det"]["sessions"])


async def test_who_leaves_is_out_at_once(scene: Scene) -> None:
    """Deleted in WeCom's console: session and token end, and clinics wait for another owner."""
    await scene.compare()
    lin = await scene.employ("linxiaowen")
    api = await sign_in(scene.client, lin)
    made = (await api.post("/tokens", {"label": "x", "scopes": ["shares:read"]})).ok
    token = Api(scene.client, made["token"])
    clinic_id = await add_clinic(scene.services)
    async with scene.services.database.transaction() as tx:
        held = await ownership.open_of(tx, clinic_id, lock=True)
        given = Change(to_id=lin.person_id, cause="claimed")
        await pass_on(tx, Trail(role="system"), held, given, now=scene.clock())
    assert [200, 200] == [(await api.get("/sessions/current")).status, (await token.get("/shares")).status]
    assert (await scene.fake.wecom.directory.leave("LinXiaowen")).is_taken
    await run_jobs(scene.services)
    assert [401, 401] == [(await api.get("/sessions/current")).status, (await token.get("/shares")).status]
    row = await scene.person("linxiaowen")
    assert row["left_at"] == row["disabled_at"] == scene.clock()
    async with scene.services.database.transaction() as tx:
        assert [clinic_id] == [each.clinic_id for each in await transfers.handovers(tx, person_id=lin.person_id)]
    (told,) = await events(scene.services, "employee:account:disable")
    assert (1, 1, 1) == tuple(told["det"][name] for name in ("sessions", "tokens", "clinics"))


async def test_who_was_deleted_comes_back_by_an_administrator(scene: Scene) -> None:
    """Whoever has the leaver's name in WeCom by now may be somebody else; late callbacks shut nobody out again."""
    await scene.compare()
    directory = scene.fake.wecom.directory
    member = directory.members["ZhouZiang"]
    await directory.leave("ZhouZiang")
    await run_jobs(scene.services)
    before = await scene.person("zhouziang")
    scene.clock.advance(seconds=5)
    await directory.hire(member)
    scene.clock.advance(seconds=-4)
    await directory.changed("delete_user", UserID="ZhouZiang")  # of before, and late
    await run_jobs(scene.services)
    assert not (await scene.people())["zhouziang"][2]
    assert {("returned-after-deletion", "ZhouZiang")} == await scene.differences()
    assert 200 == (await scene.admin.post(f"/people/accounts/{before['person_id']}/enable")).status
    await scene.compare()
    assert set() == await scene.differences()
    after = await scene.person("zhouziang")
    assert (before["person_id"], None, None) == (after["person_id"], after["disabled_at"], after["left_at"])


async def test_an_old_picture_lets_nobody_in_again(scene: Scene) -> None:
    """Shut out by a callback while a comparison was under way: what that one heard before changes nothing."""
    await scene.compare()
    directory, before = scene.fake.wecom.directory, scene.clock()
    person_id, place = (
        (await scene.person("zhouziang"))["person_id"],
        (await scene.person("zhouziang"))["department_id"],
    )
    said = Said(
        source="wecom", provider="wecom", app=CORP_ID, subject="ZhouZiang", name="周子昂", role="marketer",
        login="zhouziang", as_of=before, department_id=place,
    )  # fmt: skip
    scene.clock.advance(seconds=1)
    directory.members["ZhouZiang"].status = 2
    await directory.changed("update_user", UserID="ZhouZiang")
    await run_jobs(scene.services)
    services = scene.services
    async with services.database.transaction() as tx:
        follower = Follower(tx, services.keys.master, DIRECTORY_TRAIL, services.clock())
        assert ("overtaken",) == (await follower.follow(said)).done
    assert not (await scene.people())["zhouziang"][2]
    directory.members["ZhouZiang"].status = 1
    assert 1 == (await scene.compare()).counts["returned"]
    scene.clock.advance(seconds=1)
    async with services.database.transaction() as tx:
        follower = Follower(tx, services.keys.master, DIRECTORY_TRAIL, services.clock())
        assert await follower.shut_out("wecom", CORP_ID, "ZhouZiang", person_id, as_of=before)
    assert (await scene.people())["zhouziang"][2]


async def test_by_night_the_comparison_waits_for_its_turn(scene: Scene) -> None:
    """It is a job like those of callbacks, so two never run at the same time."""
    await jobs.begin_nightly(scene.services)
    async with scene.services.database.transaction() as tx:
        query = text("SELECT lock, args ->> 'cause' FROM procrastinate_jobs WHERE task_name = :name")
        assert (jobs.COMPARE, "nightly") in [tuple(row) for row in await tx.execute(query, {"name": jobs.COMPARE})]


async def test_an_unknown_department_moves_nobody(scene: Scene) -> None:
    """Who is where nobody knows stays where they were, and a new one gets no account; the brand itself is a place."""
    await scene.compare()
    members = scene.fake.wecom.directory.members
    members["ZhouZiang"].departments = (77, 21)
    members["HeYun"] = Member(user_id="HeYun", name="何云", departments=(77, 21))
    members["GuMinglan"].departments = (1,)
    assert "done" == (await scene.compare()).state
    assert ("marketer", "华东组", True) == (await scene.people())["zhouziang"]
    assert {("department-unknown", "ZhouZiang"), ("department-unknown", "HeYun")} == await scene.differences()
    assert ROOT_ID == (await scene.person("guminglan"))["department_id"]


async def test_a_closed_department_is_kept_by_the_form(scene: Scene) -> None:
    """The page of an account names where somebody is although nobody is put there any more."""
    await scene.compare()
    zhou = await scene.person("zhouziang")
    async with scene.services.database.transaction() as tx:
        await tx.execute(update(department).where(department.c.name == "华东组").values(closed_at=scene.clock()))
    headers = {"Authorization": f"Bearer {scene.admin.token}", "Accept-Language": "zh-CN"}
    async with scene.client.get(f"/accounts/{zhou['person_id']}", headers=headers) as response:
        shown = await response.text()
    assert f'<option value="{zhou["department_id"]}" selected>华东组（已关闭）</option>' in shown


async def test_accounts_are_made_only_where_that_is_wanted(scene: Scene) -> None:
    """A mapping may say that who fits a line gets none by itself."""
    body = {"revision": 1, "lines": LINES, "makes_accounts": False, "reason": "先核对"}
    assert 200 == (await scene.admin.call("PUT", f"{DIRECTORY}/mapping", json=body)).status
    await scene.compare()
    assert {} == await scene.people()
    assert {"not-made"} == {kind for kind, _ in await scene.differences()}


async def test_only_who_was_asked_for_is_gone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond as many as are asked for by name, nobody can say."""
    monkeypatch.setattr(picturing, "ASKED_BY_NAME_MAX", 1)
    wecom = scene.services.platforms.wecom
    assert wecom is not None
    assert (frozenset({"A"}), frozenset({"B"})) == await picturing.gone_among(wecom, {"A", "B"})


async def test_a_comparison_that_the_database_stops_says_so(scene: Scene) -> None:
    """What was in its way passes; the row tells that it did not end."""
    async with scene.services.database.transaction() as tx:
        await tx.execute(text(IN_THE_WAY))
        await tx.execute(text("CREATE TRIGGER t BEFORE INSERT ON directory_member EXECUTE FUNCTION in_the_way()"))
    row = await scene.compare()
    assert ("failed", "store-unavailable") == (row.state, row.problem)


async def test_a_member_is_locked_after_the_administrators(scene: Scene) -> None:
    """In the order of every other change of accounts: none of them waits for the other for ever."""
    await scene.compare()
    services, lin = scene.services, (await scene.person("linxiaowen"))["person_id"]

    async def leave() -> bool:
        async with services.database.transaction() as tx:
            follower = Follower(tx, services.keys.master, DIRECTORY_TRAIL, services.clock())
            return await follower.shut_out("wecom", CORP_ID, "LinXiaowen", lin)

    async with services.database.transaction() as tx:
        await accounts.lock_administrators(tx, services.clock())
        leaving = asyncio.create_task(leave())
        await until_waiting(services.database)
        assert await accounts.account_of(tx, lin, lock=True) is not None
    assert await leaving


async def test_somebody_disabled_by_hand_stays_out(scene: Scene) -> None:
    """The directory gives back only what it took."""
    await scene.compare()
    zhou = (await scene.person("zhouziang"))["person_id"]
    assert 200 == (await scene.admin.post(f"/people/accounts/{zhou}/disable")).status
    await scene.compare()
    assert not (await scene.people())["zhouziang"][2]
    assert {("disabled-here", "ZhouZiang")} == await scene.differences()


@pytest.mark.parametrize("broken", ["empty", "down", "half"])
async def test_an_answer_that_is_none_shuts_nobody_out(scene: Scene, broken: str) -> None:
    """Empty, broken off, or without many people who are there when asked by name: everybody stays."""
    await scene.compare()
    before, directory = await scene.people(), scene.fake.wecom.directory
    if broken == "empty":
        directory.members.clear()
    elif broken == "down":
        scene.fake.faults.next("/cgi-bin/user/list", times=9, status=502)
    else:
        for user_id in ("LinXiaowen", "ZhouZiang"):
            directory.members[user_id].departments = (77,)  # of a department that this app may not see
    row = await comparing.compare(scene.services, Ordered())
    assert row is not None
    assert before == await scene.people()
    assert {"half": {("not-shown", each) for each in ("LinXiaowen", "ZhouZiang")}}.get(broken, set()) == (
        await scene.differences()
    )
    assert {"empty": "failed", "down": "failed", "half": "done"}[broken] == row.state


async def test_many_leavers_wait_for_a_word(scene: Scene) -> None:
    """More at once than is usual are held back until an administrator confirms exactly those."""
    directory = scene.fake.wecom.directory
    for number in range(6):
        directory.members[f"m{number}"] = Member(user_id=f"m{number}", name=f"员工{number}", departments=(21,))
    await scene.compare()
    for number in range(4):
        del directory.members[f"m{number}"]
    held = await scene.compare()
    assert ("held", "too-many-leavers", 4) == (held.state, held.problem, held.counts["leaving"])
    assert (await scene.people())["m0"][2]
    del directory.members["m4"]
    scene.clock.advance(seconds=1)
    wrong = await scene.admin.post(f"{DIRECTORY}/compare", {"confirm": str(held.id)})
    assert 204 == wrong.status
    await run_jobs(scene.services)  # another one left meanwhile: that is not what was confirmed
    newest = (await scene.admin.get(DIRECTORY)).ok["runs"][0]
    assert ("held", 5) == (newest["state"], newest["counts"]["leaving"])
    assert 422 == (await scene.admin.post(f"{DIRECTORY}/compare", {"confirm": str(held.id)})).status
    assert 204 == (await scene.admin.post(f"{DIRECTORY}/compare", {"confirm": newest["id"]})).status
    await run_jobs(scene.services)
    assert [False] * 5 + [True] == [(await scene.people())[f"m{number}"][2] for number in range(6)]


async def test_the_last_administrator_is_never_shut_out(scene: Scene) -> None:
    """Whatever WeCom says; it is told as a difference."""
    async with scene.services.database.transaction() as tx:
        await add_identity(tx, scene.boss.person_id, provider="wecom", app=CORP_ID, subject="Boss")
    await scene.compare()
    assert 200 == (await scene.admin.get("/sessions/current")).status
    assert ("last-admin", "Boss") in await scene.differences()


async def test_a_login_that_is_taken_is_nobody_elses(scene: Scene) -> None:
    """An account that was there before is not given to a member who is called like it."""
    await add_employee(scene.services, Role.AUDITOR, login="linxiaowen")
    await scene.compare()
    assert "auditor" == (await scene.people())["linxiaowen"][0]
    assert {("login-taken", "LinXiaowen")} == await scene.differences()


async def test_who_fits_no_line_any_more_is_out(scene: Scene) -> None:
    """Moved to where nobody has an account: shut out, as nobody who was there is by hand."""
    by_hand = await add_employee(scene.services, Role.AUDITOR)
    async with scene.services.database.transaction() as tx:
        await add_identity(tx, by_hand.person_id, provider="wecom", app=CORP_ID, subject="Hand")
    directory = scene.fake.wecom.directory
    directory.members["Hand"] = Member(user_id="Hand", name="手工", departments=(3,))
    await scene.compare()
    directory.members["ZhouZiang"] = replace(directory.members["ZhouZiang"], departments=(3,))
    await directory.changed("update_user", UserID="ZhouZiang")
    await run_jobs(scene.services)
    assert not (await scene.people())["zhouziang"][2]
    assert 200 == (await (await sign_in(scene.client, by_hand)).get("/sessions/current")).status


async def test_a_member_who_is_renamed_stays_themselves(scene: Scene) -> None:
    """The new name leads to the same account, and the old one to nobody."""
    assert "done" == (await scene.compare()).state
    directory = scene.fake.wecom.directory
    directory.members["LinXW"] = replace(directory.members.pop("LinXiaowen"), user_id="LinXW")
    assert (await directory.changed("update_user", UserID="LinXiaowen", NewUserID="LinXW")).is_taken
    await run_jobs(scene.services)
    assert "done" == (await scene.compare()).state
    assert 4 == len(await scene.people())
    assert set() == await scene.differences()


async def test_a_rename_that_nobody_has_handled_yet_makes_no_second_account(scene: Scene) -> None:
    """A comparison sees the new name before it knows whose it is: it waits for the message that says so."""
    await run_jobs(scene.services)
    directory, ordered = scene.fake.wecom.directory, Ordered(cause="ordered", by=scene.boss.person_id)
    directory.members["LinXW"] = replace(directory.members.pop("LinXiaowen"), user_id="LinXW")
    assert (await directory.changed("update_user", UserID="LinXiaowen", NewUserID="LinXW")).is_taken
    scene.clock.advance(seconds=1)
    await jobs.compare_as_ordered(scene.services, ordered)
    newest = (await scene.admin.get(DIRECTORY)).ok["runs"][0]
    assert ("failed", "overtaken") == (newest["state"], newest["problem"])
    assert 4 == len(await scene.people())
    async with scene.services.database.transaction() as tx:
        again = {"cause": "ordered", "confirmed": "", "by": str(scene.boss.person_id)}
        assert await scene.services.jobs.is_due(tx, jobs.COMPARE, **again)
    await run_jobs(scene.services)
    assert "done" == (await scene.compare()).state
    assert ("marketer", "华东组", True) == (await scene.people())["linxiaowen"]
    assert 4 == len(await scene.people())


async def test_a_new_department_is_there_with_its_people(scene: Scene) -> None:
    """Opened in the console, with somebody in it: the callback brings both."""
    await scene.compare()
    directory = scene.fake.wecom.directory
    await directory.open(Part(id=22, name="华南组", parent_id=2))
    await directory.hire(Member(user_id="HeYun", name="何云", departments=(22,)))
    await run_jobs(scene.services)
    assert ("manager", "华南组", True) == (await scene.people())["heyun"]


async def test_without_wecom_nothing_happens(services: Services) -> None:
    """An operator who has none has no comparison."""
    assert await comparing.compare(services, Ordered()) is None
    await jobs.follow_member(services, "LinXiaowen")


async def test_a_leavers_shares_open_nothing_from_the_next_byte_on(stage: Stage) -> None:
    """A visit that was under way gets no further page, and nobody new comes in."""
    share, visit = await stage.visit()
    page = visit["pages"][0]["url"]
    assert 200 == (await stage.get("li", page)).status
    owner, services = stage.cast.people["owner"], stage.services
    async with services.database.transaction() as tx:
        assert await add_identity(tx, owner, provider="wecom", app=CORP_ID, subject="LinXiao")
        follower = Follower(tx, services.keys.master, DIRECTORY_TRAIL, services.clock())
        assert await follower.shut_out("wecom", CORP_ID, "LinXiao", owner)
    assert 403 == (await stage.get("li", page)).status
    assert "share-owner-inactive" == (await stage.open("wang", share["token"])).body["rule"]
