"""Figures of the upload benchmarks: medians, ratios, verdicts, and the picture of them."""

import re

from benchmarks.stage import Figure
from benchmarks.uploads.figures import figures
from benchmarks.uploads.jobs import Result
from benchmarks.uploads.measuring import Run, Runs
from benchmarks.uploads.plot import draw
from benchmarks.uploads.scenarios import GIB, SCENARIOS
from benchmarks.uploads.stores import SEAWEEDFS, SINK, Store
from storage.settings import S3Settings

ONE_PATCH = SCENARIOS[0]
STORE = Store(SINK, S3Settings("http://127.0.0.1:1", "any", "any"))


def run(took_s: float, cpu_s: float) -> Run:
    """A GiB in so many seconds."""
    return Run(total_bytes=GIB, result=Result(took_s=took_s, files_s=[took_s], cpu_s=0.25), cpu_s=cpu_s)


def figure(found: list[Figure], name: str) -> Figure:
    """The one of that name."""
    (one,) = [each for each in found if each.name == name]
    return one


def test_medians_are_compared_with_the_bars() -> None:
    """A round that was disturbed moves no figure; each ratio says whether it reaches its bar."""
    runs: Runs = {"ours": [run(1, 2), run(1, 2), run(60, 2)], "peer": [run(2, 8), run(3, 8), run(3, 8)]}
    found = figures(ONE_PATCH, STORE, runs)
    rate = figure(found, "one-patch, sink: ours / peer")
    cpu = figure(found, "one-patch, sink: processor, ours / peer")
    assert (3.0, True) == (round(rate.value, 6), rate.passed)
    assert (0.25, True) == (cpu.value, cpu.passed)
    assert 8.0 == figure(found, "one-patch, sink: peer, processor").value


def test_a_missed_bar_fails() -> None:
    """Twice the peer's rate is not enough."""
    found = figures(ONE_PATCH, STORE, {"ours": [run(1, 4)], "peer": [run(2, 8)]})
    assert False is figure(found, "one-patch, sink: ours / peer").passed
    assert False is figure(found, "one-patch, sink: processor, ours / peer").passed


def test_direct_uploads_are_compared_with_what_checksums_leave() -> None:
    """A client without any server that hashes as they do bounds them; the bar that refers to plain requests stays."""
    store = Store(SEAWEEDFS, STORE.settings)
    found = figures(
        ONE_PATCH, store, {"ours": [run(1, 2)], "plain": [run(1, 0)], "checked": [run(2, 0)], "direct": [run(2, 1)]}
    )
    beside = figure(found, "one-patch, seaweedfs: direct / plain")
    bounded = figure(found, "one-patch, seaweedfs: direct / the lesser of plain and checked")
    assert (0.5, False) == (beside.value, beside.passed)
    assert (1.0, True) == (bounded.value, bounded.passed)
    assert 1.0 == figure(found, "one-patch, seaweedfs: direct, processor").value


def test_the_picture_compares_what_was_measured_of_both() -> None:
    """A bar for each contender, the longer for the faster; a ratio is no bar."""
    picture = draw(figures(ONE_PATCH, STORE, {"ours": [run(1, 2)], "peer": [run(2, 8)]}))
    assert "one-patch, sink (MB/s)" in picture
    assert "ours / peer" not in picture
    assert ["520", "260"] == re.findall(r"<rect x='\d+' y='\d+' width='(\d+)'", picture)[:2]
