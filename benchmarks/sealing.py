"""What a viewer's copy of a page or picture costs: both hidden layers, the visible mark and the JPEG, in its process.

Processor time of the one sealing process, request by request, through the pipe as the server does it: cached, where it
has the base decoded, and cold, where it is given the bytes and has to decode them and reckon what they bear. A viewer's
first page of a size costs more: their visible mark is drawn. Beside it, pages a second with all processes at work.
"""

import asyncio
import io
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import psutil
from PIL import Image, ImageChops, ImageDraw

from benchmarks.stage import Figure
from compliance.marks import CopyMark
from compliance.rendering import BaseOf, Seal, Sealer
from fileserver.services import Services
from watermark.stamp import Stamp

ROUNDS = 15
PAGES = 60
STAMP = Stamp("欧阳明慧", "上海静安门诊部", "5678", "2026-11-23 14:15", "7780108f")
ASSET = bytes(range(32))
SECRET = bytes(reversed(range(32)))
PAGE_PX, PICTURE_PX, PICTURE_PAGE_PX = (1240, 1754), (4000, 3000), (2000, 1500)
BARS_MS = {"page at 150 dpi": (40, 100), "picture of 12 MP": (120, 200)}


async def run(services: Services) -> list[Figure]:
    """Milliseconds of one core, then pages a second."""
    page, picture = _page(), _photograph()
    figures = [
        *await _costs("page at 150 dpi", page, PAGE_PX),
        *await _costs("picture of 12 MP", picture, PICTURE_PAGE_PX),
    ]
    copies = _seals()
    base = _base(page, "page", PAGE_PX)
    await services.sealer.seal(base, next(copies))
    started = time.perf_counter()
    await asyncio.gather(*(services.sealer.seal(base, next(copies)) for _ in range(PAGES)))
    rate = PAGES / (time.perf_counter() - started)
    return [
        *figures,
        Figure("sealed pages, all at once", rate, "pages/s", f"{services.config.sealing_processes} processes"),
    ]


async def _costs(name: str, content: bytes, page_px: tuple[int, int]) -> list[Figure]:
    """One viewer's copies of one base after the other, and the first copy of viewer after viewer of the same base."""
    taken: dict[str, list[float]] = {"cold": [], "cached": [], "another viewer": []}
    numbers, copies = count(), _seals()
    viewer = next(copies)
    async with Sealer(processes=1) as sealer:
        await sealer.seal(_base(content, f"{name} {next(numbers)}", page_px), viewer)  # starts the process
        below = psutil.Process().children(recursive=True)
        (process,) = [each for each in below if "watermark.sealer" in each.cmdline()][-1:]
        for _ in range(ROUNDS):
            base = _base(content, f"{name} {next(numbers)}", page_px)
            for way, seal in (("cold", viewer), ("cached", viewer), ("another viewer", next(copies))):
                before = process.cpu_times()
                await sealer.seal(base, seal)
                after = process.cpu_times()
                taken[way].append((after.user + after.system - before.user - before.system) * 1000)
    bars = dict(zip(("cached", "cold"), BARS_MS[name], strict=True))
    # Means, for the clock of processor time ticks in hundredths of a second.
    return [_figure(f"{name}, {way}", statistics.mean(each), bars.get(way)) for way, each in taken.items()]


def _figure(name: str, value_ms: float, bar_ms: int | None) -> Figure:
    if bar_ms is None:
        return Figure(name, value_ms, "CPU ms", "whose mark is drawn first")
    return Figure(name, value_ms, "CPU ms", f"bar {bar_ms}", value_ms <= bar_ms)


def _seals() -> Iterator[Seal]:
    """One viewer after the other."""
    for number in count(1):
        stamp = replace(STAMP, phone_tail=f"{number % 10_000:04d}")
        yield Seal(stamp, mark=CopyMark(number, 1, SECRET))


def _base(content: bytes, name: str, page_px: tuple[int, int]) -> BaseOf:
    async def read() -> bytes:
        return content

    return BaseOf(name, read, ASSET, page_px)


def _page() -> bytes:
    """Black lines on white, a photograph in the middle."""
    page = Image.new("RGB", PAGE_PX, (255, 255, 255))
    draw = ImageDraw.Draw(page)
    for line in range(60):
        draw.text((90, 60 + line * 27), f"{line} the quick brown fox jumps over the lazy dog " * 3, fill=(20, 20, 20))
    page.paste(_scene((900, 600)), (170, 570))
    return _jpeg(page)


def _photograph() -> bytes:
    return _jpeg(_scene(PICTURE_PX))


def _scene(size: tuple[int, int]) -> Image.Image:
    """Light that falls off, with the grain of a camera."""
    light = Image.radial_gradient("L").resize(size)
    grain = Image.effect_noise((size[0] // 4, size[1] // 4), 40).resize(size)
    return Image.merge("RGB", (ImageChops.blend(light, grain, 0.3), light, ImageChops.blend(grain, light, 0.6)))


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()
