"""Receipts (C2SP tlog-proof): one file that proves, years later and offline, that an entry is in the log."""

from dataclasses import dataclass

from compliance.verifying.checkpoints import Checkpoint, parse_checkpoint
from compliance.verifying.encodings import decimal, hash_of, strict_base64
from compliance.verifying.errors import Malformed, ProofRefused
from compliance.verifying.hashes import included_root, leaf_hash
from compliance.verifying.notes import NOTE_BYTES_MAX
from compliance.verifying.policies import Policy, Verdict

HEAD = "c2sp.org/tlog-proof@v1"
HASHES_MAX = 63  # as high as a tree can be
RECEIPT_BYTES_MAX = 2 * NOTE_BYTES_MAX


@dataclass(frozen=True)
class Receipt:
    """What the file says. `extra` is signed by nobody; ours holds the entry's bytes, which the proof vouches for."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint
    extra: bytes | None


def parse_receipt(data: bytes) -> Receipt:
    """Takes a receipt apart and believes none of it. Raises Malformed."""
    if len(data) > RECEIPT_BYTES_MAX:
        raise Malformed(f"longer than {RECEIPT_BYTES_MAX} bytes")
    head, found, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None
    if not found or lines.pop(0) != HEAD:
        raise Malformed(f"not a receipt: it begins with {HEAD}", 1)
    at, extra = 2, None
    if lines and lines[0].startswith("extra "):
        extra, at = strict_base64(lines.pop(0).removeprefix("extra "), at), at + 1
    if not lines or not lines[0].startswith("index "):
        raise Malformed("an index is wanted here", at)
    index = decimal(lines.pop(0).removeprefix("index "), at)
    if len(lines) > HASHES_MAX:
        raise Malformed(f"more than {HASHES_MAX} hashes")
    proof = tuple(hash_of(line, at + number) for number, line in enumerate(lines, 1))
    return Receipt(index, proof, parse_checkpoint(checkpoint), extra)


def verify_receipt(receipt: Receipt, policy: Policy, entry: bytes | None = None) -> Verdict:
    """Who vouches that the entry (the one that comes in the receipt, unless given) stands at the receipt's index.

    Raises ProofRefused, BadSignature, NotVouchedFor, and Malformed when there is no entry to prove.
    """
    told = receipt.extra if entry is None else entry
    if told is None:
        raise Malformed("the receipt does not bring its entry: give it")
    head = receipt.checkpoint
    verdict = policy.judge(head.note, head.origin)
    if included_root(receipt.index, head.size, leaf_hash(told), receipt.proof) != head.root:
        raise ProofRefused(f"the log does not have this entry at index {receipt.index}")
    return verdict
