"""How many different people opened something in a span: of one thing, or of several together, each person once."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from compliance.spreading.crowds import CROWDED, Numbers, distinct, numbers_in
from storage.database import Transaction
from storage.rows import spread_counts, spread_crowds, spread_dashboard
from storage.rows.spread_counts import Dim
from storage.rows.spread_crowds import CrowdRow
from storage.rows.spread_dashboard import Among, Span

BRAND = Among(Dim.BRAND, ("",))
Spans = tuple[Span, Span]  # the span, and the one before it
Counted = tuple[int | None, int | None]  # in the span, and in the one before it


async def opened_in(tx: Transaction, groups: Mapping[str, Among], span: Span) -> Mapping[str, Counted]:
    """By name, in the span and in the one before. None of several together while rows have not been made anew."""
    crowded = frozenset[Dim]() if await spread_counts.lacks(tx) else CROWDED
    spans = (span, span.before)
    found: dict[str, Counted] = dict.fromkeys(groups, (None, None))
    for dim in sorted({among.dim for among in groups.values()}):
        asked = {name: among for name, among in groups.items() if among.dim is dim}
        found |= await (_together(tx, dim, asked, spans) if dim in crowded else _apart(tx, dim, asked, spans))
    return found


async def opened(tx: Transaction, among: Among, span: Span) -> Counted:
    """Of one thing, or of several together; of all employees it is who opened anything of the brand."""
    return (await opened_in(tx, {"": BRAND if among.everybody else among}, span))[""]


async def _together(tx: Transaction, dim: Dim, groups: Mapping[str, Among], spans: Spans) -> Mapping[str, Counted]:
    """Subjects that are in the same groups are asked for together, and each of them once."""
    names: dict[str, list[str]] = defaultdict(list)
    for name, among in groups.items():
        for key in among.keys or ():
            names[key].append(name)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, theirs in names.items():
        alike[tuple(theirs)].append(key)
    rows = await spread_crowds.crowds_of(tx, dim, tuple(alike.values()), spans)
    return await asyncio.to_thread(_distinct, groups, tuple(alike), rows, spans)


def _distinct(
    groups: Iterable[str], alike: Sequence[Sequence[str]], rows: Iterable[CrowdRow], spans: Spans
) -> Mapping[str, Counted]:
    crowds: dict[tuple[str, int], list[Numbers]] = defaultdict(list)
    for row in rows:
        for number, span in enumerate(spans):
            if row.span in {number, None}:
                numbers = numbers_in(row.entries, row.month, span.start, span.end)
                for name in alike[row.group]:
                    crowds[name, number].append(numbers)
    return {name: (distinct(crowds[name, 0]), distinct(crowds[name, 1])) for name in groups}


async def _apart(tx: Transaction, dim: Dim, groups: Mapping[str, Among], spans: Spans) -> Mapping[str, Counted]:
    """Of those that are one thing alone, under one name or several."""
    alone = {name: among.keys for name, among in groups.items() if among.keys and (among.one or len(among.keys) == 1)}
    single = {name: next(iter(keys)) for name, keys in alone.items() if len(keys) == 1}
    now, before = await spread_crowds.opened_each(tx, dim, tuple(single.values()), spans)
    found: dict[str, Counted] = {name: (now.get(key, 0), before.get(key, 0)) for name, key in single.items()}
    for name in alone.keys() - single.keys():
        there, earlier = [await spread_dashboard.viewers_within(tx, dim, alone[name], span) for span in spans]
        found[name] = (there, earlier)
    return found
