"""What a share asks at its door: password, one-time code, pledge; what a guesser gets, and what the log keeps."""

import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from compliance import gating
from compliance.errors import TooManyAttempts
from compliance.limits import Limit
from fileserver.demo.platforms.people import PEOPLE
from storage.rows import pledges
from storage.rows.pledges import PledgeRow
from storage.schema import share_gate
from tests.api import Answer, Api
from tests.halls import Hall
from tests.html import goes_on
from tests.journeys.test_dossiers import text_of
from tests.journeys.test_erasure import erase, opened
from tests.log import events
from tests.people import add_nameless
from tests.stage import Stage
from tests.viewers import as_viewer

MAIL = "li@clinic.example"
CHINESE = {"Accept-Language": "zh-CN"}
LI = {"name": "李娜", "phone": "13800138001"}
TEXTS = {"title_zh": "保密承诺", "text_zh": "我不外传。", "title_en": "Pledge", "text_en": "I keep it to myself."}


async def said(stage: Stage, who: str, token: str, password: str) -> Answer:
    """A viewer tries a password."""
    return await stage.api(who).post("/doors/password", {"token": token, "password": password})


async def form_of_a_share(stage: Stage) -> str:
    """The page on which the owner makes a share."""
    said = {"Accept": "text/html", "Accept-Language": "en"}
    page = await stage.request("GET", "owner", f"/materials/{stage.cast.material_id}/share", headers=said)
    return page.body.decode()


async def test_password_opens_for_one_session_and_a_new_one_asks_again_at_the_next_byte(stage: Stage) -> None:
    """It is kept as a hash alone, opens a viewer's session and its forwards, and a change closes a visit that runs."""
    share = await stage.share(lock="password", forward_depth=1)
    password = share["password"]
    async with stage.services.database.transaction() as tx:
        kept = (await tx.execute(select(share_gate.c.password_hash))).scalar_one()
    assert kept.startswith("$argon2id$")
    assert password not in kept
    assert (await stage.api("owner").get(f"/shares/{share['id']}")).ok["password"] is None
    assert "share-locked" == (await stage.open("li", share["token"])).body["rule"]
    assert {"lock": "password", "by_email": False, "pledge": None} == (
        await stage.api("li").post("/doors", {"token": share["token"]})
    ).ok
    wrong = (await said(stage, "li", share["token"], "wrong")).body
    assert "/problems/share-password-refused" == wrong["type"]
    assert wrong["detail"] == wrong["errors"][0]["message"]
    assert {"lock": "none", "by_email": False, "pledge": None} == (await said(stage, "li", share["token"], password)).ok
    visit = (await stage.open("li", share["token"])).ok
    elsewhere, _ = await as_viewer(stage.client, **LI)
    assert "share-locked" == (await elsewhere.post("/visits", {"token": share["token"]})).body["rule"]
    child = (await stage.api("li").post(f"/visits/{visit['id']}/forward")).ok
    assert "share-locked" == (await stage.open("wang", child["token"])).body["rule"]
    assert (await said(stage, "wang", child["token"], password)).ok
    assert 201 == (await stage.open("wang", child["token"])).status
    page = visit["pages"][0]["url"]
    assert 200 == (await stage.get("li", page)).status
    changed = (await stage.api("owner").post(f"/shares/{share['id']}/gate", {"lock": "password"})).ok
    assert changed["password"] not in (password, None)
    assert [403, 403] == [(await stage.get("li", page)).status, (await stage.open("wang", child["token"])).status]
    told = await stage.told("viewer:share:unlock")
    assert ["deny", "allow", "allow"] == [event["res"] for event in told]
    log = str(await stage.told())
    assert [] == [word for word in (password, changed["password"], kept) if word in log]


