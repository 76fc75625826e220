"""How slowly a body may come: each wait for it has an end (`body`), and all of them together must bring bytes.

Only the time spent waiting for the client counts: where the store is slow, the client can't help it.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from fileserver.uploads.body import Body
from fileserver.uploads.errors import UploadSlow

PATIENCE_S = 120.0  # before the rate counts
RATE_MIN_BYTES_S = 1024  # less is nobody's line, and would hold a place among the receiving ones for days


class Paced:
    """A body that ends when it comes too slowly."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._bytes, self._waited_s = 0, 0.0

    async def read_into(self, room: memoryview, hashers: Sequence[Any]) -> int:
        """As of the body. Raises UploadSlow as well; what came before that has been returned."""
        if self._waited_s > PATIENCE_S + self._bytes / RATE_MIN_BYTES_S:
            raise UploadSlow(rate_min_bytes_s=RATE_MIN_BYTES_S)
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            count = await self._body.read_into(room, hashers)
        finally:
            self._waited_s += clock() - begun
        self._bytes += count
        return count
