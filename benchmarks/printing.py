"""Figures as a table, for a terminal or a file; of what takes long, each as a line as soon as it is there."""

from collections.abc import Sequence

import click
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
        table.add_row(*_cells(figure))
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=UNBROKEN_CHARS)).print(table)


def tell(figure: Figure) -> None:
    """On standard error, where it is in nobody's way who reads the table, or JSON, at the end."""
    click.echo(" | ".join(_cells(figure)), err=True)


def _cells(figure: Figure) -> tuple[str, ...]:
    value = f"{figure.value:,.0f}" if figure.value >= WHOLE_FROM else f"{figure.value:.3g}"
    return figure.name, value, figure.unit, figure.note, VERDICTS[figure.passed]
