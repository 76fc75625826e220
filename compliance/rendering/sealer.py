"""Sealed copies of our own renditions, made in processes that hold keys and open nothing that strangers sent.

Promises: the event loop does none of the work; a base is read from the store only when no process has it decoded;
every refusal is a `WatermarkError`. Leaves to its callers who gets a copy, and whether they may.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Self

from compliance.marks import CopyMark
from compliance.rendering.child import Reply
from compliance.rendering.limits import DEFAULT_LIMITS, RenderLimits
from compliance.rendering.pool import Pooled
from watermark.framing import Header
from watermark.look import STANDARD, Look
from watermark.stamp import Stamp
from watermark.templates import Patches

SEALING = "watermark.sealer"


@dataclass(frozen=True)
class BaseOf:
    """A rendition of ours: bytes that `read` gives, under a `name` that never means others; empty: not kept.

    `asset` names the page that it shows (`marks.asset_of`), `page_px` is the size of that page's own image.
    """

    name: str
    read: Callable[[], Awaitable[bytes]]
    asset: bytes = b""
    page_px: tuple[int, int] | None = None

    @classmethod
    def given(cls, content: bytes) -> Self:
        """These bytes, once."""

        async def read() -> bytes:
            return content

        return cls("", read)


@dataclass(frozen=True)
class Seal:
    """What makes a copy somebody's: the words, how they look, and the hidden mark; without `mark` only the visible."""

    stamp: Stamp
    look: Look = STANDARD
    mark: CopyMark | None = None


class Sealer(Pooled):
    """Its processes start when first needed."""

    def __init__(self, *, processes: int = 2, limits: RenderLimits = DEFAULT_LIMITS) -> None:
        super().__init__(SEALING, processes, limits)

    async def seal(
        self,
        base: BaseOf,
        seal: Seal,
        *,
        media_type: str = "image/jpeg",
        cut: tuple[int, int, int, int] | None = None,
        jpeg_max_bytes: int | None = None,
    ) -> bytes:
        """One viewer's copy of a base rendition, as `media_type` (image/jpeg or image/png).

        `cut` (left, top, right, bottom) gives a part of the copy; the whole is kept for the next part. A whole JPEG of
        more than `jpeg_max_bytes` comes in a lower quality.
        """
        named = {"base": base.name, "page_px": base.page_px, "cut": cut, "jpeg_max_bytes": jpeg_max_bytes}
        return await self._asked({"op": "seal", "media_type": media_type, **named, **_drawn(base, seal)}, base)

    async def splice(self, slots: BaseOf, seal: Seal, *, file_id: bytes) -> Patches:
        """What makes a template one viewer's copy; `slots` is its slot map, `page_px` the size of its first page."""
        named = {"base": slots.name, "page_px": slots.page_px, "file_id": file_id.hex()}
        packed = await self._asked({"op": "splice", **named, **_drawn(slots, seal)}, slots)
        return Patches.unpacked(packed)

    async def _asked(self, request: Header, base: BaseOf) -> bytes:
        """Without the bytes first, where a process may have them; a process waits for no store."""
        header, copy = {"missing": True}, b""
        if self._pool.anybody_knows(base.name):
            header, copy = await self._call(request, b"")
        if header.get("missing"):
            _, copy = await self._call(request, await base.read())
        return copy

    async def _call(self, request: Header, content: bytes) -> Reply:
        name = request["base"]
        async with self._pool.child(wait_s=self._limits.queue_timeout_s, knowing=name) as child:
            reply = await child.call(request, content)
            if content and name:
                child.was_given(name)
            return reply


def _drawn(base: BaseOf, seal: Seal) -> Header:
    mark = seal.mark
    said = mark and {
        "copy_id": mark.copy_id,
        "kid": mark.kid,
        "secret": mark.secret.hex(),
        "asset": base.asset.hex(),
    }
    return {"stamp": asdict(seal.stamp), "look": asdict(seal.look), "mark": said}
