"""Attested reading: a viewer's page says how long it was read, and the server believes as much as its own clock allows.

A page's bytes leave with a token (`tokens`); who brings it back with a duration gets what is possible (`clocking`),
durably before the acknowledgement and many together (`intake`). The log is told in sums, once a minute at most for
each page of a visit (`telling`); figures are made of what the log was told.
"""

from compliance.beacons.clocking import Beacon, Outcome
from compliance.beacons.intake import Intake, Report, Taken
from compliance.beacons.telling import forget_told, tell_all
from compliance.beacons.tokens import PageToken, open_page_token, read_page_token, sign_page

__all__ = [
    "Beacon",
    "Intake",
    "Outcome",
    "PageToken",
    "Report",
    "Taken",
    "forget_told",
    "open_page_token",
    "read_page_token",
    "sign_page",
    "tell_all",
]
