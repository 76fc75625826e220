"""How many events match, and by what they differ: each count says whether it is exact.

Few matches are counted one by one. Many are read from the counts kept beside the log, where these answer the question:
acts, results, roles and whole days, of everybody or of one person, clinic or material. For what lies in between, the
newest matches are counted up to a limit, and the answer says how far back that reaches.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from compliance.trail.fields import BRAND_ZONE, MATERIAL_PREFIX, RESULTS, Fields, fields_of
from compliance.trail.planning import SCAN_MAX, Plan, plan
from compliance.trail.search import Tail, tail_of
from compliance.trail.wanted import Wanted
from storage.database import Transaction
from storage.rows import event_counts, event_search
from storage.rows.event_counts import KINDS, Cell, Kind

TOP = 12
DAYS_SHOWN = 92  # a longer time is told by months
KEPT = frozenset({"act", "res", "role", "since", "until"})
OF_KIND = {"who": "who", "org": "org", "obj": "material"}
PLAIN = ("act", "res", "role")
RANKED = ("who", "org", "material")


@dataclass(frozen=True)
class Facet:
    """Values with how many events hold them, most frequent first; not `exact`: among the newest only."""

    values: tuple[tuple[str, int], ...]
    exact: bool = True


@dataclass(frozen=True, kw_only=True)
class Facets:
    """The counts of one question. `exact` is of `total`; `back_to` is how far what is not exact reaches."""

    total: int
    exact: bool
    back_to: datetime | None
    by: Mapping[str, Facet]
    days: tuple[tuple[date, int], ...]
    by_month: bool


@dataclass(kw_only=True)
class _Sum:
    """What was counted so far, by value; `ranked_exact` is of people, clinics and materials."""

    by: dict[str, Counter[str]]
    days: Counter[date]
    total: int = 0
    exact: bool = True
    ranked_exact: bool = True
    back_to: datetime | None = None
    by_month: bool = False  # what was counted is known by months only


async def facets(tx: Transaction, wanted: Wanted, scan_max: int = SCAN_MAX) -> Facets:
    """Counts all that matches, the newest events included."""
    counted = _Sum(by={name: Counter() for name in (*PLAIN, *RANKED)}, days=Counter())
    if (planned := await plan(tx, wanted, scan_max)) is not None:
        await _count_index(tx, wanted, planned, counted)
    _count_tail(await tail_of(tx, wanted), counted)
    return _facets(counted)


async def _count_index(tx: Transaction, wanted: Wanted, planned: Plan, counted: _Sum) -> None:
    kept = None if planned.complete else await _kept(tx, wanted, planned)
    ranked = {} if kept is None else await _ranked(tx, wanted, planned)
    if kept is None or len(ranked) < len(RANKED):
        seen = await event_search.count(tx, planned.conditions, planned.scan, TOP)
        cut = seen.floor is not None
        by = dict(seen.by)
        if kept is None:
            counted.total, counted.exact = seen.total, not cut
            counted.days.update(dict(seen.days))
        else:
            by = {name: values for name, values in by.items() if name not in PLAIN}
        counted.ranked_exact = not cut
        counted.back_to = seen.floor_t
        await _name(tx, by, counted)
    if kept is not None:
        counted.by_month = bool(wanted.named - KEPT)
        await _add_cells(tx, kept, counted)
        await _name(tx, ranked, counted)


async def _kept(tx: Transaction, wanted: Wanted, planned: Plan) -> tuple[Cell, ...] | None:
    """The counts beside the log that answer the question exactly; None when they don't."""
    others = wanted.named - KEPT
    kind = _kind(planned, wanted)
    if not others:
        return await event_counts.days(tx, kind) if _on_days(wanted) else None
    name = next(iter(others))
    codes = planned.conditions.codes.get(name, ())
    if len(others) > 1 or name not in OF_KIND or len(codes) != 1 or not _on_months(wanted):
        return None
    if name == "obj" and not all(each.startswith(MATERIAL_PREFIX) for each in wanted.obj or ()):
        return None
    return await event_counts.months(tx, OF_KIND[name], codes[0], kind)


