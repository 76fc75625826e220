"""What the visible mark of a copy looked like: to compare it with the text that is left on a suspect.

Promises: copies that a text may be of, few enough to look at each; the words and the look that the exit would draw for
a visit, without a hidden mark; None for somebody whose name can't be read any more. Leaves drawing to the sealer,
reading to `compliance.reading`, and what agrees to `words`.
"""

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

from compliance.errors import AccessDenied
from compliance.exit.gates import UNNAMED, stamp_at, stamp_for
from compliance.keys import MasterKey
from compliance.looks import look_of
from compliance.rendering import Seal
from compliance.tracing.words import Words
from compliance.visits import person_now
from storage.database import Transaction
from storage.rows import copies, shares
from storage.rows.copies import CopyRow, Narrowing, ServedRow

POINTED_MAX = 200


async def seal_of(tx: Transaction, master: MasterKey, copy: CopyRow) -> Seal | None:
    """The seal of this copy as it was drawn."""
    share = await shares.share_by_id(tx, copy.share_id) if copy.share_id else None
    try:
        stamp = await stamp_for(await person_now(tx, copy.person_id), tx, master)
    except AccessDenied:
        return None
    if share is None:
        return Seal(stamp_at(stamp, copy.version_id, copy.started_at))
    marked = await shares.marked_at(tx, share, copy.started_at)
    return Seal(stamp_at(stamp, share.id, copy.started_at), look_of(marked))


class Lineup:
    """The copies that texts on one suspect may be of, looked up when the first text is there, once for all pages."""

    def __init__(self, where: Narrowing) -> None:
        self._where = where
        self._served: Sequence[ServedRow] | None = None

    async def pointed_by(self, tx: Transaction, words: Words, version_id: UUID | None) -> Sequence[CopyRow]:
        """Those whose share or minute stands in the words; if there are none, the newest of the version (None: none).

        Names can't be looked up, for they are sealed.
        """
        if self._served is None:
            self._served = await copies.newest_copies(tx, self._where)
        found = await asyncio.to_thread(_pointed, words, self._served)  # hundreds of thousands take seconds
        if not found and version_id is not None:
            found = [each.copy_id for each in self._served if each.version_id == version_id]
        wanted = found[:POINTED_MAX]
        rows = await copies.copies_by_id(tx, wanted, self._where)
        return [rows[each] for each in wanted if each in rows]


def _pointed(words: Words, served: Iterable[ServedRow]) -> Sequence[int]:
    return [each.copy_id for each in served if words.points(*_looked_up(each))]


def _looked_up(copy: ServedRow) -> tuple[str, str]:
    """The id of its way in and its time, as they are drawn."""
    stamp = stamp_at(UNNAMED, copy.share_id or copy.version_id, copy.started_at)
    return stamp.share_id, stamp.time_text
