"""What shares, materials, employees, clinics, departments, regions and campaigns did, for whoever may know."""

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain, product
from statistics import median
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text

from benchmarks.dashboards.histories import BEGAN, History, Size, history, uuid_of
from benchmarks.dashboards.log import write_whole
from benchmarks.dashboards.people import BRANCH, bring_in
from compliance.errors import AccessDenied
from compliance.events import Trail
from compliance.ownership import merging
from compliance.ownership.wishes import Wish
from compliance.spreading import following
from compliance.spreading.growth import WINDOW, Growth, pooled
from compliance.visits import actor_of, person_now
from fileserver.analytics import overview as overviews
from fileserver.analytics import service, tables, whole_tables
from fileserver.analytics.kinds import RATED_PEOPLE_MIN, Kind
from fileserver.analytics.overview import Overview
from fileserver.analytics.sight import EVERYTHING
from fileserver.analytics.tables import lines_of, span_of
from fileserver.pages import analytics as figure_pages
from storage.rows.departments import ROOT_ID
from tests.api import Api
from tests.html import Page
from tests.journeys.test_analytics import caught_up, shown, spread_out
from tests.stage import TITLE, Stage

Json = dict[str, Any]
READS_LOG = re.compile(r"\b(from|join)\s+(event\w*|ledger_leaf)\b", re.IGNORECASE)
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
    (department,) = listed["manager"]["department"]["items"]
    assert (2, None) == tuple(department["now"][name] for name in ("opened", "viewers"))
    assert [1, 2] == [listed[who]["material"]["items"][0]["now"]["opened"] for who in ("rival", "manager")]


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
    assert (TITLE, 1, 2, 1, 1) == tuple(opened[name] for name in ("title", "people", "intents", "confirmed", "brought"))
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
    assert ("material", 4, 2, None) == (
        parts["parts_kind"], *(parts["parts"][0]["now"][name] for name in ("opens", "opened", "viewers")),
    )  # fmt: skip
    (line,) = (await table(stage, "manager", "department"))["items"]
    below = (await stage.api("manager").get(f"/analytics/subjects/department/{line['key']}")).ok
    assert (2, 5, 2, 2) == (
        len(below["parts"]), below["now"]["opens"], below["now"]["newcomers"], below["viewers"],
    )  # fmt: skip


async def the_funnel_begins_where_its_steps_are_counted(stage: Stage, share: Json) -> None:
    """Of a share from the first opening, of employees and groups from the invitation; people once within each."""
    (department,) = (await table(stage, "manager", "department"))["items"]
    opened_theirs = (await table(stage, "rival", "share"))["items"][0]["key"]
    asked = {
        f"share/{share['id']}": ("thing", {"opened": 2, "read": 0, "forwarded": 1}),
        f"share/{opened_theirs}": ("thing", {"opened": 1, "read": 0, "forwarded": 0}),
        f"employee/{stage.cast.people['rival']}": (
            "thing", {"invited": 0, "verified": 0, "opened": 1, "read": 0, "forwarded": 0},
        ),
        f"department/{department['key']}": (
            "brand", {"invited": 0, "verified": 0, "opened": 2, "read": 0, "forwarded": 1},
        ),
    }  # fmt: skip
    for path, (within, steps) in asked.items():
        funnel = (await stage.api("manager").get(f"/analytics/subjects/{path}")).ok["funnel"]
        assert steps == {each["step"]: each["count"] for each in funnel}
        assert [within] * 3 == [each["within"] for each in funnel if each["within"]]
    page = await shown(stage, f"/analytics/share/{share['id']}", "en")
    assert "People who opened this for the first time" in page
    assert "Invitations that employees made" not in page


