"""The pages of a clinic user's way in, over HTTP: each state has a page, and each page says what to do and when."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import ClientSession
from sqlalchemy import select, update
from yarl import URL

from compliance.profiles import Profile, add_person
from compliance.real_names import Claim
from fileserver.demo.platforms.people import PEOPLE, Person
from fileserver.i18n import Language, translate
from fileserver.pages.rendering import local_time
from storage.schema import account, person, visit
from tests.api import Api
from tests.halls import Hall
from tests.html import Page
from tests.phones import Phone, Seen

LI = PEOPLE[1]
NEW_CLINIC = {"clinic_name": "晨曦医疗美容门诊部", "job": "doctor"}


async def seen(hall: Hall, api: Api, path: str = "/enter") -> Seen:
    """What this session's browser shows."""
    phone = Phone(hall)
    phone.signed_in(api)
    return await phone.open(path)


def told(key: str, **values: str) -> str:
    """A sentence of the pages, as HTML has it."""
    return translate(Language.EN, f"enter-{key}", **values).replace("'", "&#39;")


async def test_each_step_is_counted(hall: Hall) -> None:
    """1 / 3 to sign in, 2 / 3 to agree and be named, 3 / 3 to say where one works; then what one came for."""
    token, phone = await hall.share(), Phone(hall)
    assert told("step", step="1") in (await phone.open(f"/s/{token}")).text
    await phone.enter(LI)
    assert told("step", step="2") in (await phone.open("/enter")).text
    api = Api(hall.client, phone.token)
    assert "/enter" == (await phone.open(f"/s/{token}")).location
    (await hall.name(api, LI)).ok  # noqa: B018  # must succeed
    assert told("step", step="3") in (await seen(hall, api)).text
    (await hall.post(api, "/entry/workplace", {"clinic_id": str(hall.cast.clinics["li"]), "job": "doctor"})).ok  # noqa: B018  # must succeed
    assert "/my-data" == (await seen(hall, api)).location
    assert "data-token" in (await seen(hall, api, f"/s/{token}")).text


async def test_consents_are_asked_one_by_one(hall: Hall) -> None:
    """Each purpose has its text, its version, its hash and a box of its own, which nothing has ticked."""
    api = await hall.enter(LI)
    page = Page((await seen(hall, api)).text)
    boxes = [each for each in page.elements if each.attributes.get("type") == "checkbox"]
    assert ["required", "required"] == ["required" for each in boxes if "required" in each.attributes]
    assert [] == [each for each in boxes if "checked" in each.attributes]
    named = [each.attributes for each in page.elements if each.attributes.get("name", "").startswith("consents.")]
    sent = {each["name"]: each["value"] for each in named}
    state = (await api.get("/entry")).ok["consents"]
    for place, each in enumerate(state):
        for name in ("purpose", "version", "sha256"):
            assert str(each[name]) == sent[f"consents.{place}.{name}"]


Arrange = Callable[[Hall, Api], Awaitable[object]]


async def _answered(hall: Hall, api: Api, *codes: str) -> None:
    hall.fake.tencent.answer_next("IdCardVerification", *codes)
    await hall.name(api, LI)


async def _used_up(hall: Hall, api: Api) -> None:
    for number in range(hall.services.config.verification_person_day_max):
        await hall.name(api, LI, name="李慕" + "一二三四五六七"[number])


async def _withdrawn(hall: Hall, api: Api) -> None:
    await hall.name(api, LI)
    await hall.post(api, "/entry/consents/withdraw", {"purpose": "identity"})


async def _face_failed(hall: Hall, api: Api) -> None:
    begun = (await hall.name(api, LI, method="face")).ok
    hall.fake.tencent.finish(begun["face_token"], 1001)
    await hall.post(api, "/entry/verification/check")


async def _silent(hall: Hall, api: Api) -> None:
    hall.fake.faults.next("IdCardVerification", raw="<html>")
    await hall.name(api, LI)


async def _down(hall: Hall, api: Api) -> None:
    hall.fake.tencent.arrears = True
    await hall.name(api, LI)


async def _duplicate(hall: Hall, api: Api) -> None:
    other = await hall.inside(LI)
    code = hall.fake.wechat.issue_phone_code("13900000001")
    await hall.post(other, "/entry/phone", {"code": code})
    await hall.name(api, LI, method="three-factor", phone=LI.phone)


