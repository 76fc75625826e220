"""A person who comes from a network and on a device that were both never seen with them.

The log holds truncated networks and hashes of devices. Which country a network is in can't be told without a database
of the whole internet, so it isn't told. Either of the two alone is daily life: phones change networks, programs update.
"""

from collections.abc import Sequence

from compliance.trail.anomalies.model import Bars, Detector, Finding, Seen


def look(events: Sequence[Seen], bars: Bars) -> Finding | None:  # noqa: ARG001  # the port's signature: there is no bar
    """The first event from an origin that is new in both ways."""
    new = [each for each in events if each.fresh and each.new_network and each.new_device]
    return Finding(count=len(new), bar=1, first=new[0], last=new[-1]) if new else None


DETECTOR = Detector("origins", look)