async def what_is_not_theirs_stays_closed(stage: Stage, share: Json) -> None:
    """Others' shares and selves, things that are not there, and words that are no ids."""
    owner = stage.cast.people["owner"]
    tried = (f"share/{share['id']}", f"employee/{owner}", "campaign/x", "region/x", "share/x", f"clinic/{owner}")
    answers = [(await stage.api("rival").get(f"/analytics/subjects/{path}")).status for path in tried]
    assert [403, 403, 404, 404, 404, 404] == answers
    assert 403 == (await stage.api("reviewer").get("/analytics/overview")).status


async def log_links(stage: Stage, who: str, path: str = "") -> list[str]:
    """Where the figures of the overview, or of one thing, lead to the events that they count."""
    found = Page(await shown(stage, f"/analytics{path}", "en", who=who)).all("a")
    links = [each.attributes.get("href", "") for each in found]
    return [each for each in links if each.startswith("/log?") and "since=" in each]


async def figures_lead_to_the_events_they_count(stage: Stage, share: Json) -> None:
    """Of each kind of thing: as many openings as the log has there, and both acts of what a platform confirmed."""
    (department,) = (await table(stage, "auditor", "department"))["items"]
    owner, clinic = stage.cast.people["owner"], stage.cast.clinics["li"]
    opens = {
        "": 5, f"/share/{share['id']}": 4, f"/employee/{owner}": 4, f"/department/{department['key']}": 5,
        f"/material/{stage.cast.material_id}": 5, f"/clinic/{clinic}": 3,
    }  # fmt: skip
    counted = {}
    for path in opens:
        links = await log_links(stage, "auditor", path)
        (first,) = {each for each in links if "act=viewer:visit:start&" in each}
        counted[path] = len((await stage.api("auditor").get(first.replace("/log?", "/events?"))).ok["items"])
        assert any("act=employee:share:send,system:share:send&" in each for each in links)
        assert "李娜" in await shown(stage, first, "en", who="auditor")
    assert opens == counted
    travels = await shown(stage, f"/materials/{stage.cast.material_id}/spread", "en", who="auditor")
    assert 8 == travels.count(f'href="/log?material_id={stage.cast.material_id}&amp;act=')
    theirs = f"/shares?sponsor_id={owner}"
    assert theirs in await shown(stage, f"/analytics/employee/{owner}", "en", who="manager")
    listed = {who: await shown(stage, theirs, "en", who=who) for who in ("manager", "rival")}
    assert {"manager": True, "rival": False} == {who: share["id"] in each for who, each in listed.items()}


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


async def clinics_and_campaigns_lead_to_their_shares(stage: Stage, share: Json) -> None:
    """Whoever may not search the log: to the shares that the clinic's people opened, or of the campaign's materials."""
    li, wang = (str(stage.cast.clinics[who]) for who in ("li", "wang"))
    listed = {}
    for who in ("owner", "rival", "manager"):
        for name, value in (("clinic_id", li), ("clinic_id", wang), ("campaign", "秋冬"), ("campaign", "x")):
            found = (await stage.api(who).get("/shares", **{name: value})).ok["items"]
            listed[who, value] = (len(found), share["id"] in {each["id"] for each in found})
    nothing, theirs = (0, False), (1, False)
    assert {"owner": (2, True), "rival": theirs, "manager": (3, True)} == {who: listed[who, li] for who, _ in listed}
    assert {"owner": (2, True), "rival": nothing, "manager": (2, True)} == {who: listed[who, wang] for who, _ in listed}
    assert {"owner": (3, True), "rival": theirs, "manager": (4, True)} == {
        who: listed[who, "秋冬"] for who, _ in listed
    }
    assert {nothing} == {listed[who, "x"] for who, _ in listed}
    for kind, key, query in (("clinic", li, f"clinic_id={li}"), ("campaign", "秋冬", f"campaign={quote('秋冬')}")):
        page = await shown(stage, f"/analytics/{kind}/{key}", "en", who="manager")
        assert f'href="/shares?{query}"' in page
    for query, words in (
        (f"clinic_id={li}", "people of the clinic opened"),
        ("campaign=秋冬", "the campaign’s materials"),
    ):
        assert words in await shown(stage, f"/shares?{query}", "en", who="manager")


