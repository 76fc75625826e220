"""What each page of figures costs once there are years of them: 10 million events, a million visits.

The rows are those that the follower makes (`filling`; tests/contract/spreading/test_filling.py compares the two), the
log itself is left out: no page reads it, each appends one event. Profiles are missing, so names are empty.
"""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import text

from benchmarks.dashboards.filling import fill
from benchmarks.dashboards.histories import BEGAN, STEP, Size, history, uuid_of
from benchmarks.stage import Figure, stage
from compliance.access import Actor, Role, Sensitivity
from compliance.events import Trail
from compliance.spreading.cascades import FirstOpen, cascade_of, shape_of, sums_of
from fileserver.analytics import overview, service, subjects, tables
from fileserver.analytics.kinds import Kind
from fileserver.services import Services
from storage.database import Database
from storage.rows.departments import ROOT_ID

SIZE = Size(
    shares=20_000, visits=1_000_000, materials=300, employees=300, clinics=3_000, people=150_000, days=365
)  # fmt: skip
ROUNDS = 20
P95 = 18  # of twenty, sorted
BAR_MS = 200.0
TREE_PEOPLE = 1_000_000
TREE_BAR_S = 10.0
DAYS = 30
BRANCH = UUID(int=77)  # a department with a fifth of the employees
AUDITOR = Actor(person_id=UUID(int=1), role=Role.AUDITOR, departments=(ROOT_ID,), clearance=Sensitivity.TOP)
TRAIL = Trail(role="auditor")

Question = Callable[[], Awaitable[object]]


async def run(services: Services) -> list[Figure]:  # noqa: ARG001  # a database of its own
    """Fills a database, and asks as pages do."""
    tree = _tree()
    started = time.perf_counter()
    told = history(SIZE)
    async with stage() as own:
        await fill(own.database, told)
        await _people(own.database, SIZE)
        note = f"{told.events:,} events, {len(told.visits):,} visits"
        filled = Figure("figures, filled", time.perf_counter() - started, "s", note)
        then = replace(own, clock=lambda: BEGAN + timedelta(days=SIZE.days))
        return [tree, filled, *[await _asked(name, ask, note) for name, ask in _questions(then).items()]]


def _tree() -> Figure:
    """A random recursive tree, from openings to the sums of its shape."""
    chance = random.Random(1)  # noqa: S311  # a made-up history, the same each time
    opens = [FirstOpen(who, int(who * chance.random()), BEGAN + who * STEP) for who in range(1, TREE_PEOPLE)]
    started = time.perf_counter()
    shape = shape_of(sums_of(cascade_of(0, BEGAN, opens)))
    took_s = time.perf_counter() - started
    note = f"{shape.size:,} people, structural virality {shape.structural_virality:.1f}; bar {TREE_BAR_S:.0f}"
    return Figure("a tree, computed", took_s, "s", note, took_s <= TREE_BAR_S)


async def _people(database: Database, size: Size) -> None:
    """Employees with accounts, a fifth of them in a branch, and materials of theirs."""
    employees = [uuid_of(4, number) for number in range(size.employees)]
    materials = [uuid_of(2, number) for number in range(size.materials)]
    asked = {
        "ids": employees,
        "names": [f"e-{number}" for number in range(size.employees)],
        "departments": [BRANCH if number % 5 == 0 else ROOT_ID for number in range(size.employees)],
        "materials": materials,
        "owners": [employees[number % len(employees)] for number in range(size.materials)],
        "branch": BRANCH,
        "root": ROOT_ID,
        "clinics": [uuid_of(3, number) for number in range(size.clinics)],
        "holders": [employees[number % len(employees)] for number in range(size.clinics)],
    }
    async with database.transaction() as tx:
        for statement in PEOPLE.split(";"):
            await tx.execute(text(statement), asked)


PEOPLE = """
INSERT INTO department (id, parent_id, name, path) VALUES
  (:branch, :root, 'x', ARRAY[CAST(:root AS uuid), CAST(:branch AS uuid)]);
INSERT INTO person (id, kind, pseudonym) SELECT id, 'employee', name
  FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[])) AS made (id, name);
INSERT INTO account (person_id, login, password_hash, role, department_id)
  SELECT id, name, '', 'marketer', department FROM
  unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:departments AS uuid[])) AS made (id, name, department);
UPDATE account SET role = 'manager' WHERE login IN ('e-0', 'e-1');
INSERT INTO material (id, owner_id, title, class) SELECT id, owner, CAST(id AS text), 'in_clinic'
  FROM unnest(CAST(:materials AS uuid[]), CAST(:owners AS uuid[])) AS made (id, owner);
INSERT INTO clinic (id, name, owner_id) SELECT id, CAST(id AS text), owner
  FROM unnest(CAST(:clinics AS uuid[]), CAST(:holders AS uuid[])) AS made (id, owner)
"""


def _questions(services: Services) -> dict[str, Question]:
    """The pages, by who opens them."""
    branch = Actor(person_id=uuid_of(4, 0), role=Role.MANAGER, departments=(ROOT_ID, BRANCH), clearance=Sensitivity.TOP)
    marketer = Actor(person_id=uuid_of(4, 2), role=Role.MARKETER, departments=(ROOT_ID,), clearance=Sensitivity.TOP)
    asked: dict[str, Question] = {}
    for who, actor in (("HQ", AUDITOR), ("branch", branch), ("own", marketer)):
        asked[f"overview, {who}"] = partial(overview.overview, services, actor, TRAIL, days=DAYS)
        for kind in Kind:
            asked[f"{kind.value}s, {who}"] = partial(tables.table, services, actor, TRAIL, kind, days=DAYS)
    for kind, key in (
        (Kind.MATERIAL, uuid_of(2, 0)),
        (Kind.EMPLOYEE, uuid_of(4, 0)),
        (Kind.CLINIC, uuid_of(3, 0)),
        (Kind.DEPARTMENT, ROOT_ID),
    ):
        asked[f"one {kind.value}"] = partial(subjects.subject, services, AUDITOR, TRAIL, kind, str(key), days=DAYS)
    asked["how a material travels"] = partial(service.spread, services, AUDITOR, TRAIL, uuid_of(2, 0))
    return asked


async def _asked(name: str, ask: Question, note: str) -> Figure:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - started) * 1000)
    p95 = sorted(times)[P95]
    return Figure(f"figures, {name}", p95, "ms p95", f"{note}; bar {BAR_MS:.0f}", p95 <= BAR_MS)
