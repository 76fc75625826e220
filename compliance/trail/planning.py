"""From what is wanted to a bounded scan: which index drives it, and whether it will see everything.

A frequent code drives a scan far, a rare one to the end: how often each occurs stands beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from compliance.trail.fields import RESULTS, TERM_CHARS_MIN, term_of, word_field
from compliance.trail.wanted import ONE_OF, Wanted
from storage.database import Transaction
from storage.rows import event_counts, event_search, spread_trees
from storage.rows.event_search import RES, TERMS, Conditions, Scan

SCAN_MAX = 10_000  # rows that one question looks at
LINKS_MAX = 100  # of trees that are looked for link by link
EQUAL = ("role", "why", "ver", "link", "sess", "ip", "ua")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to look in the index. `rows` is about how many the driver yields; `complete`: the scan sees all of them."""

    conditions: Conditions
    scan: Scan
    rows: int

    @property
    def complete(self) -> bool:
        """Whether nothing that matches can lie beyond the scan."""
        return self.rows <= self.scan.scan_max

    def before(self, event_id: int | None) -> "Plan":
        """The same for events with smaller ids."""
        if event_id is None:
            return self
        high = min(self.conditions.high, event_id - 1)
        return replace(self, conditions=replace(self.conditions, high=high))


async def plan(tx: Transaction, wanted: Wanted, scan_max: int = SCAN_MAX) -> Plan | None:
    """The plan for a scan of at most `scan_max` rows; None when no indexed event can match."""
    stretch = await event_counts.stretch(tx, wanted.since, wanted.until)
    links = await _links(tx, wanted)
    counts = await _codes(tx, wanted, links)
    if stretch is None or counts is None:
        return None
    conditions = Conditions(
        codes={name: tuple(code for code, _ in found) for name, found in counts.items()},
        low=stretch.low,
        high=stretch.high,
        res=None if wanted.res is None else RESULTS.index(wanted.res),
        terms=tuple(sorted({term_of(name, value) for name, value in wanted.det})),
        trees=wanted.trees if links is None else None,
        since=wanted.since,
        until=wanted.until,
    )
    costs = {name: -(-n * stretch.n // stretch.of) for name, n in (await _costs(tx, counts, conditions)).items()}
    costs[None] = stretch.n  # of the others, a share like that of the time they may be in
    driver, rows = await _best(tx, wanted, conditions, costs, scan_max)
    return Plan(conditions=conditions, scan=Scan(driver=driver, scan_max=scan_max), rows=rows)


async def _links(tx: Transaction, wanted: Wanted) -> list[str] | None:
    """The links of the trees that are looked for, where they are few; None: they are many, or one link is named."""
    if wanted.trees is None or wanted.link is not None:
        return None
    found = await spread_trees.links_of(tx, wanted.trees, LINKS_MAX + 1)
    return found if len(found) <= LINKS_MAX else None


async def _codes(
    tx: Transaction, wanted: Wanted, links: list[str] | None
) -> dict[str, tuple[tuple[int, int], ...]] | None:
    """(code, how many events) of each condition's values; None when one of them occurs nowhere."""
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for name in EQUAL:
        if (value := getattr(wanted, name)) is not None:
            found[name] = tuple((await event_search.find_words(tx, word_field(name, value), [value])).values())
    for name in ONE_OF:
        if (values := getattr(wanted, name)) is not None:
            by_field: dict[str, list[str]] = {}
            for value in values:
                by_field.setdefault(word_field(name, value), []).append(value)
            words = [await event_search.find_words(tx, field, some) for field, some in by_field.items()]
            found[name] = tuple(counted for each in words for counted in each.values())
    if links is not None:
        found["link"] = tuple((await event_search.find_words(tx, "link", links)).values())
    if wanted.act is not None:
        acts = await event_search.words_of(tx, "act")
        found["act"] = tuple(counted for act, counted in acts.items() if wanted.fits_act(act))
    return found if all(found.values()) else None


async def _costs(
    tx: Transaction, counts: Mapping[str, tuple[tuple[int, int], ...]], conditions: Conditions
) -> dict[str | None, int]:
    """About how many rows each driver yields.

    Several codes share a scan, so the most frequent one weighs as if all were like it.
    """
    costs: dict[str | None, int] = {name: max(n for _, n in found) * len(found) for name, found in counts.items()}
    if conditions.res:
        denied = await event_counts.days(tx, event_counts.Kind(res=conditions.res))
        costs[RES] = sum(cell.n for cell in denied)
    return costs


async def _best(
    tx: Transaction, wanted: Wanted, conditions: Conditions, costs: Mapping[str | None, int], scan_max: int
) -> tuple[str | None, int]:
    """The driver that yields the fewest rows, and how many; None: all events of the time, by id."""
    best = min(costs, key=lambda name: costs[name])
    if any(len(value) >= TERM_CHARS_MIN for _, value in wanted.det):
        stop_at = min(scan_max, costs[best])
        if (found := await event_search.count_terms(tx, conditions.terms, stop_at)) < stop_at:
            return TERMS, found  # its index yields no order: it drives only what it can finish
    return best, costs[best]