async def time_goes_by(stage: Stage, share: Json) -> None:
    """After a day the heat is half; after a month it is stale, and nothing stands beside what there was before."""
    began, who = stage.clock(), stage.cast.people["manager"]

    async def after(days: int) -> Overview:
        services = replace(stage.services, clock=lambda: began + timedelta(days=days))
        async with services.database.transaction() as tx:
            actor = actor_of(await person_now(tx, who), began)
        return await overviews.overview(services, actor, Trail(), days=30)

    now, tomorrow, later = [await after(days) for days in (0, 1, 31)]
    (hot,), (cooler,) = now.hot, tomorrow.hot
    assert (5, 5) == (hot.opens, cooler.opens)
    assert hot.heat / 2 == pytest.approx(cooler.heat)
    material = stage.cast.material_id
    lists = [[[each.material_id for each in of] for of in (found.fresh, found.stale)] for found in (now, later)]
    assert [[[material], []], [[], [material]]] == lists
    assert ([], 0, 5, 0, 2) == (later.hot, later.now.opens, later.before.opens, later.viewers, later.viewers_before)


async def no_page_reads_the_log(stage: Stage, share: Json) -> None:
    """Every figure comes from what was added up: the log is appended to, and no page of figures reads it."""
    owner, li, material = stage.cast.people["owner"], stage.cast.clinics["li"], stage.cast.material_id
    paths = [f"/analytics/{kind}" for kind in KINDS] + ["/analytics", "/analytics/campaign/秋冬"]
    paths += [f"/analytics/share/{share['id']}", f"/analytics/employee/{owner}", f"/analytics/clinic/{li}"]
    paths += [f"/analytics/material/{material}", f"/materials/{material}/spread"]
    paths += [f"/materials/{material}/spread/{share['id']}"]
    asked: list[str] = []
    heard = partial(_heard, asked)
    engine = stage.services.database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", heard)
    try:
        for path in paths:
            await shown(stage, path, "en", who="manager")
        await shown(stage, "/my-clinic", "en", who="li")
    finally:
        event.remove(engine, "before_cursor_execute", heard)
    assert any("spread_day" in each for each in asked)
    assert [] == [each for each in asked if READS_LOG.search(each)]


def _heard(asked: list[str], _connection: object, _cursor: object, statement: str, *_how: object) -> None:
    asked.append(statement)


async def tables_are_taken_away(stage: Stage, share: Json) -> None:
    """As CSV: with the span before beside each count, and nothing that a spreadsheet would run."""
    async with stage.services.database.transaction() as tx:
        await tx.execute(text("UPDATE material SET title = '=1+1'"))
    answer = await stage.request("GET", "manager", "/api/v1/analytics/exports/material?days=7")
    head, line, *_ = answer.body.decode("utf-8-sig").splitlines()
    assert head.startswith('"Materials","Note","Openings","Openings (before)"')
    assert line.startswith('"\'=1+1","","5","0","2","0"')


