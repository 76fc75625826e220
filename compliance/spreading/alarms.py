"""Tells who made a share what they would want to know: it was opened first, and where it spreads unusually.

A follower of the log behind the one that counts. Promises that each thing is told once: of an opening once for a
share, of a surge, of strangers and of cards passed on by hand once a day for each. What is older than LATE is not told
any more, so that nothing rings when a log is read anew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from compliance.events import Act
from compliance.messages import Message, MessageKind, Messages
from compliance.spreading.following import READER as COUNTED
from compliance.spreading.telling import Told, told_by
from compliance.spreading.unusual import is_surge
from storage.database import Database, Transaction
from storage.rows import event_index, ownership, people, spread_alarms
from storage.rows.aliases import clinic_ids_of
from storage.rows.spread_alarms import Came, RootRow

READER = "spread-alarms"
BATCH = 2_000
LATE = timedelta(days=1)
HOUR = timedelta(hours=1)


async def alarm_step(database: Database, messages: Messages, now: datetime, *, batch: int = BATCH) -> int:
    """Looks at the next leaves that were counted; how many. 0: nothing is new, or another process is at it."""
    async with database.transaction() as tx:
        start = await event_index.hold_reader(tx, READER, now)
        if start is None:
            return 0
        counted = await event_index.reader_at(tx, COUNTED) - start
        leaves = await event_index.leaves_from(tx, start, min(batch, counted)) if counted > 0 else ()
        if leaves:
            said = [told for leaf in leaves if isinstance(told := told_by(leaf), Told)]
            await _look(tx, messages, [each for each in said if _counts(each, now)], now)
            await event_index.move_reader(tx, READER, leaves[-1].index + 1, now)
    return len(leaves)


async def alarm_all(database: Database, messages: Messages, now: datetime) -> int:
    """Looks at everything that was counted; how many leaves."""
    done = 0
    while step := await alarm_step(database, messages, now):
        done += step
    return done


def _counts(told: Told, now: datetime) -> bool:
    return told.act is Act.VIEWER_VISIT_START and told.at > now - LATE


async def _look(tx: Transaction, messages: Messages, opens: Sequence[Told], now: datetime) -> None:
    """Tells what there is to tell of these openings."""
    if not opens:
        return
    roots = await spread_alarms.roots_of(tx, {each.share_id for each in opens})
    hours: set[tuple[UUID, datetime]] = set()
    for told in opens:
        root = roots.get(told.share_id)
        if root is None or told.who == root.maker:
            continue
        came = await spread_alarms.came(tx, root.root_id, told.who, told.at)
        if root.opened_at == told.at and root.root_id == told.share_id:
            await _tell(tx, messages, root, MessageKind.SHARE_OPENED, now)
        if came is None:
            continue
        hours.add((told.share_id, told.at.replace(minute=0, second=0, microsecond=0)))
        if told.det.get("native"):
            await _tell(tx, messages, root, MessageKind.SHARE_NATIVE, now, came.parent)
        if await _is_strange(tx, root, came):
            await _tell(tx, messages, root, MessageKind.SHARE_STRANGER, now, came.parent)
    for share_id, hour in sorted(hours):
        await _look_for_surge(tx, messages, roots[share_id], hour, now)


async def _is_strange(tx: Transaction, root: RootRow, came: Came) -> bool:
    """The first of a clinic that the share doesn't name, and that is not its employee's, by whichever of its names."""
    if not came.org:
        return False
    names = await clinic_ids_of(tx, UUID(came.org))
    if not root.clinics.isdisjoint(names) or not await spread_alarms.first_of(tx, root.root_id, came, names):
        return False
    held = await ownership.open_of_many(tx, names[:1])  # the one that goes on
    return all(each.person_id != root.sponsor_id for each in held.values())


async def _look_for_surge(tx: Transaction, messages: Messages, root: RootRow, hour: datetime, now: datetime) -> None:
    people_now, before = await spread_alarms.arrivals(tx, root.root_id, hour)
    if is_surge(now=people_now, before=before, hours_before=int((hour - root.made_at) / HOUR)):
        through = await spread_alarms.brings_most(tx, root, hour)
        await _tell(tx, messages, root, MessageKind.SHARE_SURGE, now, through, count=people_now)


async def _tell(
    tx: Transaction,
    messages: Messages,
    root: RootRow,
    kind: MessageKind,
    now: datetime,
    through: str | None = None,
    **params: int,
) -> None:
    """`through`: whose branch it came by; their person is named, unless the share's own link brought it."""
    person = None if through in (None, root.maker) else await people.person_by_pseudonym(tx, through or "")
    day = "" if kind is MessageKind.SHARE_OPENED else f":{now:%Y-%m-%d}"
    message = Message(
        kind=kind,
        key=f"{kind}:{root.root_id}{day}",
        material_id=root.material_id,
        params={"share": str(root.root_id), "person": str(person or ""), **params},
    )
    await messages.tell(tx, [root.sponsor_id], message, now)
