"""Much taken away: bytes of materials within a day, and exports of the log itself."""

from collections.abc import Sequence

from compliance.events import Act, Result
from compliance.trail.anomalies.model import LOOK_BACK, Bars, Detector, Finding, Seen, worst_window


def look_at_bytes(events: Sequence[Seen], bars: Bars) -> Finding | None:
    """Bytes that left to this person within a day; what a long answer came to stands in its end."""
    left = [each for each in events if each.bytes and each.res == Result.ALLOW]
    return worst_window(left, LOOK_BACK, bars.taken_bytes, lambda some: sum(each.bytes for each in some))


def look_at_log(events: Sequence[Seen], bars: Bars) -> Finding | None:
    """Exports of the log within a day."""
    made = [each for each in events if each.act == Act.EMPLOYEE_EVENT_EXPORT and each.res == Result.ALLOW]
    return worst_window(made, LOOK_BACK, bars.log_exports, len)


TAKEN = Detector("taken", look_at_bytes)
LOG = Detector("log-exports", look_at_log)
