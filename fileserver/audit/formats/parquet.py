"""Parquet for analysis: typed columns, zstd, row groups of bounded size, written while events arrive.

Imported only when somebody asks for it: Arrow's library takes some 50 MB of a process's memory.
"""

import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from fileserver.audit.formats.model import Labelled

ROW_GROUP_ROWS = 16_384  # what is in memory at most: some 20 MB
WORD = pa.dictionary(pa.int32(), pa.string())  # few different values: kept once each

COLUMNS: dict[str, tuple[pa.DataType, Callable[[Labelled], Any]]] = {
    "id": (pa.int64(), lambda event: event.id),
    "index": (pa.int64(), lambda event: event.index),
    "time": (pa.timestamp("us", tz="UTC"), lambda event: datetime.fromisoformat(event.fields["t"])),
    "act": (WORD, lambda event: event.fields["act"]),
    "result": (WORD, lambda event: event.fields["res"]),
    "rule": (WORD, lambda event: event.fields["why"]),
    "person": (WORD, lambda event: event.fields["who"]),
    "person_name": (WORD, lambda event: event.person_name),
    "role": (WORD, lambda event: event.fields["role"]),
    "clinic": (WORD, lambda event: event.fields["org"]),
    "clinic_name": (WORD, lambda event: event.clinic_name),
    "object": (WORD, lambda event: event.fields["obj"]),
    "object_title": (WORD, lambda event: event.object_title),
    "version_sha256": (WORD, lambda event: event.fields["ver"]),
    "share": (WORD, lambda event: event.fields["link"]),
    "session": (pa.string(), lambda event: event.fields["sess"]),
    "network": (WORD, lambda event: event.fields["ip"]),
    "user_agent": (WORD, lambda event: event.fields["ua"]),
    "bytes": (pa.int64(), lambda event: event.fields["bytes"]),
    "details": (pa.string(), lambda event: json.dumps(event.fields["det"], sort_keys=True, ensure_ascii=False)),
    "leaf": (pa.binary(), lambda event: event.leaf),
}
SCHEMA = pa.schema([(name, kind) for name, (kind, _) in COLUMNS.items()])


class Drain(io.RawIOBase):
    """A file that only grows: what was written is taken away, its position goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._position, self._waiting = 0, bytearray()

    def writable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """How much was written in all."""
        return self._position

    def write(self, piece: Any, /) -> int:
        """Keeps the piece until it is taken."""
        size = len(memoryview(piece).cast("B"))
        self._waiting += piece
        self._position += size
        return size

    def take(self) -> bytes:
        """What was written since it was last asked."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


class ParquetWriter:
    """One row group in memory, all before it gone."""

    def __init__(self) -> None:
        self._drain = Drain()
        self._writer = parquet.ParquetWriter(self._drain, SCHEMA, compression="zstd")
        self._batches: list[pa.RecordBatch] = []

    def head(self) -> bytes:
        """The magic number."""
        return self._drain.take()

    def rows(self, events: Sequence[Labelled]) -> bytes:
        """The row group that these events complete, or nothing."""
        if events:
            self._batches.append(_batch(events))
        if sum(batch.num_rows for batch in self._batches) >= ROW_GROUP_ROWS:
            self._flush()
        return self._drain.take()

    def tail(self) -> bytes:
        """The last row group and the footer."""
        self._flush()
        self._writer.close()
        return self._drain.take()

    def _flush(self) -> None:
        if self._batches:
            self._writer.write_table(pa.Table.from_batches(self._batches), row_group_size=ROW_GROUP_ROWS)
            self._batches.clear()


def _batch(events: Sequence[Labelled]) -> pa.RecordBatch:
    columns = [pa.array([value(event) for event in events], type=kind) for kind, value in COLUMNS.values()]
    return pa.record_batch(columns, schema=SCHEMA)
