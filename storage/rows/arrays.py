"""Columns as array literals (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO).

The driver would look at each element of a list by itself; whoever writes hundreds of thousands of rows has them written
down here, in a fifth of the time. A query takes one as `CAST(:name AS uuid[])`.
"""

from collections.abc import Iterable, Sequence


def array(values: Iterable[object]) -> str:
    """One column: numbers, texts, ids, days and moments; None is NULL."""
    return "{" + ",".join([_element(each) for each in values]) + "}"


def arrays(names: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, str]:
    """Rows as columns by name."""
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: array(column) for name, column in zip(names, columns, strict=True)}


def _element(value: object) -> str:
    if type(value) is int:
        return str(value)
    if value is None:
        return "NULL"
    text = str(value)
    if '"' in text or "\\" in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
