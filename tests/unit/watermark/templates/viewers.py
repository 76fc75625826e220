"""Viewers, and what they get of a template."""

import io
from dataclasses import dataclass

import pikepdf

from watermark.look import STANDARD, Look
from watermark.stamp import Stamp
from watermark.templates import Patches, SlotMap, apply, patches

OUYANG = Stamp("欧阳明慧", "上海静安门诊部", "5678", "2026-11-23 14:15", "7780108f")
SMITH = Stamp("Jean Smith", "Pudong Clinic", "1234", "2026-11-24 09:30", "00ff17ab")


@dataclass(frozen=True)
class Template:
    """A template with its map."""

    content: bytes
    slot_map: SlotMap

    def copy(self, stamp: Stamp, look: Look = STANDARD, *, file_id: bytes = bytes(16)) -> bytes:
        """A viewer's whole copy."""
        return apply(self.patches(stamp, look, file_id=file_id), 0, self.content)

    def patches(self, stamp: Stamp, look: Look = STANDARD, *, file_id: bytes = bytes(16)) -> Patches:
        """A viewer's bytes."""
        return patches(self.slot_map, stamp, look, file_id=file_id)


def problems(pdf: bytes) -> list[str]:
    """What qpdf finds wrong, every stream decoded."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [str(each) for each in (*opened.check_pdf_syntax(), *opened.get_warnings())]
