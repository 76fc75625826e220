"""A person asks what is held on them, and to be forgotten: both are done, told, and stopped by a legal hold alone."""

import base64
import hashlib
import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from compliance import ledger
from compliance.access import Role
from compliance.erasure import COMMON_MAX
from compliance.events import Act, Event
from compliance.profiles import ERASED, profiles_of
from fileserver.privacy.jobs import prune_log
from fileserver.traces.jobs import forget_erased
from storage.rows import traces
from storage.rows.accounts import account_of
from storage.schema import review_signature, signature_redaction
from tests.api import Answer, Api, sign_in
from tests.journeys.test_signatures import read, submitted
from tests.materials import png, run_jobs
from tests.people import Employee, add_employee
from tests.reviewing import decide
from tests.stage import Piece, Stage
from tests.viewers import as_viewer

REASON = "来函 2026-11-20"


async def employee(stage: Stage, role: Role, **said: Any) -> tuple[Employee, Api]:
    """Somebody whose password is known, signed in."""
    added = await add_employee(stage.services, role, **said)
    return added, await sign_in(stage.client, added)


async def erase(stage: Stage, person_id: UUID, by: Role = Role.MANAGER, **more: str) -> Answer:
    """What the API answers an employee of this role who erases somebody."""
    who, api = await employee(stage, by)
    return await api.post(f"/people/{person_id}/erase", {"password": who.password, "reason": REASON, **more})


async def export(stage: Stage, person_id: UUID, by: Role) -> Piece:
    """The zip that an employee of this role gets."""
    who, api = await employee(stage, by)
    headers = {"Authorization": f"Bearer {api.token}"}
    path, body = f"/api/v1/people/{person_id}/export", {"password": who.password}
    return await stage.request("POST", None, path, headers=headers, json=body)


