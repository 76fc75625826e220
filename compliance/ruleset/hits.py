"""What the matcher reports: words of a rule, at an exact place of the text that was given."""

from dataclasses import dataclass
from enum import StrEnum

QUOTE_CHARS_MAX = 200


class Severity(StrEnum):
    """What a hit asks of the people who decide; the order is that of gravity."""

    BLOCK = "block"  # no approval unless a reviewer dismisses it with a reason
    REVIEW = "review"  # a reviewer has to confirm or dismiss it
    EVIDENCE = "evidence"  # evidence has to be attached, or a reviewer dismisses it with a reason


GRAVITY = {Severity.BLOCK: 2, Severity.REVIEW: 1, Severity.EVIDENCE: 0}


class View(StrEnum):
    """Through which view of the text a hit was seen."""

    NORMALISED = "normalised"  # as written, but for width, case, traditional forms, invisible and combining characters
    COMPACT = "compact"  # with separators between the characters
    PINYIN = "pinyin"  # by sound or by look: pinyin, homophones, look-alikes
    ABSENT = "absent"  # what had to be there and is not: the hit has no place


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One rule broken at `start`…`end` (offsets in the text as given; both 0 where a text is missing).

    `quote` is the text there, at most 200 characters; `term` is what the rule set looked for.
    """

    rule: str
    severity: Severity
    start: int
    end: int
    quote: str
    view: View
    term: str
