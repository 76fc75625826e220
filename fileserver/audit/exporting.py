"""Taking the log away: every matching event up to a moment, in the order of the tree, in one of the forms.

Memory is constant. An export is a stretch of the tree behind one place and through another, both known before it
begins, so one that broke off is continued by asking for what is behind the last part that arrived, and none is missed:
an event that commits late gets a later place, though its number may be smaller. Nothing is kept between requests. Each
export is an event of its own, committed and in the tree before the first byte; its place is the end of what it holds.
The right to it is asked again with each batch.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from compliance import checkpoints, ledger
from compliance.access import Action, Actor, require
from compliance.errors import KeyUnavailable, LedgerBroken, LedgerStalled
from compliance.events import Act, Trail
from compliance.trail.walking import Walk, count_about
from compliance.trail.wanted import Wanted
from compliance.visits import actor_of, person_now
from fileserver.audit import narrowing
from fileserver.audit.asking import asked_for, wanted_of
from fileserver.audit.formats import FORMS, Form, Labelled
from fileserver.audit.labels import Labels, unlabelled
from fileserver.audit.schemas import ExportIn
from fileserver.services import Services

PLACED_WITHIN_S = 5.0
LOOK_S = 0.1
EXPORT_BATCH = 1_000  # events that are read at once, and after which the right to them is asked again


@dataclass(frozen=True, kw_only=True)
class Export:
    """A file on its way. `end` is the last place there was; total and size are about right, for a progress bar."""

    form: Form
    end: int
    events_about: int
    bytes_about: int
    pieces: AsyncGenerator[bytes]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The matching events behind the place `after` and through `through`."""

    asked: ExportIn
    wanted: Wanted
    after: int
    through: int


async def export(services: Services, actor: Actor, trail: Trail, wanted: ExportIn) -> Export:
    """Begins an export; its first piece is made by now.

    The export's own event lies behind everything that it holds. Raises AccessDenied, LedgerStalled when that event
    gets no place in the tree, or FiguresBehind.
    """
    rule = require(actor, Action.EVENT_EXPORT)
    asked = asked_for(services, wanted) | {"format": wanted.format}
    asked |= {name: str(value) for name in ("after", "through") if (value := getattr(wanted, name)) is not None}
    async with services.database.transaction() as tx:
        condition = await wanted_of(services, tx, wanted)
        event = trail.event(Act.EMPLOYEE_EVENT_EXPORT, why=rule, det=asked)
        event_id = await ledger.append(tx, event, now=services.clock())
    end = await _place_of(services, event_id) - 1
    through = end if wanted.through is None else min(wanted.through, end)
    await narrowing.wait_until_known(services, wanted, through)
    stretch = Stretch(
        asked=wanted, wanted=condition, after=-1 if wanted.after is None else wanted.after, through=through
    )
    async with services.database.transaction() as tx:
        count = await count_about(tx, condition, after=stretch.after, through=through, size=end + 1)
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


async def _place_of(services: Services, event_id: int) -> int:
    """The place of an event that is committed, once it has one; what was committed before it has one by then too."""
    for _ in range(round(PLACED_WITHIN_S / LOOK_S)):
        if not await _another_sequences(services, event_id):
            break
        await asyncio.sleep(LOOK_S)
    async with services.database.transaction() as tx:
        index = await checkpoints.index_of(tx, event_id)
    if index is None:
        raise LedgerStalled(reason=services.watch.reason or services.watch.hindrance or "events get no place")
    return index


async def _another_sequences(services: Services, event_id: int) -> bool:
    try:
        return (await services.sequencer.catch_up(through=event_id)).busy
    except (LedgerBroken, KeyUnavailable) as error:
        raise LedgerStalled(reason=str(error)) from error


async def _batches(
    services: Services, actor: Actor, stretch: Stretch, *, has_names: bool
) -> AsyncGenerator[list[Labelled]]:
    """Each in a transaction of its own, so that a reader who stalls holds none; each asks for the right again.

    One that is empty says that it goes on.
    """
    labels = Labels(services.keys.master)
    walk = Walk(stretch.wanted, after=stretch.after, through=stretch.through)
    while not walk.done:
        async with services.database.transaction() as tx:
            require(actor_of(await person_now(tx, actor.person_id), services.clock()), Action.EVENT_EXPORT)
            batch = await walk.step(tx, EXPORT_BATCH)
            await narrowing.require_known(tx, stretch.asked, stretch.through)  # still: afterwards, or it might change
            labelled = await labels.label(tx, batch) if has_names else unlabelled(batch)
        yield labelled


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
