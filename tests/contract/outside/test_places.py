"""Folders and webhooks: told in order, tried again, and read before they are written."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from compliance.outside import Ledger
from compliance.outside.places import Told
from compliance.verifying import parse_checkpoint
from fileserver.config import Config
from fileserver.outside import webhook_name
from storage.rows.ledger import CheckpointRow
from tests.contract.outside.stage import grow, process, published, row_of, teller_of, told, watching
from tests.services import Clock
from tests.trees import Log


class Receiver:
    """Somebody who takes webhooks: notes what came, and answers as told."""

    def __init__(self) -> None:
        self.status = 200
        self.sizes: list[int] = []
        self.headers: list[str | None] = []

    async def take(self, request: web.Request) -> web.Response:
        """One request."""
        if self.status == 200:
            self.sizes.append(parse_checkpoint(await request.read()).size)
        self.headers.append(request.headers.get("Authorization"))
        return web.Response(status=self.status)


@asynccontextmanager
async def receiving() -> AsyncIterator[tuple[Receiver, str]]:
    """A receiver at an address of this machine."""
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/checkpoints", receiver.take)
    async with TestServer(app, host="127.0.0.1") as server:
        yield receiver, str(server.make_url("/checkpoints"))


def files(folder: Path) -> list[str]:
    """The names of the checkpoints in a folder."""
    return sorted(name for _, _, names in os.walk(folder) for name in names)


async def test_a_webhook_gets_each_size_once_and_in_order(config: Config, clock: Clock) -> None:
    """While it fails, what is new waits; then the newest is sent, and nothing smaller than what it has."""
    async with receiving() as (receiver, url):
        settings = told(config, ledger_webhooks=(url,), ledger_webhook_token=SecretStr("secret-of-theirs"))
        async with process(settings, clock) as services, teller_of(services) as teller:
            await grow(services, 3)
            await teller.tell_all()
            await teller.tell_all()
            receiver.status = 500
            await grow(services, 4)
            await teller.tell_all()
            assert ("status 500", 3) == (
                (await row_of(services, webhook_name(url))).failure,
                (await row_of(services, webhook_name(url))).size,
            )
            await grow(services, 1)
            receiver.status = 200
            clock.advance(seconds=5)
            await teller.tell_due()
            await teller.tell_all()

    assert [3, 8] == receiver.sizes
    assert {"Bearer secret-of-theirs"} == set(receiver.headers)
    assert "secret" not in webhook_name(url)


async def test_what_a_folder_keeps_has_the_cosignatures(config: Config, clock: Clock, tmp_path: Path) -> None:
    """Witnesses are asked first, so that the copy outside is cosigned; each size is one file that nobody changes."""
    (tmp_path / "folder").mkdir()
    async with process(config, clock) as plain:
        await grow(plain, 7)
        async with watching(plain, tmp_path / "witness") as (_, setting):
            settings = told(config, ledger_witnesses=(setting,), ledger_folders=(str(tmp_path / "folder"),))
            async with process(settings, clock) as services, teller_of(services) as teller:
                await teller.tell_all()
                first = await published(services)
                await teller.tell_all()
                await grow(services, 2)
                await teller.tell_all()

    assert ["00000000000000000007.checkpoint", "00000000000000000009.checkpoint"] == files(tmp_path / "folder")
    (kept,) = (tmp_path / "folder").rglob("*7.checkpoint")
    assert first == kept.read_text()
    assert "witness.example/w1" in first


async def test_a_stranger_s_file_contradicts_nobody(config: Config, clock: Clock, tmp_path: Path) -> None:
    """Whoever can write into the folder can stop the keeping, which is told of, and not the server."""
    async with process(told(config, ledger_folders=(str(tmp_path),)), clock) as services, teller_of(services) as teller:
        await grow(services, 7)
        (tmp_path / "2999-01-01").mkdir()
        (tmp_path / "2999-01-01" / f"{400:020}.checkpoint").write_text(Log.of(400).checkpoint(400))
        await teller.tell_all()
        services.require_log()

    assert "the newest file is no checkpoint of this log" == services.outside.rows[0].failure


async def test_what_another_process_told_meanwhile_is_no_conflict(config: Config, clock: Clock, tmp_path: Path) -> None:
    """A folder that is ahead of the checkpoint in hand, and not of the log, is asked again in its next turn."""
    settings = told(config, ledger_folders=(str(tmp_path),))
    async with process(settings, clock) as services, teller_of(services) as another:

        class Slow:
            """A witness that takes its time."""

            name, witness = "witness:slow", True

            async def tell(self, head: CheckpointRow, known: int, ledger: Ledger) -> Told:
                await grow(services, 5)
                await another.tell_all()
                return Told()

        await grow(services, 7)
        async with teller_of(services, [Slow()]) as teller:
            await teller.tell_all()
        (row,) = [each for each in services.outside.rows if each.name.startswith("folder")]
        assert ("another process told it more meanwhile", "") == (row.failure, row.conflict)
        services.require_log()
        await another.tell_all()
        assert "" == next(each.failure for each in services.outside.rows if each.name == row.name)


async def test_a_folder_that_is_away_is_told_of(config: Config, clock: Clock, tmp_path: Path) -> None:
    """A disk that is not mounted is a reason that operators see, and the rest goes on."""
    async with receiving() as (receiver, url):
        settings = told(config, ledger_folders=(str(tmp_path / "absent"),), ledger_webhooks=(url,))
        async with process(settings, clock) as services, teller_of(services) as teller:
            await grow(services, 7)
            await teller.tell_all()
            services.require_log()
            failures = [row.failure for row in services.outside.rows]

    assert ["FileNotFoundError", ""] == failures
    assert [7] == receiver.sizes