def opened(piece: Piece) -> dict[str, Any]:
    """The files of an export, by name without the ending."""
    assert 200 == piece.status, piece.body
    with zipfile.ZipFile(io.BytesIO(piece.body)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    lines = [json.loads(line) for line in files.pop("events.ndjson").splitlines()]
    return {name.removesuffix(".json"): json.loads(text) for name, text in files.items()} | {"events": lines}


async def test_viewer_gets_everything_that_is_held_on_them(stage: Stage) -> None:
    """Profile, visits, forwards and events, without a secret; it is told, and somebody else gets nothing of it."""
    share, visit = await stage.visit("li", forward_depth=1)
    forwarded = (await stage.api("li").post(f"/visits/{visit['id']}/forward", {"note": "请看"})).ok
    got = opened(await stage.request("POST", "li", "/api/v1/people/me/export"))
    assert {"name": "李娜", "phone": "+8613800138001"} == got["profile"]
    assert [visit["id"]] == [row["id"] for row in got["visits"]]
    assert [forwarded["id"]] == [row["id"] for row in got["shares"]]
    assert {"viewer:visit:start", "viewer:share:forward"} <= {event["act"] for event in got["events"]}
    assert [] == got["about"]["incomplete"]
    assert "token_hash" not in got["sessions"][0]
    assert share["id"] not in [row["id"] for row in got["shares"]]
    (told,) = await stage.told("viewer:person:export")
    assert ("own-data", f"person:{got['about']['pseudonym']}") == (told["why"], told["obj"])
    other = opened(await stage.request("POST", "wang", "/api/v1/people/me/export"))
    assert "李娜" not in json.dumps(other, ensure_ascii=False)


async def test_employee_gets_what_they_made_and_decided(stage: Stage) -> None:
    """Materials, versions, uploads and reviews are there; of a password there is nothing."""
    got = opened(await export(stage, stage.cast.people["owner"], Role.ADMIN))
    assert str(stage.cast.material_id) in [row["id"] for row in got["materials"]]
    assert {str(stage.cast.version_id)} <= {row["id"] for row in got["versions"]}
    assert "password_hash" not in got["account"][0]
    reviewer = opened(await export(stage, stage.cast.people["reviewer"], Role.ADMIN))
    assert ["approved"] == [row["state"] for row in reviewer["reviews"]]


async def test_employee_takes_their_own_with_the_password(stage: Stage) -> None:
    """Whoever holds only their session or token doesn't get it; a wrong guess is told."""
    who, api = await employee(stage, Role.MARKETER)
    headers, path = {"Authorization": f"Bearer {api.token}"}, f"/api/v1/people/{who.person_id}/export"
    assert 403 == (await api.post("/people/me/export")).status
    assert 422 == (await api.post(f"/people/{who.person_id}/export", {"password": "wrong"})).status
    got = opened(await stage.request("POST", None, path, headers=headers, json={"password": who.password}))
    assert str(who.person_id) == got["about"]["person_id"]
    told = [(event["res"], event["why"]) for event in await stage.told("employee:person:export")]
    assert [("deny", "password-wrong"), ("allow", "own-data")] == told


async def test_a_name_is_taken_out_of_whole_words_only(stage: Stage) -> None:
    """A Latin name within a longer word is another word; case and Chinese beside it make no difference."""
    _, anna = await as_viewer(stage.client, name="Anna", phone="13800138020", clinic_name="诊所")
    share = await stage.share(note="请ANNA看 Annabel Savanna anna_2, 113800138020")
    (await erase(stage, UUID(anna["person"]["id"]))).ok  # noqa: B018  # must succeed
    kept = (await stage.api("owner").get(f"/shares/{share['id']}")).ok["note"]
    assert "请[erased]看 Annabel Savanna [erased]_2, 113800138020" == kept


async def test_a_name_that_is_a_word_blackens_nothing(stage: Stage) -> None:
    """Where it stands in many texts, whoever erases has to say; whoever leaves by themselves changes nothing."""
    shares = [await stage.share(note=f"护肤 {number}") for number in range(COMMON_MAX)]
    notes = stage.api("owner")
    phones = ("13800138021", "13800138022")
    people = [await as_viewer(stage.client, name="护肤", phone=phone, clinic_name="诊所") for phone in phones]
    first, second = (UUID(signed_in["person"]["id"]) for _, signed_in in people)
    refused = await erase(stage, first)
    assert (409, "/problems/name-common", COMMON_MAX + 1) == (
        refused.status,
        refused.body["type"],
        refused.body["count"],
    )
    left = (await people[0][0].post("/people/me/erase", {"confirm": "erase"})).ok
    assert (0, COMMON_MAX + 1) == (left["texts"], left["left"])
    assert "护肤 3" == (await notes.get(f"/shares/{shares[3]['id']}")).ok["note"]
    done = (await erase(stage, second, common="replace")).ok
    assert (COMMON_MAX + 1, 0) == (done["texts"], done["left"])
    assert "[erased] 3" == (await notes.get(f"/shares/{shares[3]['id']}")).ok["note"]


async def test_the_log_can_tell_which_text_became_which(stage: Stage) -> None:
    """A reason whose hash an event holds, and what became of it, are brought together by another event."""
    person_id = stage.cast.people["li"]
    wanted = {"kind": "material", "subject": str(stage.cast.material_id), "reason": "李娜投诉"}
    hold = (await stage.api("reviewer").post("/holds", wanted)).ok
    (await erase(stage, person_id)).ok  # noqa: B018  # must succeed
    (placed,) = await stage.told("employee:hold:place")
    (redacted,) = await stage.told("system:text:redact")
    assert {
        "text": "legal_hold.reason",
        "row": hold["id"],
        "before_sha256": placed["det"]["reason_sha256"],
        "after_sha256": hashlib.sha256("[erased]投诉".encode()).hexdigest(),
    } == redacted["det"]


async def test_a_signature_outlives_a_name_in_its_reason(stage: Stage) -> None:
    """What an erasure took out of a signed reason is told by the log, and the approval stands."""
    version, reviewer = await submitted(stage), stage.api("reviewer")
    assert "approved" == (await decide(reviewer, version, reason="李娜与润泽看过")).ok["state"]
    (await erase(stage, stage.cast.people["li"])).ok  # noqa: B018  # must succeed
    (one,) = (await read(reviewer, version))["signatures"]
    assert ("[erased]与润泽看过", []) == (one["reason"], one["faults"])
    assert 201 == (await stage.api("owner").post("/shares", {"material_id": version["material_id"]})).status


AGED = text(  # as the owner of the tables can, who has not the years that it takes
    "ALTER TABLE event DISABLE TRIGGER USER; UPDATE event SET t = t - interval '4 years'; "
    "ALTER TABLE event ENABLE TRIGGER USER; UPDATE material SET withdrawn_at = now() - interval '4 years'; "
    "UPDATE log_reader SET next_index = 1000000"
)


async def test_a_name_taken_out_of_a_reason_outlives_the_log(stage: Stage) -> None:
    """Once the entry that tells of an erasure is pruned, the signature still says what is true: words are missing."""
    version, reviewer = await submitted(stage), stage.api("reviewer")
    assert "approved" == (await decide(reviewer, version, reason="李娜与王强看过")).ok["state"]
    for name in ("li", "wang"):
        (await erase(stage, stage.cast.people[name])).ok  # noqa: B018  # must succeed
        async with stage.services.database.transaction() as tx:
            old = Event(act=Act.SYSTEM_KEY_ROTATE, role="system")
            await ledger.append_all(tx, [old] * 256, now=stage.clock.now)
        await stage.services.sequencer.catch_up()
        async with stage.services.database.transaction() as tx:
            await tx.execute(AGED)
        assert 256 <= await prune_log(stage.services)
        seen = (await read(reviewer, version))["signatures"][0]
        assert ([], False) == (seen["faults"], seen["reason_whole"])
        assert seen["pruned_at"] is not None
    assert "[erased]与[erased]看过" == (await read(reviewer, version))["signatures"][0]["reason"]
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(review_signature).values(reason="[erased]与[erased]没看过"))
    assert ["altered"] == (await read(reviewer, version))["signatures"][0]["faults"]
    async with stage.services.database.transaction() as tx:  # as somebody would who has no master key
        digest = hashlib.sha256("[erased]与[erased]没看过".encode()).hexdigest()
        await tx.execute(update(signature_redaction).values(reason_sha256=digest))
    assert ["altered"] == (await read(reviewer, version))["signatures"][0]["faults"]


