"""What is asked of a witness: the body of add-checkpoint, taken apart and not believed."""

from dataclasses import dataclass

from compliance.verifying.checkpoints import ROOT_LINE, Checkpoint, checkpoint_of
from compliance.verifying.encodings import decimal, hash_of
from compliance.verifying.errors import Malformed
from compliance.verifying.notes import Note, parse_note
from fileserver.witness.refusals import Inconsistent, NotARequest

BODY_BYTES_MAX = 128 * 1024  # 63 hashes, and a note with sixteen signatures of a post-quantum kind
HASHES_MAX = 63
OLD = "old "


@dataclass(frozen=True)
class AddCheckpoint:
    """A new head of a log, and the proof that it continues the head of `old_size` entries."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note

    @property
    def origin(self) -> str:
        """The log that the checkpoint names; nothing more is read of it before its signature is checked."""
        return self.note.text.partition(b"\n")[0].decode()

    def checkpoint(self) -> Checkpoint:
        """Raises NotARequest; Inconsistent for an empty log whose root is not that of nothing."""
        try:
            return checkpoint_of(self.note)
        except Malformed as error:
            if error.line == ROOT_LINE and _is_empty(self.note):
                raise Inconsistent("an empty log has the hash of nothing as its root") from error
            raise NotARequest(f"checkpoint: {error}") from error


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """Raises NotARequest."""
    head, empty, note = body.partition(b"\n\n")
    try:
        first, *rest = head.decode("ascii").split("\n")
        if not empty or not first.startswith(OLD) or len(rest) > HASHES_MAX:
            raise NotARequest(f"an old size, at most {HASHES_MAX} hashes, an empty line, and a checkpoint are wanted")
        return AddCheckpoint(decimal(first.removeprefix(OLD)), tuple(map(hash_of, rest)), parse_note(note))
    except UnicodeDecodeError as error:
        raise NotARequest("old size and hashes are ASCII") from error
    except Malformed as error:
        raise NotARequest(str(error)) from error


def _is_empty(note: Note) -> bool:
    _, size, root, *_ = note.text.decode().split("\n")
    try:
        hash_of(root)
    except Malformed:
        return False
    return size == "0"