async def test_guesser_is_stopped_and_the_clinic_beside_them_is_not(stage: Stage) -> None:
    """After ten wrong tries even the right password waits; a colleague behind the same address opens it at once.

    Who says that they come from elsewhere each time is not believed: only proxies that the operator trusts are.
    """
    share = await stage.share(lock="password", password="Blossom-42-spring")
    tries = []
    for n in range(11):
        guess = {"token": share["token"], "password": f"guess-{n}"}
        spoofed = {
            "X-Forwarded-For": f"203.0.113.{n}",
            "Forwarded": f"for=203.0.113.{n}",
            "X-Real-IP": f"203.0.113.{n}",
        }
        tries.append(await stage.request("POST", "li", "/api/v1/doors/password", json=guess, headers=spoofed))
    assert [422] * 10 + [429] == [answer.status for answer in tries]
    assert int(tries[-1].headers["Retry-After"]) > 0
    assert 429 == (await said(stage, "li", share["token"], "Blossom-42-spring")).status
    assert (await said(stage, "wang", share["token"], "Blossom-42-spring")).ok
    other = await stage.share(lock="password", password="Blossom-43-spring")
    assert (await said(stage, "li", other["token"], "Blossom-43-spring")).ok
    assert 10 == len([event for event in await stage.told("viewer:share:unlock") if event["res"] == "deny"])


