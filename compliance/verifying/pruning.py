"""What a log says of its own pruning: an operator must not be able to call pruned what they only took away.

A log that withholds entries holds an entry that says so: `{"act":"system:log:prune","det":{"to":N,…},…}`, which itself
is not withheld, for it is younger than what it is about. It is SealShare's own; C2SP knows a minimum index only.
"""

import json
from collections.abc import Iterable
from typing import Any

ACT = "system:log:prune"
MARK = b'"act":"system:log:prune"'


def pruned_to(entries: Iterable[bytes]) -> int:
    """Below which index these entries say that others were pruned; 0: none does."""
    told = (_told(entry) for entry in entries if MARK in entry)
    return max(told, default=0)


def _told(entry: bytes) -> int:
    try:
        said: Any = json.loads(entry)
        to = said["det"]["to"] if said["act"] == ACT else 0
    except (ValueError, TypeError, KeyError):
        return 0
    return to if type(to) is int else 0
