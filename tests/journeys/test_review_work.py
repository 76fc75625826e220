"""Work on a review: the queue, claims, comments at their place, and who acts for whom."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from fileserver.reviews.jobs import hand_back_due
from storage.schema import account
from tests.api import Api, sign_in
from tests.journeys.test_signatures import another, found, read, submitted
from tests.reviewing import decide
from tests.stage import Stage


def path_of(version: dict[str, Any]) -> str:
    """The newest review of a version."""
    return f"/reviews/{version['reviews'][-1]['id']}"


async def listed(api: Api, **query: Any) -> list[str]:
    """The ids of what a queue holds, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/reviews", limit=2, **query, **cursor)).ok
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


async def test_the_queue_by_due_date_and_by_risk(stage: Stage) -> None:
    """What is due first comes first, or what is riskiest; filters narrow it; cursors walk it without a gap."""
    reviewer = stage.api("reviewer")
    stage.clock.advance(hours=1)
    training = await submitted(stage, **{"class": "professional_training"})
    stage.clock.advance(hours=1)
    advert = await submitted(stage, **{"class": "public_ad"})
    stage.clock.advance(hours=1)
    clinic = await submitted(stage)
    first = str(stage.cast.review_id)
    ids = {name: each["reviews"][-1]["id"] for name, each in (("t", training), ("a", advert), ("c", clinic))}
    assert [ids["a"], first, ids["t"], ids["c"]] == await listed(reviewer)
    assert [ids["a"], first, ids["t"], ids["c"]] == await listed(reviewer, sort="risk")
    assert [ids["t"]] == await listed(reviewer, **{"class": "professional_training"})
    assert [ids["a"]] == await listed(reviewer, risk="medium")
    assert [ids["a"], ids["t"]] == await listed(reviewer, discipline="medical")
    assert [] == await listed(reviewer, overdue="true")
    stage.clock.advance(days=4)
    _, reviewer = await another(stage)  # whose session is of that day
    assert [ids["a"]] == await listed(reviewer, overdue="true")
    wrong = await reviewer.get("/reviews", cursor="eA")
    assert (422, {"/cursor"}) == (wrong.status, wrong.fields)


async def test_a_claim_keeps_others_out_and_ends_by_itself(stage: Stage) -> None:
    """Whoever claims is alone with it; released, or after two hours, others are let in."""
    version, reviewer = await submitted(stage), stage.api("reviewer")
    _, other = await another(stage)
    path = path_of(version)
    claim = (await reviewer.post(f"{path}/claim")).ok["steps"][0]["claim"]
    assert (True, "陈静") == (claim["mine"], claim["person"]["name"])
    assert [version["reviews"][-1]["id"]] == await listed(reviewer, claim="mine")
    assert version["reviews"][-1]["id"] not in await listed(other, claim="none")
    for refused in (await other.post(f"{path}/claim"), await decide(other, version)):
        assert (409, "/problems/claimed") == (refused.status, refused.body["type"])
    assert 200 == (await reviewer.call("DELETE", f"{path}/claim")).status
    assert 200 == (await other.post(f"{path}/claim")).status
    stage.clock.advance(hours=2, seconds=1)
    assert "approved" == (await decide(reviewer, version)).ok["state"]
    acts = [each["act"] for each in await stage.told("employee:review:claim", "employee:review:release")]
    assert ["employee:review:claim", "employee:review:release", "employee:review:claim"] == acts


async def test_comments_stand_at_their_place_and_are_answered(stage: Stage) -> None:
    """A box or a point on a page, an answer by the owner, settled and opened again; nobody else comments."""
    version, reviewer, owner = await submitted(stage), stage.api("reviewer"), stage.api("owner")
    path = f"{path_of(version)}/comments"
    box = [100, 200, 300, 250]
    made = (await reviewer.post(path, {"body": "出处？", "page": 2, "box": box})).ok
    assert (2, box, "陈静", None) == (made["page"], made["box"], made["person"]["name"], made["resolved_at"])
    answered = (await owner.post(path, {"body": "已补", "parent_id": made["id"]})).ok
    assert [("已补", "林晓")] == [(each["body"], each["person"]["name"]) for each in answered["answers"]]
    assert (await reviewer.post(f"{path}/{made['id']}", {"resolved": True})).ok["resolved_by"]["name"] == "陈静"
    assert (await owner.post(f"{path}/{made['id']}", {"resolved": False})).ok["resolved_by"] is None
    for said, field in (
        ({"body": "x", "page": 3}, "/page"),
        ({"body": "x", "box": box}, "/box"),
        ({"body": "x", "page": 1, "box": [300, 200, 100, 250]}, "/box"),
        ({"body": "x", "page": 1, "parent_id": made["id"]}, "/page"),
        ({"body": "x", "parent_id": answered["answers"][0]["id"]}, "/parent_id"),
        ({"body": "  "}, "/body"),
    ):
        assert (422, {field}) == ((refused := await reviewer.post(path, said)).status, refused.fields)
    assert 403 == (await stage.api("rival").post(path, {"body": "x"})).status
    (thread,) = (await read(reviewer, version))["comments"]
    assert ("出处？", ["已补"]) == (thread["body"], [each["body"] for each in thread["answers"]])


