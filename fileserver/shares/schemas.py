"""What the shares API takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance.access import Audience, Job
from compliance.asking import Need
from compliance.gating import Lock
from compliance.levels import SealLevel
from compliance.passwords import PASSWORD_CHARS_MAX
from compliance.policies import FORWARD_DEPTH_MAX, VIEWERS_MAX, VISITS_MAX
from fileserver.http.schemas import LINE, Input, Output
from fileserver.looks import LookIn, LookOut
from fileserver.shares.policy_schemas import AudienceIn, Region
from watermark.look import PresetName

REASON_CHARS_MAX = 200
ITEMS_MAX = 30
TITLE_CHARS_MAX = 100
NOTE_CHARS_MAX = 200
CAMPAIGN_CHARS_MAX = 200

ShareState = Literal["open", "revoked", "expired", "used_up", "full", "suspended", "closed"]
Note = Annotated[
    str, StringConstraints(max_length=NOTE_CHARS_MAX, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")
]

Password = Annotated[str, StringConstraints(max_length=PASSWORD_CHARS_MAX)]


Campaign = Annotated[str, StringConstraints(min_length=1, max_length=CAMPAIGN_CHARS_MAX, pattern=LINE)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=TITLE_CHARS_MAX, strip_whitespace=True, pattern=LINE)]


class ShareIn(AudienceIn):
    """A share to be made. What is left out takes the careful value."""

    material_id: UUID = Field(description="The material; its newest approved version is what visitors get")
    expires_at: AwareDatetime | None = Field(default=None, description="Until when; a week from now unless given")
    visits_max: int | None = Field(
        default=None, ge=1, le=VISITS_MAX, description="How many visits in all; null: any number"
    )
    viewers_max: int | None = Field(
        default=None,
        ge=1,
        le=VIEWERS_MAX,
        description="How many different people in all, by it and by what is forwarded from it; null: any number",
    )
    download: bool = Field(default=False, description="Whether a sealed file may be downloaded")
    forward_depth: int = Field(default=0, ge=0, le=FORWARD_DEPTH_MAX, description="How many times it may be passed on")
    watermark: PresetName = Field(default="standard", description="The preset of the visible mark")
    look: LookIn | None = Field(default=None, description="Changes to the preset")
    seal_level: SealLevel = Field(
        default=SealLevel.AUTOMATIC,
        description="How a downloaded PDF is sealed: `shared` and `interleaved` keep text that can be searched, the "
        "second is harder to take off; `flattened` is pictures of pages; `automatic` goes by the material's class. A "
        "material of top sensitivity is always flattened",
    )
    note: Note = Field(default="", description="What the maker wants to remember; viewers don't see it")
    more_material_ids: list[UUID] = Field(
        default=[],
        max_length=ITEMS_MAX - 1,
        description="Further materials of a folder behind the one link, in their order; each is opened, counted and "
        "judged by itself, and is a share of its own",
    )
    title: Title | None = Field(default=None, description="What the folder is called, for more than one material")
    lock: Lock = Field(
        default=Lock.NONE,
        description="What opens it for a session of a viewer's, besides who they are: nothing, a password, or a "
        "one-time code that only they get. What is forwarded from it asks the same",
    )
    password: Password | None = Field(
        default=None, repr=False, description="With `lock` of `password`; null: one is made, and answered once"
    )
    pledge: bool = Field(default=False, description="Whether viewers give the brand's pledge of confidentiality first")


class GateIn(Input):
    """What a share is to ask from now on; what is left out stays."""

    lock: Lock | None = Field(
        default=None, description="Null: stays as it is. Naming one asks everybody anew, from the next byte"
    )
    password: Password | None = Field(
        default=None, repr=False, description="With `lock` of `password`; null: one is made, and answered once"
    )
    pledge: bool | None = Field(default=None, description="Whether the pledge is asked for; null: stays as it is")


class ItemOut(Output):
    """One material of a folder: a share of its own."""

    share_id: UUID
    material_id: UUID
    material_title: str
    visits_used: int
    state: str


class FolderOut(Output):
    """What is behind a share's link besides its own material; of a share alone no title and no items."""

    title: str
    items: list[ItemOut] = Field(description="In their order; the first is the share that was asked about")
    lead_id: UUID | None = Field(description="The share whose link opens the folder that this one is in")


class ShareLookIn(Input):
    """How copies are to be marked from now on."""

    watermark: PresetName = Field(description="The preset of the visible mark")
    look: LookIn | None = Field(default=None, description="Changes to the preset")


