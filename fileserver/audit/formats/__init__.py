"""The forms in which the log leaves, one module each behind one port (`model.Writer`).

CSV and Parquet are for the auditor and hold names; the others are for machines and hold what the leaf holds.
"""

from collections.abc import Mapping
from importlib import import_module

from fileserver.audit.formats.cef import cef_writer
from fileserver.audit.formats.comma_separated import CsvWriter
from fileserver.audit.formats.model import Form, Labelled, Writer
from fileserver.audit.formats.ndjson import ndjson_writer
from fileserver.audit.formats.ocsf import ocsf_writer
from fileserver.audit.formats.syslog import syslog_writer

__all__ = ["FORMS", "Form", "Labelled", "Writer"]

JSON_LINES = "application/x-ndjson"
PLAIN = "text/plain"


def _parquet_writer() -> Writer:
    writer: Writer = import_module("fileserver.audit.formats.parquet").ParquetWriter()
    return writer


FORMS: Mapping[str, Form] = {
    "csv": Form(media_type="text/csv", suffix="csv", open=CsvWriter, has_names=True),
    "ndjson": Form(media_type=JSON_LINES, suffix="ndjson", open=ndjson_writer),
    "parquet": Form(
        media_type="application/vnd.apache.parquet",
        suffix="parquet",
        open=_parquet_writer,
        text=False,
        has_names=True,
        event_bytes=160,
    ),
    "ocsf": Form(media_type=JSON_LINES, suffix="ocsf.ndjson", open=ocsf_writer),
    "cef": Form(media_type=PLAIN, suffix="cef", open=cef_writer),
    "syslog": Form(media_type=PLAIN, suffix="syslog", open=syslog_writer),
}
