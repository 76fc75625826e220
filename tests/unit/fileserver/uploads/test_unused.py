"""How many files of one person nothing was made of: counted now and then, and always before a refusal."""

from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from fileserver.uploads import unused
from fileserver.uploads.unused import AHEAD_MAX, Unused
from storage.database import Transaction

NOBODY_ASKS = cast("Transaction", None)


class Files:
    """What is there of each person, and how often it was counted."""

    def __init__(self) -> None:
        self.there = dict[UUID, int]()
        self.counted = 0

    async def count(self, _tx: Any, person_id: UUID, at_most: int) -> int:
        """See Counting."""
        self.counted += 1
        return min(self.there.get(person_id, 0), at_most)


async def test_counted_once_for_many() -> None:
    """The first is counted for; the next hundred are not."""
    files, person = Files(), uuid4()
    known = Unused(files.count)
    assert [1] * (1 + AHEAD_MAX) == [await known.take(NOBODY_ASKS, person, 1) for _ in range(1 + AHEAD_MAX)]
    assert 1 == files.counted
    await known.take(NOBODY_ASKS, person, 1)
    assert 2 == files.counted


async def test_never_more_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that come together as many as fit, and none afterwards."""
    monkeypatch.setattr(unused, "UNUSED_MAX", 10)
    files, person = Files(), uuid4()
    files.there[person] = 6
    known = Unused(files.count)
    assert 3 == await known.take(NOBODY_ASKS, person, 3)
    files.there[person] += 3
    assert 1 == await known.take(NOBODY_ASKS, person, 5)
    files.there[person] += 1
    assert 0 == await known.take(NOBODY_ASKS, person, 1)


async def test_room_that_was_made_counts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is refused for what was there before."""
    monkeypatch.setattr(unused, "UNUSED_MAX", 1)
    files, person = Files(), uuid4()
    known = Unused(files.count)
    files.there[person] = 1
    assert 0 == await known.take(NOBODY_ASKS, person, 1)
    files.there[person] = 0
    assert 1 == await known.take(NOBODY_ASKS, person, 1)


async def test_each_for_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one person keeps takes no room from another; who has not come for long is counted anew."""
    monkeypatch.setattr(unused, "PEOPLE_MAX", 1)
    files, full, other = Files(), uuid4(), uuid4()
    files.there[full] = unused.UNUSED_MAX
    known = Unused(files.count)
    assert [0, 1] == [await known.take(NOBODY_ASKS, full, 1), await known.take(NOBODY_ASKS, other, 1)]
    await known.take(NOBODY_ASKS, full, 1)
    counted = files.counted
    assert 1 == await known.take(NOBODY_ASKS, other, 1)
    assert counted + 1 == files.counted