async def test_whoever_had_to_do_with_a_held_material_is_kept(stage: Stage) -> None:
    """Its readers and those who shared and decided it; others may be forgotten. A hold on the log keeps everybody."""
    await stage.visit("li")
    reviewer = stage.api("reviewer")
    for wanted in ({"kind": "material", "subject": str(stage.cast.material_id)}, {"kind": "log"}):
        hold = (await reviewer.post("/holds", {**wanted, "reason": "案号 18"})).ok
        for kept in ("li", "owner", "reviewer"):
            role = Role.MANAGER if kept == "li" else Role.ADMIN
            assert 409 == (await erase(stage, stage.cast.people[kept], by=role)).status
        manager, api = await employee(stage, Role.MANAGER)
        if wanted["kind"] == "log":
            assert 409 == (await erase(stage, stage.cast.people["wang"])).status
        (await api.post(f"/holds/{hold['id']}/lift", {"password": manager.password, "reason": "x"})).ok  # noqa: B018  # must succeed
    (await erase(stage, stage.cast.people["wang"])).ok  # noqa: B018  # must succeed


async def test_erased_viewer_is_gone_and_every_leaf_is_as_it_was(stage: Stage) -> None:
    """No name, no number, no session, no way back to the pseudonym; what the log says stays byte for byte."""
    person_id = stage.cast.people["li"]
    await stage.share(audience="person", person_id=str(person_id), note="给李娜，13800138001")
    share, _ = await stage.visit("li", note="转李娜的同事")
    before = await stage.told()
    done = (await erase(stage, person_id)).ok
    assert (1, 0) == (done["texts"], done["traces"])
    assert before == (await stage.told())[: len(before)]
    assert 401 == (await stage.request("GET", "li", "/api/v1/sessions/current")).status
    assert "转[erased]的同事" == (await stage.api("owner").get(f"/shares/{share['id']}")).ok["note"]
    async with stage.services.database.transaction() as tx:
        found = await profiles_of(tx, stage.services.keys.master, person_ids=[person_id])
    assert {person_id: ERASED} == found
    viewers = (await stage.api("manager").get("/people/viewers")).ok["items"]
    assert [""] == [each["name"] for each in viewers if each["person_id"] == str(person_id)]
    (event,) = await stage.told("employee:person:erase")
    assert ("manager-serves-viewers", f"person:{done['pseudonym']}") == (event["why"], event["obj"])
    assert REASON not in json.dumps(event, ensure_ascii=False)


async def test_a_mark_that_named_the_erased_does_not_any_more(stage: Stage) -> None:
    """A marketer wrote the name into what the mark of a share says; it is gone there, and the share goes on."""
    share = await stage.share(look={"text": "李娜专用 {name}"})
    assert 1 == (await erase(stage, stage.cast.people["li"])).ok["texts"]
    assert "*专用 {name}" == (await stage.api("owner").get(f"/shares/{share['id']}")).ok["look"]["text"]
    assert 201 == (await stage.open("wang", share["token"])).status