STATES: tuple[tuple[str, Arrange, tuple[str, ...], bool], ...] = (
    ("nothing yet", lambda hall, api: api.get("/entry"), ("name-title",), True),
    ("mismatch", lambda hall, api: _answered(hall, api, "-1"), ("notice-mismatch",), True),
    ("invalid", lambda hall, api: _answered(hall, api, "-3"), ("notice-invalid",), True),
    ("down", _down, ("notice-down",), True),
    ("face failed", _face_failed, ("notice-face",), True),
    ("withdrawn", _withdrawn, ("notice-withdrawn",), True),
    ("no answer came", _silent, ("busy-title", "until"), False),
    ("as many as a day allows", _used_up, ("used-up-title", "until"), False),
    ("somebody else's name", _duplicate, ("duplicate-title",), False),
    ("a face is to be shown", lambda hall, api: hall.name(api, LI, method="face"), ("elsewhere-title-face",), False),
    ("to e-sign", lambda hall, api: hall.name(api, LI, method="esign"), ("elsewhere-title-esign",), True),
)


async def test_each_state_of_a_name_has_its_page(hall: Hall) -> None:
    """What happened is said, and the form is there exactly where another try makes sense."""
    for place, (state, arrange, keys, has_form) in enumerate(STATES):
        stranger = Person(key=f"other{place}", name=LI.name, phone=LI.phone, id_card=LI.id_card)
        api = await hall.enter(stranger, unionid=False)
        await arrange(hall, api)
        hall.fake.tencent.arrears = False
        page = await seen(hall, api)
        assert (state, 200) == (state, page.status)
        for key in keys:
            assert told(key) in page.text, state
        assert has_form == ('data-api="/api/v1/entry/verification"' in page.text), state
        assert LI.id_card not in page.text


async def test_the_service_asks_to_come_again(hall: Hall) -> None:
    """Told that it can't answer now, the page says from when on it is worth another try."""
    api = await hall.enter(LI)
    await _answered(hall, api, "-4")
    at = local_time(hall.clock() + timedelta(minutes=10))
    assert told("notice-later", at=at) in (await seen(hall, api)).text


async def test_a_name_that_expired_is_the_only_step_left(hall: Hall) -> None:
    """The page says since when, and where one works is not asked again."""
    await hall.inside(LI)
    until = hall.clock() + timedelta(days=365)
    hall.clock.advance(days=366)
    api = await hall.enter(LI)
    assert told("notice-expired", at=local_time(until)) in (await seen(hall, api)).text
    (await hall.name(api, LI)).ok  # noqa: B018  # must succeed
    assert "/my-data" == (await seen(hall, api)).location


async def shown(address: str, how: str) -> URL:
    """Tencent's page, on which the person's face is their own or not: where of ours it leads back to."""
    async with ClientSession() as session:
        async with session.get(address) as page:
            assert 200 == page.status
        async with session.get(f"{address}&as={how}", allow_redirects=False) as answer:
            return URL(answer.headers["Location"]).relative()


async def test_a_face_check_leads_there_and_back(hall: Hall) -> None:
    """The page leads to Tencent's; whoever comes back is one step further, and a face that did not fit says so."""
    api = await hall.enter(LI)
    for how, key in (("other", "notice-face"), ("match", "work-title")):
        begun = (await hall.name(api, LI, method="face")).ok
        assert begun["url"].replace("&", "&amp;") in (await seen(hall, api)).text
        waiting = await seen(hall, api, "/enter/checked")
        assert ("/enter", 200) == (waiting.location, (await seen(hall, api)).status)
        back = await shown(begun["url"], how)
        assert "/enter/checked" == back.path
        assert "/enter" == (await seen(hall, api, str(back))).location
        assert told(key) in (await seen(hall, api)).text


