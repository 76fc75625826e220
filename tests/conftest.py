"""Fixtures every test may ask for."""

from tests.engines import engines, key_prefix, object_store

__all__ = ["engines", "key_prefix", "object_store"]
