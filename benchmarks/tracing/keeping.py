"""What runs keep beside the corpus, for those that go on from there and for the tables: lines of JSON, and figures."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.stage import Figure
from benchmarks.tracing.corpus import Picture
from benchmarks.tracing.trial import Record

FIGURES = "informing"  # a folder with a file for each part


def lines_kept(file: Path) -> list[dict[str, Any]]:
    """One object a line; none where there is no file."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def records_kept(file: Path, pictures: Sequence[Picture]) -> list[Record]:
    """Those of these pictures: the corpus may have lost others since."""
    names = {each.name for each in pictures}
    return [Record(**line) for line in lines_kept(file) if line["picture"] in names]


def keep_figures(kept: Path, part: str, figures: Sequence[Figure]) -> None:
    """In the place of what the part came to before."""
    (kept / FIGURES).mkdir(parents=True, exist_ok=True)
    (kept / FIGURES / f"{part}.jsonl").write_text("".join(json.dumps(asdict(each)) + "\n" for each in figures))


def figures_kept(kept: Path) -> list[Figure]:
    """Those of all parts, in their order."""
    return [Figure(**line) for file in sorted((kept / FIGURES).glob("*.jsonl")) for line in lines_kept(file)]