async def test_guesses_count_by_viewer_by_share_and_by_address_too(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changes the address, the account or the share is stopped by what stays the same, and nobody else is."""
    known = itertools.count(1)

    async def tried(**same: str) -> bool:
        said = {name: same.get(name, str(UUID(int=next(known)))) for name in ("share", "viewer")}
        address = same.get("address", f"198.51.{next(known)}.7")
        try:
            async with stage.services.database.transaction() as tx:
                master, share, viewer = stage.services.keys.master, UUID(said["share"]), UUID(said["viewer"])
                await gating.admit(tx, master, share, viewer, address, now=stage.clock())
        except TooManyAttempts:
            return False
        return True

    share, viewer, address = str(uuid4()), str(uuid4()), "203.0.113.5"
    for name, same in (
        ("TRIED_BY_VIEWER", {"share": share, "viewer": viewer}),
        ("TRIED_ON_SHARE", {"share": share}),
        ("TRIED_BY_ADDRESS", {"address": address}),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(gating, name, Limit(f"few-{name}", 2, 900))
            assert [True, True, False, True] == [await tried(**each) for each in (same, same, same, {})], name


async def test_nothing_is_tried_at_a_door_that_is_closed_anyway(stage: Stage) -> None:
    """A forged link is a bad link whatever the password; whom the share is not for learns of no password."""
    share = await stage.share(
        lock="password", password="Blossom-42-spring", audience="clinic", clinic_id=str(stage.cast.clinics["wang"])
    )
    forged = share["token"][:-1] + ("A" if share["token"][-1] != "A" else "B")
    refused = [await said(stage, "wang", forged, word) for word in ("Blossom-42-spring", "wrong")]
    assert {(404, "/problems/link-invalid")} == {(answer.status, answer.body["type"]) for answer in refused}
    for answer in (
        await said(stage, "li", share["token"], "Blossom-42-spring"),
        await said(stage, "li", share["token"], "wrong"),
        await stage.api("li").post("/doors", {"token": share["token"]}),
    ):
        assert (403, "outside-audience") == (answer.status, answer.body["rule"])
    open_share = await stage.share()
    assert 409 == (await said(stage, "li", open_share["token"], "wrong")).status


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ({"lock": "password", "password": "short"}, "/password"),
        ({"lock": "code", "password": "Blossom-42-spring"}, "/password"),
        ({"pledge": True}, "/pledge"),
    ],
)
async def test_gate_that_makes_no_sense_is_refused_by_name(stage: Stage, policy: dict[str, Any], field: str) -> None:
    """A password that is easy, one that nothing asks for, a pledge that nobody has written."""
    wanted = {"material_id": str(stage.cast.material_id), **policy}
    answer = await stage.api("owner").post("/shares", wanted)
    assert (422, {field}) == (answer.status, answer.fields)


async def test_pledge_binds_person_share_and_the_very_words(stage: Stage) -> None:
    """It is given in the newest words, stands in the log with their hash, and a new version asks again mid-visit."""
    assert 403 == (await stage.api("owner").post("/pledges", TEXTS)).status
    assert "No pledge has been issued yet" in await form_of_a_share(stage)
    first = (await stage.api("reviewer").post("/pledges", TEXTS)).ok["items"][0]
    assert "No pledge has been issued yet" not in await form_of_a_share(stage)
    share = await stage.share(pledge=True)
    assert "pledge-missing" == (await stage.open("li", share["token"])).body["rule"]
    shown = (await stage.api("li").post("/doors", {"token": share["token"]})).ok["pledge"]
    assert (1, "en", first["sha256_en"]) == (shown["version"], shown["language"], shown["sha256"])
    give = {"token": share["token"], "version": 1, "language": "en", "sha256": shown["sha256"]}
    for other in ({"sha256": first["sha256_zh"]}, {"version": 2}):
        assert 422 == (await stage.api("li").post("/doors/pledge", {**give, **other})).status
    assert {"lock": "none", "by_email": False, "pledge": None} == (await stage.api("li").post("/doors/pledge", give)).ok
    visit = (await stage.open("li", share["token"])).ok
    (event,) = await stage.told("viewer:pledge:give")
    assert (f"material:{stage.cast.material_id}", share["id"]) == (event["obj"], event["link"])
    assert {"version": 1, "language": "en", "text_sha256": first["sha256_en"], "root": share["id"]} == event["det"]
    (await stage.api("admin").post("/pledges", {**TEXTS, "text_en": "I keep it all to myself."})).ok  # noqa: B018  # reading it asserts success
    assert 403 == (await stage.get("li", visit["pages"][0]["url"])).status
    assert 2 == (await stage.api("li").post("/doors", {"token": share["token"]})).ok["pledge"]["version"]
    versions = (await stage.api("auditor").get("/pledges")).ok["items"]
    assert [(2, True), (1, False)] == [(each["version"], each["in_force"]) for each in versions]


async def test_who_gave_the_pledge_is_kept_without_their_name_once_they_are_erased(stage: Stage) -> None:
    """On the share's page, in the dossier and in their export; erased, version and hash stay, and the name is gone."""
    first = (await stage.api("reviewer").post("/pledges", TEXTS)).ok["items"][0]
    share = await stage.share(pledge=True)
    give = {"token": share["token"], "version": 1, "language": "en", "sha256": first["sha256_en"]}
    (await stage.api("li").post("/doors/pledge", give)).ok  # noqa: B018  # reading it asserts success
    held = opened(await stage.request("POST", "li", "/api/v1/people/me/export"))["pledges"]
    assert [(1, first["sha256_en"])] == [(row["version"], row["text_sha256"]) for row in held]
    path, dossier = f"/shares/{share['id']}/pledges", f"/api/v1/materials/{stage.cast.material_id}/dossier"
    for name, shown in (("李娜", "李娜"), ("", "（已删除）")):
        (one,) = (await stage.api("owner").get(path)).ok["items"]
        assert (name, 1, "en", first["sha256_en"]) == (
            one["person"],
            one["version"],
            one["language"],
            one["text_sha256"],
        )
        page = (await stage.get("owner", f"/shares/{share['id']}", **CHINESE)).body.decode()
        told = text_of((await stage.get("auditor", dossier, **CHINESE)).body).partition("保密承诺签署")[2]
        for text in (page, told):
            assert shown in text
            assert first["sha256_en"][:16] in text
            assert ("李娜" in text) == (name == "李娜")
        if name:
            assert "texts" in (await erase(stage, stage.cast.people["li"])).ok


async def test_the_list_of_who_gave_the_pledge_goes_on(stage: Stage) -> None:
    """Page after page, nobody twice and nobody left out, also of those who gave it at the same moment."""
    text = (await stage.api("reviewer").post("/pledges", TEXTS)).ok["items"][0]
    share = await stage.share(pledge=True)
    said = {"share_id": UUID(share["id"]), "version": 1, "language": "en", "text_sha256": text["sha256_en"]}
    async with stage.services.database.transaction() as tx:
        people = await add_nameless(tx, 120)
        for number, each in enumerate(people):
            at = stage.clock() + timedelta(seconds=number // 7)
            row = PledgeRow(id=uuid4(), person_id=each, session="", given_at=at, **said)
            assert await pledges.add_pledge(tx, row)
    shown, path = [], f"/shares/{share['id']}/pledges?limit=50"
    listed = (await stage.api("owner").get(path)).ok
    while listed["next"]:
        shown += listed["items"]
        listed = (await stage.api("owner").get(f"{path}&cursor={listed['next']}")).ok
    shown += listed["items"]
    assert [str(each) for each in sorted(people)] == sorted(each["person_id"] for each in shown)
    pages = [(await stage.get("owner", f"/shares/{share['id']}")).body.decode()]
    while more := goes_on(pages[-1]):
        pages.append((await stage.get("owner", more)).body.decode())
    assert [50, 50, 20] == [each.count(text["sha256_en"][:16] + "…") for each in pages]


async def by_mail(hall: Hall) -> Api:
    """A viewer who signs in with an e-mail address, and is in."""
    sent = (await hall.post(None, "/entry/email", {"email": MAIL})).ok
    answer = {"email": MAIL, "id": sent["id"], "code": hall.mailbox.code()}
    viewer = Api(hall.client, (await hall.post(None, "/entry/email/session", answer)).ok["token"])
    (await hall.name(viewer, PEOPLE[1])).ok  # noqa: B018  # reading it asserts success
    work = {"clinic_id": str(hall.cast.clinics["li"]), "job": "doctor"}
    (await hall.post(viewer, "/entry/workplace", work)).ok  # noqa: B018  # as above
    return viewer


async def test_code_goes_to_the_viewers_own_mailbox_and_dies_of_the_fifth_wrong_try(hall: Hall) -> None:
    """A code opens one share in one session, once; no other address gets one; tries are told like a password's."""
    viewer, token = await by_mail(hall), await hall.share(lock="code")
    assert (await hall.post(viewer, "/doors", {"token": token})).ok["by_email"]
    arrived = len(hall.mailbox.mails)
    asked = {"token": token, "email": MAIL}
    assert {"/email"} == (await hall.post(viewer, "/doors/code", {**asked, "email": "else@clinic.example"})).fields
    assert arrived == len(hall.mailbox.mails)
    sent, code = {"id": ""}, ""
    for tries, status in ((5, 422), (4, 200)):
        sent = (await hall.post(viewer, "/doors/code", asked)).ok
        code, wrong = hall.mailbox.code(), {**asked, "id": sent["id"], "code": "000000"}
        for _ in range(tries):
            assert "/problems/code-refused" == (await hall.post(viewer, "/doors/code/try", wrong)).body["type"]
        assert status == (await hall.post(viewer, "/doors/code/try", {**wrong, "code": code})).status
    assert 201 == (await hall.post(viewer, "/visits", {"token": token})).status
    elsewhere = {**asked, "token": await hall.share(lock="code"), "id": sent["id"], "code": code}
    assert 422 == (await hall.post(viewer, "/doors/code/try", elsewhere)).status
    told = await events(hall.services, "viewer:share:unlock")
    assert ["deny"] * 10 + ["allow", "deny"] == [event["res"] for event in told]


async def test_fresh_code_of_ones_own_mini_program_is_a_code_too(hall: Hall) -> None:
    """WeChat lets it be used once, and it has to be the viewer's own account that it is of."""
    viewer, token = await hall.inside(PEOPLE[1]), await hall.share(lock="code")
    assert not (await hall.post(viewer, "/doors", {"token": token})).ok["by_email"]  # which the page says
    theirs, mine = (hall.fake.wechat.issue_login_code(PEOPLE[n].openid) for n in (2, 1))
    tries = [await hall.post(viewer, "/doors/mini-program", {"token": token, "code": code}) for code in (theirs, mine)]
    assert [422, 200] == [answer.status for answer in tries]
    assert 201 == (await hall.post(viewer, "/visits", {"token": token})).status
    again = {"token": await hall.share(lock="code"), "code": mine}
    assert "/problems/code-refused" == (await hall.post(viewer, "/doors/mini-program", again)).body["type"]
