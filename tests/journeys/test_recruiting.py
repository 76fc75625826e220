"""Clinics on their way in, and on their way from one employee to another, over HTTP and over the stand-in's WeCom."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update

from compliance.access import Role
from compliance.errors import InvitationOver
from compliance.events import Trail
from compliance.invitations import state_of
from compliance.ownership.transfers import Request, Wished, request
from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.demo.platforms.people import Member
from fileserver.platforms.events import ContactChanged, EventKind
from fileserver.recruiting import wecom
from fileserver.recruiting.jobs import watch
from fileserver.services import Services
from storage.rows import invitations, ownership, transfers
from storage.schema import account, clinic, clinic_contact, identity, transfer_customer
from tests.api import sign_in
from tests.people import Employee, add_employee
from tests.platforms import node
from tests.recruits import add_clinic, invite, marketers
from tests.services import Clock
from tests.stage import Stage, serving
from tests.viewers import as_viewer

CLINICS, MANY_CLINICS = 120, 500  # WeCom takes a hundred at a time
CODE = "91110000802100433B"


async def test_from_invitation_to_first_content(stage: Stage) -> None:
    """A marketer's guest comes in, is verified and reads: each step shows in the funnel, and the clinic is theirs."""
    owner = stage.api("owner")
    made = (await owner.post("/recruiting/invitations", {"clinic_name": "新悦诊所", "credit_code": CODE})).ok
    token = made["url"].rpartition("/")[2]
    assert (32, "新悦诊所", True) == (len(token), made["clinic"]["name"], made["open"])
    assert ["invited"] == [line["step"] for line in (await owner.get("/recruiting/funnel")).ok["items"]]
    assert [] == (await owner.get("/recruiting/funnel", stuck=True)).ok["items"]
    said = {"name": "陈晨", "phone": "13800138009", "job": "doctor", "invitation": token}
    guest, signed_in = await as_viewer(stage.client, **said)
    assert made["clinic"] == signed_in["clinic"]
    with pytest.raises(InvitationOver):
        await as_viewer(stage.client, **{**said, "phone": "13800138010"})
    (line,) = (await owner.get("/recruiting/funnel")).ok["items"]
    assert ("verified", str(stage.cast.people["owner"])) == (line["step"], line["owner"]["id"])
    share = await stage.share("owner")
    assert (await guest.post("/visits", {"token": share["token"]})).status == 201
    assert ["content"] == [line["step"] for line in (await owner.get("/recruiting/funnel")).ok["items"]]
    path = f"/recruiting/clinics/{made['clinic']['id']}"
    history = (await owner.get(path)).ok["history"]
    assert ["verified", "begun"] == [each["cause"] for each in history]
    assert (await stage.api("rival").get(path)).status == 403


async def test_the_owner_hears_of_what_others_shared(stage: Stage) -> None:
    """The share keeps its maker's credit; who holds the clinic now is told that it was opened."""
    share = await stage.share("owner")
    clinic_id, rival = stage.cast.clinics["li"], stage.cast.people["rival"]
    said = {"clinics": [{"clinic_id": str(clinic_id), "version": 1}], "person_id": str(rival), "reason": "换区"}
    (done,) = (await stage.api("manager").post("/recruiting/transfers", said)).ok["items"]
    assert ("done", str(rival)) == (done["state"], done["to_owner"]["id"])
    assert (await stage.open("li", share["token"])).status == 201
    told = [each["kind"] for each in (await stage.api("rival").get("/notices")).ok["items"]]
    assert {"clinic-received", "clinic-opened"} == set(told)
    assert [] == (await stage.api("owner").get("/notices")).ok["items"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("9111000071093123X", "18 characters"),
        ("9111000071093I23XX", "digits and capitals"),
        ("9111000071093123X0", "check"),
    ],
)
async def test_wrong_credit_codes_are_explained(stage: Stage, code: str, message: str) -> None:
    """The problem points at the field and says what is wrong with the code."""
    path = f"/recruiting/clinics/{stage.cast.clinics['li']}"
    answer = await stage.api("manager").call("PUT", path, json={"credit_code": code})
    assert 422 == answer.status
    assert message in str(answer.body)


