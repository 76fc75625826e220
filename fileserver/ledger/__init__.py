"""The ledger as C2SP tlog-tiles serves it, for auditors and witnesses: checkpoint, hashes, and entries."""

from fileserver.ledger.routes import ROUTES

__all__ = ["ROUTES"]