async def test_nobody_learns_here_that_they_are_looked_into(stage: Stage) -> None:
    """What was noticed about a person is in the log and not in what they are given of it."""
    pseudonym = (await stage.told("viewer:session:start"))[0]["who"]
    async with stage.services.database.transaction() as tx:
        noticed = Event(
            act=Act.SYSTEM_ANOMALY_FIND, role="system", obj=f"person:{pseudonym}", det={"detector": "night"}
        )
        await ledger.append(tx, noticed, now=stage.clock())
    for who in ("li", "wang"):
        got = opened(await stage.request("POST", who, "/api/v1/people/me/export"))
        assert "system:anomaly:find" not in {leaf["act"] for leaf in got["events"]}


async def test_whoever_comes_back_is_somebody_new(stage: Stage) -> None:
    """The same number leads to another person, with another pseudonym and nothing of before."""
    before = stage.cast.people["li"]
    (await erase(stage, before)).ok  # noqa: B018  # must succeed
    _, again = await as_viewer(stage.client, phone="13800138001")
    assert str(before) != again["person"]["id"]


async def test_viewer_leaves_by_themselves(stage: Stage) -> None:
    """A word of confirmation is enough; the session is over, and the event says that it was their own wish."""
    assert 422 == (await stage.api("li").post("/people/me/erase", {"confirm": "yes"})).status
    (await stage.api("li").post("/people/me/erase", {"confirm": "erase"})).ok  # noqa: B018  # must succeed
    assert 401 == (await stage.api("li").get("/sessions/current")).status
    (event,) = await stage.told("viewer:person:erase")
    assert (event["who"], "viewer-leaves") == (event["obj"].removeprefix("person:"), event["why"])


async def test_erased_employee_keeps_no_login_and_their_work_stays(stage: Stage) -> None:
    """The account can't sign in, its name is a pseudonym, shares of theirs are shut, and materials are still there."""
    owner = stage.cast.people["owner"]
    share = await stage.share()
    await stage.request("POST", "owner", "/uploads/", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5",
                        "Upload-Metadata": f"filename {base64.b64encode('林晓.pdf'.encode()).decode()}"})  # fmt: skip
    (await erase(stage, owner, by=Role.ADMIN)).ok  # noqa: B018  # must succeed
    async with stage.services.database.transaction() as tx:
        account = await account_of(tx, owner)
    assert account is not None
    assert (True, "", True) == (
        account.login.startswith("erased-p-"),
        account.department,
        account.disabled_at is not None,
    )
    assert 401 == (await stage.api("owner").get("/materials")).status
    assert 403 == (await stage.open("wang", share["token"])).status
    assert 200 == (await stage.api("manager").get(f"/materials/{stage.cast.material_id}")).status


async def test_wrong_password_erases_nobody_and_is_told(stage: Stage) -> None:
    """A session alone is not enough, and guesses are counted like those of a sign-in."""
    who, api = await employee(stage, Role.MANAGER)
    path = f"/people/{stage.cast.people['li']}/erase"
    refused = await api.post(path, {"password": "guess", "reason": REASON})
    assert (422, {"/password"}) == (refused.status, refused.fields)
    (event,) = await stage.told("employee:person:erase")
    assert ("deny", "password-wrong", who.pseudonym) == (event["res"], event["why"], event["who"])
    statuses = [(await api.post(path, {"password": "guess", "reason": REASON})).status for _ in range(20)]
    assert 429 in statuses
    assert 200 == (await stage.api("li").get("/sessions/current")).status


async def test_nobody_is_erased_twice_and_the_last_admin_not_at_all(stage: Stage) -> None:
    """The second time there is nothing left to do; without an administrator nobody could run the accounts."""
    person_id = stage.cast.people["li"]
    assert [200, 409] == [(await erase(stage, person_id)).status for _ in range(2)]
    await stage.api("admin").post(f"/people/accounts/{stage.cast.people['admin']}/disable")
    who, api = await employee(stage, Role.ADMIN)
    await api.post(f"/people/accounts/{stage.cast.people['admin']}/disable")
    refused = await api.post(f"/people/{who.person_id}/erase", {"password": who.password, "reason": REASON})
    assert (409, "/problems/last-admin") == (refused.status, refused.body["type"])


