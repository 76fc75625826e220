"""What stands out in the log: small detectors behind one port, run over new leaves by a follower of the tree.

A detector is a pure function of one person's recent events. To add one: a module with a `Detector`, a line in
DETECTORS, its words `anomaly-<name>` and `anomaly-<name>-text` in both languages.
"""

from compliance.trail.anomalies import copies, denials, exports, materials, night, origins
from compliance.trail.anomalies.model import Bars, Detector, Finding, Seen

DETECTORS: tuple[Detector, ...] = (
    copies.DETECTOR,
    materials.DETECTOR,
    night.DETECTOR,
    denials.DETECTOR,
    origins.DETECTOR,
    exports.TAKEN,
    exports.LOG,
)

__all__ = ["DETECTORS", "Bars", "Detector", "Finding", "Seen"]
