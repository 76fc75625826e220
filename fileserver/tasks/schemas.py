"""What the API of tasks takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance.access import Job
from compliance.policies import FORWARD_DEPTH_MAX, VIEWERS_MAX, VISITS_MAX
from compliance.tasking import TaskState
from fileserver.answers import PersonOut
from fileserver.http.schemas import Input, Output
from storage.rows.tasks import Message, Told
from watermark.look import PresetName

TEXT_CHARS_MAX = 600
NAMED_MAX = 500
DEPARTMENTS_MAX = 100
NAME_CHARS_MAX = 60
PAGE_DEFAULT = 50
PAGE_MAX = 100
CURSOR_CHARS_MAX = 120

Words = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=TEXT_CHARS_MAX,
        strip_whitespace=True,
        pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$",
    ),
]
Name = Annotated[
    str, StringConstraints(max_length=NAME_CHARS_MAX, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")
]
FrontLine = Literal["marketer", "manager"]


class TaskIn(Input):
    """A task to be given. What is left out takes the careful value."""

    material_id: UUID = Field(description="The material; it must be approved")
    text: Words = Field(description="Goes with the link. Plain text; what a rule that blocks finds in it is refused")
    poster_page: int | None = Field(
        default=None, ge=1, description="A page that employees see beside it as its poster, sealed to them"
    )
    poster_material_id: UUID | None = Field(
        default=None, description="Another approved material that the poster is a page of, the first unless said"
    )
    person_ids: list[UUID] = Field(default=[], max_length=NAMED_MAX, description="Employees by name")
    department_ids: list[UUID] = Field(
        default=[], max_length=DEPARTMENTS_MAX, description="Employees of these departments and those below"
    )
    region: Name = Field(default="", description="Only employees of this region; empty: of any")
    roles: list[FrontLine] = Field(default=["marketer"], min_length=1, max_length=2, description="Only these roles")
    clinic_region: Name = Field(
        default="", description="Links open, and messages go, to clinics of this region only; empty: of any"
    )
    job: Job | None = Field(default=None, description="The links open for people with this job only; null: for any")
    until: AwareDatetime = Field(description="When the task is over")
    shares_until: AwareDatetime | None = Field(
        default=None, description="When the links expire; with the task unless given, and never before it"
    )
    download: bool = Field(default=False, description="Whether a sealed file may be downloaded")
    forward_depth: int = Field(
        default=0, ge=0, le=FORWARD_DEPTH_MAX, description="How many times a link may be passed on"
    )
    visits_max: int | None = Field(default=None, ge=1, le=VISITS_MAX, description="How many visits each link allows")
    viewers_max: int | None = Field(
        default=None,
        ge=1,
        le=VIEWERS_MAX,
        description="How many different people each link lets in, with what is passed on from it",
    )
    watermark: PresetName = Field(default="standard", description="The preset of the visible mark")


class TaskEndIn(Input):
    """How a task ends."""

    shares: Literal["keep", "close"] = Field(description="Whether its links go on, or are closed at the next byte")


class TaskDoIn(Input):
    """How the employee passes it on."""

    way: Literal["link", "wecom"] = Field(
        default="link", description="Only make the link, or also lay a message to their contacts before them in WeCom"
    )


class TaskPath(Input):
    """The task in a path."""

    task_id: UUID


class TaskQuery(Input):
    """Which tasks to list."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class PartQuery(TaskQuery):
    """Which employees of a task to list."""


class TaskOut(Output):
    """A task as whoever governs it sees it."""

    id: UUID
    material_id: UUID
    material_title: str
    text: str
    poster_page: int | None
    poster_material_id: UUID | None = Field(description="Whose page the poster is; null: of the material itself")
    state: TaskState = Field(
        description="`over`: its time has passed; `withdrawn`, `suspended`: the material can't be shared now"
    )
    created_at: datetime
    created_by: PersonOut
    until: datetime
    shares_until: datetime
    region: str
    department_ids: list[UUID]
    roles: list[FrontLine]
    clinic_region: str
    job: Job | None
    download: bool
    forward_depth: int
    visits_max: int | None
    viewers_max: int | None
    watermark: str
    reminders: int
    reminded_at: datetime | None
    remind_from: datetime | None = Field(description="When the next reminder may go out; null: now")
    ended_at: datetime | None
    ended_by: PersonOut | None
    shares_closed: bool
    given: int = Field(description="Employees who have it, or did it before they left or moved")
    done: int = Field(description="Of these, who made their link")


class TaskList(Output):
    """Tasks, newest first."""

    items: list[TaskOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class FiguresOut(Output):
    """Counts of a task, or of one department. People are counted once in each row, so rows are never added."""

    department_id: UUID | None = Field(description="null: the whole task, or employees in no department")
    department: str
    given: int = Field(description="Employees who have it, or did it before they left or moved")
    done: int = Field(description="Employees who made their link")
    confirmed: int = Field(description="Employees by whom WeCom says that something was sent")
    opened: int = Field(description="Employees whose link somebody opened")
    viewers: int = Field(description="Distinct people who opened one of the links, or what was passed on of it")
    opens: int = Field(description="Visits that began")
    copies_sent: int = Field(description="Messages to contacts that were sent")
    copies_unsent: int = Field(description="Messages that wait for the employee to confirm")
    copies_no_friend: int = Field(description="Not sent: no longer a contact")
    copies_capped: int = Field(description="Not sent: the contact has had as many messages as WeCom allows")


class PartOut(Output):
    """One employee's part."""

    person: PersonOut
    department: str
    given_at: datetime
    off: bool = Field(description="They left, or moved to where the task does not ask")
    told: Told = Field(description="In WeCom; `absent`: they are not in it, and see it on their page")
    done_at: datetime | None
    share_id: UUID | None
    message: Message = Field(description="WeCom's message to contacts; empty: not asked for")
    copies_sent: int
    copies_unsent: int
    copies_no_friend: int
    copies_capped: int
    viewers: int = Field(description="Distinct people who opened this link, or what was passed on of it")


class BoardOut(Output):
    """A task with what became of it so far."""

    task: TaskOut
    totals: FiguresOut
    departments: list[FiguresOut]
    items: list[PartOut]
    next: str | None = Field(description="Cursor of the next page of employees; null at the end")


class MyTaskOut(Output):
    """A task as the employee sees it whom it was given to."""

    id: UUID
    material_id: UUID
    material_title: str
    version_id: UUID | None = Field(description="What the link would lead to; null: nothing can be shared now")
    text: str
    poster_page: int | None
    poster_version_id: UUID | None = Field(
        description="Whose page the poster is; null: there is none, or it is not to be seen now"
    )
    state: TaskState
    given_at: datetime
    until: datetime
    done_at: datetime | None
    share_id: UUID | None
    url: str | None = Field(description="The employee's own link; null until they made it")
    wecom: bool = Field(description="Whether a message by WeCom can be asked for")
    message: Message
    copies_sent: int
    copies_unsent: int
    copies_no_friend: int
    copies_capped: int


class MyTaskList(Output):
    """What was given to the caller, newest first."""

    items: list[MyTaskOut]
