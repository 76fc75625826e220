"""`python -m benchmarks tracing`: a small run of the tracing benchmark, on drawn pages alone, as figures and bars."""

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.stage import Figure
from benchmarks.tracing.corpus import prepared
from benchmarks.tracing.running import Plan, attacked
from benchmarks.tracing.trial import Record
from fileserver.services import Services

PAGES = 12
SECONDS_MAX = 900
PROCESSES = 2
BARS_PERCENT = {"print and scan": 85, "photo of a screen": 90}  # the latter with the original at hand
BAR_PERCENT = 95


async def run(_: Services) -> list[Figure]:
    """The share of copies traced after each attack."""
    records = await asyncio.to_thread(_records)
    return [_figure(name, [each for each in records if each.attack == name]) for name in _names(records)]


def _records() -> list[Record]:
    with tempfile.TemporaryDirectory(prefix="sealshare-tracing-") as folder:
        pictures = prepared(Path(folder) / "corpus", (), pages=PAGES, photographs=0)
        plan = Plan(blind=True, informed=True, processes=PROCESSES, until_s=time.monotonic() + SECONDS_MAX)
        return attacked(pictures, 1, plan, Path(folder) / "records.jsonl")


def _names(records: list[Record]) -> list[str]:
    return sorted({record.attack for record in records})


def _figure(name: str, records: list[Record]) -> Figure:
    traced = 100 * sum(record.blind or record.informed for record in records) / len(records)
    bar = BARS_PERCENT.get(name, BAR_PERCENT)
    wrong = sum(record.wrong for record in records)
    return Figure(
        f"traced after: {name}", traced, "%", f"bar {bar} %, {len(records)} pages", traced >= bar and not wrong
    )
