"""The decision, and its order: check, write, answer. For each log one request at a time.

What is checked against the last record and what is written after it belong together: two requests that would both grow
the log from the same size come one after the other, and the second one is told 409.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from compliance.verifying.checkpoints import Checkpoint
from compliance.verifying.errors import BadSignature, ProofRefused
from compliance.verifying.hashes import require_consistent
from compliance.verifying.keys import VerifierKey
from compliance.verifying.notes import Signature
from fileserver.witness.keys import WitnessKey, line_of
from fileserver.witness.records import Record, write_record
from fileserver.witness.refusals import Inconsistent, NotARequest, NotSigned, Stale, UnknownLog
from fileserver.witness.requests import AddCheckpoint

Now = Callable[[], int]  # seconds since the epoch


class Witness:
    """The logs it watches, as they are on disk in `folder`; nobody else may write there meanwhile."""

    def __init__(self, key: WitnessKey, records: dict[str, Record], folder: Path, now: Now) -> None:
        self.key = key
        self._records, self._folder, self._now = records, folder, now
        self._turns = {origin: asyncio.Lock() for origin in records}

    @property
    def records(self) -> tuple[Record, ...]:
        """What was last cosigned of each log."""
        return tuple(self._records.values())

    async def add(self, request: AddCheckpoint) -> str:
        """The cosignature line, once the checkpoint is on the disk as the last one. Raises Refusal, OSError."""
        origin = request.origin
        if origin not in self._records:
            raise UnknownLog("this witness does not watch that log")
        async with self._turns[origin]:
            record = self._records[origin]
            checkpoint, signed_by = check(request, record)
            line = self.key.cosign(checkpoint.note.text, self._now())
            note = checkpoint.note.text.decode() + "\n" + "".join(map(line_of, signed_by)) + line
            updated = replace(record, note=note)
            await asyncio.to_thread(write_record, self._folder, updated)
            self._records[origin] = updated
        return line


def check(request: AddCheckpoint, record: Record) -> tuple[Checkpoint, tuple[Signature, ...]]:
    """The checkpoint and the log's signatures on it, if it may be cosigned next. Raises Refusal."""
    signed_by = _signatures(request, record.verifiers)
    checkpoint = request.checkpoint()
    if request.old_size > checkpoint.size:
        raise NotARequest("the checkpoint is smaller than the old size")
    size, root = record.head
    if request.old_size != size:
        raise Stale(size)
    try:
        require_consistent(size, root, checkpoint.size, checkpoint.root, request.proof)
    except ProofRefused as error:
        raise Inconsistent(str(error)) from error
    return checkpoint, signed_by


def _signatures(request: AddCheckpoint, keys: tuple[VerifierKey, ...]) -> tuple[Signature, ...]:
    try:
        good = [key for key in keys if key.signed(request.note) is not None]
    except BadSignature as error:
        raise NotSigned("a signature by a key of the log does not verify") from error
    if not good:
        raise NotSigned("no key that is trusted for the log signed the checkpoint")
    return tuple(key.signatures(request.note)[0] for key in good)
