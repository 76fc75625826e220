"""`python -m benchmarks.tracing.writing`: what runs have kept, as the tables of docs/explanation/hidden-mark.md.

Promises: what stands between a pair of markers is what the records say, and the rest of the page stays; a part of which
nothing was measured stays too. Measures nothing.
"""

from pathlib import Path

import click

from benchmarks.tracing.corpus import listed
from benchmarks.tracing.innocent import Innocent
from benchmarks.tracing.keeping import figures_kept, lines_kept, records_kept
from benchmarks.tracing.table import false_alarms, informing, quality, robustness

PAGE = Path("docs/explanation/hidden-mark.md")
FIGURES, INNOCENT, INFORMING = "figures", "innocent inputs", "read against the original"


class NoSuchPlace(Exception):
    """The page has no such pair of markers."""


@click.command()
@click.option("--kept", type=click.Path(path_type=Path, exists=True), default=Path(".cache/tracing"))
@click.option("--page", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=PAGE, show_default=True)
def main(*, kept: Path, page: Path) -> None:
    """Write the tables into the page."""
    text = page.read_text(encoding="utf-8")
    for name, tables in measured(kept).items():
        text = replaced(text, name, tables)
        click.echo(f"{page}: {name}")
    page.write_text(text, encoding="utf-8")


def measured(kept: Path) -> dict[str, str]:
    """The tables by the place that they belong into, of what was measured."""
    records = records_kept(kept / "records.jsonl", listed(kept / "corpus"))
    innocents = [Innocent(**line) for line in lines_kept(kept / "innocent.jsonl")]
    tables = {
        FIGURES: f"{quality(records)}\n\n{robustness(records)}" if records else "",
        INNOCENT: false_alarms(innocents),
        INFORMING: informing(figures_kept(kept)),
    }
    return {name: table for name, table in tables.items() if table}


def replaced(page: str, name: str, tables: str) -> str:
    """The page with `tables` in the place of that name. Raises NoSuchPlace."""
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, begun, rest = page.partition(first)
    _, ended, after = rest.partition(last)
    if not begun or not ended:
        raise NoSuchPlace(name)
    return f"{before}{first}\n{tables}\n\n{last}{after}"


if __name__ == "__main__":
    main()
