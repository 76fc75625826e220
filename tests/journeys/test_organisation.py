"""Departments, regions and what employees may: changed by administrators with a reason, at once, and kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from compliance import employment
from compliance.access import Role
from compliance.employment import Ordered
from compliance.erasure import erase
from compliance.errors import LastAdmin
from compliance.events import Trail
from fileserver.accounts.jobs import shut_out_ended
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import accounts
from storage.rows.accounts import Administrator
from storage.rows.departments import ROOT_ID
from storage.rows.viewers import add_identity
from storage.schema import clinic
from tests.api import Api, Client, sign_in
from tests.authenticator import try_sign_in
from tests.log import events
from tests.people import add_employee
from tests.services import Clock
from tests.stage import Stage

ROOT = str(ROOT_ID)


async def department(admin: Api, name: str, above: str = ROOT) -> str:
    """A department below another; its id."""
    added = (await admin.post("/people/departments", {"name": name, "parent_id": above, "reason": "x"})).ok
    found: str = next(each["id"] for each in added["items"] if each["name"] == name)
    return found


def as_it_is(account: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The body that changes nothing but this."""
    kept = ("role", "department_id", "region_id", "clearance", "valid_from", "valid_until")
    return {**{name: account[name] for name in kept}, "reason": "调岗", **changed}


async def moved(admin: Api, person_id: object, **changed: Any) -> dict[str, Any]:
    """An account that an administrator has changed."""
    path = f"/people/accounts/{person_id}"
    answer: dict[str, Any] = (await admin.post(path, as_it_is((await admin.get(path)).ok, **changed))).ok
    return answer


async def test_a_region_takes_no_name_that_something_stands_by(stage: Stage) -> None:
    """By another name it would be for more than it was: what clinics, shares and closed regions are called is taken."""
    admin = await sign_in(stage.client, await add_employee(stage.services, Role.ADMIN))
    await admin.post("/people/regions", {"name": "东区", "reason": "x"})
    made = (await admin.post("/people/regions", {"name": "旧区", "reason": "x"})).ok["items"]
    ids = {each["name"]: each["id"] for each in made}
    assert 200 == (await admin.post(f"/people/regions/{ids['旧区']}/close", {"reason": "x"})).status
    async with stage.services.database.transaction() as tx:
        at = update(clinic).where(clinic.c.id == stage.cast.clinics["li"])
        await tx.execute(at.values(region="华东"))
    await stage.share(audience="region", regions=["华东"])
    async with stage.services.database.transaction() as tx:
        await tx.execute(at.values(region="华南"))
    for name in ("旧区", "华东", "华南"):
        refused = await admin.post(f"/people/regions/{ids['东区']}", {"name": name, "reason": "x"})
        assert (422, {"/name"}) == (refused.status, refused.fields)
    free = {"name": "东部", "reason": "x"}
    assert 200 == (await admin.post(f"/people/regions/{ids['东区']}", free)).status


async def test_a_tree_is_built_moved_and_closed(services: Services, client: Client) -> None:
    """In order, with regions that come from above; what is in use does not close, nothing goes below itself."""
    who = await add_employee(services, Role.ADMIN)
    admin = await sign_in(client, who)
    east = await department(admin, "华东")
    shop, west = await department(admin, "上海", east), await department(admin, "华西")
    region = (await admin.post("/people/regions", {"name": "东区", "reason": "x"})).ok["items"][0]["id"]
    bound = {"name": "华东大区", "parent_id": ROOT, "region_id": region, "reason": "改名"}
    tree = (await admin.post(f"/people/departments/{east}", bound)).ok["items"]
    shown = [(each["name"], each["depth"], each["region"]) for each in tree]
    assert [("", 0, ""), ("华东大区", 1, "东区"), ("上海", 2, "东区"), ("华西", 1, "")] == shown
    below_itself = {"name": "华东大区", "parent_id": shop, "reason": "x"}
    taken = {"name": "华西", "parent_id": ROOT, "reason": "x"}
    for wrong, field in ((below_itself, "/parent_id"), (taken, "/name")):
        assert {field} == (await admin.post(f"/people/departments/{east}", wrong)).fields
    await moved(admin, (await add_employee(services, Role.MARKETER)).person_id, department_id=shop)
    for path in (f"departments/{east}", f"departments/{shop}", f"departments/{ROOT}", f"regions/{region}"):
        assert 422 == (await admin.post(f"/people/{path}/close", {"reason": "x"})).status
    moved_on = {"name": "上海", "parent_id": west, "reason": "x"}
    tree = (await admin.post(f"/people/departments/{shop}", moved_on)).ok["items"]
    assert ("上海", "") in [(each["name"], each["region"]) for each in tree]
    assert 200 == (await admin.post(f"/people/departments/{east}/close", {"reason": "并入"})).status
    changes = (await admin.get("/people/organisation-changes")).ok["items"]
    told = {each["kind"]: (each["before"], each["after"], each["reason"]) for each in changes if each["reason"] != "x"}
    assert {"rename": ("华东", "华东大区", "改名"), "region": ("", "东区", "改名")} == {
        kind: told[kind] for kind in ("rename", "region")
    }
    assert [("华东大区", "华西")] == [(each["before"], each["after"]) for each in changes if each["kind"] == "move"]
    assert [("华东大区", "")] == [(each["before"], each["after"]) for each in changes if each["kind"] == "close"]


