"""Audit: searching the log, taking it away in one of several forms. Reading the log is itself in the log."""
