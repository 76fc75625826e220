"""Figures of runs, each beside its bar."""

import statistics

from benchmarks.stage import Figure
from benchmarks.uploads.least import PATHS
from benchmarks.uploads.measuring import CHECKED, DIRECT, PLAIN, RAW, RELAY, Run, Runs, middle
from benchmarks.uploads.scenarios import MIB, Scenario
from benchmarks.uploads.servers import OURS, THEIRS
from benchmarks.uploads.stores import SINK, Store

SLOW_RATE_BAR = 1.3
PLAIN_BAR = 0.9
MEMORY_BAR_MIB = 64
MB = 1_000_000


def at_least(name: str, value: float, bar: float, unit: str = "×") -> Figure:
    """A figure that should be high."""
    return Figure(name, value, unit, f"bar ≥ {bar:.3g}", value >= bar)


def at_most(name: str, value: float, bar: float, unit: str = "×") -> Figure:
    """A figure that should be low."""
    return Figure(name, value, unit, f"bar ≤ {bar:.3g}", value <= bar)


def figures(scenario: Scenario, store: Store, runs: Runs) -> list[Figure]:
    """All that was measured of one scenario before one store: rates, ratios, costs."""
    title = f"{scenario.name}, {store.name}"
    found = [_rate(title, name, scenario, each) for name, each in runs.items()]
    found += _ratios(title, scenario, store, runs)
    for name in (OURS, THEIRS, *PATHS):
        if name in runs:
            found += _costs(f"{title}: {name}", scenario, store, runs[name])
    if direct := runs.get(DIRECT):
        found.append(_processor(f"{title}: {DIRECT}", direct))
    return found


def _rates_of(scenario: Scenario, runs: list[Run]) -> list[float]:
    return [run.files_rate if scenario.is_small else run.rate / MB for run in runs]


def _rate_of(scenario: Scenario, runs: list[Run]) -> float:
    return statistics.median(_rates_of(scenario, runs))


def _rate(title: str, name: str, scenario: Scenario, runs: list[Run]) -> Figure:
    """The median; the note tells the spread, and what client and sink spent."""
    rates = _rates_of(scenario, runs)
    note = f"{min(rates):.0f} to {max(rates):.0f}; client {middle(runs, lambda run: run.per_gib(run.result.cpu_s)):.2f}"
    if name == RAW:
        note += f", sink {middle(runs, lambda run: run.per_gib(run.cpu_s)):.2f}"
    unit = "files/s" if scenario.is_small else "MB/s"
    return Figure(f"{title}: {name}", statistics.median(rates), unit, f"{note} CPU s/GiB")


def _ratios(title: str, scenario: Scenario, store: Store, runs: Runs) -> list[Figure]:
    found = []
    ours, theirs = runs.get(OURS), runs.get(THEIRS)
    if ours and theirs:
        ratio = _rate_of(scenario, ours) / _rate_of(scenario, theirs)
        found.append(
            at_least(f"{title}: ours / peer", ratio, scenario.rate_bar if store.name == SINK else SLOW_RATE_BAR)
        )
        if store.name == SINK:
            found += _sink_ratios(title, scenario, ours, theirs)
    if ours and (plain := runs.get(PLAIN)):
        plain_rate = _rate_of(scenario, plain)
        ratio = _rate_of(scenario, ours) / plain_rate
        found.append(at_least(f"{title}: ours / plain", ratio, PLAIN_BAR))
        if relay := runs.get(RELAY):
            least = _rate_of(scenario, relay) / plain_rate
            found.append(Figure(f"{title}: relay / plain", least, "×", "what reading and hashing each byte leaves"))
            found.append(at_least(f"{title}: ours / the lesser of plain and relay", ratio / min(1, least), PLAIN_BAR))
        for name in PATHS:
            if beside := runs.get(name):
                least = _rate_of(scenario, beside) / plain_rate
                found.append(Figure(f"{title}: {name} / plain", least, "×", "all there is to it in aiohttp"))
        if direct := runs.get(DIRECT):
            ratio = _rate_of(scenario, direct) / plain_rate
            found.append(at_least(f"{title}: direct / plain", ratio, PLAIN_BAR))
            if checked := runs.get(CHECKED):
                least = _rate_of(scenario, checked) / plain_rate
                found.append(Figure(f"{title}: checked / plain", least, "×", "what hashing each part twice leaves"))
                found.append(
                    at_least(f"{title}: direct / the lesser of plain and checked", ratio / min(1, least), PLAIN_BAR)
                )
    return found


def _sink_ratios(title: str, scenario: Scenario, ours: list[Run], theirs: list[Run]) -> list[Figure]:
    found = []
    if scenario.cpu_bar:
        ratio = middle(ours, lambda run: run.cpu_s) / middle(theirs, lambda run: run.cpu_s)
        found.append(at_most(f"{title}: processor, ours / peer", ratio, scenario.cpu_bar))
    if scenario.slowest_bar:
        ratio = middle(ours, lambda run: run.slowest_s) / middle(theirs, lambda run: run.slowest_s)
        found.append(at_most(f"{title}: slowest of 100, ours / peer", ratio, scenario.slowest_bar))
    if scenario.requests_bar:
        asked = middle(ours, lambda run: run.per_gib(sum(run.requests.values())))
        found.append(at_most(f"{title}: S3 requests, ours", asked, scenario.requests_bar, "1/GiB"))
    return found


def _costs(title: str, scenario: Scenario, store: Store, runs: list[Run]) -> list[Figure]:
    written_mib = max(run.per_gib(run.written_bytes) for run in runs) / MIB
    found = [
        _processor(title, runs),
        _memory(f"{title}, memory above rest", scenario, runs),
        Figure(f"{title}, written to disk", written_mib, "MiB/GiB"),
    ]
    if scenario.is_small:
        found.append(Figure(f"{title}, slowest of 100", middle(runs, lambda run: run.slowest_s) * 1000, "ms"))
    if store.counts:
        asked = middle(runs, lambda run: run.per_gib(sum(run.requests.values())))
        found.append(Figure(f"{title}, S3 requests", asked, "1/GiB", _operations(runs[-1].requests)))
    return found


def _processor(title: str, runs: list[Run]) -> Figure:
    database_cpu_s = middle(runs, lambda run: run.per_gib(run.database_cpu_s))
    beside = f"and PostgreSQL {database_cpu_s:.2f}" if database_cpu_s else ""
    return Figure(f"{title}, processor", middle(runs, lambda run: run.per_gib(run.cpu_s)), "CPU s/GiB", beside)


def _memory(name: str, scenario: Scenario, runs: list[Run]) -> Figure:
    """For each upload in flight, the worst of the rounds."""
    in_flight = min(scenario.lanes, scenario.files)
    mib = max(run.grown_bytes for run in runs) / MIB / in_flight
    return Figure(name, mib, "MiB each", f"{in_flight} in flight")


def _operations(requests: dict[str, int]) -> str:
    return " ".join(f"{name} {number}" for name, number in sorted(requests.items(), key=lambda each: -each[1]))
