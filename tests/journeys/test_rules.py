"""The rules over HTTP: tried, written, compared, put into force by somebody else, and what circulates scanned again."""

from sqlalchemy import func, select

from compliance.events import Act
from compliance.reading import ExtractedText, TextPiece
from compliance.ruleset import RuleSet
from fileserver.rules.service import rescan
from storage.rows import renditions, scans
from storage.rows.renditions import RenditionRow
from storage.schema import scan
from tests.log import events
from tests.materials import run_jobs
from tests.stage import TITLE, Stage

STANDARD = RuleSet.default()
OTHER = STANDARD.source.replace("number: 1\n", "number: 2\n", 1).replace("words: [领先,", "words: [护肤, 领先,", 1)


async def kept(stage: Stage) -> str:
    """A rule set that the reviewer wrote, kept and not in force."""
    answer = await stage.api("reviewer").post("/rule-sets", {"source": OTHER, "note": "护肤"})
    return str(answer.ok["version"])


async def test_trying_a_text(stage: Stage) -> None:
    """Anybody who makes materials may try a text, and sees each hit at its place with its articles."""
    answer = await stage.api("owner").post("/rule-sets/try", {"text": "我们是最佳团队", "class": "in_clinic"})
    (hit,) = answer.ok["hits"]
    assert (STANDARD.version, 3, 5, "最佳") == (answer.ok["version"], hit["start"], hit["end"], hit["quote"])
    assert ("A2", "block") == (hit["rule"]["id"], hit["severity"])
    assert "Advertising Law (2021) 9(3)" in hit["rule"]["basis"]


async def test_a_draft_is_checked(stage: Stage) -> None:
    """What is wrong with a draft is told by line and field, and it can't be kept."""
    reviewer, wrong = stage.api("reviewer"), OTHER.replace("confidence: read", "confidence: sure", 1)
    line = 1 + wrong[: wrong.index("confidence: sure")].count("\n")
    (problem,) = (await reviewer.post("/rule-sets/check", {"source": wrong})).ok["problems"]
    assert (line, "rules[0].confidence") == (problem["line"], problem["field"])
    assert 422 == (await reviewer.post("/rule-sets", {"source": wrong, "note": "x"})).status
    assert [] == (await reviewer.post("/rule-sets/check", {"source": OTHER})).ok["problems"]


async def test_kept_once(stage: Stage) -> None:
    """A rule set is kept under the version of what it says, once, and is not in force by that."""
    version = await kept(stage)
    assert 409 == (await stage.api("reviewer").post("/rule-sets", {"source": OTHER, "note": "again"})).status
    listed = (await stage.api("auditor").get("/rule-sets")).ok
    assert (STANDARD.version, [version]) == (listed["active"], [each["version"] for each in listed["written"]])
    assert OTHER == (await stage.api("auditor").get(f"/rule-sets/{version}")).ok["source"]


async def test_effects_before_activating(stage: Stage) -> None:
    """Before it counts, a rule set says what it would change for each version in circulation; nothing is changed."""
    version = await kept(stage)
    text = ExtractedText(pieces=(TextPiece(text=f"{TITLE}，护肤常识", page=1),), page_count=1).to_json()
    key = f"versions/{stage.cast.version_id}/text-of-rules"
    await stage.services.objects.put(key, text, media_type="application/json")
    async with stage.services.database.transaction() as tx:
        await renditions.put_rendition(
            tx,
            RenditionRow(
                version_id=stage.cast.version_id,
                kind="text",
                page=1,
                object_key=key,
                media_type="application/json",
                width_px=0,
                height_px=0,
                width_mpt=0,
                height_mpt=0,
                size_bytes=len(text),
            ),
        )
    answer = (await stage.api("manager").post(f"/rule-sets/{version}/effects", {})).ok
    effect = {each["version_id"]: each for each in answer["items"]}[str(stage.cast.version_id)]
    assert (True, False, TITLE) == (effect["read"], effect["blocks"], effect["title"])
    assert {("A5", "review", "护肤")} == {(each["rule"], each["severity"], each["quote"]) for each in effect["new"]}
    assert len(answer["items"]) == answer["total"]


async def test_put_into_force(stage: Stage) -> None:
    """Somebody else puts a rule set into force with their password; it is logged, and what circulates is scanned."""
    version = await kept(stage)
    body = {"reason": "护肤", "password": stage.cast.passwords["reviewer"]}
    own = await stage.api("reviewer").post(f"/rule-sets/{version}/activate", body)
    assert (403, "own-rules") == (own.status, own.body["rule"])
    body = {"reason": "护肤", "password": stage.cast.passwords["manager"]}
    before = stage.services.clock()
    answer = (await stage.api("manager").post(f"/rule-sets/{version}/activate", body)).ok
    assert (version, 0) == (answer["active"], answer["progress"]["done"])
    assert 409 == (await stage.api("manager").post(f"/rule-sets/{version}/activate", body)).status
    allowed = [e for e in await events(stage.services, Act.EMPLOYEE_RULES_ACTIVATE) if e["res"] == "allow"]
    assert [(f"rules:{version}", STANDARD.version)] == [(each["obj"], each["det"]["before"]) for each in allowed]
    async with stage.services.database.transaction() as tx:  # one of them was being scanned when the rules changed
        begun = await scans.newest_scan(tx, stage.cast.pending_version_id)
        assert begun is not None
        changed = scan.update().where(scan.c.id == begun.id)
        await tx.execute(changed.values(state="running", rule_set_version="", started_at=before))
    await run_jobs(stage.services)  # asks for scans
    await run_jobs(stage.services)  # makes them
    async with stage.services.database.transaction() as tx:
        newest = await scans.newest_scans(tx, [stage.cast.version_id, stage.cast.pending_version_id])
    assert {"finished"} == {each.state for each in newest.values()}
    assert 2 == len(newest)
    assert all(each.created_at >= before for each in newest.values())


async def test_drafts_under_other_rules(stage: Stage) -> None:
    """A draft that was scanned under other rules is scanned anew when it is submitted, and goes on then."""
    owner, path = stage.api("owner"), f"/materials/{stage.cast.draft_id}/submit"
    async with stage.services.database.transaction() as tx:
        changed = scan.update().where(scan.c.version_id == stage.cast.draft_version_id)
        await tx.execute(changed.values(rule_set_version="another"))
    for _ in range(2):
        refused = await owner.post(path)
        assert (409, "/problems/not-scanned") == (refused.status, refused.body["type"])
    async with stage.services.database.transaction() as tx:
        kept = await tx.scalar(select(func.count()).where(scan.c.version_id == stage.cast.draft_version_id))
    assert 2 == kept
    await run_jobs(stage.services)
    assert 200 == (await owner.post(path)).status


async def test_what_was_left_over(stage: Stage) -> None:
    """A round over what circulates asks for what a release with other rules left behind, once, and for nothing else."""
    async with stage.services.database.transaction() as tx:
        changed = scan.update().where(scan.c.version_id == stage.cast.pending_version_id)
        await tx.execute(changed.values(rule_set_version="another"))
    assert [1, 0] == [await rescan(stage.services) for _ in range(2)]


async def test_pages(stage: Stage) -> None:
    """The pages show the rules, a draft, and what a rule set would change."""
    version = await kept(stage)
    shown = {"reviewer": "/rules", "manager": f"/rules/{version}"}
    said = {who: (await stage.get(who, path, Accept="text/html")).body.decode() for who, path in shown.items()}
    assert "National-level" in said["reviewer"]
    assert "+number: 2" in said["manager"]
    assert b"schema_version" in (await stage.get("reviewer", "/rules/new", Accept="text/html")).body
