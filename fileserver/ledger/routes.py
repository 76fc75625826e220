"""`/ledger/…`: paths and bytes are those of C2SP tlog-tiles; whoever asks is an auditor, by session or API token.

What has a number and a width never changes, so it may be kept for ever by whoever asked; by nobody between, since it is
not public.
"""

from aiohttp import web

from compliance import checkpoints
from compliance.access import Action, require
from compliance.errors import AccessDenied, LedgerStalled, NotFound, ReceiptPending
from compliance.merkle import TILE_WIDTH, Tile, tile_place
from compliance.merkle.tiles import LEVEL_MAX
from compliance.notes import vkey
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.ledger.bundling import TAR, bundle
from fileserver.ledger.reading import READERS
from fileserver.ledger.receipts import mine, receipt
from fileserver.ledger.schemas import (
    EventPath,
    LedgerKeyOut,
    LedgerOut,
    OwnEvents,
    OwnQuery,
    TilePath,
)

ENTRIES = "entries"
NOTE = "text/plain"
BYTES = "application/octet-stream"
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
ASK_AGAIN = {"Cache-Control": "private, no-cache"}
NEVER_KEPT = {"Cache-Control": "private, no-store"}  # entries tell of people, and can be pruned
LEVELS = {str(level): level for level in range(LEVEL_MAX + 1)}


async def checkpoint(call: Call) -> web.Response:
    """The newest signed head; where there are witnesses, the newest that they cosigned, with their lines."""
    require(call.actor, Action.LEDGER_READ)
    async with call.services.database.statements() as tx:
        head = await checkpoints.published(tx, cosigned_within_s=call.services.config.cosigned_within_s)
        if head is None:
            raise NotFound
        note = await checkpoints.note_of(tx, head)
    return web.Response(body=note.encode(), content_type=NOTE, charset="utf-8", headers=ASK_AGAIN)


async def tile(call: Call[None, None, TilePath]) -> web.Response:
    """Hashes of a tile, or the entries under one."""
    rule = require(call.actor, Action.LEDGER_READ)
    place = tile_place(call.params.place)
    if place is None:
        raise NotFound
    if call.params.tile_level == ENTRIES:
        body = await _entries(call, *place, rule=rule)
    elif call.params.tile_level in LEVELS:
        async with call.services.database.statements() as tx:
            body = await checkpoints.tile(tx, Tile(LEVELS[call.params.tile_level], *place))
    else:
        raise NotFound
    headers = NEVER_KEPT if call.params.tile_level == ENTRIES else FOR_EVER
    return web.Response(body=body, content_type=BYTES, headers=headers)


async def _entries(call: Call[None, None, TilePath], n: int, width: int, *, rule: str) -> bytes:
    async with call.services.database.transaction() as tx:
        body = await checkpoints.bundle(tx, n, width)
    readers = call.request.config_dict[READERS]
    await readers.tell(call.services.alone, call.trail, rule=rule, index=n * TILE_WIDTH)
    return body


async def about(call: Call) -> LedgerOut:
    """The log's name, its keys, and from where on entries are there."""
    require(call.actor, Action.LEDGER_READ)
    origin = call.services.ledger_origin
    async with call.services.database.statements() as tx:
        minimum = await checkpoints.minimum_index(tx)
    keys = [
        LedgerKeyOut(vkey=vkey(origin, key.public), id=key.kid, state=key.state) for key in call.services.keys.ledger
    ]
    return LedgerOut(origin=origin, keys=keys, minimum_index=minimum)


ROUTES = (
    Route(
        method="GET",
        path="/ledger/checkpoint",
        name="ledger.checkpoint",
        summary="The newest checkpoint, a signed note",
        handler=checkpoint,
        auth=Auth.EMPLOYEE,
        action=Action.LEDGER_READ,
        scope="ledger:read",
        produces=NOTE,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="GET",
        path="/ledger/tile/{tile_level}/{place:.+}",
        name="ledger.tile",
        summary="A tile of hashes, or a bundle of entries",
        handler=tile,
        auth=Auth.EMPLOYEE,
        action=Action.LEDGER_READ,
        scope="ledger:read",
        path_params=TilePath,
        produces=BYTES,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="GET",
        path="/ledger/about",
        name="ledger.about",
        summary="The log's name and its keys",
        handler=about,
        auth=Auth.EMPLOYEE,
        action=Action.LEDGER_READ,
        scope="ledger:read",
        returns=LedgerOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="GET",
        path="/ledger/bundle",
        name="ledger.bundle",
        summary="The whole ledger as a tar file that proves itself",
        handler=bundle,
        auth=Auth.EMPLOYEE,
        action=Action.LEDGER_READ,
        scope="ledger:read",
        produces=TAR,
        errors=(AccessDenied, LedgerStalled, NotFound),
    ),
    Route(
        method="GET",
        path="/api/v1/events/mine",
        name="events.mine",
        summary="What I did, as the log has it",
        handler=mine,
        auth=Auth.SIGNED_IN,
        own=True,
        scope="events:read",
        query=OwnQuery,
        returns=OwnEvents,
    ),
    Route(
        method="GET",
        path="/api/v1/events/{event_id}/receipt",
        name="events.receipt",
        summary="An event's receipt: proves offline that it is in the ledger",
        handler=receipt,
        auth=Auth.SIGNED_IN,
        action=Action.EVENT_RECEIPT,
        scope="events:read",
        path_params=EventPath,
        produces=NOTE,
        errors=(AccessDenied, NotFound, ReceiptPending),
    ),
)
