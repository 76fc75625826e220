"""Waiting until materials are prepared and scanned: one question for all who wait, or the server would be kept busy."""

import asyncio

from fileserver.demo.api import Desk

POLL_S = 0.25
TIMEOUT_S = 120
MATERIALS_MAX = 100  # of a page of the list; the story makes a dozen
SCANNING = ("waiting", "running")


class Preparations:
    """Asks as the marketer whose materials they are."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._round: asyncio.Task[frozenset[str]] | None = None

    async def over(self, material_id: str) -> None:
        """Returns when the newest version has its renditions and findings. Raises TimeoutError, DemoRefused."""
        async with asyncio.timeout(TIMEOUT_S):
            while material_id not in await self._prepared() or not await self._scanned(material_id):
                pass

    async def _prepared(self) -> frozenset[str]:
        """Of the next round, which whoever waits shares."""
        if self._round is None or self._round.done():
            self._round = asyncio.create_task(self._look())
        return await asyncio.shield(self._round)

    async def _look(self) -> frozenset[str]:
        await asyncio.sleep(POLL_S)
        found = await self._desk.call("GET", f"/api/v1/materials?mine=true&limit={MATERIALS_MAX}")
        return frozenset(each["id"] for each in found["items"] if each["version"]["preparation"] != "pending")

    async def _scanned(self, material_id: str) -> bool:
        (version, *_) = (await self._desk.call("GET", f"/api/v1/materials/{material_id}"))["versions"]
        return version["scan"]["state"] not in SCANNING
