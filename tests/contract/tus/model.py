"""What tus 1.0.0 says must be true of one upload, without a server: statuses, offsets and bytes."""

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """Of an upload, as a client can tell."""

    OPEN = "open"
    COMPLETE = "complete"
    GONE = "gone"  # terminated or expired


@dataclass
class Modelled:
    """One upload. `body` is the whole file, which the client knows from the beginning and the server may not."""

    path: str
    body: bytes
    offset: int = 0
    length_known: bool = True
    concat: str | None = None
    state: State = State.OPEN

    @property
    def rest(self) -> int:
        """How many bytes are missing."""
        return len(self.body) - self.offset

    def head(self) -> dict[str, str | None] | None:
        """What HEAD tells; None: 410."""
        if self.state is State.GONE:
            return None
        return {
            "Upload-Offset": str(self.offset),
            "Upload-Length": str(len(self.body)) if self.length_known else None,
            "Upload-Defer-Length": None if self.length_known else "1",
        }

    def patch(self, offset: int, size: int, *, says_length: bool = False, is_right: bool = True) -> int:
        """The status of a PATCH with `size` bytes, and what it changes. `is_right`: the checksum, if there is one."""
        if self.state is State.GONE:
            return 410
        if self.concat == "final":
            return 403
        if offset != self.offset:
            return 409
        if (self.length_known or says_length) and offset + size > len(self.body):
            return 413
        if not is_right:
            return 460
        self.length_known = self.length_known or says_length
        self.stands_at(offset + size)
        return 204

    def delete(self) -> int:
        """The status of a DELETE."""
        if self.state is State.GONE:
            return 410
        self.state = State.GONE
        return 204

    def stands_at(self, offset: int) -> None:
        """The server may choose where: within what was sent, and never back."""
        self.offset = offset
        if self.length_known and not self.rest:
            self.state = State.COMPLETE

    def time_is_over(self) -> None:
        """What is unfinished expires."""
        if self.state is State.OPEN:
            self.state = State.GONE
