"""The log as Parquet: typed, in bounded row groups, and gone from memory once written."""

import json
from datetime import UTC, datetime

import pyarrow as pa
from pyarrow import parquet

from compliance.events import Act, Event, leaf_of
from fileserver.audit.formats import Labelled
from fileserver.audit.formats.parquet import ROW_GROUP_ROWS, SCHEMA, ParquetWriter

NOW = datetime(2026, 11, 23, 1, 30, 0, 123456, tzinfo=UTC)
BATCH = 1_000


def events(count: int, first: int = 1) -> list[Labelled]:
    """So many, numbered."""
    leaf = leaf_of(Event(act=Act.VIEWER_COPY_VIEW, who="p-1", bytes=2**52), NOW)
    return [Labelled(first + number, leaf, json.loads(leaf), person_name="李娜") for number in range(count)]


def test_row_groups_are_bounded() -> None:
    """A file of many events has row groups of one size, each written as soon as it is whole."""
    writer = ParquetWriter()
    pieces = [writer.head()]
    pieces += [writer.rows(events(BATCH, first)) for first in range(1, 40_000, BATCH)]
    pieces.append(writer.tail())
    sizes = [len(piece) for piece in pieces]
    assert 2 == sum(size > 0 for size in sizes[1:-1])
    file = parquet.ParquetFile(pa.BufferReader(b"".join(pieces)))
    groups = [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
    assert (40_000, True) == (sum(groups), all(rows <= ROW_GROUP_ROWS for rows in groups))
    assert list(range(1, 40_001)) == file.read(["id"])["id"].to_pylist()


def test_columns_have_types() -> None:
    """Times are times, counts are 64-bit, the leaf is its bytes; a missing name is null."""
    (event,) = events(1)
    writer = ParquetWriter()
    body = writer.head() + writer.rows([event]) + writer.rows([Labelled(2, event.leaf, event.fields)]) + writer.tail()
    table = parquet.read_table(pa.BufferReader(body))
    assert list(SCHEMA.names) == table.column_names
    first, second = table.to_pylist()
    assert (NOW, 2**52, event.leaf, "李娜") == (first["time"], first["bytes"], first["leaf"], first["person_name"])
    assert second["person_name"] is None


def test_empty_file_is_a_file() -> None:
    """No event fits: a table without rows, which every reader opens."""
    writer = ParquetWriter()
    assert 0 == parquet.read_table(pa.BufferReader(writer.head() + writer.tail())).num_rows
