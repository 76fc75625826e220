"""The ranking and the funnel, as figures become lines."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from fileserver.recruiting.funnel import funnel_of
from fileserver.recruiting.progress_routes import lines_of
from fileserver.recruiting.schemas import FunnelQuery, Grouping, Step
from storage.rows.recruiting import FunnelRow, ProgressRow

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)


def _figures(number: int, verified: int, department: str = "", region: str = "") -> ProgressRow:
    return ProgressRow(
        person_id=UUID(int=number),
        department_id=UUID(int=100 + len(department)) if department else None,
        department=department,
        region=region,
        clinics=1,
        invited=verified + 1,
        followed=0,
        entered=verified,
        verified=verified,
        content=0,
        won=verified,
        assists=0,
    )


def test_ranking_shares_places_and_says_what_lacks() -> None:
    """Equal figures share a place; below the tenth it is said how many clinics are missing to it."""
    found = [_figures(number, verified) for number, verified in enumerate((9, 9, 8, 7, 6, 5, 4, 4, 3, 3, 1), start=1)]
    lines = lines_of(found, {UUID(int=1): "林晓"}, Grouping.EMPLOYEE)
    assert [1, 1, 3, 4, 5, 6, 7, 7, 9, 9, 11] == [line.rank for line in lines]
    assert ("林晓", 0, 2) == (lines[0].name, lines[0].to_board, lines[-1].to_board)


def test_departments_and_regions_add_their_people_up() -> None:
    """A department's figures are those of its people; so are a region's, whatever the departments in it."""
    found = [
        _figures(1, 2, "华东一部", "华东"),
        _figures(2, 3, "华东一部", "华东"),
        _figures(3, 4, "华东二组部", "华东"),
    ]
    departments = lines_of(found, {}, Grouping.DEPARTMENT)
    assert [("华东一部", 5), ("华东二组部", 4)] == [(line.name, line.verified) for line in departments]
    assert [("华东", 9, 3)] == [
        (line.name, line.verified, line.clinics) for line in lines_of(found, {}, Grouping.REGION)
    ]


def _clinic(name: str, **steps: datetime) -> FunnelRow:
    reached = {f"{step}_at": steps.get(step) for step in ("invited", "followed", "entered", "verified", "content")}
    return FunnelRow(
        clinic_id=UUID(int=len(name)),
        name=name,
        region="",
        owner_id=None,
        version=1,
        held_since=NOW - timedelta(days=30),
        entered=0,
        verified=0,
        content=0,
        invitations_open=0,
        **reached,
    )


def test_the_funnel_counts_what_was_reached_and_shows_who_stands_still() -> None:
    """A clinic stands at its furthest step since it got there; who is through stands still nowhere."""
    early, late = NOW - timedelta(days=9), NOW - timedelta(days=1)
    rows = [
        _clinic("一"),
        _clinic("二二", invited=early),
        _clinic("三三三", invited=early, entered=early, verified=late),
        _clinic("四四四四", invited=early, entered=early, verified=early, content=early),
    ]
    shown = funnel_of(rows, {}, FunnelQuery(), NOW)
    assert [Step.NONE, Step.INVITED, Step.VERIFIED, Step.CONTENT] == [line.step for line in shown.items]
    assert [30, 9, 1, 0] == [line.stuck_days for line in shown.items]
    assert [3, 0, 2, 2, 1] == list(shown.reached.values())
    stuck = funnel_of(rows, {}, FunnelQuery(stuck=True), NOW)
    assert (["一", "二二"], shown.reached) == ([line.clinic.name for line in stuck.items], stuck.reached)
