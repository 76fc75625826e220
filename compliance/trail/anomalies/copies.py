"""Many copies in little time: somebody collects, or a program does."""

from collections.abc import Sequence

from compliance.events import Act, Result
from compliance.trail.anomalies.model import Bars, Detector, Finding, Seen, worst_window

COPIES = frozenset({Act.VIEWER_VISIT_START, Act.VIEWER_COPY_DOWNLOAD, Act.EMPLOYEE_MATERIAL_ORIGINAL})


def look(events: Sequence[Seen], bars: Bars) -> Finding | None:
    """Visits begun, copies downloaded and originals opened within the window."""
    made = [each for each in events if each.act in COPIES and each.res == Result.ALLOW]
    return worst_window(made, bars.copies_within, bars.copies, len)


DETECTOR = Detector("copies", look)
