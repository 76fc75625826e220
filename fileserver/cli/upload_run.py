"""Files on their way: found again or begun, sent the way that works, verified, and made materials of if wanted.

Promises: nothing is kept on this machine: the server knows each unfinished upload by its file's fingerprint, so the
same command goes on after whatever broke it off, and what is there already is not sent again.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from fileserver.cli.direct_client import DirectClient, OutOfReach, Ticket
from fileserver.cli.tus_client import TusClient
from fileserver.cli.upload_bars import Bar, Bars
from fileserver.cli.upload_files import Found, Source, Unusable, sha256_of
from fileserver.cli.upload_server import Patience, Refused, Server, Unreachable

TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
POLL_FIRST_S, POLL_MAX_S = 0.2, 2.0
DONE, SOME_FAILED, UNREACHABLE = 0, 1, 3
AUTO, SERVER, S3 = "auto", "server", "s3"
WAYS = {"streamed": SERVER, "direct": S3}
GOES_ON = ("receiving", "assembling", "verifying", "complete")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the person asked for."""

    url: str
    material_class: str | None = None
    title: str | None = None
    parallel: int = 4
    through: str = AUTO
    patience_s: float = 900.0
    again: bool = False
    check: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one file. `reused`: it was there from an earlier upload, and was not sent again."""

    file: str
    upload_id: str | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    material_id: str | None = None
    through: str | None = None
    reused: bool = False
    error: str | None = None
    unreachable: bool = False


Report = Callable[[Outcome], None]


async def upload_all(files: Sequence[Found], options: Options, token: str, bars: Bars, report: Report) -> int:
    """Every file, `parallel` of them at a time, each reported once; the exit status."""
    outcomes, todo = list[Outcome](), iter(files)

    def tell(outcome: Outcome) -> None:
        outcomes.append(outcome)
        report(outcome)

    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT) as session,
        aiohttp.ClientSession(timeout=TIMEOUT, skip_auto_headers=["Content-Type"]) as store,
    ):
        run = Run(options, Server(session, options.url), store, bars)
        async with asyncio.TaskGroup() as group:
            for _ in range(options.parallel):
                group.create_task(_work(run, todo, tell))
    if any(outcome.unreachable for outcome in outcomes):
        return UNREACHABLE
    return SOME_FAILED if any(outcome.error for outcome in outcomes) else DONE


async def _work(run: "Run", todo: Any, tell: Report) -> None:
    for found in todo:
        tell(await run.upload(found))


class Run:
    """One run of the command; what it has learnt of the ways holds for all its files."""

    def __init__(self, options: Options, server: Server, store: aiohttp.ClientSession, bars: Bars) -> None:
        self.options, self.server, self.bars = options, server, bars
        self.tus, self.direct = TusClient(server), DirectClient(server, store)
        self._part_min_bytes: int | None = None  # of direct uploads; None: not asked yet, or there is no such way
        self._asked = False
        self._lock = asyncio.Lock()

    async def upload(self, found: Found) -> Outcome:
        """One file from here to there; never raises what can be told."""
        if found.problem:
            return Outcome(file=str(found.path), error=found.problem)
        bar = Bar(self.bars, found.path, found.size_bytes)
        try:
            source = await asyncio.to_thread(Source.look, found.path)
            return await Errand(self, source, bar).run()
        except (Refused, Unusable) as error:
            return Outcome(file=str(found.path), error=str(error))
        except Unreachable as error:
            return Outcome(file=str(found.path), error=str(error), unreachable=True)
        finally:
            bar.ends()

    async def goes_direct(self, size_bytes: int) -> bool:
        """Whether a new upload of this size goes straight to the store. Raises Refused, Unreachable."""
        if self.options.through == SERVER:
            return False
        async with self._lock:
            if not self._asked:
                ways = await self.server.call("GET", "/api/v1/uploads/ways")
                self._part_min_bytes = ways["part_size_min_bytes"] if ways["direct"] else None
                self._asked = True
        if self.options.through == S3:
            if self._part_min_bytes is None:
                raise Refused("this server has no direct way to its store")
            return size_bytes > 0
        # A file of a single part is there sooner in one request through the server.
        return self._part_min_bytes is not None and size_bytes > self._part_min_bytes

    def give_up_direct(self, error: OutOfReach) -> None:
        """The store is out of reach: from now on through the server. Raises Refused when the person wants no other."""
        if self.options.through == S3:
            raise Refused(f"the store can't be reached from here: {error}") from error
        self._part_min_bytes = None

    def allows(self, way: str) -> bool:
        """Whether an upload that went this way before may go on so."""
        if self.options.through != AUTO:
            return self.options.through == WAYS[way]
        return way == "streamed" or self._part_min_bytes is not None or not self._asked


class Errand:
    """One file of a run."""

    def __init__(self, run: Run, source: Source, bar: Bar) -> None:
        self._run, self._source, self._bar = run, source, bar
        self._patience = Patience(run.options.patience_s, self._waits)
        self._upload: str | None = None  # that this errand has begun
        self._fruitless = False  # what was found could not be gone on with

    async def run(self) -> Outcome:
        """Raises Refused, Unreachable, Unusable."""
        found, reused = await self._there()
        material = found["material_id"]
        if self._run.options.check:
            await self._check(found)
        if self._run.options.material_class and material is None:
            material = await self._material(found["id"])
        return Outcome(
            file=str(self._source.path),
            upload_id=found["id"],
            sha256=found["sha256"],
            size_bytes=self._source.size_bytes,
            material_id=material,
            through=WAYS[found["way"]],
            reused=reused,
        )

    async def _there(self) -> tuple[Any, bool]:
        """The complete upload; and whether it was complete before this errand did anything."""
        while True:
            try:
                found = await self._find()
                if found is not None and found["state"] == "complete":
                    self._bar.at(self._source.size_bytes)
                    return found, self._upload is None
                if found is None:
                    found = await self._begin()
                await self._send(found)
                return await self._verified(found["id"]), False
            except Unreachable as error:
                await self._patience.wait(error)
            except Refused as error:
                if error.slug != "upload-gone" or self._fruitless:
                    raise
                self._fruitless, self._upload = True, None
            except OutOfReach as error:
                await self._forget()
                self._run.give_up_direct(error)
            except Unusable:
                await self._forget()
                raise

    async def _find(self) -> Any:
        """The newest upload of this file that can be used or gone on with; an unused one comes first."""
        if self._fruitless and self._upload is None:
            return None
        if self._upload is not None:
            return await self._run.server.call("GET", f"/api/v1/uploads/{self._upload}")
        if self._run.options.again:
            return None
        items = (await self._run.server.call("GET", "/api/v1/uploads", fingerprint=self._source.fingerprint))["items"]
        usable = [
            each for each in items if each["state"] in GOES_ON and each["length_bytes"] == self._source.size_bytes
        ]
        found = next((each for each in usable if each["material_id"] is None), usable[0] if usable else None)
        if found is not None and found["state"] == "receiving":
            self._upload = found["id"]
            if not self._run.allows(found["way"]):
                await self._forget()
                return None
        return found

    async def _begin(self) -> Any:
        source = self._source
        if await self._run.goes_direct(source.size_bytes):
            self._upload = (await self._run.direct.begin(source)).upload
        else:
            self._upload = await self._run.tus.create(source, self._bar.at)
        return await self._run.server.call("GET", f"/api/v1/uploads/{self._upload}")

    async def _send(self, found: Any) -> None:
        if found["state"] != "receiving":
            return
        self._patience.progressed()
        if found["way"] == "direct":
            ticket = Ticket(found["id"], found["part_size_bytes"])
            await self._run.direct.send(ticket, self._source, self._bar.at, self._patience)
        else:
            await self._run.tus.send(found["id"], self._source, self._bar.at, self._patience)

    async def _verified(self, upload: str) -> Any:
        """The upload once the server knows its SHA-256: at once, or after it has been read again."""
        delay_s, reached = POLL_FIRST_S, None
        self._bar.checked(0)
        while True:
            try:
                found = await self._run.server.call("GET", f"/api/v1/uploads/{upload}")
            except Unreachable as error:
                await self._patience.wait(error)
                continue
            if found["state"] == "complete":
                self._patience.progressed()
                self._bar.at(self._source.size_bytes)
                return found
            if found["state"] not in GOES_ON:
                raise Refused(f"the upload is {found['state']}")
            if (found["state"], found["verified_bytes"]) == reached:
                await self._patience.wait(Unreachable("the server has not finished checking it"), quiet=True)
            else:
                self._patience.progressed()
                self._bar.checked(found["verified_bytes"])
                reached = (found["state"], found["verified_bytes"])
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, POLL_MAX_S)

    async def _check(self, found: Any) -> None:
        """Raises Refused unless the server's SHA-256 is that of the file here."""
        digest = await asyncio.to_thread(sha256_of, self._source, 0, self._source.size_bytes)
        if digest.hexdigest() != found["sha256"]:
            raise Refused("the server has other bytes than this file; send it --again")

    async def _material(self, upload: str) -> str:
        """The material made of it, once, also when the answer to that got lost."""
        options = self._run.options
        body = {
            "upload_id": upload,
            "title": options.title or self._source.path.stem,
            "class": options.material_class,
        }

        async def make() -> str:
            found = await self._run.server.call("GET", f"/api/v1/uploads/{upload}")
            made = found["material_id"] or (await self._run.server.call("POST", "/api/v1/materials", body))["id"]
            return str(made)

        return await self._patience.until(make)

    async def _forget(self) -> None:
        """What this errand has begun is not wanted; the server drops by itself what we can't tell it."""
        upload, self._upload = self._upload, None
        if upload is None:
            return
        try:
            await self._run.tus.forget(upload)
        except (Refused, Unreachable) as error:
            self._run.bars.note(f"{self._source.path}: what was begun stays until it expires ({error})")

    def _waits(self, why: str | None) -> None:
        self._bar.waits(f"waiting: {why}" if why else None)