async def test_hold_stops_an_erasure_until_somebody_else_lifts_it(stage: Stage) -> None:
    """It can be placed by a reviewer, is lifted by a manager, never by whoever placed it; both are events."""
    person_id = stage.cast.people["li"]
    manager, api = await employee(stage, Role.MANAGER)
    wanted = {"kind": "person", "subject": str(person_id), "reason": "案号 17，李娜"}
    own, theirs = [(await each.post("/holds", wanted)).ok for each in (api, stage.api("reviewer"))]
    assert (True, "李娜") == (own["mine"], own["subject_name"])
    refused = await erase(stage, person_id)
    assert (409, "/problems/legal-hold") == (refused.status, refused.body["type"])
    assert 409 == (await stage.api("li").post("/people/me/erase", {"confirm": "erase"})).status
    lifting = {"password": manager.password, "reason": "结案"}
    assert [403, 200, 409] == [
        (await api.post(f"/holds/{hold['id']}/lift", lifting)).status for hold in (own, theirs, theirs)
    ]
    assert 409 == (await erase(stage, person_id)).status
    other, other_api = await employee(stage, Role.MANAGER)
    (await other_api.post(f"/holds/{own['id']}/lift", {**lifting, "password": other.password})).ok  # noqa: B018  # must succeed
    (await erase(stage, person_id)).ok  # noqa: B018  # must succeed
    acts = [(event["act"], event["res"]) for event in await stage.told("employee:hold:")]
    assert [("employee:hold:place", "allow")] * 2 + [("employee:hold:lift", "allow")] * 2 == acts
    reasons = {each["reason"] for each in (await api.get("/holds")).ok["items"]}
    assert {"案号 17，[erased]"} == reasons


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "log", "subject": str(UUID(int=1))},
        {"kind": "person"},
        {"kind": "material", "subject": str(UUID(int=1))},
    ],
)
async def test_hold_names_what_it_is_on(stage: Stage, wanted: dict[str, str]) -> None:
    """The log as a whole, or one person or material that exists."""
    refused = await stage.api("reviewer").post("/holds", {**wanted, "reason": "x"})
    assert refused.status in {404, 422}
    assert [] == (await stage.api("auditor").get("/holds")).ok["items"]


async def test_files_of_traces_that_show_the_erased_are_deleted(stage: Stage) -> None:
    """A leaked page has the name in its pixels: suspect and pictures go, the result stays, and other traces stay."""
    services = stage.services
    _, visit = await stage.visit("li")
    ids = []
    for copy_id in (await copy_id_of(stage, visit["id"]), 1):
        made = await stage.request("POST", "auditor", "/api/v1/traces", data=png())
        ids.append(UUID(json.loads(made.body)["id"]))
        async with services.database.transaction() as tx:
            results = {"named": [{"copy_id": f"{copy_id:012x}"}], "leads": []}
            await traces.end_trace(tx, ids[-1], now=stage.clock(), outcome="found", results=results)
    assert 1 == (await erase(stage, stage.cast.people["li"])).ok["traces"]
    await run_jobs(services)
    async with services.database.transaction() as tx:
        kept = [(await traces.trace_by_id(tx, trace_id)).object_key is not None for trace_id in ids]  # type: ignore[union-attr]  # both exist
    assert [False, True] == kept
    assert [] == [each.key async for page in services.objects.list_pages(f"traces/{ids[0]}/") for each in page]


async def copy_id_of(stage: Stage, visit_id: str) -> int:
    """What the hidden mark of a visit carries."""
    (event,) = [each for each in await stage.told("viewer:visit:start") if each["det"]["visit"] == visit_id]
    return int(event["det"]["copy"], 16) if isinstance(event["det"]["copy"], str) else int(event["det"]["copy"])


async def test_a_trace_that_ends_after_an_erasure_keeps_no_picture(stage: Stage) -> None:
    """Whoever was erased while it was looked at is found by the worker's tidying; traces of others stay."""
    services = stage.services
    _, visit = await stage.visit("li")
    copy_id = await copy_id_of(stage, visit["id"])
    ids = []
    for _ in range(3):
        made = await stage.request("POST", "auditor", "/api/v1/traces", data=png())
        ids.append(UUID(json.loads(made.body)["id"]))
    assert 0 == (await erase(stage, stage.cast.people["li"])).ok["traces"]
    found = [{"copy_id": f"{copy_id:012x}"}], [{"copy_id": f"{1:012x}"}]
    for trace_id, named, leads in ((ids[0], found[0], []), (ids[1], [], found[0]), (ids[2], found[1], found[0])):
        async with services.database.transaction() as tx:
            results = {"named": named, "leads": leads}
            await traces.end_trace(tx, trace_id, now=stage.clock(), outcome="found", results=results)
    assert (2, 0) == (await forget_erased(services), await forget_erased(services))
    async with services.database.transaction() as tx:
        kept = [(await traces.trace_by_id(tx, trace_id)).object_key is not None for trace_id in ids]  # type: ignore[union-attr]  # they exist
    assert [False, False, True] == kept
    assert 2 == len(await stage.told("system:trace:forget"))
