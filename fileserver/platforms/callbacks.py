"""The port through which features hear what platforms push.

A feature registers where its jobs are registered (`services.platforms.callbacks.on(kind, handler)` in its `jobs.py`):
a worker hands each event to every handler of its kind in one transaction, which commits exactly once per message,
however often the platform sends it. A handler that raises has the whole event tried again.
Whoever is registered under the same name (module and function) takes the other's place.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from fileserver.platforms.events import EventKind, PlatformEvent
from storage.database import Transaction

EventHandler = Callable[[Transaction, Any], Awaitable[None]]  # its event is of the class that belongs to the kind


class Callbacks:
    """Handlers by kind, in the order in which they were registered."""

    def __init__(self) -> None:
        self._handlers: dict[EventKind, dict[str, EventHandler]] = {}

    def on(self, kind: EventKind, handler: EventHandler) -> None:
        """From now on `handler` hears events of this kind."""
        name = f"{handler.__module__}.{handler.__qualname__}"
        self._handlers.setdefault(kind, {})[name] = handler

    async def handle(self, tx: Transaction, event: PlatformEvent) -> int:
        """How many heard it."""
        handlers = tuple(self._handlers.get(event.kind, {}).values())
        for handler in handlers:
            await handler(tx, event)
        return len(handlers)
