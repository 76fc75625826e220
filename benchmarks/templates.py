"""What PDF templates cost, beside stamping with pypdf: preparing once, each further viewer, each range.

Every measurement runs in a process of its own (`templating`, `stamping`), in the environment of those that prepare
templates; times are processor seconds.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.books import TAGGED_OBJECTS, write_book
from benchmarks.stage import Figure
from compliance.rendering.origin import ENVIRONMENT
from fileserver.services import Services
from watermark.templates import Level

# The bars.
PREPARE_MAX_S_PER_100_MB, PREPARE_MAX_S_PER_100_000_OBJECTS = 0.5, 1.0
MEMORY_MAX_MB, GROWTH_MAX_PERCENT = 300, 2
VIEWER_MAX_MS, TIMES_CHEAPER_MIN, RANGE_MAX_MS = 8, 1000, 0.2


async def run(_services: Services) -> list[Figure]:
    """The book and the tagged book at both levels, then pypdf on the tagged one."""
    with tempfile.TemporaryDirectory(prefix="sealshare-bench-") as folder:
        book, tagged = Path(folder) / "book.pdf", Path(folder) / "tagged.pdf"
        await asyncio.to_thread(write_book, book)
        await asyncio.to_thread(write_book, tagged, tags=TAGGED_OBJECTS)
        figures: list[Figure] = []
        for level in Level:
            plain, many = [await _measured("templating", f"prepare-{level}", path) for path in (book, tagged)]
            figures += _prepared(plain, many, level)
            for name, path in (("book", book), ("tagged", tagged)):
                figures += _served(f"{name}, {level}", await _measured("templating", f"serve-{level}", path))
        served = await _measured("templating", f"serve-{Level.INTERLEAVED}", tagged)
        pypdf_s = (await _measured("stamping", tagged))["s"]
    times = pypdf_s * 1000 / served["viewer_ms"]
    return [
        *figures,
        Figure("pypdf stamps the tagged book", pypdf_s, "s", "clone, one Form on all pages, write"),
        Figure("a further viewer is cheaper by", times, "times", f"bar: at least {TIMES_CHEAPER_MIN}, tagged, "
               "interleaved", times >= TIMES_CHEAPER_MIN),
    ]  # fmt: skip


async def _measured(program: str, *arguments: str | Path) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"benchmarks.{program}", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        env=ENVIRONMENT,
    )
    out, _ = await process.communicate()
    found: dict[str, float] = json.loads(out)
    return found


def _prepared(book: dict[str, float], tagged: dict[str, float], level: Level) -> list[Figure]:
    """What bytes cost, by the book, and what objects cost: as much as the tagged book takes beyond it."""
    by_size_s = book["s"] / book["size_mb"] * 100
    by_objects_s = (tagged["s"] - book["s"]) / TAGGED_OBJECTS * 100_000
    size_bar, objects_bar = PREPARE_MAX_S_PER_100_MB, PREPARE_MAX_S_PER_100_000_OBJECTS
    return [
        Figure(f"prepare 100 MB, {level}", by_size_s, "s", f"bar: at most {size_bar:g}; the book of "
               f"{book['size_mb']:.0f} MB takes {book['s']:.2f} s", by_size_s <= size_bar),
        Figure(f"prepare 100,000 objects, {level}", by_objects_s, "s", f"bar: at most {objects_bar:g}; the book with "
               f"them takes {tagged['s']:.2f} s", by_objects_s <= objects_bar),
        *_needed(f"book, {level}", book),
        *_needed(f"tagged, {level}", tagged),
    ]  # fmt: skip


def _needed(name: str, found: dict[str, float]) -> list[Figure]:
    memory, growth = found["memory_mb"], found["growth_percent"]
    return [
        Figure(f"  memory, the file included, {name}", memory, "MB", f"bar: at most {MEMORY_MAX_MB}",
               memory <= MEMORY_MAX_MB),
        Figure(f"  growth of {name}", growth, "%", f"bar: at most {GROWTH_MAX_PERCENT}", growth <= GROWTH_MAX_PERCENT),
    ]  # fmt: skip


def _served(name: str, found: dict[str, float]) -> list[Figure]:
    viewer, chunk = found["viewer_ms"], found["range_ms"]
    note = f"bar: at most {VIEWER_MAX_MS}; {found['patched_kb']:.0f} KB of patches"
    return [
        Figure(f"a further viewer, {name}", viewer, "ms", note, viewer <= VIEWER_MAX_MS),
        Figure(f"64 KiB of a copy, {name}", chunk, "ms", f"bar: at most {RANGE_MAX_MS}", chunk <= RANGE_MAX_MS),
    ]
