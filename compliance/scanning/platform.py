"""The step that asks the platform on which links will be opened, such as WeChat, what it makes of the text.

It may see what our rules don't: what the platform would take down. It never passes anything that they stop, and where
it gives no answer, a reviewer is told so.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from compliance.detecting import Found
from compliance.reading import ExtractedText
from compliance.reading.detectors.personal import covered_all
from compliance.scanning.case import Case

RISKY = "platform-risky"
DOUBTFUL = "platform-doubtful"
NOT_CHECKED = "platform-not-checked"
RULES = frozenset({RISKY, DOUBTFUL, NOT_CHECKED})

PASSAGES_MAX = 200  # of one version: what is longer is a reviewer's, and the platform's limits are everybody's
OVERLAP = 50  # characters: what a passage's end cuts through stands whole in the next


class Verdict(StrEnum):
    """What a platform says of a passage."""

    PASS = "pass"  # noqa: S105  # a verdict
    REVIEW = "review"
    RISKY = "risky"


@dataclass(frozen=True)
class Judged:
    """A verdict, the platform's number for its reason, and the word that it points at, if it does."""

    verdict: Verdict
    label: int = 0
    keyword: str = ""


class NotChecked(Exception):
    """The platform gives no verdict, now or at all; `cause` is a slug."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Platform(Protocol):
    """Somebody else's check of content."""

    @property
    def name(self) -> str:
        """Stands in findings, and names their detector."""

    @property
    def passage_max(self) -> int:
        """Characters that it takes at once."""

    async def judge(self, passage: str, /) -> Judged:
        """Raises NotChecked."""


@dataclass(frozen=True)
class Passage:
    """A part of one of the pages of a text: `page` counts from 1, `start` is its first character's offset there."""

    page: int
    start: int
    text: str


class PlatformCheck:
    """Asks `platform` about each passage of what `text_of` reads; stops at the first that it gives no verdict on."""

    def __init__(self, platform: Platform, text_of: Callable[[Case], Awaitable[ExtractedText | None]]) -> None:
        self._platform, self._text_of = platform, text_of
        self.name = platform.name

    async def look(self, case: Case) -> Mapping[str, str]:
        """As `Step` says."""
        text = await self._text_of(case)
        if text is None:
            await self._not_checked(case, "no-text")
            return {}
        passages = list(passages_of(text, self._platform.passage_max))
        for passage in passages[:PASSAGES_MAX]:
            try:
                judged = await self._platform.judge(passage.text)
            except NotChecked as error:
                await self._not_checked(case, error.cause)
                return {}
            if judged.verdict is not Verdict.PASS:
                await case.add([self._found(text, passage, judged)])
        if len(passages) > PASSAGES_MAX or not text.complete:
            await self._not_checked(case, "too-long")
        return {self.name: "2"}

    def _found(self, text: ExtractedText, passage: Passage, judged: Judged) -> Found:
        """The word that the platform points at, or else the whole passage."""
        at = passage.text.find(judged.keyword) if judged.keyword else -1
        start, length = (passage.start + at, len(judged.keyword)) if at >= 0 else (passage.start, len(passage.text))
        risky = judged.verdict is Verdict.RISKY
        return Found(
            detector=self.name,
            rule=RISKY if risky else DOUBTFUL,
            severity="block" if risky else "review",
            place=text.place_of(passage.page, start, start + length),
            params={"label": judged.label},
            quote=covered_all(text.pages[passage.page - 1], start, start + length),
        )

    async def _not_checked(self, case: Case, cause: str) -> None:
        await case.add([Found(detector=self.name, rule=NOT_CHECKED, severity="review", params={"cause": cause})])


def passages_of(text: ExtractedText, passage_max: int) -> Iterator[Passage]:
    """All that is written, page by page, in passages that overlap by OVERLAP characters and are no longer than that."""
    for number, page in enumerate(text.pages, 1):
        for start in range(0, max(1, len(page) - OVERLAP), passage_max - OVERLAP):
            if (passage := page[start : start + passage_max]).strip():
                yield Passage(number, start, passage)
