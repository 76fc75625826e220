"""The port that ways to a receiver implement, and what is sent over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fileserver.audit.formats import Labelled


class PushFailed(Exception):
    """The receiver may have none, some or all of a batch. `reason` is a fixed word and never holds an address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Batch:
    """Events with neighbouring indexes, the first of which is `first`."""

    first: int
    events: Sequence[Labelled]

    @property
    def after(self) -> int:
        """The index behind the last."""
        return self.first + len(self.events)


class Sender(Protocol):
    """A way to one receiver."""

    async def send(self, batch: Batch) -> None:
        """Returns when the receiver has all of it. Raises PushFailed."""
        ...
