"""What erasures took out of the reasons of signatures, remembered past the pruning of the log.

The log tells of each such change, with the hash of the reason before and after it. When those entries are pruned, what
they come to is kept beside the signature, with a code under a key of the master key: so a reason that an erasure
changed is told from one that somebody else changed, for as long as there is a signature.
"""

import hmac
import json
from collections.abc import Iterable

from compliance.keys import MasterKey
from storage.database import Transaction
from storage.rows import review_signatures as rows
from storage.rows.review_signatures import RedactionRow

REASON = "review_signature.reason"
PURPOSE = "signature-redaction"


def followed(leaves: Iterable[bytes], signature_id: str, digest: str) -> str:
    """The hash that a reason of hash `digest` has after the changes that these leaves tell of, in their order."""
    for leaf in leaves:
        det = json.loads(leaf).get("det", {})
        if (det.get("text"), det.get("row"), det.get("before_sha256")) == (REASON, signature_id, digest):
            digest = str(det.get("after_sha256"))
    return digest


async def keep(tx: Transaction, master: MasterKey, start: int, stop: int) -> int:
    """Keeps what the log's entries from `start` to `stop`, which are pruned next, tell of reasons; of how many."""
    told: dict[str, list[bytes]] = {}
    for leaf in await rows.redactions_between(tx, start, stop):
        det = json.loads(leaf).get("det", {})
        if det.get("text") == REASON:
            told.setdefault(str(det.get("row")), []).append(leaf)
    signatures = await rows.by_ids(tx, told)
    for row in signatures:
        before = await standing(tx, master, row.hash, str(row.id), reason_sha256(row.bound))
        after = followed(told[str(row.id)], str(row.id), before)
        await rows.put_redaction(tx, RedactionRow(row.id, after, _mac(master, row.hash, after)))
    return len(signatures)


async def standing(tx: Transaction, master: MasterKey, signature: str, signature_id: str, digest: str) -> str:
    """The hash of a reason after the changes that were pruned; `digest`, which it was signed with, if there were none.

    What was not written by this deployment counts for nothing.
    """
    kept = await rows.redaction_of(tx, signature_id)
    if kept is None or not hmac.compare_digest(kept.mac, _mac(master, signature, kept.reason_sha256)):
        return digest
    return kept.reason_sha256


def reason_sha256(bound: str) -> str:
    """The hash of the reason as it was signed; empty for what is no record of ours."""
    try:
        found = json.loads(bound)
    except ValueError:
        return ""
    return str(found.get("reason_sha256", "")) if isinstance(found, dict) else ""


def _mac(master: MasterKey, signature: str, digest: str) -> str:
    return master.keyed_hash(PURPOSE, f"{signature}\n{digest}")
