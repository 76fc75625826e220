"""Jobs on PostgreSQL (procrastinate), enqueued in the transaction that makes them necessary.

Promise: a job exists exactly if the transaction that enqueued it committed; a job that a worker died in runs again.
Handlers must therefore be idempotent. What a job does is registered by the worker (fileserver.worker); this module
only knows names.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import procrastinate
from procrastinate import RetryDecision, RetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url

from storage.database import KEEPALIVES, Transaction

STALLED_AFTER_S = 10.0  # no heartbeat for so long: the worker is dead and its jobs run elsewhere
HEARTBEATS = 5  # within that time, so that a busy worker is not taken for a dead one
ATTEMPTS_MAX = 5
RETRY_WAIT_S = 2
SHUTDOWN_GRACE_S = 10.0

Handler = Callable[..., Awaitable[None]]

IS_DUE = text(
    "SELECT EXISTS (SELECT FROM procrastinate_jobs"
    " WHERE task_name = :name AND args = :arguments AND status IN ('todo', 'doing'))"
).bindparams(bindparam("arguments", type_=JSONB))


class Retry(RetryStrategy):
    """Tries again after a growing pause; a job that the end of its worker interrupted runs again at once, always."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None: the job has failed for good."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        return super().get_retry_decision(exception=exception, job=job)


class Jobs:
    """The queue as seen by one process. Enqueueing needs no connection of its own; running does."""

    def __init__(self, database_url: str) -> None:
        conninfo = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=conninfo, kwargs=KEEPALIVES, min_size=1, max_size=6)
        )

    async def enqueue(
        self, tx: Transaction, name: str, *, key: str | None = None, delay_s: int = 0, **arguments: Any
    ) -> None:
        """Adds a job to `tx`. Jobs of the same `key` never run at the same time. Arguments must be JSON values."""
        raw = await tx.get_raw_connection()
        schedule_at = datetime.now(UTC) + timedelta(seconds=delay_s) if delay_s else None
        deferrer = self._app.configure_task(
            name, allow_unknown=True, connection=raw.driver_connection, lock=key, schedule_at=schedule_at
        )
        await deferrer.defer_async(**arguments)

    async def is_due(self, tx: Transaction, name: str, **arguments: Any) -> bool:
        """Whether such a job waits, for its time or for another try, or is being done."""
        found = await tx.scalar(IS_DUE, {"name": name, "arguments": arguments})
        return bool(found)

    def register(self, name: str, handler: Handler) -> None:
        """Lets `run` execute jobs of this name. A handler that raises is tried again, ATTEMPTS_MAX times in all."""
        retry = Retry(max_attempts=ATTEMPTS_MAX, exponential_wait=RETRY_WAIT_S)
        self._app.task(name=name, retry=retry)(handler)

    def register_periodic(self, name: str, cron: str, handler: Callable[[], Awaitable[None]]) -> None:
        """Lets `run` execute `handler` at every tick of the five-field `cron` expression, once across all workers."""

        async def tick(timestamp: int) -> None:  # noqa: ARG001  # the queue passes it by name
            await handler()

        task = self._app.task(name=name, queueing_lock=name, pass_context=False)(tick)
        self._app.periodic(cron=cron)(task)

    async def run(self, *, concurrency: int = 2, wait: bool = True, stalled_after_s: float = STALLED_AFTER_S) -> None:
        """Works until cancelled; then jobs at hand get SHUTDOWN_GRACE_S to finish, or run again elsewhere.

        Returns early when the queue is empty and `wait` is false, or when the database is lost: call it again then.
        """
        async with self._app.open_async(), self._rescuing(stalled_after_s):
            await self._app.run_worker_async(
                concurrency=concurrency,
                wait=wait,
                listen_notify=wait,  # whoever doesn't wait need not be told, by a connection of its own
                install_signal_handlers=False,
                delete_jobs="successful",
                update_heartbeat_interval=stalled_after_s / HEARTBEATS,
                stalled_worker_timeout=stalled_after_s,
                shutdown_graceful_timeout=SHUTDOWN_GRACE_S,
            )

    @asynccontextmanager
    async def _rescuing(self, stalled_after_s: float) -> AsyncIterator[None]:
        """Puts the jobs of dead workers back into the queue, at once and as long as the block lasts."""
        await self._rescue(stalled_after_s)
        over = asyncio.Event()
        task = asyncio.create_task(self._rescue_until(over, stalled_after_s))
        try:
            yield
        finally:
            over.set()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _rescue_until(self, over: asyncio.Event, stalled_after_s: float) -> None:
        # An event, because the cancellation alone can get lost: before Python 3.12 asyncio.wait_for, by which psycopg's
        # pool waits, drops one that comes at the same moment as a connection. The worker would then never start anew.
        while not over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(stalled_after_s / 2):
                    await over.wait()
                return
            with suppress(ConnectorException):  # the worker itself notices a lost database
                await self._rescue(stalled_after_s)

    async def _rescue(self, stalled_after_s: float) -> None:
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=stalled_after_s):
            with suppress(ConnectorException):  # another worker was faster
                await manager.retry_job(job)
