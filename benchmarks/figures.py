"""A measured figure with its bar, and the few statistics that the benchmarks share."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One result. `met` is None where there is no bar; `note` says what the figure is relative to."""

    benchmark: str
    name: str
    value: float
    unit: str
    bar: str = ""
    met: bool | None = None
    note: str = ""


def at_least(limit: float, value: float) -> tuple[str, bool]:
    """The bar in words, and whether the value reaches it."""
    return f"≥ {limit:,g}", value >= limit


def at_most(limit: float, value: float) -> tuple[str, bool]:
    """The bar in words, and whether the value stays below it."""
    return f"≤ {limit:,g}", value <= limit


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)
