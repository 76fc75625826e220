"""What a witness remembers of a log: who signs it, and the checkpoint that it cosigned last. One small file each.

Written beside and moved into place, flushed before and after: a reader, or the next start, finds the old record or the
new one, whole. A record that is missing or damaged is never taken for "nothing cosigned yet", which would let a log
begin anew: the witness does not start then.
"""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from compliance.verifying.checkpoints import Checkpoint, parse_checkpoint
from compliance.verifying.errors import Malformed
from compliance.verifying.hashes import EMPTY_ROOT
from compliance.verifying.keys import LOG, VerifierKey, parse_vkey

FORMAT = "sealshare-witness/v1"
SUFFIX = ".json"
MODE = 0o600


class RecordBroken(Exception):
    """A record can't be read; the message names the file."""


@dataclass(frozen=True)
class Record:
    """One log: the keys (vkeys) that may sign its checkpoints, and the last one cosigned; empty before the first."""

    origin: str
    keys: tuple[str, ...]
    note: str = ""

    @property
    def verifiers(self) -> tuple[VerifierKey, ...]:
        """The keys."""
        return tuple(map(parse_vkey, self.keys))

    @property
    def head(self) -> tuple[int, bytes]:
        """Size and root of what was last cosigned; those of the empty tree before the first."""
        if not self.note:
            return 0, EMPTY_ROOT
        checkpoint = parse_checkpoint(self.note.encode())
        return checkpoint.size, checkpoint.root

    def trusting(self, vkey: str) -> "Record":
        """The record with one more key of the same log. Raises Malformed."""
        if log_key(vkey).name != self.origin:
            raise Malformed(f"not a key of {self.origin}")
        return self if vkey in self.keys else replace(self, keys=(*self.keys, vkey))


def log_key(vkey: str) -> VerifierKey:
    """A log's key. Raises Malformed, also for a witness's."""
    key = parse_vkey(vkey)
    if key.kind != LOG:
        raise Malformed("the key of a witness, not of a log")
    return key


def origin_hash(origin: str) -> str:
    """What a log is called in file names and in the addresses of the monitoring prefix."""
    return hashlib.sha256(origin.encode()).hexdigest()


def write_record(folder: Path, record: Record) -> None:
    """Returns when the record is on the disk. Raises OSError; the old one is in place then."""
    document = {"format": FORMAT, "origin": record.origin, "keys": record.keys, "checkpoint": record.note}
    write_durably(folder / (origin_hash(record.origin) + SUFFIX), json.dumps(document, indent=1).encode())


def read_records(folder: Path, cosigner: VerifierKey) -> dict[str, Record]:
    """By origin every log watched. Raises RecordBroken; a note that we did not cosign is a broken record, too."""
    return {record.origin: record for record in (_read(path, cosigner) for path in sorted(folder.glob("*" + SUFFIX)))}


def write_durably(path: Path, content: bytes, *, mode: int = MODE) -> None:
    """Replaces a file by a whole new one: after a crash there is the old one or the new one."""
    temporary = path.with_name(f".{path.name}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path, cosigner: VerifierKey) -> Record:
    try:
        document = json.loads(path.read_bytes())
        record = Record(document["origin"], tuple(document["keys"]), document["checkpoint"])
        if document["format"] != FORMAT or path.name != origin_hash(record.origin) + SUFFIX:
            raise Malformed("another format, or another log's")
        if not record.keys or any(log_key(key).name != record.origin for key in record.keys):
            raise Malformed("keys of another log")
        if record.note:
            _require_cosigned(parse_checkpoint(record.note.encode()), record, cosigner)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordBroken(f"{path}: {error}") from error
    return record


def _require_cosigned(checkpoint: Checkpoint, record: Record, cosigner: VerifierKey) -> None:
    if checkpoint.origin != record.origin or cosigner.signed(checkpoint.note) is None:
        raise Malformed("not a checkpoint of this log that this witness cosigned")
