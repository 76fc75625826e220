"""Asking again while bytes leave: a right that ends in the middle ends the answer soon after, at any speed.

Promises that no byte leaves on the answer to a question that was asked more than AGAIN_S + AHEAD_S ago, or more than
AGAIN_BYTES + AHEAD_BYTES ago; and that a question which can't be answered lets nothing pass either. The question is
asked while bytes go on leaving, so that a fast reader need not wait for it. Leaves to the gate what the answer is.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

AGAIN_BYTES = 256 << 20
AGAIN_S = 1.0
# How far an answer may run ahead of the next one; a question takes a few milliseconds.
AHEAD_BYTES = 64 << 20
AHEAD_S = 1.0


class Asking:
    """The question about one answer that is leaving, asked once already. Use as an async context manager."""

    def __init__(self, ask: Callable[[], Awaitable[object]], now_s: Callable[[], float]) -> None:
        self._ask, self._now_s = ask, now_s
        self._left_bytes, self._since_s = 0, now_s()
        self._open: asyncio.Task[object] | None = None
        self._open_left_bytes, self._open_since_s = 0, 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._open is not None:
            self._open.cancel()
            await asyncio.gather(self._open, return_exceptions=True)

    async def before(self, size_bytes: int) -> float:
        """Let so many bytes more leave; for how many seconds that holds.

        Raises what the question raises: AccessDenied, NotFound, StorageError.
        """
        now_s = self._now_s()
        self._left_bytes += size_bytes
        self._open_left_bytes += size_bytes
        if self._open is None and (self._left_bytes > AGAIN_BYTES or now_s - self._since_s > AGAIN_S):
            self._open = asyncio.ensure_future(self._ask())
            self._open_left_bytes, self._open_since_s = size_bytes, now_s
        if self._open is not None and (self._open.done() or self._is_late(now_s)):
            await self._answered(self._open)
        return self._since_s + AGAIN_S + AHEAD_S - self._now_s()

    def _is_late(self, now_s: float) -> bool:
        too_many = self._left_bytes > AGAIN_BYTES + AHEAD_BYTES
        return too_many or now_s - self._since_s > AGAIN_S + AHEAD_S

    async def _answered(self, question: asyncio.Task[object]) -> None:
        await asyncio.shield(question)
        self._open = None
        self._left_bytes, self._since_s = self._open_left_bytes, self._open_since_s
