"""What shares, materials, employees, clinics, departments, regions and campaigns did, for whoever may know."""

from typing import Any

import pytest
from sqlalchemy import text

from compliance.events import Trail
from compliance.ownership import merging
from compliance.ownership.wishes import Wish
from compliance.spreading import following
from compliance.visits import actor_of, person_now
from fileserver.analytics.kinds import Kind
from fileserver.analytics.sight import EVERYTHING
from fileserver.analytics.tables import lines_of, span_of
from tests.journeys.test_analytics import caught_up, shown, spread_out
from tests.stage import TITLE, Stage

Json = dict[str, Any]
KINDS = ("material", "share", "employee", "clinic", "department", "region", "campaign")


async def table(stage: Stage, who: str, kind: str, **query: str) -> Json:
    """One table, as somebody sees it."""
    found: Json = (await stage.api(who).get(f"/analytics/tables/{kind}", **query)).ok
    return found


async def two_shares(stage: Stage) -> Json:
    """The owner's share spreads as in `spread_out`; 李娜 opens the rival's too. The owner's."""
    share = await spread_out(stage)
    theirs = await stage.share(by="rival")
    await stage.open("li", theirs["token"])
    await caught_up(stage)
    return share


async def the_overview_counts_each_person_once(stage: Stage, share: Json) -> None:
    """Two people opened five times, by both employees' links; each employee sees what came of their own."""
    seen = {who: (await stage.api(who).get("/analytics/overview")).ok for who in ("manager", "owner", "rival")}
    assert {"manager": (5, 2, 2), "owner": (4, 2, 2), "rival": (1, 1, 1)} == {
        who: (each["now"]["opens"], each["viewers"], each["now"]["viewers"]) for who, each in seen.items()
    }
    assert {"manager": False, "owner": True, "rival": True} == {who: each["narrowed"] for who, each in seen.items()}
    assert [2, 0] == [seen[who]["now"]["newcomers"] for who in ("owner", "rival")]  # 李娜 was no news to the brand
    assert (2, 1, 1) == tuple(seen["manager"]["now"]["forwards"][name] for name in ("intents", "confirmed", "reach"))
    assert [("林晓", 2, 1), ("赵敏", 1, 1)] == [
        (each["name"], each["now"]["viewers"], each["now"]["direct"]) for each in seen["manager"]["sharers"]
    ]
    (hot,) = seen["rival"]["hot"]
    assert (1, 1.0) == (hot["opens"], hot["heat"])


async def tables_show_what_somebody_may_know(stage: Stage, share: Json) -> None:
    """All of it at the top; their own materials, shares, clinics and selves to others. Counts of people stay apart."""
    async with stage.services.database.transaction() as tx:
        await tx.execute(text("UPDATE clinic SET owner_id = NULL"))
    listed = {who: {kind: await table(stage, who, kind) for kind in KINDS} for who in ("manager", "rival")}
    assert [1, 2, 2, 2, 1, 0, 0] == [len(listed["manager"][kind]["items"]) for kind in KINDS]
    assert [1, 1, 1, 0, 1, 0, 0] == [len(listed["rival"][kind]["items"]) for kind in KINDS]
    counted = {who: "viewers" in each["material"]["columns"] for who, each in listed.items()}
    assert {"manager": True, "rival": False} == counted
    assert listed["manager"]["department"]["items"][0]["now"]["viewers"] is None


async def a_clinic_is_its_owners_to_know(stage: Stage, share: Json) -> None:
    """Whoever holds it sees what its people did; another employee does not."""
    clinic = stage.cast.clinics["li"]
    async with stage.services.database.transaction() as tx:
        asked = {"owner": stage.cast.people["owner"], "clinic": clinic}
        await tx.execute(
            text("UPDATE clinic SET owner_id = CASE WHEN id = :clinic THEN CAST(:owner AS uuid) END"), asked
        )
    assert ["瑞丽诊所"] == [each["name"] for each in (await table(stage, "owner", "clinic"))["items"]]
    path = f"/analytics/subjects/clinic/{clinic}"
    assert [200, 403] == [(await stage.api(who).get(path)).status for who in ("owner", "rival")]


