"""A folder or a bucket: looked at before it gets the next checkpoint."""

from compliance.outside.places import Conflict, ConflictKind, Ledger, PlaceFailed, Told
from storage.archives import Archive
from storage.rows.ledger import CheckpointRow


class ArchivePlace:
    """Keeps every checkpoint that it is told of, and is asked for the newest that it has."""

    witness = False

    def __init__(self, name: str, archive: Archive) -> None:
        self.name, self._archive = name, archive

    async def tell(self, head: CheckpointRow, known: int, ledger: Ledger) -> Told:  # noqa: ARG002  # it knows better
        """As Place. What is in it and not signed by the log contradicts nobody, and stops the keeping: PlaceFailed."""
        newest = await self._archive.newest()
        size = 0
        if newest is not None:
            found = ledger.ours(newest.note)
            if found is None or found.size != newest.size:
                raise PlaceFailed("the newest file is no checkpoint of this log")
            if found.size > head.size:
                raise Conflict(ConflictKind.SHRUNK, found.size)
            if found.root != await ledger.root(found.size):
                raise Conflict(ConflictKind.FORKED, found.size)
            size = found.size
        if newest is None or size < head.size:
            await self._archive.keep(head.size, head.made_at, (await ledger.note(head)).encode())
        return Told()
