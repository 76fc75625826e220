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


def printed(trail: list[dict[str, Any]]) -> str:
    """Events as lines for people: time, result, act, who, through which share, and what else is told."""
    return "\n".join(
        f"{event['t'][11:19]} {event['res']:5} {event['act']:30} {event['role']:9} {event['why']:24} "
        f"{event['link'][:8]:8} {' '.join(f'{name}={str(value)[:12]}' for name, value in event['det'].items())}"
        for event in trail
    )