async def files_hold_what_tables_show(stage: Stage, share: Json) -> None:
    """Of every kind, in the same order, for whoever sees all or some; told once, however many slices it takes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(whole_tables, "SLICE_MAX", 1)
        for who, kind, order in product(("manager", "owner"), KINDS, ("intents", "reproduction")):
            shown = (await table(stage, who, kind, order=order))["items"]
            before = len(await stage.told("employee:spread:read"))
            _, *lines = await csv_of(stage, who, f"exports/{kind}?order={order}")
            expected = [(each["name"], each["note"], str(each["now"]["opens"])) for each in shown]
            assert expected == [tuple(line[:3]) for line in lines], (who, kind, order)
            assert before + 1 == len(await stage.told("employee:spread:read"))
        assert 1 == len(await csv_of(stage, "manager", "exports/employee?skip=9")), "the head alone"
        everything = (await table(stage, "manager", "employee"))["items"]
        assert len(everything) == len(await csv_of(stage, "manager", "exports/employee?skip=1"))


async def every_table_of_a_page_is_taken_away(stage: Stage, share: Json) -> None:
    """Of the overview, of one thing, of a material's travels, of a tree and of a viewer's clinic: head and lines."""
    owner, material = stage.cast.people["owner"], stage.cast.material_id
    subject, spread = f"subjects/employee/{owner}", f"materials/{material}/sheets"
    lines = {
        "overview/days": 1, "overview/funnel": 5, "overview/hot": 1, "overview/fresh": 1, "overview/stale": 0,
        "overview/sharers": 2, f"{subject}/days": 1, f"{subject}/funnel": 5, f"{subject}/levels": 2,
        f"{subject}/growth": 0, f"{subject}/parts": 1, f"{spread}/days": 1, f"{spread}/levels": 2, f"{spread}/pages": 0,
        f"{spread}/cascades": 2, f"{spread}/sharers": 1, f"{spread}/growth": 0,
        f"materials/{material}/shares/{share['id']}/people.csv": 1,
    }  # fmt: skip
    taken = {path: await csv_of(stage, "manager", path) for path in lines}
    assert lines == {path: len(found) - 1 for path, found in taken.items()}
    assert all(len(set(map(len, found))) == 1 for found in taken.values())
    assert ["2", "1"] == taken[f"{spread}/levels"][2]
    (_, person) = taken[f"materials/{material}/shares/{share['id']}/people.csv"]
    assert ("李娜", "瑞丽诊所", "high") == (person[0], person[1], person[-1])
    for sheet, expected in {"days": 1, "materials": 1}.items():
        assert expected == len(await csv_of(stage, "li", f"clinic/{sheet}")) - 1
    assert 403 == (await stage.request("GET", "li", f"/api/v1/analytics/{subject}/days")).status
    told = await stage.told("employee:spread:read")
    assert "figures:overview" in {each["obj"] for each in told}


async def csv_of(stage: Stage, who: str, path: str) -> list[list[str]]:
    """The lines of a file."""
    answer = await stage.request("GET", who, f"/api/v1/analytics/{path}")
    assert (200, "text/csv") == (answer.status, answer.headers["Content-Type"].partition(";")[0])
    return list(csv.reader(answer.body.decode("utf-8-sig").splitlines()))


async def tables_say_where_they_are_cut(stage: Stage, share: Json) -> None:
    """What somebody may not see takes nobody's line: the busiest of three employees is gone, the other two fill it."""
    gone = """INSERT INTO spread_day SELECT (jsonb_populate_record(d, '{"key": "nobody", "opens": 99}')).*
      FROM spread_day d WHERE dim = 'employee' LIMIT 1"""
    services, now = stage.services, stage.clock()
    span = span_of(now, services.config.time_zone, 7)
    async with services.database.transaction() as tx:
        await tx.execute(text(gone))
        actor = actor_of(await person_now(tx, stage.cast.people["manager"]), now)
        for kind, wanted, shown, cut in (
            (Kind.EMPLOYEE, range(1), 1, True),
            (Kind.EMPLOYEE, range(2), 2, False),
            (Kind.SHARE, range(1), 1, True),
            (Kind.DEPARTMENT, range(1), 1, False),
        ):
            lines = await lines_of(tx, services, actor, EVERYTHING, kind, span, "opens", wanted)
            assert (shown, cut) == (len(lines.shown), lines.cut)
        whole, rest = [
            await lines_of(tx, services, actor, EVERYTHING, Kind.EMPLOYEE, span, "opens", wanted)
            for wanted in (range(2), range(1, 3))
        ]
        assert whole.shown[1:] == rest.shown
    assert not (await table(stage, "manager", "employee"))["cut"]


