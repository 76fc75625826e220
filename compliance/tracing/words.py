"""What the visible text on a suspect says, once a machine has read it: whose copy it claims to be.

Promises: only facts that stand there; letters that machines take for figures count as those; a bound on the probability
that as much stands there by chance. Anybody can draw a text, so it is a pointer, however well it agrees. Leaves reading
to `compliance.reading`, and candidates to the caller.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import prod

from watermark.stamp import Stamp

# How often an innocent copy has the same, at most: of a share's id little is lost where letters are taken for figures;
# many visits may begin within one busy minute; names are shared, and clinics are what a material is about.
CHANCES = {"share": 1e-8, "time": 1e-4, "name": 1e-4, "phone": 1e-3, "clinic": 1e-1}
FACTS_MIN = 2  # one alone may be what the page itself is about
NAME_CHARS_MIN = 2
TAKEN_FOR = str.maketrans("olisbzgq", "01156299")
_FIGURES = re.compile(r"\d+")


@dataclass(frozen=True)
class Words:
    """Lines as they were read. `text` is all that is not space, in small letters; `figures` those alone, by line."""

    text: str
    taken: str
    figures: str

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Words":
        """Lines in reading order."""
        folded = [_folded(each) for each in lines]
        figures = ("".join(_FIGURES.findall(each)) for each in folded)
        text = "\n".join(folded)
        return cls(text, text.translate(TAKEN_FOR), "\n".join(figures))

    def points(self, share_id: str, time_text: str) -> bool:
        """Whether a share's id or a visit's minute stands there: what copies can be looked up by."""
        return self._has_share(share_id) or self._has_time(time_text)

    def agrees(self, stamp: Stamp) -> frozenset[str]:
        """Which facts of the stamp stand there."""
        name, tail = _folded(stamp.person_name), stamp.phone_tail
        found = {
            "share": self._has_share(stamp.share_id),
            "time": self._has_time(stamp.time_text),
            "name": len(name) >= NAME_CHARS_MIN and name in self.text,
            "phone": bool(tail) and (f"*{tail}" in self.text or f"{name}{tail}" in self.text),
            "clinic": bool(stamp.clinic_name) and _folded(stamp.clinic_name) in self.text,
        }
        return frozenset(fact for fact, stands in found.items() if stands)

    def _has_share(self, share_id: str) -> bool:
        return bool(share_id) and _folded(share_id).translate(TAKEN_FOR) in self.taken

    def _has_time(self, time_text: str) -> bool:
        figures = "".join(_FIGURES.findall(time_text))
        return bool(figures) and figures in self.figures


def chance_of(facts: Collection[str], candidates: int) -> float:
    """That so much agrees with any of so many innocent copies, at most. 1 for less than FACTS_MIN."""
    return 1.0 if len(facts) < FACTS_MIN else min(1.0, candidates * prod(CHANCES[each] for each in facts))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