async def test_what_somebody_may_follows_at_once(stage: Stage) -> None:
    """Department and region, each with the next request, in lists too; each change is kept with its reason."""
    admin, rival, person = stage.api("admin"), stage.api("rival"), stage.cast.people["rival"]
    material = f"/materials/{stage.cast.material_id}"
    east = await department(admin, "华东")
    region = (await admin.post("/people/regions", {"name": "东区", "reason": "x"})).ok["items"][0]["id"]

    async def sees() -> int:
        return (await rival.get(material)).status

    assert 200 == await sees()
    await moved(admin, stage.cast.people["owner"], department_id=east)
    assert 403 == await sees()
    await moved(admin, person, department_id=east)
    assert 200 == await sees()
    await moved(admin, person, region_id=region)
    assert 200 == await sees()
    other = (await admin.post("/people/regions", {"name": "西区", "reason": "x"})).ok["items"][1]["id"]
    await moved(admin, stage.cast.people["owner"], region_id=other)
    assert 403 == await sees()
    reviewer = stage.api("reviewer")
    assert 1 == len((await reviewer.get("/reviews")).ok["items"])
    await moved(admin, stage.cast.people["reviewer"], region_id=region)
    assert [] == (await reviewer.get("/reviews")).ok["items"]
    await moved(admin, person, region_id=None, department_id=None)
    assert 403 == await sees()
    changes = (await admin.get(f"/people/accounts/{person}/changes")).ok["items"]
    kinds = ["create", "department", "department", "region", "region"]
    assert kinds == sorted(each["kind"] for each in changes)
    assert {("调岗", "郑凯")} == {(each["reason"], each["changed_by"]) for each in changes if each["kind"] != "create"}
    told = await stage.told("employee:account:change")
    assert {"admin-runs-accounts"} == {each["why"] for each in told}
    assert "华东" not in str(told)
    named = [each["det"] for each in told if each["det"].get("region_id_after") == region]
    assert {("region", "-")} == {(each["kinds"], each["region_id_before"]) for each in named}


async def test_an_account_begins_and_ends(services: Services, client: Client, clock: Clock) -> None:
    """Before its time and after its end its owner is a stranger; an end before the begin is refused."""
    admin = await sign_in(client, await add_employee(services, Role.ADMIN))
    who = await add_employee(services, Role.MARKETER)
    api = await sign_in(client, who)
    end = (clock() + timedelta(days=1)).isoformat()
    await moved(admin, who.person_id, valid_until=end)
    assert 200 == (await api.get("/materials")).status
    path = f"/people/accounts/{who.person_id}"
    account = (await admin.get(path)).ok
    assert 422 == (await admin.post(path, as_it_is(account, valid_from=end))).status
    await moved(admin, who.person_id, valid_until=None, valid_from=(clock() + timedelta(hours=1)).isoformat())
    assert 401 == (await api.get("/materials")).status
    assert 401 == (await try_sign_in(client, who)).status
    clock.advance(hours=1)
    assert 200 == (await api.get("/materials")).status
    assert 201 == (await try_sign_in(client, who)).status
    told = await events(services, "employee:session:start")
    assert [f"person:{who.pseudonym}"] == [each["obj"] for each in told if each["res"] == "deny"]


