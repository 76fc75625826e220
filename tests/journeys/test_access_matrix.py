"""Every route, every role, one's own and somebody else's things: what the table says comes back, and nothing more."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from compliance.ruleset import RuleSet
from fileserver.audit.following import follow
from fileserver.config import Config
from fileserver.routes import ROUTES
from storage.engines import Endpoints
from tests.access_table import BODIES, CALLERS, HEADERS, QUERIES, ROWS, THINGS, TUS, Row
from tests.materials import add_upload, png
from tests.services import Clock, config_for, copied_database
from tests.stage import TITLE, Cast, Piece, Stage, running

NAMED = {route.name: route for route in ROUTES}
BAD_REQUEST = 400
READING = [row for row in ROWS if row.route in NAMED and not NAMED[row.route].unsafe]
UNSAFE = [row for row in ROWS if row.route in NAMED and NAMED[row.route].unsafe]
REFUSING = [row for row in UNSAFE if all(status >= BAD_REQUEST for status in row.expected.values())]
# Acts that look at the owner's things, or add another.
KEEPING = {
    *("departments.add", "duplicates.search", "identities.begin", "invitations.create", "looks.preview", "regions.add"),
    *("people.export_own", "reviews.comment", "rules.check", "rules.effects", "rules.try", "searches.create"),
    *("shares.create", "tokens.create", "traces.create", "uploads.create", "visits.create", "visits.report"),
}
HARMLESS = [*REFUSING, *(row for row in UNSAFE if row not in REFUSING and row.route in KEEPING)]
CHANGING = [row for row in UNSAFE if row not in HARMLESS]
REFUSED = {401, 403, 404}
SECRETS = (TITLE, "草稿", "待审", "brochure.pdf", "李娜", "王强", "瑞丽诊所", "悦美诊所")

Things = dict[str, str]


def test_every_route_has_a_line() -> None:
    """A route that nobody thought about is not served: the table names each, and none that isn't there."""
    assert {route.name for route in ROUTES} == {row.route for row in ROWS}


@dataclass(frozen=True)
class Furnished:
    """A database in which the owner's things were made, and what they are called."""

    database_url: str
    things: Things


@pytest.fixture(scope="module")
def furnished(engines: Endpoints, cast: Cast) -> Iterator[Furnished]:
    """Made once: each test begins on a copy."""
    with copied_database(engines.database_url, cast.database_url) as url:
        config = config_for(engines, url, master_key=cast.master_key)
        yield Furnished(url, asyncio.run(_furnish(config, cast)))


async def _furnish(config: Config, cast: Cast) -> Things:
    clock = Clock()
    async with running(config, clock) as (services, client):
        return await the_things(Stage(cast=cast, services=services, client=client, clock=clock))


@pytest.fixture
def things(furnished: Furnished) -> Things:
    """What the owner's things are called."""
    return furnished.things


@pytest.fixture
async def stage(engines: Endpoints, cast: Cast, furnished: Furnished, clock: Clock) -> AsyncIterator[Stage]:
    """A running application on a copy."""
    with copied_database(engines.database_url, furnished.database_url) as url:
        config = config_for(engines, url, master_key=cast.master_key)
        async with running(config, clock) as (services, client):
            yield Stage(cast=cast, services=services, client=client, clock=clock)


async def the_things(stage: Stage) -> Things:
    """Ids of the owner's things, and the signatures of the addresses in 李娜's visit."""
    cast, owner = stage.cast, stage.api("owner")
    share, visit = await stage.visit("li", download=True, forward_depth=9)
    token = (await owner.post("/tokens", {"label": "narrow", "scopes": ["analytics:read"]})).ok
    begun = await stage.request("POST", "owner", "/uploads/", headers={**TUS, "Upload-Length": "5"})
    page = visit["pages"][0]
    await stage.services.sequencer.catch_up()
    await follow(stage.services)
    suspect = await stage.request("POST", "auditor", "/api/v1/traces", data=png())
    made = (await owner.get("/events/mine", limit=1)).ok["items"][0]
    proof = await add_upload(stage.services, cast.people["owner"], png(), "proof.png")
    paper = (await owner.post(f"/materials/{cast.draft_id}/evidence", {"upload_id": str(proof), "kind": "other"})).ok
    hold = {"kind": "person", "subject": str(stage.cast.people["auditor"]), "reason": "x"}  # nobody erases them here
    entry = {"kind": "drug_approval", "number": "国药准字H20200001", "holder": "x", "product": "x"}
    entry = (await stage.api("manager").post("/certificates", {**entry, "valid_from": "2026-01-01"})).ok
    return {
        **{name: str(person_id) for name, person_id in cast.people.items()},
        "material": str(cast.material_id),
        "version": str(cast.version_id),
        "draft": str(cast.draft_id),
        "draft_version": str(cast.draft_version_id),
        "pending": str(cast.pending_id),
        "pending_version": str(cast.pending_version_id),
        "pending_sha256": (await owner.get(f"/materials/{cast.pending_id}")).ok["versions"][0]["sha256"],
        "review": str(cast.review_id),
        "clinic": str(cast.clinics["wang"]),
        "invitation": (await owner.post("/recruiting/invitations", {"clinic_name": "新诊所甲"})).ok["id"],
        "session": (await owner.get("/sessions/current")).ok["id"],
        "token_id": token["id"],
        "narrow_token": token["token"],
        "upload": begun.headers["Location"].rpartition("/")[2],
        "finished": str(await add_upload(stage.services, cast.people["owner"], png(), "poster.png")),
        "event": str(made["id"]),
        "proof": str(await add_upload(stage.services, cast.people["owner"], png(), "another.png")),
        "evidence": paper["evidence"][0]["id"],
        "certificate": entry["id"],
        "rule_set": RuleSet.default().version,
        "hold": (await stage.api("reviewer").post("/holds", hold)).ok["id"],
        "trace": json.loads(suspect.body)["id"],
        "share": share["id"],
        "share_token": share["token"],
        "visit": visit["id"],
        "page_signature": page["url"].partition("?")[2],
        "thumb_signature": page["thumb_url"].partition("?")[2],
        "tile_signature": page["zooms"][0]["url"].partition("?")[2],
        "document_signature": visit["download_url"].partition("?")[2],
    }


