"""What the visible mark of a copy looked like: to compare it with the text that is left on a suspect.

Promises: the words and the look that the exit would draw for the visit, without a hidden mark; None for somebody whose
name can't be read any more, or a visit that has no share's look. Leaves drawing to the sealer.
"""

from compliance.errors import AccessDenied
from compliance.exit.gates import stamp_at, stamp_for
from compliance.keys import MasterKey
from compliance.looks import look_of
from compliance.rendering import Seal
from compliance.visits import person_now
from storage.database import Transaction
from storage.rows import shares
from storage.rows.copies import CopyRow


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