async def test_a_clinic_is_found_by_code_and_by_name(hall: Hall) -> None:
    """By the whole credit code or part of a name; what nobody listed waits, and the page says for whom."""
    owner = Api(hall.client, hall.cast.tokens["owner"])
    listed = {"clinic_name": "和悦门诊部", "credit_code": "91320594MA1XAB1231"}
    (await owner.post("/recruiting/invitations", listed)).ok  # noqa: B018  # must succeed
    hall.client.session.cookie_jar.clear()
    api = await hall.enter(LI)
    (await hall.name(api, LI)).ok  # noqa: B018  # must succeed
    for wanted in ("91320594MA1XAB1231", "91320594 ma1xab1231", "和悦"):
        assert "和悦门诊部" in (await seen(hall, api, f"/enter?q={wanted}")).text
    unknown = (await seen(hall, api, "/enter?q=91350100M000100Y43")).text
    assert told("work-code-unknown") in unknown
    assert told("work-none") in (await seen(hall, api, "/enter?q=nowhere")).text
    assert 'name="credit_code"' in unknown
    asked = (await hall.post(api, "/entry/workplace", {**NEW_CLINIC, "credit_code": "91350100M000100Y43"})).ok
    assert "pending" == asked["request"]
    assert "91350100M000100Y43" in (await seen(hall, owner, "/recruiting/requests")).text
    assert told("work-waits") in (await seen(hall, api)).text
    waiting = (await owner.get("/people/clinic-requests")).ok["items"]
    await hall.post(owner, f"/people/clinic-requests/{waiting[0]['id']}/decision", {"accept": False})
    assert told("work-refused", clinic=NEW_CLINIC["clinic_name"]) in (await seen(hall, api)).text


async def test_without_a_service_nobody_is_asked_for_a_name(hall: Hall) -> None:
    """A deployment that checks no names says so instead of showing a form that can't succeed."""
    config = hall.services.config.model_copy(update={"verification_methods": ()})
    object.__setattr__(hall.services, "config", config)
    assert told("unavailable-title") in (await seen(hall, await hall.enter(LI))).text


async def test_what_one_opened_is_listed_as_it_opens(hall: Hall) -> None:
    """Visits under an id that was merged are one's own too; a share whose creator is shut out has no link."""
    token, api = await hall.share(), await hall.inside(LI)
    (await hall.post(api, "/visits", {"token": token})).ok  # noqa: B018  # must succeed
    async with hall.services.database.transaction() as tx:
        (mine,) = await tx.scalars(select(visit.c.person_id))
        other = await add_person(tx, hall.services.keys.master, "viewer", Profile(name=""))
        await tx.execute(update(person).where(person.c.id == other).values(merged_into=mine))
        await tx.execute(update(visit).values(person_id=other))
    assert f'href="/s/{token}"' in (await seen(hall, api, "/my-data")).text
    async with hall.services.database.transaction() as tx:
        await tx.execute(update(account).values(disabled_at=hall.clock()))
    page = (await seen(hall, api, "/my-data")).text
    assert translate(Language.EN, "data-opened-over") in page
    assert f"/s/{token}" not in page


async def test_ones_own_page(hall: Hall) -> None:
    """Who one is, what one agreed to, where one is signed in and what one opened; a stranger is led to the way in."""
    token, api = await hall.share(), await hall.inside(LI)
    (await hall.post(api, "/visits", {"token": token})).ok  # noqa: B018  # must succeed
    page = (await seen(hall, api, "/my-data")).text
    for each in (LI.name, "瑞丽诊所", f'href="/s/{token}"', "/api/v1/entry/consents/withdraw", "/api/v1/sessions/"):
        assert each in page
    owner = Api(hall.client, hall.cast.tokens["owner"])
    (share,) = [each for each in (await owner.get("/shares")).ok["items"] if each["url"].endswith(token)]
    await hall.post(owner, f"/shares/{share['id']}/revoke")
    assert f"/s/{token}" not in (await seen(hall, api, "/my-data")).text
    (await hall.post(api, "/entry/consents/withdraw", {"purpose": "privacy"})).ok  # noqa: B018  # must succeed
    assert "/api/v1/entry/consents/withdraw" not in (await seen(hall, api, "/my-data")).text
    hall.client.session.cookie_jar.clear()
    assert "/enter" == (await Phone(hall).open("/my-data")).location


def test_a_claim_shows_nothing_of_itself() -> None:
    """What somebody says of themselves is in no text that a log could hold."""
    assert LI.id_card not in repr(Claim(name=LI.name, id_number=LI.id_card))
