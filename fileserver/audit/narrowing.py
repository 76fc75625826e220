"""The log narrowed by whose share something hangs on, which the figures' follower knows only once it was there.

An answer waits for the follower, for so long, and is refused rather than short: what came through a link that nobody
knows yet would be missing.
"""

import asyncio
import time

from compliance.errors import FiguresBehind
from compliance.spreading.following import READER
from fileserver.audit.schemas import EventFilterIn
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import event_index, sequencing

KNOWN_WITHIN_S = 5.0
LOOK_S = 0.1
NOTHING = -1  # the place before the first event
BY_TREE = ("sharer", "tree_id", "department_id", "region")  # filters that ask through whose links something went


async def wait_until_known(services: Services, asked: EventFilterIn, through: int | None = None) -> int:
    """Waits until the links of all events through this place are known, or of all that have one; the place.

    Raises FiguresBehind. Nobody waits who asks for no tree.
    """
    if not by_tree(asked):
        return NOTHING
    ends_s = time.monotonic() + KNOWN_WITHIN_S
    while True:
        async with services.database.transaction() as tx:
            if through is None:
                _, last = await sequencing.head_and_last(tx)
                through = NOTHING if last is None else last
            try:
                await require_known(tx, asked, through)
            except FiguresBehind:
                if time.monotonic() > ends_s:
                    raise
            else:
                return through
        await asyncio.sleep(LOOK_S)


async def require_known(tx: Transaction, asked: EventFilterIn, through: int) -> None:
    """Raises FiguresBehind unless they are known now: whoever rebuilds the figures makes them unknown for a while."""
    if not by_tree(asked):
        return
    missing = through + 1 - await event_index.reader_at(tx, READER)
    if missing > 0:
        raise FiguresBehind(events=missing)


def by_tree(asked: EventFilterIn) -> bool:
    """Whether it matters through whose link something went."""
    return any(getattr(asked, name) is not None for name in BY_TREE)
