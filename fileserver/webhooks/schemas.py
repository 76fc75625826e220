"""What the API of webhooks takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.webhooks import Kind
from fileserver.http.schemas import Input, Output
from fileserver.outgoing.policy import URL_MAX

PAGE_DEFAULT = 50
PAGE_MAX = 100
CURSOR_CHARS_MAX = 120

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
DeliveryState = Literal["waiting", "done", "dead"]


class WebhookIn(Input):
    """A receiver to be added."""

    name: Name = Field(description="Small letters, digits and hyphens")
    address: str = Field(max_length=URL_MAX, description="https://…, at a host that SEALSHARE_OUTGOING_HOSTS lists")
    kinds: list[Kind] = Field(min_length=1, max_length=len(Kind), description="What it is told of")


class WebhookStateIn(Input):
    """Whether anything is sent."""

    state: Literal["active", "paused"] = Field(description="Paused, it keeps its place and gets everything later")


class WebhookPath(Input):
    """The webhook in a path."""

    webhook_id: UUID


class DeliveryPath(WebhookPath):
    """One message of a webhook."""

    delivery_id: UUID


class DeliveryQuery(Input):
    """Which messages to list."""

    state: DeliveryState | None = Field(default=None, description="Only those in this state")
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class WebhookOut(Output):
    """A receiver. Its address may hold a token, so only the host is told."""

    id: UUID
    name: str
    host: str
    kinds: list[Kind]
    state: Literal["active", "paused", "disabled"] = Field(
        description="`disabled`: by itself, after five days without a success or an answer of 410"
    )
    created_at: datetime
    former_until: datetime | None = Field(description="Until when the secret before signs as well")
    failing_since: datetime | None
    succeeded_at: datetime | None
    waiting: int
    dead: int = Field(description="Given up after some three days; they can be sent again by hand")


class WebhookWithSecret(WebhookOut):
    """A receiver and what it checks signatures with, told once."""

    secret: str


class WebhookList(Output):
    """All receivers by name."""

    items: list[WebhookOut]


class DeliveryOut(Output):
    """One message."""

    id: UUID
    message_id: str = Field(description="The header `webhook-id`: the same at every try")
    kind: str
    place: int | None = Field(description="Of the event in the log; null: a test")
    state: DeliveryState
    tries: int
    created_at: datetime
    tried_at: datetime | None
    next_try_at: datetime | None = Field(description="null once it is over")
    status: int | None = Field(description="Of the last answer; null: there was none")
    reason: str = Field(description="Why the last try failed, a fixed word; empty: it did not")
    body: str


class DeliveryList(Output):
    """Messages, newest first."""

    items: list[DeliveryOut]
    next: str | None = Field(description="Cursor of the next page; null at the end")
