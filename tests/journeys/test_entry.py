"""A clinic user's way in, over HTTP to a real server that asks the stand-in of WeChat and Tencent Cloud."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from compliance.access import Role
from compliance.real_names import Answer as Answered
from compliance.real_names import Claim, Method, Said
from fileserver.demo.platforms.people import PEOPLE, Person
from fileserver.entering.verifiers import offered
from fileserver.services import Services
from tests.api import Api, Client, sign_in
from tests.halls import Hall
from tests.log import events
from tests.people import add_employee

LI, WANG = PEOPLE[1], PEOPLE[2]
CODES = (
    (
        Method.TWO_FACTOR,
        "IdCardVerification",
        {
            "0": (Answered.VERIFIED, ""),
            "-1": (Answered.MISMATCH, ""),
            "-2": (Answered.INVALID, "id_number"),
            "-3": (Answered.INVALID, "name"),
            "-4": (Answered.LATER, ""),
            "-5": (Answered.MISMATCH, ""),
            "-6": (Answered.LATER, ""),
            "-7": (Answered.LATER, ""),
            "-99": (Answered.LATER, ""),
        },
    ),
    (
        Method.THREE_FACTOR,
        "PhoneVerification",
        {
            "0": (Answered.VERIFIED, ""),
            "-4": (Answered.MISMATCH, ""),
            "-6": (Answered.INVALID, "phone"),
            "-7": (Answered.INVALID, "id_number"),
            "-8": (Answered.INVALID, "name"),
            "-9": (Answered.MISMATCH, ""),
            "-11": (Answered.LATER, ""),
            "-12": (Answered.LATER, ""),
            "-13": (Answered.INVALID, "phone"),
        },
    ),
)
FAULTS = {
    "UnauthorizedOperation.Arrears": Answered.DOWN,
    "UnauthorizedOperation.Nonactivated": Answered.DOWN,
    "AuthFailure.SignatureExpire": Answered.DOWN,
    "AuthFailure.SignatureFailure": Answered.DOWN,
    "FailedOperation.UnKnown": Answered.DOWN,
    "InvalidParameterValue.NameFormat": Answered.DOWN,
    "RequestLimitExceeded": Answered.LATER,
}


async def test_from_the_first_tap_to_the_content_in_three_steps(hall: Hall) -> None:
    """Open the mini-program; agree and give the name; say where one works: the share opens. The second visit is one."""
    token = await hall.share()
    api = await hall.enter(LI)
    assert ["consent", "verification", "workplace"] == (await api.get("/entry")).ok["needs"]
    refused = await hall.post(api, "/visits", {"token": token})
    assert (403, "viewer-unverified") == (refused.status, refused.body["rule"])
    named = (await hall.name(api, LI)).ok
    assert ("verified", ["workplace"]) == (named["state"], named["needs"])
    found = (await api.get("/entry/clinics?q=瑞丽")).ok["items"]
    done = await hall.post(api, "/entry/workplace", {"clinic_id": found[0]["id"], "job": "consultant"})
    assert [] == done.ok["needs"]
    opened = (await hall.post(api, "/visits", {"token": token})).ok
    assert opened["pages"]
    again = await hall.enter(LI)
    assert opened["id"] == (await hall.post(again, "/visits", {"token": token})).ok["id"]
    assert {"IdCardVerification": 1} == dict(hall.fake.tencent.billed)
    told = [each["act"] for each in await events(hall.services, "viewer:")][-9:]
    assert "viewer:identity:verify" in told
    assert "viewer:workplace:bind" in told


async def test_an_audience_of_a_clinic_waits_for_the_place_of_work(hall: Hall) -> None:
    """A verified person without a place of work is no part of a clinic's audience."""
    owner = Api(hall.client, hall.cast.tokens["owner"])
    policy = {"audience": "clinic", "clinic_id": str(hall.cast.clinics["li"])}
    made = (await owner.post("/shares", {"material_id": str(hall.cast.material_id), **policy})).ok
    api = await hall.enter(LI)
    await hall.name(api, LI)
    refused = await hall.post(api, "/visits", {"token": made["token"]})
    assert 403 == refused.status


