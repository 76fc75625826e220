"""Copies of a PDF that keep its text on their way out, in ranges: a template, and one viewer's bytes in its slots.

Promises: the range is of the copy that the event names, whoever it is sealed to by then; a long answer asks again on
the way. Leaves making the viewer's bytes to `splicing`, and copies of what has no template to `drawn`.
"""

import time
from collections.abc import Callable
from functools import partial

from compliance.errors import NotPrepared
from compliance.events import Trail
from compliance.exit.asking import Asking
from compliance.exit.desk import Begun, Counting, Desk
from compliance.exit.gates import Gate, Passage
from compliance.exit.guesses import Guesses
from compliance.exit.pieces import ChooseCopy, Copy, Departure, Outlet, Piece, PieceKind, ReleasedCopy
from compliance.exit.splicing import CopyOf, Splices, Template, template_of
from compliance.exit.turns import Turns
from compliance.media_types import PDF, named_as
from storage.objects import ObjectStore
from watermark.templates import Patches

TRIES_MAX = 3


class SplicedCopies:
    """Of one process. Of one release it keeps for the next what makes a copy of a template, for speed only."""

    def __init__(
        self,
        desk: Desk,
        objects: ObjectStore,
        splices: Splices,
        turns: Turns,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk, self._objects, self._splices, self._turns, self._now_s = desk, objects, splices, turns, now_s
        self._guesses = Guesses()

    async def release(self, gate: Gate, choose: ChooseCopy, trail: Trail) -> ReleasedCopy | None:
        """A copy made of a template; None if there is none to make it of.

        Patches are made before the transaction whose answer lets it out: of the copy that it is going to be, as far as
        can be known. If the gate has changed who it is sealed to by then, it is another copy, and is made too.
        """
        await self._make_ahead(gate)
        for _ in range(TRIES_MAX):
            async with self._desk.database.transaction() as tx:
                passage = await self._desk.admit(gate, tx, PieceKind.DOCUMENT)
                if passage.served.preparation == "pending":
                    raise NotPrepared
                template = await template_of(tx, passage)
                self._guesses.learn(gate, passage, template)
                if template is None:
                    return None
                copy = CopyOf(template, passage.seal)
                patches = self._splices.get(copy)
                if patches is not None:
                    known = _known(passage, patches)
                    part, begun = choose(known), None
                    if part is not None:
                        piece = Piece(kind=PieceKind.DOCUMENT)
                        size_bytes, level = known.size_bytes, template.level.value
                        begun = await self._desk.begin(tx, passage, piece, trail, part, size_bytes, level=level)
                    break
            await self._make(gate, passage, copy)
        else:
            raise NotPrepared  # somebody changes faster than copies are made
        if part is None or begun is None:
            return ReleasedCopy(copy=known)
        leaving = Departure(
            media_type=PDF,
            filename=known.filename,
            size_bytes=len(part),
            into=partial(self._send, gate, begun, template, patches, part),
        )
        return ReleasedCopy(copy=known, departure=leaving)

    async def _make_ahead(self, gate: Gate) -> None:
        """What `release` finds made already, wherever that can be guessed without a transaction. Raises as it does."""
        known = self._guesses.copy_at(gate)
        if known is not None and self._splices.get(known) is not None:
            return
        passage = await self._desk.ask(gate, PieceKind.DOCUMENT)
        copy = self._guesses.copy_of(passage)
        if copy is not None:
            await self._make(gate, passage, copy)

    async def _make(self, gate: Gate, passage: Passage, copy: CopyOf) -> None:
        async with self._turns.of(gate.person_id):
            if self._splices.get(copy) is None:  # another of their requests may have made it meanwhile
                await self._splices.make(copy, passage.served.sha256 or "")

    async def _send(
        self, gate: Gate, begun: Begun, template: Template, patches: Patches, part: range, outlet: Outlet
    ) -> None:
        """The template's bytes with the viewer's in their place; asks again on the way (`asking`)."""
        asking = Asking(lambda: self._desk.ask(gate, PieceKind.DOCUMENT), self._now_s)
        async with self._desk.leaving(begun) as sent, asking:
            await self._objects.pass_on(
                template.row.object_key,
                Counting(outlet, sent),
                asking.before,
                start=part.start,
                stop=part.stop,
                overlay=patches,
            )


def _known(passage: Passage, patches: Patches) -> Copy:
    return Copy(
        media_type=PDF,
        filename=named_as(passage.served.filename or "", PDF),
        made_at=passage.begun,
        size_bytes=patches.size_bytes,
        tag=patches.etag,
    )
