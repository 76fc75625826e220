"""The queue of jobs, without the clock on the wall."""

from collections.abc import Awaitable, Callable

from storage.jobs import Jobs


class Queue(Jobs):
    """Does what was enqueued. Periodic work isn't: whether it is due would depend on the minute a test runs in."""

    def register_periodic(self, name: str, cron: str, handler: Callable[[], Awaitable[None]]) -> None:
        """Nothing has its tick; tests call what they want done."""
