"""Tables on standard output: as wide as the terminal, and unbroken where a program or a file reads them."""

from rich.console import Console
from rich.table import Table

UNBROKEN_CHARS = 400


def new_table(*headers: str) -> Table:
    """Without lines; long cells go on in the next line instead of being cut."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for header in headers:
        table.add_column(header, overflow="fold")
    return table


def print_table(table: Table) -> None:
    """Cells may use rich's markup; escape what is not ours."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=UNBROKEN_CHARS)
    console.print(table)
