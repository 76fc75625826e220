"""A whole table for a file, slice by slice: what is kept of it is the order of its keys.

The first slice is short, so that the file begins as soon as a page would. Each is read in a transaction of its own, so
that a reader who stalls holds none, and asks for the right again: whoever lost it, or sees less of the brand than when
the file was begun, gets no further slice.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from compliance.access import DEFAULT_DENY, Action, Actor, require
from compliance.errors import AccessDenied
from compliance.events import Trail
from compliance.visits import actor_of, person_now
from fileserver.analytics import tables
from fileserver.analytics.kinds import GROUPS, Kind, columns_of
from fileserver.analytics.sight import Sight, sight_of
from fileserver.analytics.tables import LINES_MAX, SLICE_MAX, Lines
from fileserver.services import Services
from storage.database import Transaction
from storage.rows.spread_dashboard import Span

FIRST_MAX = LINES_MAX
ORDERED_MAX = 1_000_000  # keys of a file: 37 MB

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class WholeTable:
    """A table on its way: its slices, the last of which says whether there is more than can be put into an order."""

    span: Span
    columns: tuple[str, ...]
    slices: AsyncGenerator[Lines]


@dataclass(frozen=True, kw_only=True)
class _Begun:
    """What a file was begun with: who asks for what, and what they saw."""

    services: Services
    actor: Actor
    kind: Kind
    span: Span
    sight: Sight


async def whole_table(  # who asks for what
    services: Services, actor: Actor, trail: Trail, kind: Kind, *, days: int, order: str | None = None, skip: int = 0
) -> WholeTable:
    """All lines after so many, told to the log once, in the order of this moment. Raises AccessDenied.

    What comes after the first slice may raise it, too.
    """
    rule = require(actor, Action.ANALYTICS_READ, obj=f"figures:{kind.value}")
    span = tables.span_of(services.clock(), services.config.time_zone, days)
    async with services.database.transaction() as tx:
        await tables.tell(tx, services, trail, rule, f"figures:{kind.value}")
        sight = await sight_of(tx, actor)
        columns = columns_of(kind, narrowed=not sight.whole)
        chosen = order if order in columns else columns[0]
        begun = _Begun(services=services, actor=actor, kind=kind, span=span, sight=sight)
        slices: AsyncGenerator[Lines]
        if kind in GROUPS:
            slices = _of_groups(begun, await tables.groups(tx, services, actor, sight, kind, span, chosen))
        else:
            slices = _of_keys(
                begun,
                await tables.in_order(tx, services, sight, kind, span, chosen, size=SLICE_MAX, limit=ORDERED_MAX + 1),
            )
    return WholeTable(span=span, columns=columns, slices=_after(skip, slices))


async def _of_groups(begun: _Begun, groups: Lines) -> AsyncGenerator[Lines]:
    """What is added up from few: all of it is there, but for how many different people opened."""
    for lines in _first_short(groups.shown[at : at + SLICE_MAX] for at in range(0, len(groups.shown), SLICE_MAX)):
        async with begun.services.database.transaction() as tx:
            await _still(tx, begun)
            slice_ = await tables.with_people(tx, Lines(lines, cut=False), begun.span)
        yield slice_
    yield Lines((), cut=groups.cut)


async def _of_keys(begun: _Begun, stretches: Sequence[str]) -> AsyncGenerator[Lines]:
    shown_max = ORDERED_MAX // SLICE_MAX
    for wanted in _first_short(stretch.split() for stretch in islice(stretches, shown_max)):
        async with begun.services.database.transaction() as tx:
            actor = await _still(tx, begun)
            keys = await _seen(tx, begun, wanted)
            counted = await tables.counted(tx, begun.sight, begun.kind, keys, begun.span)
            named = await tables.named(tx, begun.services, actor, begun.kind, counted, begun.sight.makers)
            grown = await tables.with_growth(tx, begun.services, begun.kind, Lines(named, cut=False), begun.span)
            slice_ = await tables.with_people(tx, grown, begun.span)
        yield slice_
    yield Lines((), cut=len(stretches) > shown_max)


def _first_short(slices: Iterable[Sequence[T]]) -> Iterator[Sequence[T]]:
    """The same lines, of which FIRST_MAX stand alone at the beginning."""
    for number, each in enumerate(slices):
        parts = (each[:FIRST_MAX], each[FIRST_MAX:]) if number == 0 else (each,)
        yield from filter(None, parts)


async def _still(tx: Transaction, begun: _Begun) -> Actor:
    """Who asks, as they stand now. Raises AccessDenied unless they still see all that the file was begun with."""
    actor = actor_of(await person_now(tx, begun.actor.person_id), begun.services.clock())
    require(actor, Action.ANALYTICS_READ)
    if not begun.sight.within(await sight_of(tx, actor)):
        raise AccessDenied(DEFAULT_DENY, action=Action.ANALYTICS_READ.value)
    return actor


async def _seen(tx: Transaction, begun: _Begun, keys: Sequence[str]) -> Sequence[str]:
    """Without clinics that went to somebody else meanwhile."""
    seen = await tables.clinics_seen(tx, begun.sight) if begun.kind is Kind.CLINIC else None
    return keys if seen is None else [key for key in keys if key in seen]


async def _after(skip: int, slices: AsyncGenerator[Lines]) -> AsyncGenerator[Lines]:
    """The same without the first lines."""
    async with aclosing(slices):
        async for lines in slices:
            yield Lines(lines.shown[skip:], cut=lines.cut)
            skip = max(0, skip - len(lines.shown))
