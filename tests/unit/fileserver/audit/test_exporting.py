"""An export is made piece by piece, and what has left is forgotten."""

import json
import weakref
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from compliance.events import Act, Event, leaf_of
from fileserver.audit.exporting import pieces_of
from fileserver.audit.formats import FORMS, Labelled

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
BATCHES, ROWS = 60, 50
ALIVE_MAX = 6 * ROWS  # the one under way, the one before it, and what threads that wrote have not let go of yet


class Counted:
    """Batches of events, and how many of their events are still in memory."""

    def __init__(self) -> None:
        self.seen: list[weakref.ref[Labelled]] = []
        self.most = 0

    async def batches(self) -> AsyncGenerator[list[Labelled]]:
        """One after the other, as a database would answer."""
        leaf = leaf_of(Event(act=Act.VIEWER_COPY_VIEW, who="p-1", obj="material:7"), NOW, "0" * 32)
        fields = json.loads(leaf)
        for number in range(BATCHES):
            batch = [Labelled(number * ROWS + row, leaf, fields) for row in range(ROWS)]
            self.seen += map(weakref.ref, batch)
            self.most = max(self.most, sum(each() is not None for each in self.seen))
            yield batch
            del batch


@pytest.mark.parametrize("form", FORMS)
async def test_batches_do_not_pile_up(form: str) -> None:
    """Whatever the form, a few batches are in memory, not those of the whole export."""
    counted, sizes = Counted(), []
    async for piece, _ in pieces_of(FORMS[form], counted.batches(), continued=False):
        sizes.append(len(piece))
    assert ALIVE_MAX >= counted.most
    assert BATCHES + 1 == len(sizes)


async def test_continued_text_has_no_second_head() -> None:
    """The rows of a continued CSV follow those that arrived; a continued Parquet is a file of its own."""
    whole = [piece async for piece, _ in pieces_of(FORMS["csv"], Counted().batches(), continued=False)]
    more = [piece async for piece, _ in pieces_of(FORMS["csv"], Counted().batches(), continued=True)]
    assert FORMS["csv"].open().head() + b"".join(more) == b"".join(whole)
    table = [piece async for piece, _ in pieces_of(FORMS["parquet"], Counted().batches(), continued=True)]
    assert b"".join(table).startswith(b"PAR1")
