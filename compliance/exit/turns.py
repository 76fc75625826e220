"""Turns at sealing, shared out by person: whoever asks for a thousand pages at once waits for themselves alone.

A base rendition is read into memory only when its turn has come, so a storm of requests holds no pictures either.
Leaves the queue among people to the renderer.
"""

import asyncio
from uuid import UUID
from weakref import WeakValueDictionary

AT_ONCE_MAX = 2


class Turns:
    """`async with turns.of(person_id)`: at most `at_once_max` at work for each person, in order of arrival."""

    def __init__(self, at_once_max: int = AT_ONCE_MAX) -> None:
        self._at_once_max = at_once_max
        self._of: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, person_id: UUID) -> asyncio.Semaphore:
        """This person's turns. They are forgotten when nobody waits or works any more."""
        turns = self._of.get(person_id)
        if turns is None:
            turns = self._of[person_id] = asyncio.Semaphore(self._at_once_max)
        return turns
