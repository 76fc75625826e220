"""NDJSON: the exact bytes of each leaf and a line end, so that a hash over a line is a hash over the leaf.

Canonical JSON holds no line end itself.
"""

from fileserver.audit.formats.lines import LineWriter
from fileserver.audit.formats.model import Labelled


def ndjson_line(event: Labelled) -> bytes:
    """The leaf as it stands in the log."""
    return event.leaf


def ndjson_writer() -> LineWriter:
    """A file of leaves."""
    return LineWriter(ndjson_line)