async def viewers_see_their_own_clinic(stage: Stage, share: Json) -> None:
    """What its people did, and of materials those that they opened: no name, no id and no figure of another clinic."""
    seen = {who: (await stage.api(who).get("/analytics/clinic")).ok for who in ("li", "wang")}
    figures = {
        who: (each["name"], each["viewers"], *(each["now"][name] for name in ("opens", "viewers")))
        for who, each in seen.items()
    }
    assert {"li": ("瑞丽诊所", 1, 3, 1), "wang": ("悦美诊所", 1, 2, 1)} == figures
    assert [2, 0] == [seen[who]["now"]["forwards"]["intents"] for who in ("li", "wang")]
    (opened,) = seen["li"]["materials"]
    assert (TITLE, 1, 2, 1) == tuple(opened[name] for name in ("title", "people", "intents", "confirmed"))
    told = {"zh-CN": ("本机构统计", "瑞丽诊所"), "en": ("Your clinic’s figures", "瑞丽诊所")}
    for language, words in told.items():
        page = await shown(stage, "/my-clinic", language, who="li")
        assert [] == [word for word in words if word not in page]
        assert [] == [word for word in ("悦美诊所", "李娜", "王强", "林晓") if word in page]
    look = (await stage.told("viewer:figures:read"))[-1]
    assert ("own-clinic-is-known", f"clinic:{stage.cast.clinics['li']}") == (look["why"], look["obj"])


async def one_thing_is_shown_whole(stage: Stage, share: Json) -> None:
    """A share with its levels and shape, an employee with their materials, a department with its employees."""
    found = (await stage.api("owner").get(f"/analytics/subjects/share/{share['id']}")).ok
    assert (4, 2, [1, 1, 1], 2.0) == (
        found["ever"]["opens"], found["ever"]["viewers"], found["levels"], found["amplification"],
    )  # fmt: skip
    assert 3 == found["shape"]["size"]
    owner = stage.cast.people["owner"]
    parts = (await stage.api("manager").get(f"/analytics/subjects/employee/{owner}")).ok
    assert ("material", 4, None) == (
        parts["parts_kind"], parts["parts"][0]["now"]["opens"], parts["parts"][0]["now"]["viewers"],
    )  # fmt: skip
    (line,) = (await table(stage, "manager", "department"))["items"]
    below = (await stage.api("manager").get(f"/analytics/subjects/department/{line['key']}")).ok
    assert (2, 5, 2, None) == (
        len(below["parts"]), below["now"]["opens"], below["now"]["newcomers"], below["viewers"],
    )  # fmt: skip


async def what_is_not_theirs_stays_closed(stage: Stage, share: Json) -> None:
    """Others' shares and selves, things that are not there, and words that are no ids."""
    owner = stage.cast.people["owner"]
    tried = (f"share/{share['id']}", f"employee/{owner}", "campaign/x", "region/x", "share/x", f"clinic/{owner}")
    answers = [(await stage.api("rival").get(f"/analytics/subjects/{path}")).status for path in tried]
    assert [403, 403, 404, 404, 404, 404] == answers
    assert 403 == (await stage.api("reviewer").get("/analytics/overview")).status


async def a_campaign_is_found_by_what_was_declared(stage: Stage, share: Json) -> None:
    """Its materials added up, to whoever shared one of them."""
    said = {"material_id": stage.cast.material_id, "by": stage.cast.people["owner"]}
    query = """INSERT INTO material_declaration
      (material_id, revision, product, region, campaign, declared_by, declared_at)
      VALUES (:material_id, 9, '', '', '秋冬', :by, now())"""
    async with stage.services.database.transaction() as tx:
        await tx.execute(text(query), said)
    for who, opens in (("manager", 5), ("owner", 4), ("rival", 1)):
        (line,) = (await table(stage, who, "campaign"))["items"]
        found = (await stage.api(who).get("/analytics/subjects/campaign/秋冬")).ok
        assert ("秋冬", opens, opens) == (line["name"], line["now"]["opens"], found["now"]["opens"])


async def tables_are_taken_away(stage: Stage, share: Json) -> None:
    """As CSV: with the span before beside each count, and nothing that a spreadsheet would run."""
    async with stage.services.database.transaction() as tx:
        await tx.execute(text("UPDATE material SET title = '=1+1'"))
    answer = await stage.request("GET", "manager", "/api/v1/analytics/exports/material?days=7")
    head, line, *_ = answer.body.decode("utf-8-sig").splitlines()
    assert head.startswith('"Materials","Note","Openings","Openings (before)"')
    assert line.startswith('"\'=1+1","","5","0","2","0"')


async def tables_say_where_they_are_cut(stage: Stage, share: Json) -> None:
    """What somebody may not see takes nobody's line: the busiest of three employees is gone, the other two fill it."""
    gone = """INSERT INTO spread_day SELECT (jsonb_populate_record(d, '{"key": "nobody", "opens": 99}')).*
      FROM spread_day d WHERE dim = 'employee' LIMIT 1"""
    services, now = stage.services, stage.clock()
    span = span_of(now, services.config.time_zone, 7)
    async with services.database.transaction() as tx:
        await tx.execute(text(gone))
        actor = actor_of(await person_now(tx, stage.cast.people["manager"]), now)
        for kind, limit, shown, cut in (
            (Kind.EMPLOYEE, 1, 1, True),
            (Kind.EMPLOYEE, 2, 2, False),
            (Kind.SHARE, 1, 1, True),
            (Kind.DEPARTMENT, 1, 1, False),
        ):
            lines = await lines_of(tx, services, actor, EVERYTHING, kind, span, "opens", limit)
            assert (shown, cut) == (len(lines.shown), lines.cut)
    assert not (await table(stage, "manager", "employee"))["cut"]


