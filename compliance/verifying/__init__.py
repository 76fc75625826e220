"""The auditor's side of the ledger: proves, offline, that nothing in it was changed, removed, reordered or added.

It shares no code with what writes the log: it imports the standard library and `cryptography`, nothing of SealShare
(a contract in pyproject.toml says so), and it was written from the specifications: RFC 6962 and RFC 9162 (hashes and
proofs), C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature, tlog-proof and tlog-policy.

What it works on is a `Source`: a folder, a tar or zip file, a server's addresses, a database; bytes by path, laid out
as tlog-tiles says. Nothing that comes from a source is believed before a signature of a key that the auditor brought
leads to it. Where something is wrong, a `Fault` names the first entry, hash or line that is.

    hashes       leaves, nodes, roots, inclusion and consistency
    notes        signed notes; `keys` who may sign them; `policies` whose signatures are enough
    checkpoints  the signed head of a log; `receipts` the proof of one entry
    layout       where tiles lie; `sources` reading them; `tiles` what is read, hash by hash
    trees        the walk from the signed root down to every entry
    logs         all of it together: one log, judged
"""

from compliance.verifying.checkpoints import Checkpoint, parse_checkpoint
from compliance.verifying.errors import Malformed
from compliance.verifying.faults import Fault, Kind
from compliance.verifying.growth import Past, past_of
from compliance.verifying.keys import VerifierKey, parse_vkey
from compliance.verifying.logs import Report, verify_log
from compliance.verifying.policies import Policy, parse_policy, policy_of
from compliance.verifying.receipts import Receipt, parse_receipt, verify_receipt
from compliance.verifying.sources import Source, open_source

__all__ = [
    "Checkpoint",
    "Fault",
    "Kind",
    "Malformed",
    "Past",
    "Policy",
    "Receipt",
    "Report",
    "Source",
    "VerifierKey",
    "open_source",
    "parse_checkpoint",
    "parse_policy",
    "parse_receipt",
    "parse_vkey",
    "past_of",
    "policy_of",
    "verify_log",
    "verify_receipt",
]