def named(things: Things, of: str) -> Things:
    """What stands in the placeholders of a row that is about this thing."""
    chosen = {**THINGS[""], **THINGS[of]}
    return {**things, **{placeholder: things.get(thing, thing) for placeholder, thing in chosen.items()}}


def filled(value: Any, things: Things) -> Any:
    """A path or body with the ids in it."""
    if isinstance(value, str):
        return value.format_map(things)
    if isinstance(value, list):
        return [filled(each, things) for each in value]
    return {name: filled(each, things) for name, each in value.items()} if isinstance(value, dict) else value


async def asked(stage: Stage, row: Row, who: str, all_things: Things) -> Piece:
    """What one caller gets."""
    route, things = NAMED[row.route], named(all_things, row.of)
    token = things["narrow_token"] if who == "narrow" else stage.cast.tokens.get(who)
    headers = {**(TUS if row.route.startswith("uploads.") else {}), **HEADERS.get(row.route, {})}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = filled(BODIES.get(row.route), things)
    sent = {} if body is None else {"data": body} if isinstance(body, bytes) else {"json": body}
    path = f"{route.path.replace(':.+', '')}?{QUERIES.get(row.route, '')}"
    return await stage.request(route.method, None, filled(path, things), headers=headers, **sent)


def tells_nothing(answer: Piece) -> bool:
    """A refusal that names neither the thing nor anybody."""
    return answer.status not in REFUSED or not any(secret.encode() in answer.body for secret in SECRETS)


async def test_reading(stage: Stage, things: Things, subtests: pytest.Subtests) -> None:
    """Whoever may not read a thing gets the status in their column, and learns nothing of the thing."""
    for who in CALLERS:
        with subtests.test(who):
            answers = {row.id: await asked(stage, row, who, things) for row in READING}
            expected = {row.id: row.expected[who] for row in READING}
            assert expected == {name: each.status for name, each in answers.items()}
            assert [] == [name for name, answer in answers.items() if not tells_nothing(answer)]


@pytest.mark.parametrize("row", CHANGING, ids=lambda row: row.id)
async def test_changing(stage: Stage, things: Things, row: Row) -> None:
    """Whoever may not change a thing gets the status in their column, and learns nothing of the thing."""
    await check_changing(stage, things, row)


async def test_changing_nothing(stage: Stage, things: Things, subtests: pytest.Subtests) -> None:
    """The same of acts that nobody brings about here, or that leave the things as they are for the next one."""
    for row in HARMLESS:
        with subtests.test(row.id):
            await check_changing(stage, things, row)


async def check_changing(stage: Stage, things: Things, row: Row) -> None:
    """Everybody asks for it, in the order of the columns."""
    answers = {who: await asked(stage, row, who, things) for who in CALLERS}
    assert row.expected == {who: answer.status for who, answer in answers.items()}
    assert [] == [who for who, answer in answers.items() if not tells_nothing(answer)]


async def test_lists_leave_out_what_others_own(stage: Stage, things: Things, subtests: pytest.Subtests) -> None:
    """What somebody may not read by its id isn't in their list either."""
    for path, who, unseen in [
        ("/materials", "rival", ("draft", "pending")),
        ("/materials", "reviewer", ("draft",)),
        ("/uploads", "rival", ("upload", "finished")),
        ("/uploads", "manager", ("upload", "finished")),
        ("/shares", "rival", ("share", "share_token")),
        ("/sessions", "rival", ("session",)),
        ("/tokens", "admin", ("token_id", "narrow_token")),
    ]:
        with subtests.test(str((path, who, unseen))):
            own = await stage.get("owner", f"/api/v1{path}")
            theirs = await stage.get(who, f"/api/v1{path}")
            assert 200 == own.status == theirs.status
            assert any(things[name].encode() in own.body for name in unseen)
            assert not any(things[name].encode() in theirs.body for name in unseen)
