"""The log's side of C2SP tlog-witness: offers a checkpoint, proves that it continues what the witness knows."""

import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from compliance.outside.cosignatures import WitnessKey
from compliance.outside.places import Conflict, ConflictKind, Ledger, PlaceFailed, Told
from storage.rows.ledger import CheckpointRow

OK, CONFLICT, UNPROCESSABLE = 200, 409, 422
SIZE_TYPE = "text/x.tlog.size"
SIZE_DIGITS_MAX = 19
TRIES_MAX = 3  # two nodes may offer at the same moment, and each is told of the other's size


@dataclass(frozen=True)
class Answer:
    """What a witness says."""

    status: int
    media_type: str
    body: bytes


Post = Callable[[bytes], Awaitable[Answer]]  # to its add-checkpoint; raises PlaceFailed


class WitnessPlace:
    """One witness: its key, and how to ask it."""

    witness = True

    def __init__(self, key: WitnessKey, post: Post) -> None:
        self.key, self._post = key, post
        self.name = f"witness:{key.name}"

    async def tell(self, head: CheckpointRow, known: int, ledger: Ledger) -> Told:
        """As Place: Told holds the cosignature."""
        text = head.note.rpartition("\n\n")[0] + "\n"
        old = min(known, head.size)
        for _ in range(TRIES_MAX):
            answer = await self._post(body_of(old, await ledger.proof(old, head.size), head.note))
            if answer.status == OK:
                return self._cosigned(answer, text)
            if answer.status == UNPROCESSABLE:
                raise Conflict(ConflictKind.FORKED, old)
            if answer.status != CONFLICT:
                raise PlaceFailed(f"status {answer.status}")
            if old == head.size and _size_if_any(answer) in (None, old):
                raise Conflict(ConflictKind.FORKED, old)  # as witnesses of the older specification say it
            old = _size(answer)
            if old > head.size:
                raise Conflict(ConflictKind.SHRUNK, old)
        raise PlaceFailed("sizes change faster than they can be offered")

    def _cosigned(self, answer: Answer, text: str) -> Told:
        found = self.key.cosignature_in(answer.body.decode(errors="replace"), text)
        if found is None:
            raise PlaceFailed("no cosignature by its key")
        return Told(*found)


def body_of(old: int, proof: Sequence[bytes], note: str) -> bytes:
    """The request: old size, proof, an empty line, the checkpoint."""
    lines = [f"old {old}", *(base64.b64encode(each).decode() for each in proof)]
    return ("\n".join(lines) + "\n\n" + note).encode()


def _size(answer: Answer) -> int:
    """What the witness says that it cosigned last. Raises PlaceFailed."""
    size = _size_if_any(answer)
    if size is None:
        raise PlaceFailed("409 without a size")
    return size


def _size_if_any(answer: Answer) -> int | None:
    digits = answer.body.removesuffix(b"\n")
    if answer.media_type != SIZE_TYPE or not digits.isdigit() or len(digits) > SIZE_DIGITS_MAX:
        return None
    return int(digits)
