"""The console's pages for every role in both languages: shown or refused as the rules say, and sound as HTML."""

import re
from datetime import timedelta
from functools import cache
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from compliance.access import may_ever
from compliance.ruleset import RuleSet
from fileserver.audit.following import follow
from fileserver.http.routing import Auth, Route
from fileserver.pages.routes import ROUTES
from fileserver.routes import ROUTES as ALL_ROUTES
from storage.rows.departments import ROOT_ID
from storage.schema import account, material
from tests.html import Page
from tests.materials import png
from tests.stage import TITLE, Stage

EMPLOYEES = ("owner", "rival", "manager", "reviewer", "auditor", "admin")
LANGUAGES = ("zh-CN", "en")
CONSOLE = [route for route in ROUTES if route.auth is Auth.EMPLOYEE and "{webhook_id}" not in route.path]  # no receiver
PLACEHOLDER = re.compile(r"\\{[a-z_]+(:[^}]*)?\\}")
SERVED = [
    re.compile(PLACEHOLDER.sub(".+" if ":" in route.path else "[^/]+", re.escape(route.path))) for route in ALL_ROUTES
]
OWN_ONLY = {
    "pages.share_detail": ("rival",),
    "pages.share_look": ("rival",),
    "pages.share_stop": ("rival",),
    "pages.share_narrow": ("rival",),
    "pages.recall": ("rival",),
    "pages.spread": ("rival",),
    "pages.figures_subject": ("rival",),
    "pages.spread_tree": ("rival",),
    "pages.version_new": ("rival", "manager"),
}  # whom they are not open to
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


async def the_paths(stage: Stage) -> list[tuple[Route, str]]:
    """Each page of the console, about the owner's brochure, a review of theirs, a share 李娜 has opened, a trace."""
    share, _ = await stage.visit("li", note="内训")
    await stage.services.sequencer.catch_up()
    await follow(stage.services)
    async with stage.client.post(
        "/api/v1/traces", data=png(), headers={"Authorization": f"Bearer {stage.cast.tokens['auditor']}"}
    ) as suspect:
        trace = await suspect.json()
    said = {"kind": "drug_approval", "number": "国药准字H20200001", "holder": "x", "product": "x"}
    entry = (await stage.api("manager").post("/certificates", {**said, "valid_from": "2026-01-01"})).ok
    until = (stage.clock() + timedelta(days=3)).isoformat()
    wanted = {"material_id": str(stage.cast.material_id), "text": "x", "until": until, "forward_depth": 2}
    ids = {
        "task_id": (await stage.api("manager").post("/tasks", wanted)).ok["id"],
        "material_id": stage.cast.material_id,
        "review_id": stage.cast.review_id,
        "share_id": share["id"],
        "trace_id": trace["id"],
        "event_id": 1,
        "rule_set_version": RuleSet.default().version,
        "certificate_id": entry["id"],
        "clinic_id": stage.cast.clinics["li"],
        "person_id": stage.cast.people["rival"],
        "source": "wecom",
        "kind": "material",
        "key": stage.cast.material_id,
    }
    return [(route, route.path.format(**ids)) for route in CONSOLE]


async def test_pages_open_as_the_rules_say_and_are_sound(
    stage: Stage, subtests: pytest.Subtests, *, whole: bool
) -> None:
    """A page opens for the roles that a rule permits its act, is a page of refusal for the others, and sound for all.

    Each role gets each page in one of the languages, and each page is seen in both; `make whole` asks for all of them.
    """
    paths = await the_paths(stage)
    for nth_reader, who in enumerate(EMPLOYEES):
        with subtests.test(who):
            role = (await stage.api(who).get("/sessions/current")).ok["role"]
            for nth_page, (route, path) in enumerate(paths):
                permitted = route.action is None or may_ever(role, route.action)
                others = route.name in OWN_ONLY and who in OWN_ONLY[route.name]
                for language in LANGUAGES if whole else [LANGUAGES[(nth_reader + nth_page) % len(LANGUAGES)]]:
                    headers = {**BROWSER, "Accept-Language": language}
                    found = await stage.request("GET", who, path, headers=headers)
                    assert found.status == (200 if permitted and not others else 403), path
                    assert found.headers["Content-Type"].startswith("text/html"), path
                    check_sound(Page(found.body.decode()), language, path)


def check_sound(page: Page, language: str, path: str) -> None:
    """No inline code, a label on every control, no broken reference, one main heading, every link leads somewhere."""
    assert [] == page.inline_code(), path
    assert [] == page.unlabelled(), path
    assert [] == page.broken_references(), path
    assert 1 == len(page.all("h1")), path
    assert language == page.all("html")[0].attributes["lang"], path
    assert [] == [each for each in page.paths() if not leads_somewhere(each)], path


@cache
def leads_somewhere(path: str) -> bool:
    """Whether a route serves the path, by whatever method."""
    return any(pattern.fullmatch(path) for pattern in SERVED)


async def test_a_stranger_is_sent_to_sign_in_and_comes_back(stage: Stage) -> None:
    """Every page of the console leads a stranger to the way in, which remembers the page."""
    for _, path in await the_paths(stage):
        found = await stage.request("GET", None, path, headers=BROWSER)
        assert 303 == found.status, path
        location = found.headers["Location"]
        assert location == ("/sign-in" if path == "/" else f"/sign-in?next={path}")
        assert 200 == (await stage.request("GET", None, location)).status


