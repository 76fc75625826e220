"""What a viewer's page costs: the base picture in, a stamped picture out, through the confined processes."""

import asyncio
import io
import time

from PIL import Image

from benchmarks.stage import Figure
from compliance.rendering import BaseOf, Seal
from fileserver.services import Services
from watermark.stamp import Stamp

PAGES = 60
SIZE_PX = (1414, 2000)  # an A4 page as it is prepared
STAMP = Stamp("欧阳明慧", "上海静安门诊部", "5678", "2026-11-23 14:15", "7780108f")
SEAL = Seal(STAMP)


async def run(services: Services) -> list[Figure]:
    """One page after the other, then all at once."""
    base = BaseOf.given(_base())
    await services.sealer.seal(base, SEAL)  # starts a process and draws the tile
    started = time.perf_counter()
    for _ in range(PAGES):
        await services.sealer.seal(base, SEAL)
    alone_ms = (time.perf_counter() - started) * 1000 / PAGES
    started = time.perf_counter()
    await asyncio.gather(*(services.sealer.seal(base, SEAL) for _ in range(PAGES)))
    together = PAGES / (time.perf_counter() - started)
    return [
        Figure("sealed page, one at a time", alone_ms, "ms", f"{SIZE_PX[0]}×{SIZE_PX[1]} JPEG"),
        Figure("sealed pages, all at once", together, "pages/s", f"{services.config.sealing_processes} processes"),
    ]


def _base() -> bytes:
    picture = Image.effect_noise(SIZE_PX, 40).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
