"""The log as a test reads it: the leaves themselves, oldest first."""

import json
from typing import Any

from fileserver.services import Services
from storage.rows.events import EventFilter, search_events


async def events(services: Services, *acts: str) -> list[dict[str, Any]]:
    """Every event with one of these acts (prefixes end with a colon), or every event."""
    async with services.database.transaction() as tx:
        rows = await search_events(tx, EventFilter(acts=acts or None))
    return [json.loads(row.leaf) for row in reversed(rows)]