@pytest.mark.parametrize(
    ("method", "code", "status", "slug", "field"),
    [
        ("two-factor", "-1", 422, "name-mismatch", None),
        ("two-factor", "-3", 422, "invalid-value", "name"),
        ("two-factor", "-4", 503, "verification-later", None),
        ("three-factor", "-6", 422, "invalid-value", "phone"),
    ],
)
async def test_an_answer_of_the_service_is_told_as_what_it_is(
    hall: Hall, method: str, code: str, status: int, slug: str, field: str | None
) -> None:
    """A refusal names the field at fault, or says to come again; nobody is let in, and the log has the code."""
    api = await hall.enter(LI)
    action = "IdCardVerification" if method == "two-factor" else "PhoneVerification"
    hall.fake.tencent.answer_next(action, code)
    refused = await hall.name(api, LI, method=method, phone=LI.phone)
    assert (status, f"/problems/{slug}") == (refused.status, refused.body["type"])
    assert ({field} if field else set()) == {each.lstrip("/") for each in refused.fields}
    assert "verification" in (await api.get("/entry")).ok["needs"]
    res = "error" if status == 503 else "deny"
    told = (await events(hall.services, "viewer:identity:verify"))[-1]
    assert (res, "tencent", code) == (told["res"], told["det"]["provider"], told["det"]["code"])


async def test_each_code_and_fault_of_the_service(hall: Hall) -> None:
    """Every code in the facts, and every way to fail, becomes what a person can do about it."""
    ways = offered(hall.services)
    for method, action, expected in CODES:
        for code, (answer, field) in expected.items():
            hall.fake.tencent.answer_next(action, code)
            said = await ways[method].check(Claim(name=LI.name, id_number=LI.id_card, phone=f"+86{LI.phone}"))
            assert Said(answer=answer, code=code, field=field) == said
    for fault, answer in FAULTS.items():
        hall.fake.faults.next("IdCardVerification", code=fault)
        said = await ways[Method.TWO_FACTOR].check(Claim(name=LI.name, id_number=LI.id_card))
        assert isinstance(said, Said)
        assert (answer, fault) == (said.answer, said.code)


async def test_arrears_and_silence_are_down_and_busy(hall: Hall) -> None:
    """Arrears are an operator's matter, and a service that never answers may have been paid: it isn't asked twice."""
    api = await hall.enter(LI)
    hall.fake.tencent.arrears = True
    assert 503 == (await hall.name(api, LI)).status
    hall.fake.tencent.arrears = False
    (await hall.name(api, LI)).ok  # noqa: B018  # must succeed
    assert {"IdCardVerification": 1} == dict(hall.fake.tencent.billed)


async def test_a_wrong_number_is_never_sent(hall: Hall) -> None:
    """What breaks the rules of ID numbers is refused here, by field and rule, and no service hears of it."""
    api = await hall.enter(LI)
    refused = await hall.name(api, LI, id_number="310101198811230021")
    assert (422, {"/id_number"}) == (refused.status, {f"/{each.lstrip('/')}" for each in refused.fields})
    assert "310101198811230021" not in str(refused.body)
    assert not [call for call in hall.fake.calls if call.path == "IdCardVerification"]


async def test_the_code_of_the_mini_program_works_once(hall: Hall) -> None:
    """A used code, an old one and somebody whom WeChat blocks are refused; what came is in no answer."""
    code = hall.fake.wechat.issue_login_code(LI.openid)
    first = await hall.post(None, "/entry/mini-program", {"code": code})
    assert 201 == first.status
    assert hall.fake.wechat.session_keys[LI.openid] not in str(first.body)
    assert 401 == (await hall.post(None, "/entry/mini-program", {"code": code})).status
    old = hall.fake.wechat.issue_login_code(LI.openid)
    hall.clock.advance(minutes=5)
    assert 401 == (await hall.post(None, "/entry/mini-program", {"code": old})).status
    hall.fake.wechat.blocked.add(LI.openid)
    blocked = hall.fake.wechat.issue_login_code(LI.openid)
    assert 401 == (await hall.post(None, "/entry/mini-program", {"code": blocked})).status
    async with hall.services.database.transaction() as tx:
        kept = (await tx.execute(text("SELECT sealed, version FROM wechat_session_key"))).one()
    assert hall.fake.wechat.session_keys[LI.openid].encode() not in kept.sealed


async def test_wechat_says_the_phone(hall: Hall) -> None:
    """The number comes from WeChat by a code, after the consent; only its tail is shown."""
    api = await hall.enter(LI)
    code = hall.fake.wechat.issue_phone_code(LI.phone)
    assert 403 == (await hall.post(api, "/entry/phone", {"code": code})).status
    await hall.name(api, LI)
    answer = (await hall.post(api, "/entry/phone", {"code": code})).ok
    assert LI.phone[-4:] == answer["phone_tail"]
    assert 401 == (await hall.post(api, "/entry/phone", {"code": code})).status


