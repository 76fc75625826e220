"""What others know of the ledger: places outside this server's trust that are told of its checkpoints.

The ledger proves to whoever has a checkpoint that nothing before it was changed. Whoever owns the database, and the
key, could still put back an old copy, or write another history for those who have none. So checkpoints go where this
server can't take them back: to witnesses, who cosign only growth, to a folder, to a bucket with object lock, to
webhooks.

    places       what a place is asked, and the two ways in which it may contradict us
    witnesses    C2SP tlog-witness, from the log's side; `cosignatures` what comes back
    archives     a folder or a bucket, read before it is written
    webhooks     somebody who is told, and can't be asked
    telling      every place in its turn, by one process at a time; what came of it is in rows
    standing     what one process makes of those rows: alarms, readiness, and whether anything may leave

Order: a place is told of the newest checkpoint, at most every so often, and of none that is smaller than the one it
took last. Those in between are not told: a checkpoint commits to all before it. What a place took is noted after it
took it; a process killed between the two tells it again, which changes nothing.

A restored old database has forgotten what it told. It shows as soon as a place is asked, which every process does
before it serves: a witness or an archive knows a larger tree (`shrunk`), or one that ours does not continue, once the
old copy has grown past it (`forked`).
"""

from compliance.outside.places import Conflict, ConflictKind, Ledger, Place, PlaceFailed, Told
from compliance.outside.standing import OutsideWatch, Quorum
from compliance.outside.telling import Teller

__all__ = [
    "Conflict",
    "ConflictKind",
    "Ledger",
    "OutsideWatch",
    "Place",
    "PlaceFailed",
    "Quorum",
    "Teller",
    "Told",
]
