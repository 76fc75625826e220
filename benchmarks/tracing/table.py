"""The records as tables for docs/."""

from collections.abc import Callable, Sequence
from itertools import groupby

import numpy as np

from benchmarks.stage import Figure
from benchmarks.tracing.innocent import CANDIDATES, KINDS_READ, Innocent
from benchmarks.tracing.trial import Record

KINDS = ("page", "photograph")


def robustness(records: Sequence[Record]) -> str:
    """Per attack and strength: how many of each kind were traced, blind and in either way, and bits wrong."""
    lines = [
        "| attack | strength | pages blind | photographs blind | pages either | photographs either | code bits wrong |",
        "|---|---|---|---|---|---|---|",
    ]
    ordered = sorted(records, key=lambda record: (record.attack, record.strength))
    for (attack, strength), group in groupby(ordered, key=lambda record: (record.attack, record.strength)):
        rows = list(group)
        cells = [_share(rows, kind, told) for told in (_blind, _either) for kind in KINDS]
        error = np.mean([row.bit_error for row in rows if row.blind]) if any(row.blind for row in rows) else 0.5
        lines.append(f"| {attack} | {strength} | {' | '.join(cells)} | {error:.1%} |")
    return "\n".join([*lines, *_totals(records)])


def quality(records: Sequence[Record]) -> str:
    """PSNR and SSIM of each kind, as sealed: median and worst."""
    lines = ["| kind | pictures | PSNR, median | lowest | SSIM, median | lowest |", "|---|---|---|---|---|---|"]
    for kind in KINDS:
        seen = {row.picture: row for row in records if row.kind == kind}.values()
        if seen:
            psnr, ssim = [row.psnr_db for row in seen], [row.ssim for row in seen]
            figures = f"{np.median(psnr):.1f} dB | {min(psnr):.1f} dB | {np.median(ssim):.3f} | {min(ssim):.3f}"
            lines.append(f"| {kind} | {len(seen)} | {figures} |")
    return "\n".join(lines)


def false_alarms(innocents: Sequence[Innocent]) -> str:
    """How many innocent inputs were read, how many accused, and how near the nearest came."""
    if not innocents:
        return ""
    accused = sum(each.accused for each in innocents)
    nearest = min(each.false_alarm for each in innocents)
    pilot, code = (max(getattr(each, name) for each in innocents) for name in ("pilot_score", "code_score"))
    listed = min(each.listed for each in innocents)
    kinds = ", ".join(f"{sum(each.kind == kind for each in innocents):,} {kind}" for kind in KINDS_READ)
    return (
        f"{len(innocents):,} innocent inputs ({kinds}), each with a list of {CANDIDATES:,} copies: {accused} "
        f"accused. Highest scores without this key's mark: pilot {pilot:.1f}, code {code:.1f}; smallest bound "
        f"{nearest:.1g}, over the list {listed:.1g}."
    )


def informing(figures: Sequence[Figure]) -> str:
    """What `benchmarks.tracing.informing` measured."""
    if not figures:
        return ""
    lines = ["| what | measured | |", "|---|---|---|"]
    return "\n".join(
        [*lines, *(f"| {each.name} | {_rounded(each.value)} {each.unit} | {each.note} |" for each in figures)]
    )


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.3g}"


def _totals(records: Sequence[Record]) -> list[str]:
    names = sorted({record.attack for record in records})
    lines = ["", "| attack | trials | decoded | blind | blind or informed | wrong |", "|---|---|---|---|---|---|"]
    for name in names:
        rows = [record for record in records if record.attack == name]
        shares = [f"{np.mean([told(row) for row in rows]):.1%}" for told in (_decoded, _blind, _either)]
        lines.append(f"| {name} | {len(rows)} | {' | '.join(shares)} | {sum(row.wrong for row in rows)} |")
    return lines


def _share(rows: Sequence[Record], kind: str, told: Callable[[Record], bool]) -> str:
    told_of = [told(row) for row in rows if row.kind == kind]
    return f"{sum(told_of)}/{len(told_of)}"


def _decoded(row: Record) -> bool:
    return row.blind and not row.listed


def _blind(row: Record) -> bool:
    return row.blind


def _either(row: Record) -> bool:
    return row.blind or row.informed