async def tables_go_on_where_a_page_ends(stage: Stage, share: Json) -> None:
    """By the API and on the page, in the same order; after the last line there is none."""
    first, *others = (await table(stage, "manager", "employee"))["items"]
    for skip, expected in ((0, [first, *others]), (1, others), (len(others) + 1, [])):
        assert expected == (await table(stage, "manager", "employee", skip=str(skip)))["items"]
    page = await shown(stage, "/analytics/employee?skip=1", "zh-CN", who="manager")
    assert first["name"] not in page
    assert [] == [each["name"] for each in others if each["name"] not in page]
    assert "第 2 至 2 行" in page
    assert "没有更多行了" in await shown(stage, "/analytics/employee?skip=9", "zh-CN", who="manager")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tables, "LINES_MAX", 1)
        assert 'href="/analytics/employee?skip=1"' in await shown(stage, "/analytics/employee", "zh-CN", who="manager")
        patched.setattr(figure_pages, "SKIP_MAX", 0)
        last = await shown(stage, "/analytics/employee", "zh-CN", who="manager")
    assert ("?skip=" in last, "仅含前 1 行，其余未列出" in last) == (False, True), "as far as pages go on"
    for skip in (-1, 9_901):
        assert 422 == (await stage.request("GET", "manager", f"/api/v1/analytics/tables/employee?skip={skip}")).status


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
    assert f"/log?tree_id={share['id']}" in await shown(stage, page, "en", who="auditor")
    assert f'href="/shares/{share["id"]}"' in await shown(stage, page, "en")
    to_events = {who: await log_links(stage, who) for who in ("auditor", "manager")}
    assert (16, 0) == (len(to_events["auditor"]), len(to_events["manager"]))
    assert "李娜" in await shown(stage, to_events["auditor"][0], "en", who="auditor")
    assert "Once somebody opens a share" in await shown(stage, "/analytics/campaign", "en")
    assert "R and K need at least ten" in await shown(stage, "/analytics/employee?order=k_factor", "en", who="manager")
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
    assert [["悦美诊所", "", "6"]] == [line[:3] for line in (await csv_of(stage, "manager", "exports/clinic"))[1:]]
    for each in clinics.values():
        asked = {"clinic_id": str(each), "act": "viewer:visit:start", "result": "allow"}
        assert 6 == len((await stage.api("auditor").get("/events", **asked)).ok["items"])
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
    figures_lead_to_the_events_they_count,
    viewers_see_their_own_clinic,
    one_thing_is_shown_whole,
    the_funnel_begins_where_its_steps_are_counted,
    what_is_not_theirs_stays_closed,
    tables_show_what_somebody_may_know,
    a_clinic_is_its_owners_to_know,
    a_campaign_is_found_by_what_was_declared,
    every_table_of_a_page_is_taken_away,
    files_hold_what_tables_show,
    tables_are_taken_away,
    tables_say_where_they_are_cut,
    tables_go_on_where_a_page_ends,
    clinics_and_campaigns_lead_to_their_shares,
    no_page_reads_the_log,
    time_goes_by,
)


async def test_whoever_may_know_sees_what_came_of_it(stage: Stage, subtests: pytest.Subtests) -> None:
    """The overview, every table, one thing of each kind, files and pages, about one story of two shares."""
    share = await two_shares(stage)
    for look in LOOKS:
        with subtests.test(look.__name__):
            await look(stage, share)


