"""Where a witness lives: a folder with its key, a record of each log, and evidence against logs. One process at a time.

key             the private key; whoever has it can cosign in the witness's name
logs/*.json     one record each
evidence/*.txt  checkpoints that a log signed and that were refused as no continuation: the first EVIDENCE_MAX
lock            held by the process that runs
"""

import fcntl
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fileserver.witness.keys import WitnessKey
from fileserver.witness.records import Record, log_key, read_records, write_durably, write_record
from fileserver.witness.requests import AddCheckpoint

KEY, LOGS, EVIDENCE, LOCK = "key", "logs", "evidence", "lock"
EVIDENCE_MAX = 1000


class FolderUnusable(Exception):
    """The folder is no witness's, is in use, or has one already; the message says which."""


class Folder:
    """A witness's folder, locked by `opened`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / LOGS
        self.evidence = path / EVIDENCE

    def make(self, name: str, vkeys: Sequence[str]) -> WitnessKey:
        """A new key, and a record for each log (several keys of one log make one). Raises Malformed, FolderUnusable."""
        if (self.path / KEY).exists():
            raise FolderUnusable(f"{self.path} has a witness already")
        records: dict[str, Record] = {}
        for vkey in vkeys:
            origin = log_key(vkey).name
            records[origin] = records.get(origin, Record(origin, ())).trusting(vkey)
        key = WitnessKey.generate(name)
        for folder in (self.logs, self.evidence):
            folder.mkdir(mode=0o700, exist_ok=True)
        for record in records.values():
            write_record(self.logs, record)
        write_durably(self.path / KEY, key.secret.encode() + b"\n")
        return key

    def key(self) -> WitnessKey:
        """Raises FolderUnusable."""
        try:
            return WitnessKey.parse((self.path / KEY).read_text(encoding="ascii").strip())
        except FileNotFoundError:
            raise FolderUnusable(f"{self.path} has no witness; make one by `sealshare witness init`") from None
        except (OSError, ValueError) as error:
            raise FolderUnusable(f"{self.path / KEY} can't be read: {error}") from error

    def records(self) -> dict[str, Record]:
        """By origin. Raises RecordBroken, FolderUnusable."""
        return read_records(self.logs, self.key().verifier)

    def trust(self, vkey: str) -> bool:
        """Watches one more log, or one more key of a log; whether the log is new. Raises Malformed, RecordBroken."""
        origin = log_key(vkey).name
        known = self.records().get(origin)
        write_record(self.logs, (known or Record(origin, ())).trusting(vkey))
        return known is None

    def keep(self, request: AddCheckpoint, body: bytes) -> Path | None:
        """Keeps a request as evidence, one for each signed text; None when there is enough. Raises OSError."""
        path = self.evidence / (hashlib.sha256(request.note.text).hexdigest() + ".txt")
        if not path.exists() and sum(1 for _ in self.evidence.glob("*.txt")) >= EVIDENCE_MAX:
            return None
        write_durably(path, body)
        return path


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """The folder, made if need be, and nobody else's as long as the block lasts. Raises FolderUnusable, OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (path / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderUnusable(f"{path} is in use by another process") from None
        yield Folder(path)
