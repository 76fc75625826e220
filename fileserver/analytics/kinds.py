"""What figures are about, and which of them may stand beside what."""

from enum import StrEnum

from storage.rows.spread_counts import COUNTS, WITHIN


class Kind(StrEnum):
    """What a table lists, and what a page is about."""

    MATERIAL = "material"
    SHARE = "share"
    EMPLOYEE = "employee"
    CLINIC = "clinic"
    DEPARTMENT = "department"
    REGION = "region"
    CAMPAIGN = "campaign"


GROUPS = frozenset({Kind.DEPARTMENT, Kind.REGION, Kind.CAMPAIGN})
PEOPLE_WITHIN = frozenset(WITHIN)  # not to be added up
RECRUITS = frozenset({"invited", "verified"})  # of employees only
SHOWN = (
    "opens",
    "opened",
    "viewers",
    "direct",
    "newcomers",
    "read_ms",
    "readers",
    "downloads",
    "intents",
    "confirmed",
    "sent",
    "reach",
    "forwarders",
    "shares",
    "invited",
    "verified",
)
RECRUITING_KINDS = frozenset({Kind.EMPLOYEE, Kind.DEPARTMENT, Kind.REGION})


def columns_of(kind: Kind, *, narrowed: bool) -> tuple[str, ...]:
    """What may be said of each thing of a kind. A material that is added up from some shares counts no people once."""
    added_up = kind in GROUPS or (narrowed and kind is Kind.MATERIAL)
    left_out = (PEOPLE_WITHIN if added_up else frozenset()) | (frozenset() if kind in RECRUITING_KINDS else RECRUITS)
    return tuple(name for name in SHOWN if name not in left_out)


ORDERS = tuple(name for name in SHOWN if name in COUNTS)  # what a table may be sorted by
