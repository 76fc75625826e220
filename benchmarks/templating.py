"""One measurement of PDF templates, in a process that holds nothing else: `python -m benchmarks.templating WHAT FILE`.

Promises one line of JSON; times are processor seconds, memory is the most that was resident, the source included.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from watermark.look import STANDARD
from watermark.stamp import Stamp
from watermark.templates import Level, SlotMap, apply, patches
from watermark.templates.preparing import prepare, prepare_into

MB = 1_000_000
STAMP = Stamp("欧阳明慧", "上海静安门诊部", "5678", "2026-11-23 14:15", "7780108f")
CHUNK_BYTES = 64 * 1024
PREPARED_TIMES, VIEWERS = 5, 41


def _prepare(source: Path, level: Level) -> dict[str, float]:
    """From a file, as the process that prepares has it."""
    written: list[int] = []
    size_bytes = source.stat().st_size
    prepare_into(source, lambda piece: written.append(len(piece)), level=level)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB
    times = [_cpu_s(lambda: prepare_into(source, len, level=level)) for _ in range(PREPARED_TIMES)]
    return {
        "s": statistics.median(times),
        "memory_mb": memory_mb,
        "size_mb": size_bytes / MB,
        "growth_percent": (sum(written) / size_bytes - 1) * 100,
    }


def _serve(source: Path, level: Level) -> dict[str, float]:
    template, slot_map = prepare(source.read_bytes(), level=level)
    hidden = bytes([250]) * (slot_map.hidden_width_px * slot_map.hidden_height_px)
    copy = patches(slot_map, STAMP, STANDARD, file_id=bytes(16), hidden=hidden)
    _further_viewer(slot_map, 0, hidden)
    times = [_cpu_s(partial(_further_viewer, slot_map, number, hidden)) for number in range(VIEWERS)]
    chunks = [(at, template[at : at + CHUNK_BYTES]) for at in range(0, len(template), CHUNK_BYTES)]
    ranges_s = _cpu_s(lambda: [apply(copy, at, chunk) for at, chunk in chunks])
    return {
        "viewer_ms": statistics.median(times) * 1000,
        "range_ms": ranges_s / len(chunks) * 1000,
        "patched_kb": sum(len(each.data) for each in copy.pieces) / 1000,
    }


def _further_viewer(slot_map: SlotMap, number: int, hidden: bytes) -> str:
    """Somebody else each time, with the entity tag."""
    stamp = Stamp(f"欧阳明慧{number}", "上海静安门诊部", f"{number:04}", "2026-11-23 14:15", f"{number:08x}")
    return patches(slot_map, stamp, STANDARD, file_id=number.to_bytes(16, "big"), hidden=hidden).etag


def _cpu_s(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _main(what: str, path: str) -> None:
    kind, _, level = what.partition("-")
    work = {"prepare": _prepare, "serve": _serve}[kind]
    found = work(Path(path), Level(level))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main(*sys.argv[1:])
