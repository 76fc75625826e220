"""Downloads at night, by the clock of the brand's zone."""

from collections.abc import Sequence
from datetime import timedelta

from compliance.events import Act, Result
from compliance.trail.anomalies.model import Bars, Detector, Finding, Seen, worst_window

TAKING = frozenset({Act.VIEWER_COPY_DOWNLOAD, Act.EMPLOYEE_MATERIAL_ORIGINAL, Act.EMPLOYEE_EVENT_EXPORT})
A_NIGHT = timedelta(hours=12)


def look(events: Sequence[Seen], bars: Bars) -> Finding | None:
    """What was taken in one night."""
    taken = [each for each in events if each.act in TAKING and each.res == Result.ALLOW and _at_night(each, bars)]
    return worst_window(taken, A_NIGHT, bars.night_downloads, len)


def _at_night(event: Seen, bars: Bars) -> bool:
    hour, begin, end = event.t.astimezone(bars.zone).hour, bars.night_from_hour, bars.night_to_hour
    return begin <= hour < end if begin <= end else hour >= begin or hour < end


DETECTOR = Detector("night", look)
