"""What the API of dashboards takes and answers. What each count means, and within what people are distinct, is said."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from fileserver.analytics.kinds import ORDERS, Kind
from fileserver.analytics.schemas import USUAL_VIRALITY, CohortOut, ForwardsOut, GenerationOut, ShapeOut
from fileserver.analytics.tables import LINES_MAX, PAGED_MAX
from fileserver.http.schemas import LINE, Input, Output

DAYS_DEFAULT = 30
DAYS_MAX = 366
KEY_CHARS_MAX = 200
SKIP_MAX = PAGED_MAX - LINES_MAX  # each page counts and names the lines before it anew; files go on
Within = Literal["brand", "thing"]
Order = Literal[ORDERS]  # type: ignore[valid-type]  # the list of counts, named once


class SpanQuery(Input):
    """Which days."""

    days: int = Field(default=DAYS_DEFAULT, ge=1, le=DAYS_MAX, description="The last days, today included")


class TableQuery(SpanQuery):
    """Which days, in which order, after how many lines."""

    order: Order | None = Field(default=None, description="Most of this first; one that is not shown is passed over")
    skip: int = Field(default=0, ge=0, le=SKIP_MAX, description="So many lines were seen already")


class KindPath(Input):
    """What is listed."""

    kind: Kind


class SubjectPath(KindPath):
    """What it is about: an id; of a region or campaign its name."""

    key: str = Field(min_length=1, max_length=KEY_CHARS_MAX, pattern=LINE)


class CountsOut(Output):
    """Counts of a span. Null: not said of several things added up, because people would count twice."""

    opens: int = Field(description="Visits that began")
    opened: int | None = Field(description="Distinct people who opened in the span, within the thing itself")
    viewers: int | None = Field(description="People who opened for the first time, within the thing itself")
    direct: int | None = Field(description="Of these, by the employee's own link")
    newcomers: int = Field(description="People who opened for the first time, within the brand")
    read_s: int = Field(description="Attested reading, in whole seconds")
    readers: int | None = Field(description="People whose reading was attested for the first time, within the thing")
    pages: int = Field(description="Page images that were served")
    downloads: int
    forwards: ForwardsOut
    forwarders: int | None = Field(description="People who passed on for the first time, within the thing")
    shares: int = Field(description="Links that employees made")
    invited: int = Field(description="Invitations that employees made; of employees, groups of them and the brand")
    verified: int = Field(description="Guests of invitations who proved who they are; of the same")
    joined: int | None = Field(
        description="Viewers who came, in each share, within whole weeks in which everybody's seven days are over: as "
        "many weeks as the span takes, 13 at most; of employees and groups of them in a table"
    )
    reproduction: float | None = Field(description="R of those; null for fewer than ten")
    k_factor: float | None = Field(description="K of those; null for fewer than ten")


class LineOut(Output):
    """One thing."""

    key: str = Field(description="Addresses its figures")
    name: str = Field(description="Empty once a person is erased")
    note: str
    now: CountsOut
    before: CountsOut = Field(description="The same number of days just before")


class TableOut(Output):
    """A table, most first, 200 lines at most; the file has 10,000."""

    kind: Kind
    first: date
    last: date
    order: str
    narrowed: bool = Field(description="Only what the caller's own people did")
    columns: list[str] = Field(description="What is shown, in this order; `sent` is platform_confirmed")
    items: list[LineOut]
    cut: bool = Field(description="There are more lines, or more than 20,000 things that groups would be added up from")


class DayCountsOut(Output):
    """One day of the brand."""

    day: date
    opens: int
    viewers: int | None = Field(description="Who opened for the first time; null where several things are added up")
    newcomers: int


class TitledOut(Output):
    """A material on a list."""

    material_id: UUID
    title: str
    heat: float = Field(description="Openings, each weighing half as much after each day")
    opens: int
    began_at: datetime | None
    opened_at: datetime | None


class StepOut(Output):
    """One step of the funnel."""

    step: Literal["invited", "verified", "opened", "read", "forwarded"]
    count: int
    within: Within | None = Field(
        description="People who first did it within the brand, credited to the thing, or within the thing itself; null "
        "of invitations"
    )


class OverviewOut(Output):
    """How things stand."""

    first: date
    last: date
    narrowed: bool
    viewers: int | None = Field(description="Distinct people who opened in the span; null until figures are made anew")
    viewers_before: int | None
    now: CountsOut
    before: CountsOut
    funnel: list[StepOut] = Field(
        description="Invitations, then people who first did each thing within the brand, in the span"
    )
    days: list[DayCountsOut]
    hot: list[TitledOut]
    fresh: list[TitledOut] = Field(description="First shared within the span, newest first")
    stale: list[TitledOut] = Field(description="Shared, not opened for 30 days, the longest unopened first")
    sharers: list[LineOut] = Field(description="Employees by the distinct people whom they reached")


class EverOut(Output):
    """Counts since the first share."""

    viewers: int = Field(description="Distinct people, within all that is shown")
    opens: int
    downloads: int
    forwards: ForwardsOut


class SubjectOut(Output):
    """Everything about one thing."""

    kind: Kind
    key: str
    name: str
    note: str
    narrowed: bool
    first: date
    last: date
    columns: list[str]
    viewers: int | None = Field(description="Distinct people who opened in the span; null until figures are made anew")
    viewers_before: int | None
    now: CountsOut
    before: CountsOut
    funnel: list[StepOut] = Field(
        description="Invitations (of employees, departments and regions), then people who first did each thing in the "
        "span: within the thing, or of several added up within the brand"
    )
    ever: EverOut | None = Field(description="Null for departments, regions and campaigns")
    days: list[DayCountsOut]
    levels: list[int] = Field(description="People at each number of hands, the makers first")
    amplification: float | None = Field(description="Everybody reached, by those at the first level; over cascades")
    generations: list[GenerationOut]
    cohorts: list[CohortOut]
    half_time_h: int | None
    most_time_h: int | None
    cycle_time_h: int | None
    shape: ShapeOut | None = Field(description="Of a share")
    usual_virality: float | None = Field(description=USUAL_VIRALITY)
    material_id: UUID | None
    share_id: UUID | None
    parts_kind: Kind | None
    parts_columns: list[str]
    parts: list[LineOut] = Field(description="An employee's materials, a group's employees, a campaign's materials")
    parts_cut: bool = Field(description="There are more than 200")