async def _ranked(tx: Transaction, wanted: Wanted, planned: Plan) -> dict[str, tuple[tuple[int, int], ...]]:
    """People, clinics and materials with the most events, where that is known for all time."""
    if wanted.named - {"act", "res", "role"}:
        return {}
    return {of: await event_counts.top(tx, of, _kind(planned, wanted), TOP) for of in KINDS}


def _kind(planned: Plan, wanted: Wanted) -> Kind:
    codes = planned.conditions.codes
    return Kind(
        acts=codes.get("act"),
        res=planned.conditions.res,
        role=codes["role"][0] if "role" in codes else None,
        since=wanted.since.astimezone(BRAND_ZONE).date() if wanted.since else None,
        until=wanted.until.astimezone(BRAND_ZONE).date() if wanted.until else None,
    )


def _on_days(wanted: Wanted) -> bool:
    ends = (wanted.since, wanted.until)
    return all(end is None or end.astimezone(BRAND_ZONE).time() == time() for end in ends)


def _on_months(wanted: Wanted) -> bool:
    ends = (wanted.since, wanted.until)
    return _on_days(wanted) and all(end is None or end.astimezone(BRAND_ZONE).day == 1 for end in ends)


async def _add_cells(tx: Transaction, cells: Iterable[Cell], counted: _Sum) -> None:
    by: dict[str, Counter[int]] = {name: Counter() for name in PLAIN}
    for cell in cells:
        counted.total += cell.n
        counted.days[cell.day] += cell.n
        for name, code in (("act", cell.act), ("res", cell.res), ("role", cell.role)):
            by[name][code] += cell.n
    await _name(tx, {name: tuple(codes.items()) for name, codes in by.items()}, counted)


async def _name(tx: Transaction, by: Mapping[str, tuple[tuple[int, int], ...]], counted: _Sum) -> None:
    """Adds counts by code under the values that the codes stand for."""
    coded = {name: values for name, values in by.items() if name != "res"}
    values_of = await event_search.values_of(tx, [code for values in coded.values() for code, _ in values if code])
    for name, values in by.items():
        for code, n in values:
            if name == "res":
                counted.by[name][RESULTS[code]] += n
            elif code:
                counted.by[name][values_of[code]] += n


def _count_tail(tail: Tail, counted: _Sum) -> None:
    for row in tail.rows:
        fields = fields_of(row.id, row.leaf)
        counted.total += 1
        counted.days[fields.day] += 1
        for name, value in _facet_values(fields).items():
            if value:
                counted.by[name][value] += 1
    if tail.floor is not None:
        counted.exact = counted.ranked_exact = False
        if counted.back_to is None and tail.rows:
            counted.back_to = datetime.fromisoformat(json.loads(tail.rows[-1].leaf)["t"])


def _facet_values(fields: Fields) -> dict[str, str]:
    values, obj = fields.values, fields.values["obj"]
    return {
        "act": values["act"],
        "res": RESULTS[fields.res],
        "role": values["role"],
        "who": values["who"],
        "org": values["org"],
        "material": obj if obj.startswith(MATERIAL_PREFIX) else "",
    }


def _facets(counted: _Sum) -> Facets:
    days = sorted(counted.days)
    by_month = counted.by_month or (len(days) > 1 and (days[-1] - days[0]).days > DAYS_SHOWN)
    folded: Counter[date] = Counter()
    for day, n in counted.days.items():
        folded[day.replace(day=1) if by_month else day] += n
    exact = {name: counted.exact if name in PLAIN else counted.ranked_exact and counted.exact for name in counted.by}
    return Facets(
        total=counted.total,
        exact=counted.exact,
        back_to=counted.back_to,
        by={name: Facet(tuple(values.most_common(TOP)), exact[name]) for name, values in counted.by.items()},
        days=tuple(sorted(folded.items())),
        by_month=by_month,
    )
