"""Audit: searching the log and taking it away as CSV or NDJSON. Reading the log is itself in the log."""