async def test_what_an_account_shared_ends_with_it(stage: Stage) -> None:
    """A link opens neither before the account's time nor after its end; then the account is disabled, once."""
    admin, owner = stage.api("admin"), stage.cast.people["owner"]
    opened, later = (await stage.share())["token"], (stage.clock() + timedelta(minutes=2)).isoformat()
    await moved(admin, owner, valid_from=later)
    refused = await stage.open("li", opened)
    assert (403, "share-owner-inactive") == (refused.status, refused.body["rule"])
    await moved(admin, owner, valid_from=None, valid_until=later)
    visit = (await stage.open("li", opened)).ok
    assert 200 == (await stage.api("li").get(f"/visits/{visit['id']}")).status
    assert 0 == await shut_out_ended(stage.services)
    stage.clock.advance(minutes=2)
    assert 403 == (await stage.api("li").get(f"/visits/{visit['id']}")).status
    assert 403 == (await stage.open("li", opened)).status
    assert [1, 0] == [await shut_out_ended(stage.services) for _ in range(2)]
    assert stage.clock() == datetime.fromisoformat((await admin.get(f"/people/accounts/{owner}")).ok["disabled_at"])
    (told,) = await stage.told("employee:account:disable")
    assert ("system", "account-out-of-time") == (told["role"], told["why"])


async def test_one_administrator_who_can_act_is_left(services: Services, clock: Clock) -> None:
    """Neither out of time nor without a way in counts as one: the role stays, and nobody erases them."""
    boss = other = await add_employee(services, Role.ADMIN)
    in_a_day, over = clock() + timedelta(days=1), clock() - timedelta(days=1)
    for limit in ({"valid_until": in_a_day}, {"valid_from": in_a_day}, {"valid_until": over}, {"password_hash": "!"}):
        other = await add_employee(services, Role.ADMIN)
        async with services.database.transaction() as tx:
            await accounts.change_account(tx, other.person_id, emergency=True, **limit)
    master, trail, auditor = services.keys.master, Trail(role="operator"), {"role": "auditor"}
    async with services.database.transaction() as tx:
        assert [True, False] == sorted((each.lasting for each in await _admins(tx, clock)), reverse=True)
    with pytest.raises(LastAdmin):
        async with services.database.transaction() as tx:
            await employment.change(tx, trail, boss.person_id, auditor, Ordered(by=None, now=clock()))
    with pytest.raises(LastAdmin):
        async with services.database.transaction() as tx:
            await erase(tx, master, trail, boss.person_id, reason="离职", now=clock())
    async with services.database.transaction() as tx:  # at a provider they come in again: one is left
        assert await add_identity(tx, other.person_id, provider="wecom", app="corp", subject="Zhou")
        assert 3 == len(await _admins(tx, clock))
        await employment.change(tx, trail, boss.person_id, auditor, Ordered(by=None, now=clock()))


async def _admins(tx: Transaction, clock: Clock) -> Sequence[Administrator]:
    return await accounts.lock_administrators(tx, clock())


async def test_with_the_role_goes_what_was_broken(stage: Stage) -> None:
    """A former administrator's emergency access ends with the role, which the log tells."""
    asked = {
        "scope": "material",
        "material_id": str(stage.cast.material_id),
        "reason": "客户投诉分享内容有误，需当场核对",
        "minutes": 5,
    }
    (await stage.api("admin").post("/break-glass", asked)).ok  # noqa: B018  # must succeed
    other = await sign_in(stage.client, await add_employee(stage.services, Role.ADMIN))
    await moved(other, stage.cast.people["admin"], role="manager")
    (told,) = await stage.told("employee:glass:end")
    assert ("admin-runs-accounts", 0) == (told["why"], told["det"]["uses"])
    assert [False] == [each["open"] for each in (await other.get("/break-glass")).ok["items"]]


async def test_a_new_role_signs_out_and_nobody_changes_themselves(services: Services, client: Client) -> None:
    """The old role's session is over; an administrator's own account and the last one stay as they are."""
    boss = await add_employee(services, Role.ADMIN)
    admin, who = await sign_in(client, boss), await add_employee(services, Role.MARKETER)
    api = await sign_in(client, who)
    assert "reviewer" == (await moved(admin, who.person_id, role="reviewer"))["role"]
    assert 401 == (await api.get("/materials")).status
    assert 200 == (await (await sign_in(client, who)).get("/reviews")).status
    own = f"/people/accounts/{boss.person_id}"
    refused = await admin.post(own, as_it_is((await admin.get(own)).ok, clearance="usual"))
    assert (403, "own-account") == (refused.status, refused.body["rule"])
    for what, body in (
        ("password", {}),
        ("department", {"department": "华东"}),
        ("second-factor/reset", {"reason": "x"}),
    ):
        refused = await admin.post(f"{own}/{what}", body)
        assert (403, "own-account") == (refused.status, refused.body["rule"])
    second = await add_employee(services, Role.ADMIN)
    await moved(admin, second.person_id, valid_until="2099-01-01T00:00:00Z")
    other = await sign_in(client, second)
    assert 409 == (await other.post(own, as_it_is((await admin.get(own)).ok, role="auditor"))).status