async def test_employees_are_ranked_by_the_growth_of_closed_weeks(stage: Stage) -> None:
    """R and K of whoever came in whole weeks whose windows are over, as the history itself tells; most first."""
    services, now = stage.services, stage.clock()
    began = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=59)
    size = Size(shares=12, visits=900, materials=3, employees=3, clinics=3, people=300, days=60, began=began)
    told = history(size, seed=5)
    async with services.database.transaction() as tx:
        await write_whole(tx, told)
        await bring_in(tx, services.keys.master, size)
    await following.spread_all(services.database, now)
    zone = ZoneInfo(services.config.time_zone)
    today = now.astimezone(zone).date()
    end = today - timedelta(days=today.weekday() + 7)  # the last Monday of which everybody's seven days are over
    expected = {
        str(uuid_of(4, number)): growth_told(told, number, zone, end - timedelta(days=35), end) for number in range(3)
    }
    assert all(each.people >= RATED_PEOPLE_MIN for each in expected.values())
    for name in ("reproduction", "k_factor"):
        items = (await table(stage, "manager", "employee", order=name))["items"]
        found = {each["key"]: (each["now"]["joined"], each["now"][name]) for each in items}
        assert {key: (each.people, getattr(each, name)) for key, each in expected.items()} == found
        rates = [each["now"][name] for each in items]
        assert rates == sorted(rates, reverse=True)
        _, *lines = await csv_of(stage, "manager", f"exports/employee?order={name}")
        assert [each["name"] for each in items] == [line[0] for line in lines]
        assert len(set(rates)) > 1
        places = (await table(stage, "manager", "department", order=name))["items"]
        both = [pooled(expected.values()), expected[str(uuid_of(4, 0))]]  # all of them, and the one who is in a branch
        ranked = sorted(((each.people, getattr(each, name)) for each in both), key=lambda each: -each[1])
        assert ranked == [(each["now"]["joined"], each["now"][name]) for each in places]


