"""The first page of figures: how things stand, what is hot, fresh or stale, who brings people in, and the funnel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from compliance.access import Action, Actor, require
from compliance.events import Trail
from fileserver.analytics.kinds import Kind
from fileserver.analytics.once import opened
from fileserver.analytics.sight import Sight, sight_of, visible
from fileserver.analytics.tables import Line, began_of, lines_of, span_of, tell
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import spread_dashboard as rows
from storage.rows.spread_counts import Dim
from storage.rows.spread_dashboard import Among, Counts, Day, Hot, Lived, Span

HALF_LIFE = timedelta(days=1)
STALE_AFTER = timedelta(days=30)
SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Titled:
    """A material on a list: how hot it is, or when it was first shared and last opened."""

    material_id: UUID
    title: str
    heat: float = 0.0
    opens: int = 0
    began_at: datetime | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """How things stand. `viewers`: distinct people who opened in the span; None where they can't be counted once.

    `added_up`: of several employees, whose other counts of people overlap.
    """

    span: Span
    narrowed: bool
    added_up: bool
    now: Counts
    before: Counts
    viewers: int | None
    viewers_before: int | None
    days: Sequence[Day]
    hot: Sequence[Titled]
    fresh: Sequence[Titled]
    stale: Sequence[Titled]
    sharers: Sequence[Line]


async def overview(services: Services, actor: Actor, trail: Trail, *, days: int) -> Overview:
    """The figures of what the actor may see, told to the log. Raises AccessDenied."""
    rule = require(actor, Action.ANALYTICS_READ, obj="figures:overview")
    now = services.clock()
    span = span_of(now, services.config.time_zone, days)
    async with services.database.transaction() as tx:
        await tell(tx, services, trail, rule, "figures:overview")
        sight = await sight_of(tx, actor)
        among = await among_of(tx, sight)
        hot = await rows.hot(tx, sight.makers, now, HALF_LIFE, limit=3 * SHOWN)
        began = began_of(span, services.config.time_zone)
        fresh = await rows.lives(tx, sight.makers, begun_since=began, limit=3 * SHOWN)
        stale = await rows.lives(tx, sight.makers, unopened_since=now - STALE_AFTER, limit=3 * SHOWN)
        counts, earlier = await rows.sums(tx, among, span)
        viewers, viewers_before = await opened(tx, among, span)
        return Overview(
            span=span,
            narrowed=not sight.whole,
            added_up=among.several,
            now=counts,
            before=earlier,
            viewers=viewers,
            viewers_before=viewers_before,
            days=await rows.by_day(tx, among, span),
            hot=await _titled(tx, actor, hot),
            fresh=await _titled(tx, actor, fresh),
            stale=await _titled(tx, actor, stale),
            sharers=(await lines_of(tx, services, actor, sight, Kind.EMPLOYEE, span, "viewers", range(SHOWN))).shown,
        )


async def among_of(tx: Transaction, sight: Sight) -> Among:
    """What of the counts a sight is about."""
    return Among(Dim.BRAND, ("",)) if sight.makers is None else await rows.among_employees(tx, sight.makers)


async def _titled(tx: Transaction, actor: Actor, found: Sequence[Hot | Lived]) -> Sequence[Titled]:
    seen = await visible(tx, actor, [each.material_id for each in found])
    titled = [
        Titled(
            **{
                **{name: getattr(each, name) for name in each.__dataclass_fields__},
                "title": seen[each.material_id].title,
            }
        )
        for each in found
        if each.material_id in seen and seen[each.material_id].withdrawn_at is None
    ]
    return titled[:SHOWN]