async def test_consent_taken_back_closes_everything(hall: Hall) -> None:
    """Whoever takes the consent back reads no more, and what they passed on closes; agreeing again means a check."""
    token = await hall.share(forward_depth=1)
    api = await hall.inside(LI)
    visit = (await hall.post(api, "/visits", {"token": token})).ok
    child = (await hall.post(api, f"/visits/{visit['id']}/forward")).ok
    other = Api(hall.client, hall.cast.tokens["wang"])
    (await hall.post(other, "/visits", {"token": child["token"]})).ok  # noqa: B018  # must succeed
    left = (await hall.post(api, "/entry/consents/withdraw", {"purpose": "privacy"})).ok
    assert ["consent", "verification"] == left["needs"]
    assert 403 == (await hall.post(api, "/visits", {"token": token})).status
    closed = await hall.post(other, "/visits", {"token": child["token"]})
    assert (403, "share-owner-inactive") == (closed.status, closed.body["rule"])
    assert [] == (await hall.name(api, LI)).ok["needs"]
    assert 2 == hall.fake.tencent.billed["IdCardVerification"]


async def test_a_verification_ends(hall: Hall) -> None:
    """After its time a verified name counts no more; checked again, everything opens as before."""
    token = await hall.share()
    await hall.inside(LI)
    hall.clock.advance(days=366)
    api = await hall.enter(LI)
    assert ["verification"] == (await api.get("/entry")).ok["needs"]
    assert 403 == (await hall.post(api, "/visits", {"token": token})).status
    assert [] == (await hall.name(api, LI)).ok["needs"]


async def test_a_face_check(hall: Hall) -> None:
    """A face check goes on in the mini-program; it waits for the person, may fail and be repeated."""
    api = await hall.enter(LI)
    begun = (await hall.name(api, LI, method="face")).ok
    assert "elsewhere" == begun["state"]
    assert "elsewhere" == (await hall.post(api, "/entry/verification/check")).ok["state"]
    hall.fake.tencent.finish(begun["face_token"], 1001)
    assert 422 == (await hall.post(api, "/entry/verification/check")).status
    again = (await hall.name(api, LI, method="face")).ok
    hall.fake.tencent.finish(again["face_token"])
    assert "verified" == (await hall.post(api, "/entry/verification/check")).ok["state"]


async def test_the_e_sign_service(hall: Hall) -> None:
    """Verified by the e-sign service: the person goes there, comes back, gives the same again, and is in."""
    api = await hall.enter(LI)
    begun = (await hall.name(api, LI, method="esign")).ok
    assert begun["url"].startswith(hall.fake.urls["tencent"])
    assert "elsewhere" == (await hall.name(api, LI, method="esign")).ok["state"]
    hall.fake.tencent.verified.add((LI.name, LI.id_card))
    assert "verified" == (await hall.name(api, LI, method="esign")).ok["state"]


async def test_a_clinic_that_nobody_listed_waits(hall: Hall) -> None:
    """Another clinic than those listed opens nothing by itself; an employee lists it, or knows it as one that is."""
    api = await hall.enter(LI)
    await hall.name(api, LI)
    named = {"clinic_name": "晨曦医疗美容门诊部", "job": "doctor"}
    wrong = await hall.post(api, "/entry/workplace", {**named, "credit_code": "91350100M000100Y44"})
    assert (422, "credit-code-check") == (wrong.status, wrong.body["errors"][0]["rule"])
    asked = (await hall.post(api, "/entry/workplace", {**named, "credit_code": "91350100 m000100y43"})).ok
    assert ("pending", ["workplace"]) == (asked["request"], asked["needs"])
    owner = Api(hall.client, hall.cast.tokens["owner"])
    waiting = (await owner.get("/people/clinic-requests")).ok["items"]
    shown = [tuple(each[name] for name in ("clinic_name", "credit_code", "person_name")) for each in waiting]
    assert [("晨曦医疗美容门诊部", "91350100M000100Y43", LI.name)] == shown
    path = f"/people/clinic-requests/{waiting[0]['id']}/decision"
    assert 204 == (await owner.post(path, {"accept": True})).status
    assert 409 == (await owner.post(path, {"accept": False})).status
    state = (await api.get("/entry")).ok
    assert ([], "晨曦医疗美容门诊部") == (state["needs"], state["clinic"]["name"])
    other = await hall.enter(WANG)
    await hall.name(other, WANG)
    await hall.post(other, "/entry/workplace", {"clinic_name": "晨曦门诊", "job": "doctor"})
    (row,) = (await owner.get("/people/clinic-requests")).ok["items"]
    assert [state["clinic"]] == row["similar"]
    path = f"/people/clinic-requests/{row['id']}/decision"
    assert 422 == (await owner.post(path, {"accept": True, "clinic_id": row["id"]})).status
    assert 204 == (await owner.post(path, {"accept": True, "clinic_id": state["clinic"]["id"]})).status
    assert state["clinic"] == (await other.get("/entry")).ok["clinic"]
    coded = {"clinic_name": "又一个名字", "credit_code": "91350100M000100Y43", "job": "doctor"}
    assert state["clinic"] == (await hall.post(other, "/entry/workplace", coded)).ok["clinic"]
    assert [] == (await owner.get("/people/clinic-requests")).ok["items"]