class ShareOut(Output):
    """A share as its maker sees it."""

    id: UUID
    url: str | None = Field(description="The link to give away; null when its key was revoked")
    token: str | None = Field(description="The link's last part, which also fits a mini-program code's scene")
    mini_program_path: str | None = Field(
        description="Path of the mini-program's page that opens it, for cards and menus; null without a link"
    )
    material_id: UUID
    material_title: str
    audience: Audience = Field(description="The narrowest word for whom it is for")
    clinic_id: UUID | None = Field(description="The clinic, if it is one")
    clinic_ids: list[UUID] = Field(description="Empty: of any clinic")
    person_id: UUID | None = Field(description="The person, if it is one")
    person_ids: list[UUID] = Field(description="Empty: whoever else fits")
    regions: list[str] = Field(description="Empty: in any region")
    job: Job | None = Field(description="The job, if it is one")
    jobs: list[Job] = Field(description="Empty: any job")
    created_at: datetime
    created_by: str = Field(description="Name of the employee or viewer who made it")
    expires_at: datetime
    visits_max: int | None
    visits_used: int
    viewers_max: int | None
    viewers_used: int = Field(description="How many people came in; counted where there is a limit, 0 elsewhere")
    download: bool = Field(description="Whether it and all above it offer the download")
    forward_depth_left: int = Field(description="As far as all above it allow")
    depth: int = Field(description="0 for an employee's share, 1 for a forward of it…")
    parent_id: UUID | None
    watermark: str = Field(description="The preset that its maker began with")
    look: LookOut = Field(description="How copies are marked; forwards keep it")
    seal_level: SealLevel
    note: str
    lock: Lock = Field(description="What is asked at its door besides who somebody is")
    pledge: bool = Field(description="Whether the pledge of confidentiality is asked for")
    password: str | None = Field(
        default=None, repr=False, description="Only in the answer that set it; nobody can read it later"
    )
    revoked_at: datetime | None
    revoked_reason: str
    state: ShareState = Field(
        description="`used_up`: no visit is left; `full`: no place for anybody new; `closed`: its material, sponsor or "
        "forwarder is gone"
    )


class ShareList(Output):
    """Shares, newest first."""

    items: list[ShareOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")


class ShareQuery(Input):
    """Which shares to list."""

    material_id: UUID | None = Field(default=None, description="Only shares of this material")
    sponsor_id: UUID | None = Field(default=None, description="Only those that this employee answers for")
    department_id: UUID | None = Field(
        default=None, description="Only those of employees who are in this department, or below it, today"
    )
    region: Region | None = Field(default=None, description="Only those of employees of this region, by name")
    clinic_id: UUID | None = Field(default=None, description="Only those that somebody who came from it opened")
    campaign: Campaign | None = Field(default=None, description="Only those of materials last declared for it")
    cursor: str | None = Field(default=None, max_length=100, description="Where the page before ended")
    limit: int = Field(default=50, ge=1, le=100, description="How many at most")


class CutIn(Input):
    """Whose branch."""

    person_id: UUID = Field(description="Who passed it on")


class CutOut(Output):
    """What was closed."""

    links: int = Field(description="Links that they had passed on and that were open; what hangs on them is closed too")


Reason = Annotated[
    str,
    StringConstraints(min_length=1, max_length=REASON_CHARS_MAX, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
]


class BarIn(Input):
    """Who is to be shut out of a share, and why."""

    person_id: UUID = Field(description="Who opened it")
    reason: Reason = Field(description="Why; employees see it")


class BarOut(Output):
    """Who was shut out."""

    person_id: UUID


class RevokeAllIn(Input):
    """All shares of a material that the caller may close."""

    material_id: UUID
    reason: Reason = Field(description="Why; employees see it beside each share")


class GrantIn(Input):
    """What the asker gets: never wider than the share that they asked about."""

    expires_at: AwareDatetime | None = Field(
        default=None, description="Until when; a week unless given, and never longer than the original lasted"
    )
    visits_max: int | None = Field(
        default=None, ge=1, le=VISITS_MAX, description="How many visits; null: as many as the original"
    )
    viewers_max: int | None = Field(
        default=None,
        ge=1,
        le=VIEWERS_MAX,
        description="How many different people what is passed on lets in; null: as many as the original still does",
    )
    download: bool | None = Field(default=None, description="Null: as the original")


class RefuseIn(Input):
    """No."""

    word: Note = Field(default="", description="What the asker is told")


class RequestPath(Input):
    """The request in a path."""

    request_id: UUID


class RequestQuery(Input):
    """Which requests to list."""

    waiting: bool = Field(default=True, description="Those that wait, oldest first; or those decided, newest first")


class AccessRequestOut(Output):
    """A viewer who was refused and asks to be let in."""

    id: UUID
    share_id: UUID = Field(description="Whose link they had")
    root_id: UUID = Field(description="The employee's share that it comes from")
    material_id: UUID
    material_title: str
    person: str = Field(description="Empty once the person is erased")
    clinic: str
    job: Job | None
    need: Need
    rule: str = Field(description="The rule that refused them")
    note: str
    state: Literal["waiting", "granted", "refused"]
    word: str
    asked_at: datetime
    decided_at: datetime | None
    granted_id: UUID | None = Field(description="The share that they got")


class AccessRequestList(Output):
    """Requests."""

    items: list[AccessRequestOut]


class ShortLinkOut(Output):
    """A link of WeChat's into the mini-program."""

    url: str
    expires_at: datetime


class SharePath(Input):
    """The share in a path."""

    share_id: UUID