async def test_a_deputy_signs_while_somebody_is_away(stage: Stage) -> None:
    """From the first day to the last the deputy signs for who is away, who doesn't; then it comes back by itself."""
    version = await submitted(stage)
    away, reviewer = await another(stage, "沈青")
    deputy, acting = await another(stage)
    await stage.api("admin").call("PUT", f"/reviewers/{deputy.person_id}", json={"disciplines": []})
    assert "discipline-missing" == (await decide(acting, version)).body["rule"]
    day = stage.clock.now.date()
    days = {"starts_on": day.isoformat(), "ends_on": (day + timedelta(days=2)).isoformat()}
    made = (await reviewer.post("/reviewers/absences", {**days, "deputy_id": str(deputy.person_id)})).ok
    assert ["沈青"] == [each["person"]["name"] for each in made["items"] if each["away"]]
    assert "何苗" == made["absences"][0]["deputy"]["name"]
    assert "reviewer-away" == (await decide(reviewer, version)).body["rule"]
    signed = (await decide(acting, version)).ok
    (one,) = signed["signatures"]
    assert ("何苗", "沈青", "approved", []) == (
        one["name"],
        one["on_behalf_of"]["name"],
        signed["state"],
        one["faults"],
    )
    (told,) = [each for each in await stage.told("employee:version:approve") if each["ver"] == version["sha256"]]
    assert (True, str(away.person_id)) == (told["det"]["for"].startswith("p-"), one["on_behalf_of"]["id"])
    stage.clock.advance(hours=1)
    later = await submitted(stage)
    stage.clock.advance(days=3)
    acting, reviewer = await sign_in(stage.client, deputy), await sign_in(stage.client, away)
    assert "discipline-missing" == (await decide(acting, later)).body["rule"]
    assert 1 == await hand_back_due(stage.services)
    assert 0 == await hand_back_due(stage.services)
    assert ["system:absence:end"] == [each["act"] for each in await stage.told("system:absence:end")]
    assert "approved" == (await decide(reviewer, later)).ok["state"]


async def test_nobody_signs_for_somebody_who_was_disabled(stage: Stage) -> None:
    """With the account ends what its owner has handed over."""
    version = await submitted(stage)
    away, reviewer = await another(stage, "沈青")
    deputy, acting = await another(stage)
    admin, day = stage.api("admin"), stage.clock.now.date().isoformat()
    await admin.call("PUT", f"/reviewers/{deputy.person_id}", json={"disciplines": []})
    said = {"deputy_id": str(deputy.person_id), "starts_on": day, "ends_on": day}
    assert 201 == (await reviewer.post("/reviewers/absences", said)).status
    assert (await read(acting, version))["may_decide"]
    assert 200 == (await admin.post(f"/people/accounts/{away.person_id}/disable")).status
    assert "discipline-missing" == (await decide(acting, version)).body["rule"]


async def test_nobody_signs_for_the_uploader_by_another_hand(stage: Stage) -> None:
    """An uploader who has become a reviewer hands over to a deputy: the deputy can't sign what they uploaded."""
    version = await submitted(stage)
    owner_id = stage.cast.people["owner"]
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(account).where(account.c.person_id == owner_id).values(role="reviewer"))
    manager = stage.api("manager")
    await manager.call("PUT", f"/reviewers/{owner_id}", json={"disciplines": ["regulatory"]})
    deputy, acting = await another(stage)
    await manager.call("PUT", f"/reviewers/{deputy.person_id}", json={"disciplines": []})
    day = stage.clock.now.date().isoformat()
    said = {"person_id": str(owner_id), "deputy_id": str(deputy.person_id), "starts_on": day, "ends_on": day}
    assert 201 == (await manager.post("/reviewers/absences", said)).status
    assert "barred-delegation" == (await decide(acting, version)).body["rule"]


async def test_an_absence_is_checked_and_ended_early(stage: Stage) -> None:
    """Days that are over or overlap, oneself as deputy and strangers are refused; ending hands back at once."""
    version, reviewer = await submitted(stage), stage.api("reviewer")
    day = stage.clock.now.date()
    today, later = day.isoformat(), (day + timedelta(days=5)).isoformat()
    me = str(stage.cast.people["reviewer"])
    for said, field in (
        ({"starts_on": "2026-01-01", "ends_on": "2026-01-02"}, "/ends_on"),
        ({"starts_on": later, "ends_on": today}, "/ends_on"),
        ({"starts_on": today, "ends_on": later, "deputy_id": me}, "/deputy_id"),
        ({"starts_on": today, "ends_on": later, "deputy_id": str(stage.cast.people["owner"])}, "/deputy_id"),
    ):
        assert {field} == (await reviewer.post("/reviewers/absences", said)).fields
    made = (await reviewer.post("/reviewers/absences", {"starts_on": today, "ends_on": later})).ok["absences"][0]
    assert {"/starts_on"} == (await reviewer.post("/reviewers/absences", {"starts_on": later, "ends_on": later})).fields
    assert 403 == (await decide(reviewer, version)).status
    assert (
        201 == (await reviewer.post("/reviewers/absences", {"starts_on": "2027-01-01", "ends_on": "2027-01-02"})).status
    )
    assert 200 == (await reviewer.post(f"/reviewers/absences/{made['id']}/end")).status
    assert 409 == (await reviewer.post(f"/reviewers/absences/{made['id']}/end")).status
    assert "approved" == (await decide(reviewer, version)).ok["state"]


async def test_a_dismissal_is_not_the_uploaders(stage: Stage) -> None:
    """Who uploaded it neither claims it nor judges what was found in it, even as a reviewer."""
    version = await submitted(stage)
    block = await found(stage, version)
    async with stage.services.database.transaction() as tx:
        who = account.c.person_id == stage.cast.people["owner"]
        await tx.execute(update(account).where(who).values(role="reviewer"))
    owner = stage.api("owner")
    path = path_of(version)
    said = {"decision": "dismiss", "reason": "x"}
    assert ["self-approval"] * 2 == [
        (await owner.post(f"{path}/claim")).body["rule"],
        (await owner.post(f"{path}/findings/{block}", said)).body["rule"],
    ]
