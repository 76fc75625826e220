"""The upload's state machine against a model: any order of requests, cuts, crashes and expiries ends as tus says."""

import asyncio
import os
import secrets
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from aiohttp.test_utils import TestClient
from argon2.profiles import CHEAPEST
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule, run_state_machine_as_test
from yarl import URL

from compliance.access import Role
from compliance.events import Trail
from compliance.passwords import Passwords
from fileserver.accounts import tokens
from fileserver.app import create_app
from fileserver.http.scopes import Scope
from fileserver.services import Services, open_services, s3_settings
from fileserver.uploads import jobs
from storage.engines import Endpoints
from tests.contract.tus.conftest import PART_BYTES
from tests.contract.tus.model import Modelled, State
from tests.contract.tus.test_patch import assert_complete
from tests.crash.check import look
from tests.crash.rows import Rows
from tests.inspecting import InThisProcess
from tests.people import add_employee
from tests.services import Clock, RealServer, config_for
from tests.uploads import STREAM, VERSION, Tus, checksum, until

LENGTHS = (0, 1, 1000, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 1000)
STEPS = (0, 1, 1000, PART_BYTES // 2, PART_BYTES, PART_BYTES + 1)
BLOCK = os.urandom(LENGTHS[-1] + 1_000_000)
EXAMPLES_MAX, STEPS_MAX = settings().max_examples // 12, 12


@dataclass
class World:
    """One database and one clock for all examples; a server whose memory can be lost; a person for each example."""

    runner: asyncio.Runner
    services: Services
    clock: Clock
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    tus: Tus = field(init=False)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """In the loop of the server."""
        return self.runner.run(work)

    async def begin(self) -> None:
        """A new person at a new server."""
        person = await add_employee(self.services, Role.MARKETER)
        async with self.services.database.transaction() as tx:
            scopes, now = [Scope.UPLOADS_WRITE], self.clock()
            token = await tokens.create(tx, Trail(), person.person_id, label="model", scopes=scopes, days=365, now=now)
        await self.crash(token.text)

    async def crash(self, token: str = "") -> None:
        """From now on a server that knows nothing answers; what the old one still does, nobody asks for."""
        app = create_app(self.services.config, self.services)
        client = await self.stack.enter_async_context(TestClient(RealServer(app)))
        self.tus = Tus.at(client, self.services, token or self.tus.token)

    async def end(self) -> None:
        """Every server of the example ends."""
        await self.stack.aclose()


class Uploads(RuleBasedStateMachine):
    """The rules; each asks the server and the model, and compares."""

    world: ClassVar[World]
    uploads = Bundle("uploads")
    partials = Bundle("partials")

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Modelled] = []

    @initialize()
    def begin(self) -> None:
        """An empty server."""
        self.world.run(self.world.begin())

    @rule(target=uploads, length=st.sampled_from(LENGTHS), first=st.sampled_from(STEPS), deferred=st.booleans())
    def create(self, length: int, first: int, *, deferred: bool) -> Modelled:
        """With its first bytes or without, its length said or not."""
        return self._create(length, min(first, length), {"Upload-Defer-Length": "1"} if deferred else {})

    @rule(target=partials, length=st.sampled_from(LENGTHS))
    def create_partial(self, length: int) -> Modelled:
        """All of one part of another upload."""
        return self._create(length, length, {"Upload-Concat": "partial"})

    @rule(target=uploads, one=partials, two=partials)
    def concatenate(self, one: Modelled, two: Modelled) -> Any:
        """A final upload of two, perhaps the same."""
        sent = {**VERSION, "Upload-Concat": f"final;{one.path} {two.path}"}
        answer = self._ask("POST", "/uploads/", sent)
        if State.GONE in (one.state, two.state):
            assert 410 == answer.status
            return multiple()
        assert 201 == answer.status
        final = Modelled(URL(answer.headers["Location"]).path, one.body + two.body, concat="final")
        self.made.append(final)
        self.world.run(self.world.tus.work())
        final.stands_at(len(final.body))
        return final

    @rule(
        upload=uploads, size=st.sampled_from(STEPS), says=st.booleans(),
        check=st.sampled_from((None, "sha1", "sha256", "crc32c", "wrong")),
    )  # fmt: skip
    def patch(self, upload: Modelled, size: int, check: str | None, *, says: bool) -> None:
        """At the right place, with or without the length and a checksum; sometimes with more than there is room for."""
        if not upload.length_known:
            size = min(size, upload.rest)
        body = self._bytes(upload, upload.offset, size)
        sent = {"Upload-Length": str(len(upload.body))} if says else {}
        if check and size:
            sent |= checksum(b"other" if check == "wrong" else body, "sha1" if check == "wrong" else check)
        answer = self._patch(upload, upload.offset, body, sent)
        is_right = check != "wrong" or not size
        assert upload.patch(upload.offset, size, says_length=says, is_right=is_right) == answer.status
        if answer.status == 204:
            assert str(upload.offset) == answer.headers["Upload-Offset"]

    @rule(upload=uploads, offset=st.sampled_from((*STEPS, 3 * PART_BYTES)), size=st.sampled_from(STEPS[1:3]))
    def patch_elsewhere(self, upload: Modelled, offset: int, size: int) -> None:
        """Mostly at a wrong place."""
        if offset != upload.offset:
            answer = self._patch(upload, offset, b"x" * size, {})
            assert upload.patch(offset, size) == answer.status

    @rule(upload=uploads, size=st.sampled_from(STEPS[2:]), sent=st.floats(0, 1))
    def cut(self, upload: Modelled, size: int, sent: float) -> None:
        """The connection breaks in the middle of a body: what arrived may count."""
        if upload.state is State.OPEN and (size := min(size, upload.rest)):
            self.world.run(self._cut(upload, size, int(size * sent)))

    @rule(upload=uploads, size=st.sampled_from(STEPS[2:]), sent=st.floats(0, 0.9), crashes=st.booleans())
    def overtake(self, upload: Modelled, size: int, sent: float, *, crashes: bool) -> None:
        """A second PATCH at the same place while the first one hangs, on the same server or on another."""
        if upload.state is State.OPEN and (size := min(size, upload.rest)) > 1:
            self.world.run(self._overtake(upload, size, int(size * sent), crashes=crashes))

    @rule()
    def crash(self) -> None:
        """The server forgets all that it has not stored."""
        self.world.run(self.world.crash())

    @rule(upload=uploads)
    def head(self, upload: Modelled) -> None:
        """Where it stands."""
        self.world.run(self._agrees(upload))

    @rule(upload=uploads)
    def delete(self, upload: Modelled) -> None:
        """Forgets it."""
        assert upload.delete() == self._ask("DELETE", upload.path, VERSION).status

    @rule()
    def expire(self) -> None:
        """A week and a day pass."""
        self.world.clock.advance(days=8)
        self.world.run(jobs.expire(self.world.services))
        for upload in self.made:
            if upload.concat == "partial":
                upload.state = State.GONE
            upload.time_is_over()

    def teardown(self) -> None:
        """Everybody brings the rest: bytes are equal, rows and store agree."""
        try:
            self.world.run(self._conclude())
        finally:
            self.world.run(self.world.end())

    def _create(self, length: int, first: int, headers: dict[str, str]) -> Modelled:
        start = secrets.randbelow(1_000_000)
        upload = Modelled("", BLOCK[start : start + length], concat="partial" if "Upload-Concat" in headers else None)
        upload.length_known = "Upload-Defer-Length" not in headers
        sent = {**VERSION, **headers} | ({"Upload-Length": str(length)} if upload.length_known else {})
        answer = self._ask("POST", "/uploads/", sent | (STREAM if first else {}), upload.body[:first] or None)
        assert 201 == answer.status
        upload.path = URL(answer.headers["Location"]).path
        upload.stands_at(first)
        self.made.append(upload)
        return upload

    def _bytes(self, upload: Modelled, offset: int, size: int) -> bytes:
        """The file's, and behind its end any."""
        body = upload.body[offset : offset + size]
        return body + b"x" * (size - len(body))

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Any:
        return self.world.run(self.world.tus.request(method, path, headers, body))

    def _patch(self, upload: Modelled, offset: int, body: bytes, headers: dict[str, str]) -> Any:
        return self.world.run(self.world.tus.patch(upload.path, offset, body, headers))

    async def _agrees(self, upload: Modelled) -> None:
        answer, expected = await self.world.tus.request("HEAD", upload.path, VERSION), upload.head()
        if expected is None:
            assert 410 == answer.status
            return
        assert (200, expected) == (answer.status, {name: answer.headers.get(name) for name in expected})

    async def _cut(self, upload: Modelled, size: int, sent: int) -> None:
        tus, offset = self.world.tus, upload.offset
        async with tus.open_patch(upload.path, offset, size) as patch:
            await patch.send(upload.body[offset : offset + sent])
            await patch.cut()
        await self._adopt(upload, offset, offset + sent)

    async def _overtake(self, upload: Modelled, size: int, sent: int, *, crashes: bool) -> None:
        tus, offset = self.world.tus, upload.offset
        body = upload.body[offset : offset + size]
        async with tus.open_patch(upload.path, offset, size) as older:
            await older.send(body[:sent])
            await until(lambda: tus.reception(upload.path) is not None)
            if crashes:
                await self.world.crash()
            answer = await self.world.tus.patch(upload.path, offset, body)
            assert answer.status in (204, 409)
            if answer.status == 204:
                await self._adopt(upload, offset + size, offset + size)
            else:
                await self._adopt(upload, offset, offset + sent)

    async def _adopt(self, upload: Modelled, least: int, most: int) -> None:
        """The offset is the server's choice within what was acknowledged and what was sent; then it stays."""
        offset = await self.world.tus.offset(upload.path)
        assert least <= offset <= most
        upload.stands_at(offset)
        await self._agrees(upload)

    async def _conclude(self) -> None:
        tus = self.world.tus
        for upload in self.made:
            if upload.state is State.OPEN:
                said = {} if upload.length_known else {"Upload-Length": str(len(upload.body))}
                answer = await tus.patch(upload.path, upload.offset, upload.body[upload.offset :], said)
                assert upload.patch(upload.offset, upload.rest, says_length=True) == answer.status
            await self._agrees(upload)
        await tus.work()
        for upload in self.made:
            if upload.state is State.COMPLETE and upload.concat == "partial":  # its SHA-256 is nobody's concern
                assert upload.body == await tus.stored(upload.path)
            elif upload.state is State.COMPLETE:
                await assert_complete(tus, upload.path, upload.body)
        await self._look()

    async def _look(self) -> None:
        config, mine = self.world.services.config, {upload.path.split("/")[-1] for upload in self.made}
        found = await look(
            Rows(config.database_url.get_secret_value()), self.world.services.objects, s3_settings(config)
        )
        assert [] == [each for each in (*found.broken, *found.orphans, *found.leftovers) if each.upload in mine]


@pytest.fixture
def world(engines: Endpoints, database_url: str, master_key: str) -> Iterator[World]:
    """Services on the real engines, in a loop of their own."""
    config = config_for(engines, database_url, master_key=master_key)
    clock = Clock()
    with asyncio.Runner() as runner:
        opening = open_services(
            config, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess(), reading=False
        )
        services = runner.run(opening.__aenter__())
        yield World(runner, services, clock)
        runner.run(opening.__aexit__(None, None, None))


def test_any_order_of_things(world: World) -> None:
    """Statuses, offsets, SHA-256 and bytes are the model's, and nothing is left that no row names."""
    machine = type("UploadsHere", (Uploads,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES_MAX,
            stateful_step_count=STEPS_MAX,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # shrinking takes minutes: add Phase.shrink to look into a failure
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
