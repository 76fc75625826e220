"""Taking the log away: every matching event up to a moment, oldest first, in one of the forms, in constant memory.

An export is a stretch of the log behind one event and through another, both known before it begins, so one that broke
off is continued by asking for what is behind the last part that arrived. Nothing is kept between requests. Each export
is an event of its own, committed before the first byte, and the right to it is asked again with each batch.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from compliance import ledger
from compliance.access import Action, Actor, require
from compliance.events import Act, Trail
from compliance.visits import actor_of, person_now
from fileserver.audit.asking import asked_for, rows_filter
from fileserver.audit.formats import FORMS, Form, Labelled
from fileserver.audit.labels import Labels, unlabelled
from fileserver.audit.schemas import ExportIn
from fileserver.services import Services
from storage.rows import events
from storage.rows.events import EventFilter

EXPORT_BATCH = 1_000
WINDOW_EVENTS = 200_000  # that one statement looks through at most, however few of them match


@dataclass(frozen=True, kw_only=True)
class Export:
    """A file on its way. `end` is the newest event there was; total and size are about right, for a progress bar."""

    form: Form
    end: int
    events_about: int
    bytes_about: int
    pieces: AsyncGenerator[bytes]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The matching events behind `after` and through `through`; `where` is None when nobody can match."""

    where: EventFilter | None
    after: int
    through: int


async def export(services: Services, actor: Actor, trail: Trail, wanted: ExportIn) -> Export:
    """Begins an export; its first piece is made by now.

    The export's own event lies behind everything that it holds. Raises AccessDenied.
    """
    rule = require(actor, Action.EVENT_EXPORT)
    asked = asked_for(services, wanted) | {"format": wanted.format}
    asked |= {name: str(value) for name in ("after", "through") if (value := getattr(wanted, name)) is not None}
    async with services.database.transaction() as tx:
        where = await rows_filter(services, tx, wanted)
        event = trail.event(Act.EMPLOYEE_EVENT_EXPORT, why=rule, det=asked)
        end = await ledger.append(tx, event, now=services.clock()) - 1
    through = end if wanted.through is None else min(wanted.through, end)
    stretch = Stretch(where=where, after=wanted.after or 0, through=through)
    count = await _count(services, stretch)
    form = FORMS[wanted.format]
    batches = _batches(services, actor, stretch, has_names=form.has_names)
    pieces = pieces_of(form, batches, continued=wanted.after is not None)
    first, rows = await anext(pieces)
    return Export(
        form=form,
        end=end,
        events_about=count,
        bytes_about=len(first) * count // rows if form.text and rows else form.event_bytes * count,
        pieces=_rest(first, pieces),
    )


async def _count(services: Services, stretch: Stretch) -> int:
    if stretch.where is None:
        return 0
    async with services.database.transaction() as tx:
        return await events.count_about(tx, stretch.where, after_id=stretch.after, through_id=stretch.through)


async def _batches(
    services: Services, actor: Actor, stretch: Stretch, *, has_names: bool
) -> AsyncGenerator[list[Labelled]]:
    """Each in a transaction of its own, so that a reader who stalls holds none; each asks for the right again.

    One that is empty says that it goes on.
    """
    labels = Labels(services.keys.master)
    last_id = stretch.after
    while stretch.where is not None and last_id < stretch.through:
        window_end = min(last_id + WINDOW_EVENTS, stretch.through)
        async with services.database.transaction() as tx:
            require(actor_of(await person_now(tx, actor.person_id)), Action.EVENT_EXPORT)
            batch = await events.events_after(
                tx, stretch.where, after_id=last_id, through_id=window_end, limit=EXPORT_BATCH
            )
            labelled = await labels.label(tx, batch) if has_names else unlabelled(batch)
        yield labelled
        last_id = batch[-1].id if len(batch) == EXPORT_BATCH else window_end


async def pieces_of(
    form: Form, batches: AsyncGenerator[list[Labelled]], *, continued: bool
) -> AsyncGenerator[tuple[bytes, int]]:
    """The file in pieces, each with how many events went into it. What continues a text file needs no second head."""
    writer = form.open()
    waiting = writer.head()
    if continued and form.text:
        waiting = b""
    async for batch in batches:
        waiting += await asyncio.to_thread(writer.rows, batch)
        yield waiting, len(batch)
        waiting = b""
    yield waiting + await asyncio.to_thread(writer.tail), 0


async def _rest(first: bytes, pieces: AsyncGenerator[tuple[bytes, int]]) -> AsyncGenerator[bytes]:
    if first:
        yield first
    async for piece, _ in pieces:
        if piece:
            yield piece
