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


async def opened_in(tx: Transaction, groups: Mapping[str, Among], span: Span) -> Mapping[str, int | None]:
    """By name. None of several things together while rows of an older release have not been made anew."""
    crowded = frozenset[Dim]() if await spread_counts.lacks(tx) else CROWDED
    found: dict[str, int | None] = dict.fromkeys(groups)
    for dim in sorted({among.dim for among in groups.values()}):
        asked = {name: among for name, among in groups.items() if among.dim is dim}
        found |= await (_together(tx, dim, asked, span) if dim in crowded else _apart(tx, dim, asked, span))
    return found


async def opened(tx: Transaction, among: Among, span: Span) -> int | None:
    """Of one thing, or of several together; of all employees it is who opened anything of the brand."""
    everybody = among.others is not None and not among.others
    return (await opened_in(tx, {"": BRAND if everybody else among}, span))[""]


async def _together(tx: Transaction, dim: Dim, groups: Mapping[str, Among], span: Span) -> Mapping[str, int | None]:
    """Subjects that are in the same groups are asked for together, and each of them once."""
    names: dict[str, list[str]] = defaultdict(list)
    for name, among in groups.items():
        for key in among.keys or ():
            names[key].append(name)
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key, theirs in names.items():
        alike[tuple(theirs)].append(key)
    rows = await spread_crowds.crowds_of(tx, dim, tuple(alike.values()), span)
    return await asyncio.to_thread(_distinct, groups, tuple(alike), rows, span)


def _distinct(
    groups: Iterable[str], alike: Sequence[Sequence[str]], rows: Iterable[CrowdRow], span: Span
) -> Mapping[str, int | None]:
    crowds: dict[str, list[Numbers]] = defaultdict(list)
    for row in rows:
        numbers = numbers_in(row.entries, row.month, span.start, span.end)
        for name in alike[row.group]:
            crowds[name].append(numbers)
    return {name: distinct(crowds[name]) for name in groups}


async def _apart(tx: Transaction, dim: Dim, groups: Mapping[str, Among], span: Span) -> Mapping[str, int | None]:
    """Of those that are one thing alone, under one name or several."""
    alone = {name: among.keys for name, among in groups.items() if among.keys and (among.one or len(among.keys) == 1)}
    single = {name: next(iter(keys)) for name, keys in alone.items() if len(keys) == 1}
    people = await spread_crowds.opened_each(tx, dim, tuple(single.values()), span)
    found: dict[str, int | None] = {name: people.get(key, 0) for name, key in single.items()}
    for name in alone.keys() - single.keys():
        found[name] = await spread_dashboard.viewers_within(tx, dim, alone[name], span)
    return found
