"""Denied attempts in a row: somebody tries doors."""

from collections.abc import Sequence

from compliance.events import Result
from compliance.trail.anomalies.model import Bars, Detector, Finding, Seen


def look(events: Sequence[Seen], bars: Bars) -> Finding | None:
    """The longest row of refusals that nothing allowed interrupts, none further apart than the window."""
    found: Finding | None = None
    row: list[Seen] = []
    for each in events:
        if each.res != Result.DENY:
            row = []
            continue
        if row and each.t - row[-1].t > bars.denials_within:
            row = []
        row.append(each)
        if each.fresh and len(row) >= bars.denials and (found is None or len(row) >= found.count):
            found = Finding(count=len(row), bar=bars.denials, first=row[0], last=each)
    return found


DETECTOR = Detector("denials", look, strangers=True)