async def test_a_department_limits_every_way_a_clinic_changes_hands(services: Services, clock: Clock) -> None:
    """What another department's people hold, or held until they left, is not a manager's to pass on."""
    south = await add_employee(services, Role.MARKETER, department="华南")
    leader = await add_employee(services, Role.MANAGER, department="华东")
    theirs = await add_employee(services, Role.MANAGER, department="华南")
    held, left = await add_clinic(services, owner_id=south.person_id), await add_clinic(services)
    async with services.database.transaction() as tx:
        await transfers.add_handover(tx, left, south.person_id, clock())
    async with serving(services) as client:
        api = await sign_in(client, leader)
        assert [] == (await api.get("/recruiting/handovers")).ok["items"]
        for each in (held, left):
            wished = {"clinics": [{"clinic_id": str(each), "version": 1}], "person_id": str(leader.person_id)}
            assert 403 == (await api.post("/recruiting/transfers", {**wished, "reason": "x"})).status
            path = f"/people/clinics/{each}/owner"
            assert 403 == (await api.post(path, {"person_id": str(leader.person_id)})).status
        async with services.database.transaction() as tx:
            owners = [(await ownership.open_of(tx, each)).person_id for each in (held, left)]
        assert [south.person_id, None] == owners
        api = await sign_in(client, theirs)
        assert [str(left)] == [each["clinic"]["id"] for each in (await api.get("/recruiting/handovers")).ok["items"]]
        both = [{"clinic_id": str(each), "version": 1} for each in (held, left)]
        wished = {"clinics": both, "person_id": str(theirs.person_id), "reason": "x"}
        assert 201 == (await api.post("/recruiting/transfers", wished)).status


@pytest.fixture
async def fake(clock: Clock) -> AsyncIterator[FakePlatforms]:
    """The stand-in's WeCom."""
    async with FakePlatforms(clock) as serving_it:
        yield serving_it


@pytest.fixture
async def connected(config: Config, clock: Clock, fake: FakePlatforms) -> AsyncIterator[Services]:
    """Services that ask it."""
    async with node(config, fake, clock) as services:
        yield services


async def _in_wecom(services: Services, fake: FakePlatforms, *people: Employee) -> None:
    for employee in people:
        fake.wecom.directory.members[employee.login] = Member(user_id=employee.login, name=employee.login)
        async with services.database.transaction() as tx:
            key = {"provider": "wecom", "app": "corp", "subject": employee.login}
            await tx.execute(insert(identity).values(id=uuid4(), person_id=employee.person_id, **key))


async def _held(services: Services, fake: FakePlatforms, owner: Employee, count: int) -> list[UUID]:
    """Clinics of this owner, each with one customer who follows them."""
    now, ids = services.clock(), [uuid4() for _ in range(count)]
    async with services.database.transaction() as tx:
        rows = [{"id": each, "name": f"诊所{each.hex}", "created_at": now, "owner_id": owner.person_id} for each in ids]
        await tx.execute(insert(clinic), rows)
        following = [
            {"external_userid": f"wm{each.hex}", "employee_id": owner.person_id, "clinic_id": each, "followed_at": now}
            for each in ids
        ]
        await tx.execute(insert(clinic_contact), following)
    for each in ids:
        fake.wecom.contacts.follow(owner.login, f"wm{each.hex}")
    return ids


