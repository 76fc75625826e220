"""What the pledge's API takes and answers."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from fileserver.answers import PersonOut
from fileserver.http.schemas import LINE, Input, Output
from fileserver.http.texts import SEVERAL_LINES

TITLE_CHARS_MAX = 100
TEXT_CHARS_MAX = 10_000

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_CHARS_MAX, pattern=LINE)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_CHARS_MAX), SEVERAL_LINES]


class PledgeVersionIn(Input):
    """The next version; it is in force at once and never changed."""

    title_zh: Title = Field(description="Title in Chinese")
    text_zh: Text = Field(description="Text in Chinese")
    title_en: Title = Field(description="Title in English")
    text_en: Text = Field(description="Text in English")


class PledgeVersionOut(Output):
    """One version. A hash is of title, line feed, text."""

    version: int
    in_force: bool
    title_zh: str
    text_zh: str
    sha256_zh: str
    title_en: str
    text_en: str
    sha256_en: str
    made_by: PersonOut
    made_at: datetime


class PledgeVersions(Output):
    """Versions, the newest first."""

    items: list[PledgeVersionOut]
