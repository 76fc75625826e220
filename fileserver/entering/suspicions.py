"""Pairs that only an employee can tell apart, where there is no queue for them: the log says so already."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.database import Transaction


class LogAlone:
    """Suspicions whose one record is the event `viewer:identity:merge` (deny), which the merge itself appends."""

    async def suspect(self, tx: Transaction, first: UUID, second: UUID, grounds: Sequence[str], now: datetime) -> None:
        """See Suspicions."""

    async def merged(self, tx: Transaction, kept: UUID, absorbed: UUID, now: datetime) -> None:
        """See Suspicions."""
