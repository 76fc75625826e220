"""A log with places outside: real witnesses on the loopback address, folders, and somebody who takes webhooks."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from argon2.profiles import CHEAPEST

from compliance import checkpoints, ledger
from compliance.events import Act, Trail
from compliance.notes import vkey
from compliance.outside import Ledger, Place, Teller
from compliance.passwords import Passwords
from fileserver.config import Config, WitnessSetting
from fileserver.outside import open_places
from fileserver.services import Services, open_services
from fileserver.witness.cosigning import Witness
from fileserver.witness.folders import Folder, opened
from fileserver.witness.serving import witness_app
from storage.rows import places as rows
from storage.rows.places import PlaceRow
from tests.inspecting import InThisProcess
from tests.services import Clock

NAME = "witness.example/w1"
PLACE = f"witness:{NAME}"
VIEW = Trail(who="p-1", role="viewer").event(Act.VIEWER_COPY_VIEW, obj="material:7")


async def grow(services: Services, count: int) -> int:
    """So many events more, in the tree; its size."""
    for _ in range(count):
        async with services.database.transaction() as tx:
            await ledger.append(tx, VIEW, now=services.clock())
    return (await services.sequencer.catch_up()).size


def log_keys(services: Services) -> list[str]:
    """The keys by which the log's checkpoints are verified."""
    return [vkey(services.ledger_origin, key.public) for key in services.keys.ledger]


@dataclass
class RunningWitness:
    """A witness that can be stopped and started; it remembers by its folder."""

    folder: Folder
    clock: Callable[[], Any]
    statuses: list[int] = field(default_factory=list)
    server: TestServer | None = None
    port: int = 0

    async def start(self) -> WitnessSetting:
        """Listens; where, and by which key it is known."""
        witness = Witness(
            self.folder.key(), self.folder.records(), self.folder.logs, lambda: int(self.clock().timestamp())
        )
        app = witness_app(witness, self.folder)
        app.on_response_prepare.append(self._note)
        self.server = TestServer(app, host="127.0.0.1", port=self.port)
        await self.server.start_server()
        self.port = self.server.port or 0
        return WitnessSetting(self.folder.key().vkey, str(self.server.make_url("/")))

    async def stop(self) -> None:
        """Answers nobody any more."""
        if self.server is not None:
            await self.server.close()

    @property
    def size(self) -> int:
        """Of what it cosigned last."""
        (record,) = self.folder.records().values()
        return record.head[0]

    async def _note(self, _request: web.Request, answer: web.StreamResponse) -> None:
        self.statuses.append(answer.status)


@asynccontextmanager
async def watching(services: Services, path: Path) -> AsyncIterator[tuple[RunningWitness, WitnessSetting]]:
    """A witness of this log."""
    with opened(path) as folder:
        folder.make(NAME, log_keys(services))
        witness = RunningWitness(folder, services.clock)
        setting = await witness.start()
        try:
            yield witness, setting
        finally:
            await witness.stop()


def told(config: Config, **settings: Any) -> Config:
    """The configuration with places on this machine."""
    return config.model_copy(update={"outgoing_loopback_http": True, **settings})


@asynccontextmanager
async def process(config: Config, clock: Clock) -> AsyncIterator[Services]:
    """Services as a process has them that was just started on this configuration."""
    async with open_services(
        config, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess(), reading=False
    ) as services:
        yield services


@asynccontextmanager
async def teller_of(services: Services, more: Sequence[Place] = ()) -> AsyncIterator[Teller]:
    """The teller of a process, which tells when it is asked to and not by itself."""
    async with AsyncExitStack() as stack:
        places = [*await open_places(stack, services.config, services.outgoing), *more]
        log = Ledger(services.database, services.keys, services.ledger_origin)
        every_s = services.config.ledger_tell_every_s
        yield Teller(services.database, places, log, services.outside, services.clock, every_s=every_s)


async def row_of(services: Services, name: str = PLACE) -> PlaceRow:
    """What is noted of a place."""
    async with services.database.transaction() as tx:
        (row,) = await rows.places(tx, [name])
    return row


async def published(services: Services) -> str:
    """The newest checkpoint, as it is served."""
    async with services.database.transaction() as tx:
        head = await checkpoints.latest(tx)
        assert head is not None
        return await checkpoints.note_of(tx, head)
