"""What each page of figures costs once there are years of them: 10 million events, a million visits; and large trees.

A server process answers over HTTP, with a session and the look told to the log each time, on PostgreSQL with its
durable settings.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from sqlalchemy import text

from benchmarks.dashboards import making, trees
from benchmarks.dashboards.asking import Question, all_asked
from benchmarks.dashboards.histories import BEGAN, History, Size, history, uuid_of
from benchmarks.dashboards.making import Note, Works
from benchmarks.dashboards.people import BRANCH
from benchmarks.node import node
from benchmarks.stage import Figure, rows_of, stage
from fileserver.analytics.kinds import Kind
from fileserver.demo.api import Desk, employee
from fileserver.services import Services
from storage.database import Database
from storage.rows.departments import ROOT_ID

SIZE = Size(
    shares=20_000, visits=1_080_000, materials=300, employees=300, clinics=3_000, people=150_000, days=365
)  # fmt: skip
SMALL = replace(SIZE, shares=200, visits=3_000, people=1_000, clinics=50)
SMALL_TREES = (100, 1_000)
WHO = {"HQ": "e-1", "a branch": "e-0", "a marketer": "e-2"}  # a manager of the brand, one of a branch, a marketer
EVERYBODY = tuple(WHO)
MANAGERS = ("HQ", "a branch")
SPANS = (30, 365)
PLACES = 20  # in each tree
IN_A_TREE = (
    "SELECT CAST(x.id AS text) FROM spread_person p JOIN person x ON x.pseudonym = p.who "
    "WHERE p.root_id = :root AND p.depth > 0"
)
FOREVER_S = 1e9


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is made and asked: its log, its trees, where both are kept, until when something new may begin.

    `only`: pages whose names hold these words.
    """

    size: Size
    trees: tuple[int, ...]
    kept: Path
    only: str = ""
    followed: bool = False
    ends_s: float = FOREVER_S
    note: Note = lambda _line: None


async def run(services: Services) -> list[Figure]:  # noqa: ARG001  # engines of its own
    """Everything at once, in a folder for this run; each stage is told as it ends, since all of it takes long."""
    with TemporaryDirectory(prefix="sealshare-bench-") as folder:
        return await measured(Plan(size=SIZE, trees=trees.TREES, kept=Path(folder), note=say))


def say(line: str) -> None:
    """To whoever waits."""
    click.echo(line, err=True)


async def measured(plan: Plan) -> list[Figure]:
    """All figures, as far as what they need could be made in time."""
    return [*await dashboards(plan), *await forest(plan)]


async def dashboards(plan: Plan) -> list[Figure]:
    """The pages over a log of years."""
    home = plan.kept / "years"
    if not await _made(home, plan, lambda began: replace(plan.size, began=began), history):
        return []
    async with stage(home) as services, _desks(services, EVERYBODY) as desks:
        note = await _note(services)
        questions = _chosen(plan, await _pages(services))
        return [*await _followed(services), *await all_asked(desks, questions, note, plan.note)]


async def forest(plan: Plan) -> list[Figure]:
    """The pages over trees, each at places of all depths."""
    home, figures = plan.kept / "trees", []

    def planted(size: Size) -> History:
        return trees.forest(size.began, plan.trees)

    if not await _made(home, plan, lambda began: trees.size_of(began, plan.trees), planted):
        return []
    async with stage(home) as services, _desks(services, ("HQ",)) as desks:
        figures += await _followed(services)
        for number, people in enumerate(plan.trees):
            questions = _chosen(plan, await _walk(services, number))
            figures += await all_asked(desks, questions, f"a tree of {people:,}", plan.note)
    return figures


def _chosen(plan: Plan, questions: Sequence[Question]) -> Sequence[Question]:
    return [each for each in questions if plan.only in each.name]


async def _made(home: Path, plan: Plan, size_of: Callable[[datetime], Size], told: Callable[[Size], History]) -> bool:
    """Makes what is missing, on settings that wait for no disk; whether all of it is there."""
    if not await asyncio.to_thread(home.exists):
        async with stage(home):  # a cluster as others have it, with checksums
            pass
    async with rows_of(home) as (database, master):
        size = size_of(await _began(database, size_of(BEGAN).days))
        return await making.make(
            Works(
                database=database,
                master=master,
                size=size,
                history=lambda: told(size),
                ends_s=plan.ends_s,
                followed=plan.followed,
                note=plan.note,
            )
        )


async def _began(database: Database, days: int) -> datetime:
    """When the history begins: so many days before it was first asked for, so that its last days are today's."""
    kept_s = await making.done(database, "began")
    if kept_s:
        return datetime.fromtimestamp(kept_s, tz=UTC)
    began = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    async with database.transaction() as tx:
        await making.begin(tx)
        await making.mark(tx, "began", int(began.timestamp()))
    return began


