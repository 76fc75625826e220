"""Many different materials in little time: nobody reads so fast."""

from collections.abc import Sequence

from compliance.events import Act, Result
from compliance.trail.anomalies.model import Bars, Detector, Finding, Seen, worst_window
from compliance.trail.fields import MATERIAL_PREFIX

OPENED = frozenset(
    {Act.VIEWER_VISIT_START, Act.VIEWER_COPY_DOWNLOAD, Act.EMPLOYEE_MATERIAL_ORIGINAL, Act.EMPLOYEE_MATERIAL_PREVIEW}
)


def look(events: Sequence[Seen], bars: Bars) -> Finding | None:
    """Distinct materials opened within the window."""
    opened = [
        each
        for each in events
        if each.act in OPENED and each.res == Result.ALLOW and each.obj.startswith(MATERIAL_PREFIX)
    ]
    return worst_window(opened, bars.materials_within, bars.materials, lambda some: len({each.obj for each in some}))


DETECTOR = Detector("materials", look)
