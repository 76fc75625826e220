"""Figures as a table, for a terminal or a file."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.stage import Figure

UNBROKEN_CHARS = 160
WHOLE_FROM = 100
VERDICTS = {None: "", True: "pass", False: "FAIL"}


def show(figures: Sequence[Figure]) -> None:
    """Prints them."""
    table = Table("figure", "value", "unit", "note", "", box=None)
    for figure in figures:
        table.add_row(
            figure.name,
            f"{figure.value:,.0f}" if figure.value >= WHOLE_FROM else f"{figure.value:.3g}",
            figure.unit,
            figure.note,
            VERDICTS[figure.passed],
        )
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=UNBROKEN_CHARS)).print(table)
