"""Receipts: the proof in one is that of the definition, or there is none."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from compliance.errors import NotFound, ReceiptPending
from compliance.receipts import HEAD, receipt_of
from storage.rows.ledger import CheckpointRow
from storage.rows.receipts import CoveredRow
from tests.ledgers import Tree, leaf

SIZE, WIDTH = 300, 256
TREE = Tree([leaf(b"%d" % index) for index in range(SIZE)])
ROOT = TREE.range(0, SIZE)
TILES = {
    (0, 0): b"".join(TREE.leaves[:WIDTH]),
    (0, 1): b"".join(TREE.leaves[WIDTH:]),
    (1, 0): TREE.range(0, WIDTH),
}
EVENT = CoveredRow(
    id=7,
    leaf=b"0",
    who="p-1",
    index=0,
    head=CheckpointRow(SIZE, ROOT, "note\n", datetime(2026, 11, 26, tzinfo=UTC)),
    lines=("line\n",),
    tiles=TILES,
)


@pytest.mark.parametrize("index", [0, 1, 254, 255, 256, 299])
def test_its_proof_is_that_of_the_definition(index: int) -> None:
    """Head, the event's bytes, its place, the hashes from its sibling on, and the note with what witnesses said."""
    head, extra, place, *proof = receipt_of(replace(EVENT, index=index)).text.split("\n")
    assert (HEAD, "extra MA==", f"index {index}") == (head, extra, place)
    expected = [base64.b64encode(each).decode() for each in TREE.inclusion(index, 0, SIZE)]
    assert [*expected, "", "note", "line", ""] == proof


def test_longer_tiles_do_no_harm() -> None:
    """The tree went on growing behind the head that a receipt is made for."""
    longer = TILES | {(0, 1): TILES[0, 1] + ROOT, (1, 0): TILES[1, 0] + ROOT}
    assert receipt_of(EVENT).text == receipt_of(replace(EVENT, tiles=longer)).text


@pytest.mark.parametrize(("index", "tile"), [(0, (0, 0)), (0, (0, 1)), (298, (0, 1)), (299, (1, 0))])
def test_no_receipt_from_less_than_its_tiles(index: int, tile: tuple[int, int]) -> None:
    """A tile that is gone, or that has a hash less than the proof needs, makes no proof of anything."""
    gone = {place: hashes for place, hashes in TILES.items() if place != tile}
    for held in (gone, TILES | {tile: TILES[tile][:-32]}):
        with pytest.raises(NotFound):
            receipt_of(replace(EVENT, index=index, tiles=held))


@pytest.mark.parametrize("event", [replace(EVENT, index=None), replace(EVENT, head=None)])
def test_it_waits_for_its_checkpoint(event: CoveredRow) -> None:
    """Without a place, or a head over it, there is nothing to prove yet."""
    with pytest.raises(ReceiptPending):
        receipt_of(event)
