"""What the doors API takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from compliance.asking import Need
from compliance.gating import Lock
from compliance.passwords import PASSWORD_CHARS_MAX
from fileserver.http.schemas import Input, Output
from fileserver.http.texts import SEVERAL_LINES

TOKEN_CHARS_MAX = 64
EMAIL_CHARS_MAX = 254
NOTE_CHARS_MAX = 300
WECHAT_CODE_CHARS_MAX = 512

Token = Annotated[str, StringConstraints(min_length=1, max_length=TOKEN_CHARS_MAX, pattern=r"^[A-Za-z0-9_-]+$")]


class DoorIn(Input):
    """A share, by its link."""

    token: Token = Field(description="The last part of the share's link")


class PasswordIn(DoorIn):
    """A try at a share's password."""

    password: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_CHARS_MAX)] = Field(repr=False)


class CodeAskIn(DoorIn):
    """Where a one-time code is to go."""

    email: Annotated[str, StringConstraints(max_length=EMAIL_CHARS_MAX)] = Field(
        description="The address that the viewer signs in with", repr=False
    )


class CodeTryIn(CodeAskIn):
    """The code that came by mail."""

    id: UUID
    code: Annotated[str, StringConstraints(min_length=6, max_length=12)] = Field(repr=False)


class MiniProgramTryIn(DoorIn):
    """A fresh code of wx.login: good once and for five minutes, and only for the viewer's own account."""

    code: Annotated[
        str, StringConstraints(min_length=1, max_length=WECHAT_CODE_CHARS_MAX, pattern=r"^[\x21-\x7e]+$")
    ] = Field(repr=False)


class PledgeIn(DoorIn):
    """The pledge is given, in the very words that were shown."""

    version: int = Field(ge=1, le=1_000_000)
    language: Literal["zh-CN", "en"]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="Of title, line feed, text"
    )


class AskIn(DoorIn):
    """A viewer who was refused asks to be let in."""

    need: Need = Field(default=Need.OPEN, description="`forward`: to pass it on")
    note: Annotated[str, StringConstraints(max_length=NOTE_CHARS_MAX, strip_whitespace=True), SEVERAL_LINES] = Field(
        default="", description="A word to whoever shared it"
    )


class AskedIn(DoorIn):
    """What became of a question is asked."""

    need: Need | None = Field(default=None, description="What was asked for; null: whatever was asked last")


class AskedOut(Output):
    """What became of a question."""

    id: UUID
    need: Need
    state: Literal["waiting", "granted", "refused"]
    asked_at: datetime
    decided_at: datetime | None
    word: str = Field(description="Of whoever refused")
    url: str | None = Field(description="What was granted")


class AskedState(Output):
    """The viewer's newest question about a share."""

    asked: AskedOut | None = Field(description="Null: none")


class CodeSentOut(Output):
    """A code is on its way."""

    id: UUID = Field(description="To send back with the code")
    expires_at: datetime


class PledgeTextOut(Output):
    """The pledge in force, in the reader's language."""

    version: int
    language: Literal["zh-CN", "en"]
    title: str
    text: str
    sha256: str


class DoorOut(Output):
    """What a share still asks of the viewer in this session."""

    lock: Lock = Field(description="`none`: it is open; `password` or `code`: asked first")
    by_email: bool = Field(description="Whether the viewer has an e-mail address here, to which a code can be sent")
    pledge: PledgeTextOut | None = Field(description="To be given before the share opens; null: nothing is asked")


class ItemFound(Output):
    """One material of a folder."""

    position: int
    title: str | None = Field(description="null: it asks for something first, or can't be opened any more")
    token: str | None = Field(description="Of the share that opens it; null: it can't be opened any more")


class FolderOpened(Output):
    """A folder as this viewer sees it: what is not for them is not in it."""

    title: str | None = Field(description="null: each of its materials asks for something first")
    items: list[ItemFound]