async def test_who_is_signed_in_needs_no_way_in(stage: Stage) -> None:
    """An employee with a session goes on at once, and only to a page of ours."""
    onwards = await stage.request("GET", "owner", "/sign-in?next=/shares")
    assert (303, "/shares") == (onwards.status, onwards.headers["Location"])
    astray = await stage.request("GET", "owner", "/sign-in?next=//evil.example/")
    assert (303, "/") == (astray.status, astray.headers["Location"])


async def test_a_viewer_gets_no_page_of_the_console(stage: Stage) -> None:
    """The console is for employees; a viewer is told so and shown the way in."""
    for _, path in await the_paths(stage):
        found = await stage.request("GET", "li", path, headers=BROWSER)
        assert 403 == found.status, path
        assert "/sign-in" in list(Page(found.body.decode()).paths())


async def test_ones_own_upload_is_not_offered_for_decision(stage: Stage) -> None:
    """Nobody approves their own upload: the page says so instead of offering buttons that would fail."""
    path = f"/reviews/{stage.cast.review_id}"
    offered = (await stage.request("GET", "reviewer", path)).body.decode()
    assert ('value="approve"' in offered, "Nobody reviews their own upload." in offered) == (True, False)
    promoted = update(account).values(role="reviewer").where(account.c.person_id == stage.cast.people["owner"])
    async with stage.services.database.transaction() as tx:
        await tx.execute(promoted)
    refused = (await stage.request("GET", "owner", path)).body.decode()
    assert ('value="approve"' in refused, "Nobody reviews their own upload." in refused) == (False, True)


async def test_a_programs_question_gets_a_programs_answer(stage: Stage) -> None:
    """Who asks a page for JSON is not sent to a form."""
    found = await stage.request("GET", None, "/materials", headers={"Accept": "application/json"})
    assert (401, "application/problem+json") == (found.status, found.headers["Content-Type"].partition(";")[0])


async def test_the_managers_figures(stage: Stage) -> None:
    """Materials by the state of their newest version, shares that open, and who came last."""
    _, visit = await stage.visit("li")
    closed = await stage.share()
    (await stage.api("owner").post(f"/shares/{closed['id']}/revoke")).ok  # noqa: B018  # must succeed
    start = await stage.request("GET", "manager", "/")
    figures = re.findall(r"<b>(\d+)</b>", start.body.decode())
    assert [
        "1",
        "1",
        "0",
        "1",
        "0",
        "0",
        "1",
        "1",
        "0",
        "0",
    ] == figures  # draft, in review, to be changed, approved, rejected, withdrawn, open, visits, stuck, disputed
    assert visit["title"] in start.body.decode()
    assert "李娜" in start.body.decode()


async def test_an_auditor_sees_facts_without_content(stage: Stage) -> None:
    """The pages of a material show an auditor no picture of it, which would be refused anyway."""
    for path in ("/materials", f"/materials/{stage.cast.material_id}"):
        shown = Page((await stage.request("GET", "auditor", path)).body.decode())
        assert [] == [each for each in shown.paths() if each.startswith("/api/v1/versions/")]


async def test_ones_own_acts_name_materials_that_may_be_read(stage: Stage) -> None:
    """By their titles, until they are above one's clearance; then by the beginning of their id."""
    await stage.share()
    assert TITLE in (await stage.get("owner", "/me")).body.decode()
    async with stage.services.database.transaction() as tx:
        await tx.execute(update(material).values(sensitivity="top"))
        await tx.execute(update(account).values(clearance="usual"))
    page = (await stage.get("owner", "/me")).body.decode()
    assert (True, False) == (str(stage.cast.material_id)[:8] in page, TITLE in page)


async def test_a_department_is_chosen_by_its_name(stage: Stage) -> None:
    """In the form of the log, without a script; what was chosen stays chosen."""
    new = {"name": "华东市场", "parent_id": str(ROOT_ID), "reason": "新设"}
    tree = (await stage.api("admin").post("/people/departments", new)).ok["items"]
    made = next(each["id"] for each in tree if each["name"] == new["name"])
    for path, chosen in (("/log", []), (f"/log?department_id={made}", [made])):
        shown = Page((await stage.request("GET", "auditor", path)).body.decode())
        (select,) = (each for each in shown.all("select") if each.attributes["name"] == "department_id")
        options = [each for each in shown.all("option") if select in each.around and each.attributes["value"]]
        assert "华东市场" in [each.text.strip() for each in options]
        assert chosen == [each.attributes["value"] for each in options if "selected" in each.attributes]
    chips = Page((await stage.request("GET", "auditor", f"/log?department_id={ROOT_ID}")).body.decode()).all("b")
    assert "The brand itself" in [each.text for each in chips]


async def test_the_log_takes_the_filter_along(stage: Stage) -> None:
    """What is exported is what was searched for."""
    found = await stage.request("GET", "auditor", "/log?act=viewer:&result=&person=&since=2026-11-23T09:00")
    hidden = [
        each.attributes for each in Page(found.body.decode()).all("input") if each.attributes.get("type") == "hidden"
    ]
    sent = {each["name"]: each["value"] for each in hidden if "." not in each["name"]}
    assert {"act": "viewer:", "since": "2026-11-23T09:00:00+08:00"} == sent
    exported = f"/api/v1/events/export?{urlencode({**sent, 'format': 'ndjson'})}"
    assert 200 == (await stage.request("GET", "auditor", exported)).status