async def test_hundreds_of_clinics_are_handed_over(
    connected: Services, fake: FakePlatforms, clock: Clock, *, whole: bool
) -> None:
    """A leaver's clinics pass on at once; WeCom follows within a day, and its refusals stand beside."""
    services, held = connected, MANY_CLINICS if whole else CLINICS
    leaver, taker = await marketers(services, "离职", "接手")
    manager = await add_employee(services, Role.MANAGER)
    await _in_wecom(services, fake, leaver, taker)
    ids = await _held(services, fake, leaver, held)
    async with services.database.transaction() as tx:
        for each in ids:
            await transfers.add_handover(tx, each, leaver.person_id, clock())
    async with serving(services) as client:
        api = await sign_in(client, manager)
        waiting = (await api.get("/recruiting/handovers")).ok["items"]
        assert held == len(waiting)
        wished = [{"clinic_id": each["clinic"]["id"], "version": each["version"]} for each in waiting]
        said = {"clinics": wished, "person_id": str(taker.person_id), "reason": "离职交接", "handover": True}
        done = (await api.post("/recruiting/transfers", said)).ok["items"]
        assert {"done"} == {each["state"] for each in done}
        assert [] == (await api.get("/recruiting/handovers")).ok["items"]
        assert 409 == (await api.post("/recruiting/transfers", said)).status
        assert held == await wecom.ask(services)
        refusing = [f"wm{each.hex}" for each in ids[:30]]
        fake.push_to(str(client.make_url("/")).rstrip("/"))
        for customer in refusing:
            await fake.wecom.transfers.refuse(customer)
        assert len(refusing) == await wecom.poll(services)
        clock.advance(hours=25)
        await watch(services)
        api = await sign_in(client, manager)
        counted: dict[str, int] = {}
        for each in (await api.get("/recruiting/transfers")).ok["items"]:
            for state, count in each["customers"].items():
                counted[state] = counted.get(state, 0) + count
        assert {"refused": 30, "done": held - 30} == counted
    async with services.database.transaction() as tx:
        assert held == await ownership.count_held(tx, taker.person_id)
    assert [] == fake.violations


async def test_customers_of_who_has_left_take_the_other_way(
    connected: Services, fake: FakePlatforms, clock: Clock
) -> None:
    """WeCom has an endpoint of its own for them, and is asked there what became of it."""
    services = connected
    leaver, taker = await marketers(services, "离职", "接手")
    await _in_wecom(services, fake, leaver, taker)
    ids = await _held(services, fake, leaver, 3)
    fake.wecom.transfers.resign(leaver.login)
    async with services.database.transaction() as tx:
        await tx.execute(update(account).where(account.c.person_id == leaver.person_id).values(left_at=clock()))
        wanted = Request(to_id=taker.person_id, by=taker.person_id, reason="离职", cause="handed_over")
        held = await ownership.open_of_many(tx, ids)
        wished = [Wished(each, held[each].version) for each in ids]
        await request(tx, Trail(role="manager"), wished, wanted, now=clock())
    assert len(ids) == await wecom.ask(services)
    assert 1 == fake.record.count("/cgi-bin/externalcontact/resigned/transfer_customer")
    clock.advance(hours=25)
    assert len(ids) == await wecom.poll(services)
    async with services.database.transaction() as tx:
        states = [
            tuple(row) for row in await tx.execute(select(transfer_customer.c.state, transfer_customer.c.resigned))
        ]
        assert len(ids) == await ownership.count_held(tx, taker.person_id)
    assert {("done", True)} == set(states)


async def test_callbacks_in_any_order_end_alike(connected: Services, fake: FakePlatforms, clock: Clock) -> None:
    """A refusal that comes before WeCom's answer, or twice, stands."""
    services = connected
    one, two = await marketers(services, "一", "二")
    await _in_wecom(services, fake, one, two)
    (clinic_id,) = await _held(services, fake, one, 1)
    customer = f"wm{clinic_id.hex}"
    refusal = _event(clock(), "transfer_fail", two.login, customer, fail_reason="customer_refused")
    await _transfer(services, clinic_id, one, two, clock())
    for _ in range(2):
        async with services.database.transaction() as tx:
            await wecom.heard(tx, refusal, clock())
    assert 0 == await wecom.ask(services)
    async with services.database.transaction() as tx:
        assert [] == await transfers.customers_in(tx, transfers.OPEN)


