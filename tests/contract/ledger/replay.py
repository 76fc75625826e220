"""What must hold of every ledger at every moment: the look that tests and the crash harness take at the rows."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select, text

from compliance.keys import LedgerKey
from compliance.notes import Verifier, parse_checkpoint, parse_note
from fileserver.services import Services
from storage.database import Database
from storage.schema import ledger_checkpoint

PLACES = text(
    "SELECT ledger_leaf.index, ledger_leaf.event_id, event.leaf FROM ledger_leaf "
    "LEFT JOIN event ON event.id = ledger_leaf.event_id ORDER BY ledger_leaf.index"
)


async def replayed(services: Services, *, size: int | None = None) -> list[bytes]:
    """The leaves in the tree's order. Fails unless they are contiguous, each event's once, under every signed root."""
    leaves = await replay(services.database, services.ledger_origin, services.keys.ledger)
    assert size in (None, len(leaves))
    return leaves


async def replay(database: Database, origin: str, keys: Sequence[LedgerKey]) -> list[bytes]:
    """The same of a database without services around it."""
    async with database.transaction() as tx:
        places = (await tx.execute(PLACES)).all()
        heads = (await tx.execute(select(ledger_checkpoint).order_by(ledger_checkpoint.c.size))).all()
    assert list(range(len(places))) == [index for index, _, _ in places]
    assert len(places) == len({event_id for _, event_id, _ in places})
    leaves = [bytes(leaf) for _, _, leaf in places]
    roots = roots_of(leaves, {head.size for head in heads})
    for head in heads:
        says = parse_checkpoint((note := parse_note(head.note)).text)
        assert (origin, head.size, head.root) == (says.origin, says.size, says.root)
        assert roots[head.size] == head.root
        assert any(Verifier(says.origin, key.public).signed(note) for key in keys)
    assert not heads or heads[-1].size == len(places)
    return leaves


def roots_of(leaves: list[bytes], sizes: set[int]) -> dict[int, bytes]:
    """By size the root, by the stack of complete subtrees: nothing of it is the writer's."""
    roots, stack = {0: sha256(b"").digest()}, list[tuple[int, bytes]]()
    for size, leaf in enumerate(leaves, 1):
        stack.append((1, sha256(b"\0" + leaf).digest()))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (count, right), (_, left) = stack.pop(), stack.pop()
            stack.append((count * 2, sha256(b"\1" + left + right).digest()))
        if size in sizes:
            root = stack[-1][1]
            for _, left in reversed(stack[:-1]):
                root = sha256(b"\1" + left + root).digest()
            roots[size] = root
    return roots