async def pages_say_what_each_figure_means(stage: Stage, share: Json) -> None:
    """In both languages, with a way to the events for auditors and to what they may see for others."""
    told = {
        "zh-CN": ("当前热门", "在全品牌内去重", "林晓"),
        "en": ("Hot now", "distinct within the whole brand", "林晓"),
    }
    for language, words in told.items():
        overview = await shown(stage, "/analytics", language, who="manager")
        assert [] == [word for word in words if word not in overview]
    page = f"/analytics/share/{share['id']}"
    assert f"/log?share_id={share['id']}" in await shown(stage, page, "en", who="auditor")
    assert f'href="/shares/{share["id"]}"' in await shown(stage, page, "en")
    assert "Nothing yet" in await shown(stage, "/analytics/campaign", "en")
    (look, *_) = await stage.told("employee:spread:read")
    assert ("maker-reads-figures", "figures:overview") == (look["why"], look["obj"])


async def figures_of_clinic(stage: Stage, who: str) -> tuple[str, int, int, int, int]:
    """What 李娜 or 王强 sees of theirs: its name, people in the span, openings, people who came, and of a material."""
    found = (await stage.api(who).get("/analytics/clinic")).ok
    (opened,) = found["materials"]
    return (found["name"], found["viewers"], found["now"]["opens"], found["now"]["viewers"], opened["people"])


async def test_a_merged_clinic_keeps_its_past(stage: Stage) -> None:
    """What its people did before counts for the clinic that goes on, each person once; made two again, for itself."""
    await two_shares(stage)
    services, clinics = stage.services, stage.cast.clinics
    before = {who: await figures_of_clinic(stage, who) for who in ("li", "wang")}
    assert {"li": ("瑞丽诊所", 1, 3, 1, 1), "wang": ("悦美诊所", 1, 2, 1, 1)} == before
    wish = Wish(kind="clinic", kept_id=clinics["wang"], merged_id=clinics["li"])
    async with services.database.transaction() as tx:
        row = await merging.merge(tx, services.keys.master, Trail(role="system"), wish, now=stage.clock())
    joined = ("悦美诊所", 2, 5, 2, 2)
    assert {joined} == {await figures_of_clinic(stage, who) for who in ("li", "wang")}
    stage.clock.advance(hours=1)
    await stage.visit("li")
    await caught_up(stage)
    later = ("悦美诊所", 2, 6, 2, 2)
    assert later == await figures_of_clinic(stage, "li")
    await following.forget(services.database, stage.clock())
    await following.spread_all(services.database, stage.clock())
    assert later == await figures_of_clinic(stage, "wang")
    (line,) = (await table(stage, "manager", "clinic"))["items"]
    assert ("悦美诊所", 6) == (line["name"], line["now"]["opens"])
    for each in clinics.values():
        found = (await stage.api("manager").get(f"/analytics/subjects/clinic/{each}")).ok
        assert ("悦美诊所", 2, 6, 2) == (
            found["name"],
            found["viewers"],
            found["now"]["opens"],
            found["ever"]["viewers"],
        )
    async with services.database.transaction() as tx:
        await merging.unmerge(
            tx, services.keys.master, Trail(role="system"), row.id, by=stage.cast.people["manager"], now=stage.clock()
        )
    assert ("瑞丽诊所", 1, 3, 1, 1) == await figures_of_clinic(stage, "li")


# Each takes what the ones before it left: those that only look come first.
LOOKS = (
    the_overview_counts_each_person_once,
    pages_say_what_each_figure_means,
    viewers_see_their_own_clinic,
    one_thing_is_shown_whole,
    what_is_not_theirs_stays_closed,
    tables_show_what_somebody_may_know,
    a_clinic_is_its_owners_to_know,
    a_campaign_is_found_by_what_was_declared,
    tables_are_taken_away,
    tables_say_where_they_are_cut,
)


async def test_whoever_may_know_sees_what_came_of_it(stage: Stage, subtests: pytest.Subtests) -> None:
    """The overview, every table, one thing of each kind, files and pages, about one story of two shares."""
    share = await two_shares(stage)
    for look in LOOKS:
        with subtests.test(look.__name__):
            await look(stage, share)