async def test_the_same_person_on_another_app_keeps_one_session_each(hall: Hall) -> None:
    """The same name and phone under another identity: a session as who they are; the name alone gives none."""
    first = await hall.inside(LI)
    knowing, stranger = (Person(key=each, name=LI.name, phone=LI.phone, id_card=LI.id_card) for each in ("li3", "li2"))
    refused = await hall.name(await hall.enter(knowing, unionid=False), knowing)
    assert (409, None) == (refused.status, refused.body.get("token"))
    api = await hall.enter(stranger, unionid=False)
    for each in (await api.get("/entry")).ok["consents"]:
        agreed = {name: each[name] for name in ("purpose", "version", "sha256")}
        (await hall.post(api, "/entry/consents", agreed)).ok  # noqa: B018  # must succeed
    for each in (first, api):
        (await hall.post(each, "/entry/phone", {"code": hall.fake.wechat.issue_phone_code(LI.phone)})).ok  # noqa: B018  # must succeed
    answer = (await hall.name(api, stranger)).ok
    assert [] == answer["needs"]
    assert 401 == (await api.get("/entry")).status
    assert [] == (await Api(hall.client, answer["token"]).get("/entry")).ok["needs"]


async def test_without_an_account_at_tencent_nobody_is_verified(client: Client, services: Services) -> None:
    """A deployment that checks no names lets nobody in by any other way."""
    await sign_in(client, await add_employee(services, Role.MARKETER))
    answer = await Api(client, "").post("/entry/mini-program", {"code": "x"})
    assert 403 == answer.status
    assert Method.TWO_FACTOR in services.config.verification_methods


async def test_a_clinic_behind_one_address_comes_in(hall: Hall) -> None:
    """Thirty people of one clinic sign in one after another from one address, and none is refused."""
    people = (Person(key=f"p{number}", name="x", phone="1", id_card="1") for number in range(30))
    for each in people:
        assert 200 == (await (await hall.enter(each)).get("/entry")).status


async def test_whoever_takes_over_a_browser_ends_the_session_before(hall: Hall) -> None:
    """One browser is signed in as one person: an employee's session is over on the server too."""
    who = await add_employee(hall.services, Role.MARKETER)
    said = {"login": who.login, "password": who.password}
    async with hall.client.post("/api/v1/sessions", json=said) as response:
        before = Api(hall.client, (await response.json())["token"])
    code = hall.fake.wechat.issue_login_code(LI.openid)
    async with hall.client.post("/api/v1/entry/mini-program", json={"code": code}) as response:
        assert 201 == response.status
    hall.client.session.cookie_jar.clear()
    assert 401 == (await before.get("/sessions/current")).status
    assert who.pseudonym == (await events(hall.services, "employee:session:end"))[-1]["who"]


async def test_a_late_unionid_joins_two_and_an_employee_tells_them_apart(hall: Hall) -> None:
    """A unionid that comes late makes one of two; undone, the pair waits with its evidence, and no sign-in joins it."""
    api = await hall.enter(LI, unionid=False)
    await hall.name(api, LI)
    code = hall.fake.wechat.issue_login_code(replace(LI, key="li2").openid, unionid=LI.unionid)
    assert 201 == (await hall.post(None, "/entry/mini-program", {"code": code})).status
    manager = Api(hall.client, hall.cast.tokens["manager"])
    for grounds in ([], ["told-apart", "undone", "unionid"]):
        assert ["workplace"] == (await (await hall.enter(LI)).get("/entry")).ok["needs"]
        found = (await manager.get("/recruiting/duplicates")).ok
        assert grounds == [ground for pair in found["items"] for ground in pair["grounds"]]
        (merged,) = found["merges"]
        assert ("automatic", bool(grounds)) == (merged["cause"], merged["undone_at"] is not None)
        if not grounds:
            assert 204 == (await hall.post(manager, f"/recruiting/merges/{merged['id']}/undo")).status
    assert ["allow", "deny"] == [each["res"] for each in await events(hall.services, "viewer:identity:merge")]
    (undo,) = await events(hall.services, "employee:merge:undo")
    assert undo["why"]  # the rule that allowed it
