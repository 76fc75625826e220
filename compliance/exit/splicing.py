"""Copies of a PDF that keep its text: a stored template with one viewer's bytes in its slots.

Promises: every range of a copy is of the same bytes, as long as its entity tag is: who it is sealed to, how it looks,
its mark and its template are all in the tag. What was made for a copy is kept for the next range of it, at most
KEPT_MAX_BYTES for all. Leaves the decision, the events and the stream to `copies`.
"""

from collections import OrderedDict
from dataclasses import dataclass

from compliance.errors import NotFound
from compliance.exit.gates import Passage
from compliance.levels import templates_for
from compliance.marks import DOCUMENT_PAGE, asset_of
from compliance.rendering import BaseOf, Seal, Sealer
from compliance.templating import KINDS
from storage.database import Transaction
from storage.objects import ObjectStore
from storage.rows import renditions
from storage.rows.renditions import RenditionRow
from watermark.templates import Level, Patches

KEPT_MAX_BYTES = 64 << 20
SLOTS_MAX_BYTES = 8 << 20
FILE_ID_HEX_DIGITS = 32
FIRST_PAGE = 1


@dataclass(frozen=True)
class Template:
    """A stored template, where its slots are, and the size in pixels of the document's first page."""

    level: Level
    row: RenditionRow
    slots: RenditionRow
    page_px: tuple[int, int]


@dataclass(frozen=True)
class CopyOf:
    """Which copy: this template, sealed so. Equal ones have the same bytes."""

    template: Template
    seal: Seal


class Splices:
    """The patches that were made last, of one process."""

    def __init__(self, objects: ObjectStore, sealer: Sealer) -> None:
        self._objects, self._sealer = objects, sealer
        self._kept: OrderedDict[CopyOf, Patches] = OrderedDict()
        self._kept_bytes = 0

    def get(self, copy: CopyOf) -> Patches | None:
        """What makes this copy, if it is kept."""
        found = self._kept.get(copy)
        if found is not None:
            self._kept.move_to_end(copy)
        return found

    async def make(self, copy: CopyOf, version_sha256: str) -> None:
        """From now on, and for some time, `get` gives it. Raises StorageError, WatermarkError."""
        slots = copy.template.slots
        base = BaseOf(
            name=slots.object_key,
            read=lambda: self._objects.read_all(slots.object_key, limit_bytes=SLOTS_MAX_BYTES),
            asset=asset_of(version_sha256, DOCUMENT_PAGE),
            page_px=copy.template.page_px,
        )
        self._keep(copy, await self._sealer.splice(base, copy.seal, file_id=file_id_of(copy.seal)))

    def _keep(self, copy: CopyOf, patches: Patches) -> None:
        if copy in self._kept:
            return
        self._kept[copy] = patches
        self._kept_bytes += len(patches.packed)
        while self._kept_bytes > KEPT_MAX_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._kept_bytes -= len(gone.packed)


async def template_of(tx: Transaction, passage: Passage) -> Template | None:
    """The template that this copy is spliced from; None where it is flattened: by choice, or as there is none."""
    served = passage.served
    wanted = templates_for(passage.seal_level, served.material_class, served.sensitivity)
    if not wanted:
        return None
    if served.version_id is None:
        raise NotFound
    rows = await renditions.renditions_of_page(tx, served.version_id, FIRST_PAGE)
    for level in wanted:
        template, slots = (rows.get(kind) for kind in KINDS[level])
        page = rows.get("page")
        if template and slots and page:
            return Template(level, template, slots, (page.width_px, page.height_px))
    return None


def file_id_of(seal: Seal) -> bytes:
    """Both halves of a file's /ID: the id of the copy."""
    copy_id = seal.mark.copy_id if seal.mark else 0
    return bytes.fromhex(f"{copy_id:0{FILE_ID_HEX_DIGITS}x}")
