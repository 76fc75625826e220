"""Receipts over HTTP, and the list of one's own events that one may have receipts of."""

import asyncio
import json
from datetime import datetime

from aiohttp import web

from compliance import receipts
from compliance.access import Role
from compliance.events import Act
from compliance.receipts import SUFFIX
from compliance.trail.search import search
from compliance.trail.wanted import Wanted
from fileserver.http.call import Call
from fileserver.ledger.reading import READERS
from fileserver.ledger.schemas import EventPath, OwnEvent, OwnEvents, OwnQuery
from storage.rows.events import EventRow
from storage.rows.ledger import indexes_of
from storage.rows.receipts import CoveredRow

TEXT = "text/plain"


async def receipt(call: Call[None, None, EventPath]) -> web.Response:
    """One event's receipt, as a file. That receipts are asked for is in the log before the first one leaves.

    It is told while the proof is made, because to commit takes as long.
    """
    services, event_id, who = call.services, call.params.event_id, call.signed_in.pseudonym
    witnessed = bool(services.config.ledger_witnesses)
    async with services.database.driver() as driver:
        event, rule = await receipts.entitled(driver, call.actor, who, event_id, witnessed=witnessed)
    index, _ = receipts.covering(event)
    telling = asyncio.create_task(_tell(call, event, rule, index))
    try:
        await asyncio.sleep(0)  # it is on its way to the database now
        made = receipts.receipt_of(event)
    finally:
        await telling
    name = f'attachment; filename="event-{event_id}{SUFFIX}"'
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return web.Response(body=made.text.encode(), content_type=TEXT, charset="utf-8", headers=headers)


async def _tell(call: Call[None, None, EventPath], event: CoveredRow, rule: str, index: int) -> None:
    act = Act.VIEWER_RECEIPT_READ if call.signed_in.role is Role.VIEWER else Act.EMPLOYEE_RECEIPT_READ
    trail = call.trail
    if event.who == trail.who:
        readers = call.request.config_dict[READERS]
        await readers.tell(call.services.alone, trail, rule=rule, index=index, act=act)
    else:  # the entry stands in it: which one was read is told, each time
        await call.services.alone.append(trail.event(act, why=rule, det={"index": index}))


async def mine(call: Call[None, OwnQuery]) -> OwnEvents:
    """What the caller did, the newest first."""
    query, wanted = call.query, Wanted(who=(call.trail.who,))
    async with call.services.database.transaction() as tx:
        page = await search(tx, wanted, before=query.before, limit=query.limit)
        places = await indexes_of(tx, [row.id for row in page.rows])
    return OwnEvents(items=[_own(row, places.get(row.id)) for row in page.rows], next=page.next)


def _own(row: EventRow, index: int | None) -> OwnEvent:
    leaf = json.loads(row.leaf)
    return OwnEvent(
        id=row.id,
        index=index,
        time=datetime.fromisoformat(leaf["t"]),
        act=leaf["act"],
        result=leaf["res"],
        object=leaf["obj"],
        share_id=leaf["link"] or None,
    )
