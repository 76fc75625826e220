"""For whoever runs the server: is it alive, is it ready and if not why, and what has it counted."""

from fileserver.operations.routes import ROUTES

__all__ = ["ROUTES"]
