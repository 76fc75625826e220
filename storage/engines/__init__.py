"""PostgreSQL and SeaweedFS as child processes, for demo, development and tests; at scale both are reached by URL."""

from storage.engines.embedded import EmbeddedEngines, Endpoints

__all__ = ["EmbeddedEngines", "Endpoints"]
