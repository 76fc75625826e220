"""What the API tells of targets."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from fileserver.http.schemas import Output

State = Literal["pushing", "failing", "paused"]


class TargetOut(Output):
    """One target and how far it is. Its secret and what stands behind the host in its address are not told."""

    id: UUID
    name: str
    kind: Literal["webhook", "syslog"]
    form: str = Field(description="How events are written: ndjson, ocsf, cef or syslog")
    host: str = Field(description="Scheme, host and port of the address; ? when its key is not there")
    state: State
    reason: str = Field(description="Why the last try failed, as a fixed word; empty when it didn't")
    failures: int = Field(description="Tries that failed since it last took something")
    failing_since: datetime | None
    next_index: int = Field(description="Place in the ledger of the first event that it lacks")
    lag_events: int = Field(description="How many events of the signed ledger it lacks")
    lag_s: float = Field(description="Age of the oldest event that it lacks, in seconds")
    pushed_at: datetime | None = Field(description="When it last took something")


class TargetList(Output):
    """All targets, by name."""

    items: list[TargetOut]
    at: datetime
