"""What is said about the ledger beside what the specification serves."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from compliance.events import Result
from compliance.keys import KeyState
from fileserver.http.schemas import Input, Output

EventNumber = Annotated[int, Field(ge=1, le=2**63 - 1)]  # what PostgreSQL's bigint holds


class EventPath(Input):
    """Names an event."""

    event_id: EventNumber


class OwnQuery(Input):
    """A page of one's own events."""

    before: EventNumber | None = Field(default=None, description="Continue before this event")
    limit: int = Field(default=20, ge=1, le=100, description="How many at most")


class OwnEvent(Output):
    """Something that the caller did, as the log has it."""

    id: int
    index: int | None = Field(description="Its place in the ledger; null for about a second after the act")
    time: datetime
    act: str
    result: Result
    object: str
    share_id: UUID | None


class OwnEvents(Output):
    """One's own events, newest first."""

    items: list[OwnEvent]
    next: int | None = Field(
        description="`before` of the next page, which may follow a short or an empty one; null at the end"
    )


class TilePath(Input):
    """The end of a tile's path, which has slashes of its own."""

    tile_level: str = Field(description="Level of the tile, or `entries` for the entries under a tile of level 0")
    place: str = Field(description="Number and width of the tile: `x001/234` or `x001/234.p/17`")


class LedgerKeyOut(Output):
    """One key that checkpoints are or were signed with."""

    vkey: str = Field(description="In the form of signed notes: name, id and public key")
    id: int
    state: KeyState = Field(description="`active` and `overlap` sign, `verify` did, `revoked` is worth nothing")


class LedgerOut(Output):
    """What an auditor needs to begin with."""

    origin: str = Field(description="Name of the log")
    keys: list[LedgerKeyOut]
    minimum_index: int = Field(description="Bundles of entries that lie wholly below this index are withheld")
