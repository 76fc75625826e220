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
RECRUITS = frozenset({"invited", "verified"})  # of employees only, as the next
RATES = frozenset({"reproduction", "k_factor"})
GROWTH = RATES | {"joined"}
RATED_PEOPLE_MIN = 10  # rates of fewer people are noise
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
    "joined",
    "reproduction",
    "k_factor",
)
RECRUITING_KINDS = frozenset({Kind.EMPLOYEE, Kind.DEPARTMENT, Kind.REGION})


def columns_of(kind: Kind, *, narrowed: bool) -> tuple[str, ...]:
    """What may be said of each thing of a kind. A material that is added up from some shares counts no people once."""
    added_up = kind in GROUPS or (narrowed and kind is Kind.MATERIAL)
    left_out = (PEOPLE_WITHIN if added_up else frozenset()) | (
        frozenset() if kind in RECRUITING_KINDS else RECRUITS | GROWTH
    )
    return tuple(name for name in SHOWN if name not in left_out)


ORDERS = tuple(name for name in SHOWN if name in RATES.union(COUNTS))  # what a table may be sorted by
