"""CSV for people (`fileserver.spreadsheets`), with names beside the pseudonyms."""

from collections.abc import Callable, Sequence

from fileserver.audit.formats.model import Labelled
from fileserver.spreadsheets import BYTE_ORDER_MARK, records, safe_cell

COLUMNS: dict[str, Callable[[Labelled], object]] = {
    "id": lambda event: event.id,
    "index": lambda event: "" if event.index is None else event.index,
    "time": lambda event: event.fields["t"],
    "act": lambda event: event.fields["act"],
    "result": lambda event: event.fields["res"],
    "rule": lambda event: event.fields["why"],
    "person": lambda event: event.fields["who"],
    "person_name": lambda event: event.person_name or "",
    "role": lambda event: event.fields["role"],
    "clinic": lambda event: event.fields["org"],
    "clinic_name": lambda event: event.clinic_name or "",
    "object": lambda event: event.fields["obj"],
    "object_title": lambda event: event.object_title or "",
    "version_sha256": lambda event: event.fields["ver"],
    "share": lambda event: event.fields["link"],
    "session": lambda event: event.fields["sess"],
    "network": lambda event: event.fields["ip"],
    "user_agent": lambda event: event.fields["ua"],
    "bytes": lambda event: event.fields["bytes"],
    "details": lambda event: "; ".join(f"{name}={value}" for name, value in sorted(event.fields["det"].items())),
    "nonce": lambda event: event.fields["n"],
}


class CsvWriter:
    """A table with one record for each event, whatever its texts hold."""

    def head(self) -> bytes:
        """The byte-order mark and the names of the columns."""
        return (BYTE_ORDER_MARK + records([list(COLUMNS)])).encode()

    def rows(self, events: Sequence[Labelled]) -> bytes:
        """A record for each."""
        columns = COLUMNS.values()
        return records([safe_cell(str(cell(event))) for cell in columns] for event in events).encode()

    def tail(self) -> bytes:
        """Nothing."""
        return b""