async def test_trees_of_all_sizes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is compared with others of its size, and files hold all lines, however many are read at once."""
    size = Size(shares=18, visits=500, materials=3, employees=3, clinics=3, people=300, days=30)
    async with stage.services.database.transaction() as tx:
        await write_whole(tx, history(size, seed=5))
        await bring_in(tx, stage.services.keys.master, size)
    await following.spread_all(stage.services.database, BEGAN)
    await trees_are_compared_with_others_of_their_size(stage)
    monkeypatch.setattr(service, "BATCH", 2)
    monkeypatch.setattr(whole_tables, "SLICE_MAX", 2)
    await files_hold_all_lines(stage)
    await files_end_where_less_is_seen(stage)
    await files_end_with_the_right_to_them(stage)


async def files_end_where_less_is_seen(stage: Stage) -> None:
    """Of a manager who was moved to another department, or bound to a region, while the file was on its way."""
    admin, manager = stage.api("admin"), stage.cast.people["manager"]
    region = next(each["id"] for each in (await admin.get("/people/regions")).ok["items"])
    for place in ({"region_id": region}, {"department_id": str(BRANCH)}):
        async with stage.services.database.transaction() as tx:
            actor = actor_of(await person_now(tx, manager), stage.services.clock())
        file = await whole_tables.whole_table(stage.services, actor, Trail(), Kind.SHARE, days=366)
        assert 2 == len((await anext(file.slices)).shown)
        await put(admin, manager, **place)
        with pytest.raises(AccessDenied):
            await anext(file.slices)
        await put(admin, manager, department_id=str(ROOT_ID), region_id=None)


async def put(admin: Api, person_id: UUID, **place: str | None) -> None:
    """Moves an account."""
    path = f"/people/accounts/{person_id}"
    account = (await admin.get(path)).ok
    kept = ("role", "department_id", "region_id", "clearance", "valid_from", "valid_until")
    moved = await admin.post(path, {**{name: account[name] for name in kept}, "reason": "x", **place})
    assert 200 == moved.status, moved.body


async def files_end_with_the_right_to_them(stage: Stage) -> None:
    """Whoever may no longer read figures, because their account was disabled meanwhile, gets no further lines."""
    largest = "SELECT material_id FROM spread_root GROUP BY material_id ORDER BY count(*) DESC LIMIT 1"
    async with stage.services.database.transaction() as tx:
        material_id = await tx.scalar(text(largest))
        manager = actor_of(await person_now(tx, stage.cast.people["manager"]), stage.services.clock())
    files = [each(stage.services, manager, Trail(), material_id) for each in (service.every_tree, service.every_sharer)]
    table_file = await whole_tables.whole_table(stage.services, manager, Trail(), Kind.SHARE, days=366)
    for file in files:
        assert 2 == len((await anext(file))[0])
    assert 2 == len((await anext(table_file.slices)).shown)
    disabled = (await stage.api("admin").post(f"/people/accounts/{manager.person_id}/disable")).ok
    assert disabled["disabled_at"] is not None
    for file in files:
        with pytest.raises(AccessDenied):
            await anext(file)
    with pytest.raises(AccessDenied):
        await anext(table_file.slices)


async def files_hold_all_lines(stage: Stage) -> None:
    """Every cascade of each material, whoever brought somebody in, and all whom the maker of a tree brought in."""
    counts = """SELECT r.material_id, (array_agg(r.root_id ORDER BY people DESC, root_id))[1] AS largest,
        count(*) AS cascades, (SELECT count(*) FROM spread_person p
          WHERE p.material_id = r.material_id AND depth > 0 AND children > 0) AS sharers
      FROM spread_root r GROUP BY r.material_id"""
    direct = "SELECT count(*) FROM spread_person WHERE root_id = :root_id AND depth = 1"
    async with stage.services.database.transaction() as tx:
        found = (await tx.execute(text(counts))).all()
        brought = [await tx.scalar(text(direct), {"root_id": each.largest}) for each in found]
    assert max(brought) > 2 < max(each.sharers for each in found)
    for each, people in zip(found, brought, strict=True):
        sheets = {"sheets/cascades": each.cascades, "sheets/sharers": each.sharers}
        sheets[f"shares/{each.largest}/people.csv"] = people
        for path, count in sheets.items():
            lines = (await csv_of(stage, "manager", f"materials/{each.material_id}/{path}"))[1:]
            assert count == len(lines) == len({*map(tuple, lines)}), path
            sizes = [int(line[2]) for line in lines]
            assert sizes == sorted(sizes, reverse=True)


async def trees_are_compared_with_others_of_their_size(stage: Stage) -> None:
    """With the median of the brand's other trees in its size band, where there are five of them at least."""
    keys = [each["key"] for each in (await table(stage, "manager", "share", days="366"))["items"]]
    found = {key: (await stage.api("manager").get(f"/analytics/subjects/share/{key}")).ok for key in keys}
    expected = {}
    for key, each in found.items():
        shape = each["shape"]
        others = [
            other["shape"]["structural_virality"]
            for name, other in found.items()
            if name != key and shape["size_band"] == other["shape"]["size_band"] > 0
        ]
        expected[key] = pytest.approx(median(others)) if len(others) >= 5 else None
    assert expected == {key: each["usual_virality"] for key, each in found.items()}
    assert {True, False} == {each is None for each in expected.values()}, "of some sizes there are too few"
    materials = {each["material_id"] for each in found.values()}
    cascades = [(await stage.api("manager").get(f"/analytics/materials/{each}")).ok["cascades"] for each in materials]
    assert expected == {each["share_id"]: each["usual_virality"] for each in chain(*cascades)}


async def test_shares_are_dated_by_the_brand_s_day(stage: Stage) -> None:
    """In the evening of UTC it is the next day at the brand."""
    stage.clock.now = datetime(2026, 7, 1, 20, tzinfo=UTC)
    await stage.visit("li")
    await caught_up(stage)
    (line,) = (await table(stage, "owner", "share"))["items"]
    assert "林晓 · 2026-07-02" == line["note"]


def growth_told(told: History, employee: int, zone: ZoneInfo, first: date, end: date) -> Growth:
    """What viewers of an employee's shares who came in these weeks did within their seven days."""
    roots = {each.id for each in told.shares if each.employee == employee}
    came = {(each.root, each.who): each.at for each in told.visits if each.came and each.root in roots}
    there = {place: at for place, at in came.items() if first <= at.astimezone(zone).date() < end}

    def within(place: tuple[int, int], at: datetime) -> bool:
        return place in there and at < there[place] + WINDOW

    return Growth(
        people=len(there),
        intents=sum(within((each.root, each.who), each.at) for each in told.forwards),
        brought=sum(within((each.root, each.owner), each.at) for each in told.visits if each.came),
    )
