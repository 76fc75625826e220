"""A share for each person of a list, as the API takes and answers it."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from compliance.levels import SealLevel
from compliance.policies import VISITS_MAX
from fileserver.http.schemas import LINE, Input, Output
from fileserver.looks import LookIn
from fileserver.phones import normal_phone
from fileserver.shares.schemas import Note
from watermark.look import PresetName

PEOPLE_MAX = 1_000
NAME_CHARS_MAX = 60
EMAIL_CHARS_MAX = 254

Line = Annotated[str, StringConstraints(max_length=NAME_CHARS_MAX, strip_whitespace=True, pattern=LINE)]


class ListedIn(Input):
    """One line of a list: somebody by an id, an e-mail address or a phone number; a name beside it is compared."""

    person_id: UUID | None = None
    email: Annotated[str, StringConstraints(max_length=EMAIL_CHARS_MAX)] | None = None
    phone: Annotated[str, AfterValidator(normal_phone)] | None = None
    name: Line = ""
    note: Note = ""


class ListQuery(Input):
    """Which material the list is for."""

    material_id: UUID


class ListedOut(Output):
    """One line of a list, and whom it names."""

    line: int
    person_id: UUID
    person: str
    clinic: str
    note: str


class ListOut(Output):
    """A list without a fault; nothing was made yet."""

    items: list[ListedOut]


class RecipientIn(Input):
    """Whom one share is for."""

    person_id: UUID
    note: Note = ""


class BulkIn(Input):
    """One personal share of a material for each person, under one policy; nobody but they can open theirs.

    So there is no limit of different people: each lets in one.
    """

    material_id: UUID
    people: Annotated[list[RecipientIn], Field(min_length=1, max_length=PEOPLE_MAX)]
    expires_at: AwareDatetime | None = Field(default=None, description="Until when; a week from now unless given")
    visits_max: int | None = Field(default=None, ge=1, le=VISITS_MAX, description="How many visits each; null: any")
    download: bool = False
    watermark: PresetName = "standard"
    look: LookIn | None = None
    seal_level: SealLevel = SealLevel.AUTOMATIC


class BulkItem(Output):
    """One share that was made."""

    id: UUID
    person_id: UUID
    person: str
    url: str


class BulkOut(Output):
    """All shares that were made, and the same as a file to send links from."""

    items: list[BulkItem]
    csv: str = Field(description="RFC 4180, UTF-8 with a byte-order mark; no cell is a formula")
