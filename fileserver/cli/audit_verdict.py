"""What `sealshare audit verify` says: for people a few lines, for programs one JSON object."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import click

from compliance.verifying import Fault, Receipt, Report
from fileserver.cli.upload_bars import shown

WRONG, OWN_KEYS = 1, 3
SIZES_SHOWN_MAX = 5
OWN_KEYS_TOLD = (
    "The keys came with the log itself: compare them with those that you got another way, or bring these by --key."
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of it: a report on a log, or a receipt with what is wrong with it, if anything is."""

    status: int
    report: Report | None = None
    receipt: Receipt | None = None
    witnesses: Mapping[str, int] = field(default_factory=dict)
    own_keys: bool = False
    error: str | None = None


def proved(receipt: Receipt, witnesses: Mapping[str, int]) -> Verdict:
    """A receipt that holds."""
    return Verdict(status=0, receipt=receipt, witnesses=witnesses)


def tell(verdict: Verdict, *, as_json: bool) -> None:
    """Writes the verdict to standard output."""
    if as_json:
        click.echo(json.dumps(_object(verdict), ensure_ascii=False))
        return
    lines = _log_lines(verdict.report, verdict) if verdict.report else _receipt_lines(verdict)
    for line in lines:
        click.echo(shown(line))


def _object(verdict: Verdict) -> dict[str, Any]:
    told: dict[str, Any] = {"ok": verdict.status in (0, OWN_KEYS), "status": verdict.status}
    if (report := verdict.report) is not None:
        return told | {
            "keys": "own" if verdict.own_keys else "given",
            "origin": report.origin,
            "size": report.size,
            "root": _base64(report.root),
            "signed_by": list(report.signed_by),
            "witnesses": dict(report.witnesses),
            "entries_checked": report.checked,
            "entries_withheld": report.withheld,
            "grown_from": list(report.grown_from),
            "faults": [asdict(fault) for fault in report.faults],
            "more_faults": report.more,
        }
    receipt = verdict.receipt
    return told | {
        "keys": "given",
        "origin": receipt.checkpoint.origin if receipt else "",
        "index": receipt.index if receipt else 0,
        "size": receipt.checkpoint.size if receipt else 0,
        "witnesses": dict(verdict.witnesses),
        "error": verdict.error,
    }


def _log_lines(report: Report, verdict: Verdict) -> Iterator[str]:
    if report.signed_by:
        yield f"{report.origin}: {report.size:,} entries, root {_base64(report.root)}"
        yield f"signed by {', '.join(report.signed_by)}"
    yield from (_cosigned(name, time) for name, time in report.witnesses.items())
    for fault in report.faults:
        yield f"WRONG{_place(fault)}: {fault.message}"
    if report.more:
        yield "There are more faults than these."
    if report.grown_from:
        sizes = [f"{size:,}" for size in report.grown_from]
        shown_sizes = ", ".join(sizes) if len(sizes) <= SIZES_SHOWN_MAX else f"{sizes[0]} to {sizes[-1]}"
        yield f"continues {len(sizes)} earlier checkpoints, of {shown_sizes} entries"
    if report.ok:
        yield f"All {report.checked:,} entries are as they were signed."
    if report.withheld:
        yield f"{report.withheld:,} entries are withheld as retention has it; their hashes are as they were signed."
    if verdict.own_keys:
        yield OWN_KEYS_TOLD


def _receipt_lines(verdict: Verdict) -> Iterator[str]:
    receipt = verdict.receipt
    if receipt is None or verdict.error is not None:
        yield f"WRONG: {verdict.error}"
        return
    head = receipt.checkpoint
    yield f"Entry {receipt.index:,} of {head.origin} is as it was logged, of {head.size:,} entries."
    yield from (_cosigned(name, time) for name, time in verdict.witnesses.items())


def _place(fault: Fault) -> str:
    where = f" in {fault.path}"
    if fault.line is not None:
        return f"{where}, line {fault.line}"
    if fault.first is None:
        return where
    if fault.first == fault.last:
        return f" at entry {fault.first}{where}"
    return f" from entry {fault.first}, up to {fault.last}{where}"


def _cosigned(name: str, time: int) -> str:
    return f"cosigned by {name} at {datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
