"""Somebody who reads what leaves, over a socket pair: the outlet's side and the reader's in one."""

import asyncio
import socket
from types import TracebackType
from typing import Self

from storage.objects import OutletGone

READ_BYTES = 64 << 10


class Reader:
    """Takes nothing until it is asked to. `pieces_max`: how many pieces it takes before it is gone."""

    def __init__(self, *, bare: bool, pieces_max: int | None = None, standstill_s: float = 30.0) -> None:
        self.standstill_s = standstill_s
        self.written_bytes, self.taken_bytes = 0, 0
        self._is_bare, self._pieces_left = bare, pieces_max
        self._outlet, self._end = socket.socketpair()
        for each in (self._outlet, self._end):
            each.settimeout(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._outlet.close()
        self._end.close()

    async def write(self, piece: bytes) -> None:
        """See Outlet."""
        if self._pieces_left == 0:
            raise OutletGone
        self.written_bytes += len(piece)
        if self._pieces_left is None:
            await asyncio.get_running_loop().sock_sendall(self._outlet, piece)
        else:
            self._pieces_left -= 1

    async def bare(self) -> socket.socket | None:
        """See Outlet."""
        return self._outlet if self._is_bare else None

    def took(self, size_bytes: int) -> None:
        """See Outlet."""
        self.taken_bytes += size_bytes

    def sent_all(self) -> None:
        """Nothing more will come: `rest` ends."""
        self._outlet.shutdown(socket.SHUT_WR)

    def leave(self) -> None:
        """The reader goes."""
        self._end.close()

    async def some(self) -> bytes:
        """What has come, at least a byte."""
        return await asyncio.get_running_loop().sock_recv(self._end, READ_BYTES)

    async def rest(self) -> bytes:
        """All that comes until `sent_all`."""
        pieces = []
        while piece := await self.some():
            pieces.append(piece)
        return b"".join(pieces)
