"""Somebody who is sent every checkpoint that is told, and can't be asked what they got."""

from collections.abc import Awaitable, Callable

from compliance.outside.places import Ledger, PlaceFailed, Told
from storage.rows.ledger import CheckpointRow

SUCCESS = range(200, 300)

PostNote = Callable[[bytes], Awaitable[int]]  # returns the status; raises PlaceFailed


class WebhookPlace:
    """An address that takes checkpoints by POST. It gets each size once, and smaller ones never after larger ones."""

    witness = False

    def __init__(self, name: str, post: PostNote) -> None:
        self.name, self._post = name, post

    async def tell(self, head: CheckpointRow, known: int, ledger: Ledger) -> Told:
        """As Place; it never contradicts. Nothing is sent that is not larger than what it took last."""
        if head.size > known:
            status = await self._post((await ledger.note(head)).encode())
            if status not in SUCCESS:
                raise PlaceFailed(f"status {status}")
        return Told()
