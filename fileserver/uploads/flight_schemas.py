"""What the API tells an operator about uploads: sizes, times and states; never what the files are called."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from fileserver.http.schemas import Input, Output

CURSOR_CHARS_MAX = 100


class FlightQuery(Input):
    """Which part of the list."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="`next` of the part before")
    limit: int = Field(default=100, ge=1, le=100, description="How many at most")


class OwnerOut(Output):
    """Whose upload it is."""

    login: str
    pseudonym: str = Field(description="What the log calls the person")


class ReceivingOut(Output):
    """What the process that receives the upload said last."""

    process: UUID = Field(description="Tells processes apart; a new one at each start")
    received_bytes: int = Field(description="In the request that is under way")
    retained_bytes: int = Field(description="Held in memory until the store acknowledges them")
    rate_bytes_s: int


class FlightOut(Output):
    """One upload that is not over."""

    id: UUID
    owner: OwnerOut
    way: Literal["streamed", "direct"] = Field(description="Through this server, or straight to the store")
    state: Literal["receiving", "assembling", "verifying"]
    offset_bytes: int = Field(description="How many bytes are stored and recorded")
    length_bytes: int | None = Field(description="How many there will be; null until the client says it")
    verified_bytes: int
    created_at: datetime
    updated_at: datetime = Field(description="The last progress")
    expires_at: datetime | None = Field(description="When it is dropped if it stays unfinished")
    idle: bool = Field(description="Not in flight and without progress for an hour; straight to the store, for a day")
    receiving: ReceivingOut | None = Field(description="null while no request brings bytes through a server")


class TotalsOut(Output):
    """All uploads that are not over, together."""

    unfinished: int
    in_flight: int
    idle: int
    announced_bytes: int
    stored_bytes: int
    retained_bytes: int
    rate_bytes_s: int


class SweepOut(Output):
    """What was removed of one upload that is over, or of what no upload names."""

    upload_id: UUID | None
    swept_at: datetime
    cause: Literal["expired", "terminated", "failed", "complete", "orphan"]
    objects: int = Field(description="Objects deleted")
    multiparts: int = Field(description="Multipart uploads aborted, with their parts")


class SweepsOut(Output):
    """What was removed in the last 24 hours."""

    uploads: int
    objects: int
    multiparts: int
    latest: list[SweepOut] = Field(description="The newest ten")


class FlightList(Output):
    """Uploads that are not over, newest first, and what became of abandoned ones."""

    at: datetime = Field(description="When these figures were true, by the server's clock")
    store_answers: bool = Field(
        description="Whether the object store does; while it is away, uploads wait and go on by themselves"
    )
    totals: TotalsOut
    items: list[FlightOut]
    sweeps: SweepsOut
    next: str | None
