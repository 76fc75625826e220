"""What the API of figures takes and answers. Each field says what it counts, and within what people are distinct."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from fileserver.answers import PersonOut
from fileserver.http.schemas import Input, Output

CURSOR_CHARS_MAX = 120
PAGE_DEFAULT = 20
PAGE_MAX = 50
USUAL_VIRALITY = (
    "Median structural virality of the brand's other trees in the same size band; null for fewer than five of them, or "
    "where the tree has none itself"
)


class MaterialPath(Input):
    """The material in a path."""

    material_id: UUID


class CascadePath(MaterialPath):
    """A share that an employee made of it."""

    share_id: UUID


class PersonQuery(Input):
    """Whose people are asked for."""

    person_id: UUID | None = Field(default=None, description="Whoever made the share, if nobody is named")


class BranchQuery(PersonQuery):
    """Which of them."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class ForwardsOut(Output):
    """Four counts of forwards that are never added: the first two are links, the last one is people."""

    intents: int = Field(description="Links that viewers passed on")
    confirmed: int = Field(description="Of these, links that somebody else opened")
    platform_confirmed: int | None = Field(description="Sendings that a platform confirmed, of employees only")
    reach: int | None = Field(
        description="Distinct people who came in through such a link, within what is shown; null: several are added up"
    )


class GrowthOut(Output):
    """What people did within a week of their own first opening, of those whose week is over."""

    people: int
    intents: int = Field(description="Links that they passed on")
    brought: int = Field(description="New people who came by them")
    reproduction: float | None = Field(description="R: new people per person; null when nobody's week is over")
    k_factor: float | None = Field(description="Links per person times new people per link")


class GenerationOut(GrowthOut):
    """Those of one number of hands."""

    depth: int = Field(description="0: who made the shares")


class CohortOut(GrowthOut):
    """Viewers who came in one week."""

    week: date = Field(description="Its Monday")


class ShapeOut(Output):
    """What one cascade looks like. Ratios are null where nobody was reached."""

    size: int = Field(description="People, with whoever made the share")
    levels: list[int] = Field(description="People at each number of hands, the maker first")
    largest_share: float | None = Field(description="Of all reached, those whom one single person brought in")
    broadcast_share: float | None = Field(description="Of all reached, those who came straight from the maker")
    mean_depth: float | None
    amplification: float | None = Field(description="Everybody reached, by those who came straight from the maker")
    structural_virality: float | None = Field(
        description="Mean distance of two of its people; null below ten. Compare within one size band only"
    )
    size_band: int = Field(description="From so many people on; 0: too few to compare")


class CascadeOut(Output):
    """One share of an employee and all that was passed on from it."""

    share_id: UUID
    maker: PersonOut
    made_at: datetime
    shape: ShapeOut
    usual_virality: float | None = Field(description=USUAL_VIRALITY)


class MemberOut(Output):
    """Somebody in a cascade."""

    share_id: UUID = Field(description="The employee's share that the cascade grew from")
    person: PersonOut
    clinic: str = Field(description="Empty for employees")
    depth: int
    first_at: datetime = Field(description="When they first opened; of the maker: when the share was made")
    visits: int = Field(description="How often they opened anything of the cascade, by whichever of its links")
    last_at: datetime | None = Field(description="When they last did; null: never, or their visits are not kept")
    passed_on: int = Field(description="Links that they passed on")
    parent_confidence: Literal["high", "low"] = Field(
        description="low: the card seems to have been passed on by hand, so whoever owns its link is a guess"
    )
    native: Literal["", "other-chat", "many-viewers"] = Field(
        description="Why it seems so: opened in another chat than at first, or by more people than it can be sent to"
    )
    brought: int = Field(description="People who came first through a link of theirs")
    below: int = Field(description="Everybody who came through them. Overlaps along a chain: never to be summed")


class DayOut(Output):
    """One day in the brand's time zone."""

    day: date
    people: int = Field(description="Who opened for the first time, within each share")
    opens: int = Field(description="Visits that began")


class SpreadOut(Output):
    """How one material travels."""

    material_id: UUID
    title: str
    narrowed: bool = Field(description="Only shares of the caller's own people, and what was passed on from them")
    shares: int = Field(description="Shares by employees")
    viewers: int = Field(description="Distinct people who opened anything, within the shares shown")
    opens: int = Field(description="Visits that began")
    pages: int = Field(description="Page images that were served")
    downloads: int
    forwards: ForwardsOut
    levels: list[int] = Field(description="People at each number of hands, over all cascades")
    generations: list[GenerationOut]
    cohorts: list[CohortOut]
    half_time_h: int | None = Field(description="Whole hours from the first share until half of the viewers had come")
    most_time_h: int | None = Field(description="The same for 95 %")
    cycle_time_h: float | None = Field(description="Median hours from an opening to the first that it brought about")
    days: list[DayOut]
    cascades: list[CascadeOut] = Field(description="The largest first, 50 at most")
    sharers: list[MemberOut] = Field(description="Viewers with the most people below them, each within one cascade")


class BranchOut(Output):
    """One person in a cascade."""

    material_id: UUID
    title: str
    chain: list[MemberOut] = Field(description="From the maker down to them")
    items: list[MemberOut] = Field(description="Whom they brought in, those with the most below them first")
    next: str | None = Field(description="Cursor of the next page; null at the end")
