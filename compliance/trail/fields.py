"""What of a leaf can be searched for: the fields that become codes, and the details that become hashed terms."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

CODED = ("act", "role", "why", "who", "org", "obj", "ver", "link", "sess", "ip", "ua")
RESULTS = ("allow", "deny", "error")  # by their numbers in the rows
BRAND_ZONE = timezone(
    timedelta(hours=8)
)  # days are those of the brand's clinics: China has one zone and no summer time
MATERIAL_PREFIX = "material:"
TERM_BYTES = 8
TERM_CHARS_MIN = 8  # shorter values (pages, counts) stand in too many events to begin with


@dataclass(frozen=True, kw_only=True)
class Fields:
    """One leaf, taken apart. `values` has a member for each of CODED, empty where the leaf says nothing."""

    id: int
    t: datetime
    bytes: int
    res: int
    values: dict[str, str]
    terms: tuple[int, ...]

    @property
    def day(self) -> date:
        """The day at the brand's clinics."""
        return brand_day(self.t)


def fields_of(event_id: int, leaf: bytes) -> Fields:
    """Takes a leaf apart; the leaf is one that `leaf_of` wrote."""
    told: dict[str, Any] = json.loads(leaf)
    return Fields(
        id=event_id,
        t=datetime.fromisoformat(told["t"]),
        bytes=told["bytes"],
        res=RESULTS.index(told["res"]),
        values={name: told[name] for name in CODED},
        terms=tuple(sorted({term_of(name, str(value)) for name, value in told["det"].items()})),
    )


def word_field(name: str, value: str) -> str:
    """Under which name a value is kept: materials stand apart from other objects, so that they can be ranked."""
    return "material" if name == "obj" and value.startswith(MATERIAL_PREFIX) else name


def term_of(name: str, value: str) -> int:
    """One detail as a signed 64-bit number: two that differ meet by chance once in 10^19."""
    digest = hashlib.blake2b(f"{name}={value}".encode(), digest_size=TERM_BYTES).digest()
    return int.from_bytes(digest, "big", signed=True)


def brand_day(t: datetime) -> date:
    """The day that a time belongs to at the brand's clinics."""
    return t.astimezone(BRAND_ZONE).date()
