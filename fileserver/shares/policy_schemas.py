"""Whom a share is for, and what of its policy can be narrowed, as the API says it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from compliance.access import Audience, Job
from compliance.policies import FORWARD_DEPTH_MAX, VIEWERS_MAX, VISITS_MAX
from fileserver.http.schemas import LINE, Input, Output

ADDRESSEES_MAX = 200
REGIONS_MAX = 50
REGION_CHARS_MAX = 100

Region = Annotated[
    str, StringConstraints(min_length=1, max_length=REGION_CHARS_MAX, strip_whitespace=True, pattern=LINE)
]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=ADDRESSEES_MAX)]
Regions = Annotated[list[Region], Field(min_length=1, max_length=REGIONS_MAX)]
Jobs = Annotated[list[Job], Field(min_length=1, max_length=len(Job))]


class AudienceIn(Input):
    """Whom a share is for."""

    audience: Audience = Field(
        default=Audience.VERIFIED, description="Every verified viewer, or those of clinics, of regions, or by name"
    )
    clinic_id: UUID | None = Field(default=None, description="The clinic, when the audience is one")
    clinic_ids: Ids | None = Field(default=None, description="The clinics, when the audience is several")
    person_id: UUID | None = Field(default=None, description="The viewer, when the audience is one person")
    person_ids: Ids | None = Field(default=None, description="The viewers, when the audience is several")
    regions: Regions | None = Field(
        default=None, description="Names of regions, when the audience is those: where a viewer's clinic is"
    )
    job: Job | None = Field(default=None, description="Only people with this job, whatever the audience")
    jobs: Jobs | None = Field(default=None, description="Only people with one of these jobs")


class ShareNarrowIn(Input):
    """What of a share is to be narrower from now on; what is left out stays as it is."""

    expires_at: AwareDatetime | None = Field(default=None, description="Until when: earlier than now set")
    visits_max: int | None = Field(
        default=None, ge=1, le=VISITS_MAX, description="How many visits in all: fewer, not below those that were made"
    )
    viewers_max: int | None = Field(
        default=None, ge=1, le=VIEWERS_MAX, description="How many different people: fewer, not below those who came"
    )
    download: bool | None = Field(default=None, description="false: no download any more")
    forward_depth: int | None = Field(
        default=None, ge=0, le=FORWARD_DEPTH_MAX, description="How many times it may still be passed on: fewer"
    )
    person_ids: Ids | None = Field(default=None, description="Fewer of the people it is for, or some of them by name")
    clinic_ids: Ids | None = Field(default=None, description="Fewer of the clinics")
    regions: Regions | None = Field(default=None, description="Fewer of the regions")
    jobs: Jobs | None = Field(default=None, description="Fewer jobs")


class ChangeOut(Output):
    """One change of a policy: only what changed, under the names of the request; null is no limit.

    A `lock` or `watermark` that stays the same was set anew: another password, another look.
    """

    at: datetime
    by: str = Field(description="Name of the employee")
    before: dict[str, Any]
    after: dict[str, Any]


class ChangeList(Output):
    """Changes, newest first."""

    items: list[ChangeOut]