async def test_codes_of_an_invitation(connected: Services, fake: FakePlatforms) -> None:
    """A QR code of the link, a mini-program code of the token, and WeCom's code, which is made once."""
    services = connected
    (one,) = await marketers(services, "一")
    await _in_wecom(services, fake, one)
    async with serving(services) as client:
        api = await sign_in(client, one)
        made = (await api.post("/recruiting/invitations", {"clinic_name": "新悦诊所"})).ok
        path = f"/recruiting/invitations/{made['id']}"
        kinds = [(await api.get(f"{path}/{name}")).headers["Content-Type"] for name in ("qr", "code")]
        assert ["image/svg+xml", "image/png"] == kinds
        codes = [(await api.post(f"{path}/contact-code")).ok["contact_url"] for _ in range(2)]
    assert (1, 1) == (len(set(codes)), len(fake.wecom.contacts.ways))
    (way,) = fake.wecom.contacts.ways.values()
    assert (way["state"][:4], 19) == ("inv:", len(way["state"]))
    assert [] == fake.violations


async def test_a_follower_counts_for_the_invitation(connected: Services, fake: FakePlatforms, clock: Clock) -> None:
    """WeCom's callback brings the invitation back by its state: the clinic has followed, once, and may leave again."""
    services = connected
    (one,) = await marketers(services, "一")
    await _in_wecom(services, fake, one)
    clinic_id = await add_clinic(services)
    invited = await invite(services, one.person_id, clinic_id)
    added = _event(clock(), "add_external_contact", one.login, "wmA", state=state_of(invited.token))
    async with services.database.transaction() as tx:
        for event in (added, added, _event(clock(), "del_follow_user", one.login, "wmA"), added):
            await wecom.heard(tx, event, clock())
        assert clock() == await invitations.followers_at(tx, clinic_id)


async def test_a_word_that_came_too_late_counts_for_nothing(
    connected: Services, fake: FakePlatforms, clock: Clock
) -> None:
    """Of a following that was ended before its word came nothing is kept; whoever comes back follows from then on."""
    services, began = connected, clock()
    (one,) = await marketers(services, "一")
    await _in_wecom(services, fake, one)
    clinic_id = await add_clinic(services)
    invited = await invite(services, one.person_id, clinic_id)
    added = _event(began, "add_external_contact", one.login, "wmA", state=state_of(invited.token))
    async with services.database.transaction() as tx:
        await wecom.heard(tx, replace(added, superseded=True), clock())
        assert await invitations.followers_at(tx, clinic_id) is None
        await wecom.heard(tx, added, clock())
        clock.advance(hours=1)
        await wecom.heard(tx, _event(clock(), "del_follow_user", one.login, "wmA"), clock())
        clock.advance(hours=1)
        await wecom.heard(tx, replace(added, said_at=clock()), clock())
        assert clock() == await invitations.followers_at(tx, clinic_id)


def _event(said_at: datetime, change: str, user_id: str, customer: str, **more: str) -> ContactChanged:
    return ContactChanged(
        kind=EventKind.CONTACT_CHANGED,
        platform="wecom",
        app="corp",
        said_at=said_at,
        change=change,
        user_id=user_id,
        external_user_id=customer,
        **more,  # type: ignore[arg-type]  # texts all of them
    )


async def _transfer(services: Services, clinic_id: UUID, one: Employee, two: Employee, now: datetime) -> None:
    wanted = Request(to_id=two.person_id, by=one.person_id, reason="换区")
    async with services.database.transaction() as tx:
        await request(tx, Trail(who="m", role="manager"), [Wished(clinic_id, 1)], wanted, now=now)