async def _note(services: Services) -> str:
    visits = await making.done(services.database, "visits")
    return f"{await making.done(services.database, 'events'):,} events, {visits:,} visits"


async def _followed(services: Services) -> list[Figure]:
    """How fast the follower was, if it was asked."""
    events, ms = [await making.done(services.database, name) for name in ("events", "followed_ms")]
    note = await _note(services)
    return [Figure("log followed, from its beginning", events * 1000 / ms, "events/s", note)] if ms else []


@asynccontextmanager
async def _desks(services: Services, who: Sequence[str]) -> AsyncIterator[dict[str, Desk]]:
    """A server process, and a desk for each of WHO who looks: there are as few employees as trees."""
    logins = {each: WHO[each] for each in who}
    password = secrets.token_urlsafe(16)
    hashed = await services.passwords.hash(password)
    async with services.database.transaction() as tx:
        query = text("UPDATE account SET password_hash = :hashed WHERE login = ANY(CAST(:logins AS text[]))")
        await tx.execute(query, {"hashed": hashed, "logins": list(logins.values())})
    async with node(services) as server, AsyncExitStack() as stack:
        yield {
            each: await stack.enter_async_context(employee(server.url, login, password))
            for each, login in logins.items()
        }


async def _pages(services: Services) -> list[Question]:
    """Every page and file of figures, of 30 days and of a year.

    A branch looks at what its people shared of a material and of a campaign, share by share; HQ at all departments.
    """
    things: tuple[tuple[str, Kind, object, tuple[str, ...]], ...] = (
        ("the busiest material", Kind.MATERIAL, uuid_of(2, 0), ()),
        ("a material of others", Kind.MATERIAL, uuid_of(2, 1), MANAGERS),
        ("the busiest share", Kind.SHARE, await _largest(services), ()),
        ("one employee", Kind.EMPLOYEE, uuid_of(4, 0), ()),
        ("one clinic", Kind.CLINIC, uuid_of(3, 0), ()),
        ("the department of all", Kind.DEPARTMENT, ROOT_ID, ()),
        ("a branch", Kind.DEPARTMENT, BRANCH, MANAGERS),
        ("one region", Kind.REGION, "Region 0", MANAGERS),
        ("the busiest campaign", Kind.CAMPAIGN, "Campaign 0", MANAGERS),
    )
    questions = [Question("how a material travels", (f"/materials/{uuid_of(2, 0)}/spread",))]
    for days in SPANS:
        questions.append(Question(f"overview, {days} days", (f"/analytics?days={days}",), EVERYBODY))
        tables = {kind: f"/analytics/{kind.value}?days={days}" for kind in Kind}
        questions += [Question(f"{kind.value}s, {days} days", (path,), EVERYBODY) for kind, path in tables.items()]
        for name, kind, key, who in things:
            questions.append(Question(f"{name}, {days} days", (f"/analytics/{kind.value}/{key}?days={days}",), who))
        by_growth = (f"/analytics/employee?days={days}&order=reproduction",)
        questions.append(Question(f"employees by growth, {days} days", by_growth, EVERYBODY))
    for kind in Kind:
        file = f"/api/v1/analytics/exports/{kind.value}"
        questions.append(Question(f"{kind.value}s as CSV", (file,), file=True))
    return questions


async def _largest(services: Services) -> str:
    query = "SELECT CAST(root_id AS text) FROM spread_root ORDER BY people DESC, root_id LIMIT 1"
    async with services.database.transaction() as tx:
        return str(await tx.scalar(text(query)))


async def _walk(services: Services, number: int) -> list[Question]:
    """A tree's figures, its root, people anywhere in it, and those with the longest way to the root."""
    anywhere = " ORDER BY md5(p.who) LIMIT :places"
    deepest = " ORDER BY p.depth DESC, p.who LIMIT :places"
    material, share = uuid_of(2, number), uuid_of(1, number)
    tree = f"/materials/{material}/spread/{share}"
    questions = [
        Question("how a material travels", (f"/materials/{material}/spread",)),
        Question("one share, 365 days", (f"/analytics/share/{share}?days=365",)),
        Question("the tree at its root", (tree,)),
    ]
    async with services.database.transaction() as tx:
        for name, which in (("anywhere", anywhere), ("at its deepest", deepest)):
            people = await tx.scalars(text(IN_A_TREE + which), {"root": share, "places": PLACES})
            questions.append(Question(f"the tree {name}", [f"{tree}?person_id={each}" for each in people]))
    return questions
