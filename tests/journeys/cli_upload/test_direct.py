"""`sealshare upload` straight into the store: chosen by itself where it works, left by itself where it doesn't."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import aiohttp
import pytest

from fileserver.cli import direct_client, upload_files, upload_run, upload_server
from fileserver.cli.upload_bars import Bar
from fileserver.cli.upload_files import Progress, Source
from fileserver.config import Config
from fileserver.services import Services
from fileserver.uploads.direct import service as direct_service
from storage.engines import Endpoints
from storage.objects import SignedRequest
from storage.rows import uploads
from tests.cli_uploads import Ran, upload, worker
from tests.uploads import Tus

MIB = 1 << 20
PART = 16 * MIB
CUT = -1


@pytest.fixture
def config(config: Config, engines: Endpoints) -> Config:
    """With a public address of the store."""
    return config.model_copy(update={"s3_public_url": engines.s3.endpoint_url})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of three parts."""
    path = tmp_path / "film.mp4"
    path.write_bytes(secrets.token_bytes(2 * PART + 5))
    return path


@pytest.fixture
async def _worker(services: Services) -> AsyncIterator[None]:
    async with worker(services):
        yield


async def nothing_pending(tus: Tus) -> bool:
    """Whether the store holds no unfinished multipart upload of this person's."""
    rows = (await tus.json("/api/v1/uploads"))["items"]
    return not [found for row in rows for found in await tus.services.objects.list_multiparts(f"uploads/{row['id']}")]


@pytest.mark.usefixtures("_worker")
async def test_a_large_file_goes_straight_to_the_store(url: str, token: str, file: Path, sha256: str, tus: Tus) -> None:
    """By itself, in parts at once; it becomes a material like any other, and the server saw none of its bytes."""
    ran = await upload([file], url, token, material_class="in_clinic", check=True)
    assert (0, sha256, "s3") == (ran.status, ran.only.sha256, ran.only.through)
    assert ran.only.material_id
    assert 0 == tus.receptions.flights.received_bytes("streamed")
    assert (await upload([file], url, token)).only.reused


@pytest.mark.usefixtures("_worker")
async def test_the_way_can_be_chosen(url: str, token: str, file: Path, tmp_path: Path, sha256: str) -> None:
    """--through server and --through s3 hold whatever the size; a small file goes through the server by itself."""
    small = tmp_path / "small.txt"
    small.write_bytes(b"small")
    ways = [
        (await upload([path], url, token, through=through, again=True)).only.through
        for path, through in ((file, "server"), (small, "s3"), (small, "auto"))
    ]
    assert ["server", "s3", "server"] == ways


@pytest.mark.usefixtures("_worker")
async def test_what_the_store_has_is_not_sent_again(
    url: str, token: str, file: Path, sha256: str, tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted after two parts: the same command signs and sends the third, and completes."""
    signed, interrupted = list[int](), asyncio.Event()
    original = direct_service.sign

    async def counting(services: Services, actor: Any, upload_id: Any, number: int, checksum: str) -> SignedRequest:
        signed.append(number)
        if number == 3 and signed.count(3) == 1:
            await interrupted.wait()
        return await original(services, actor, upload_id, number, checksum)

    monkeypatch.setattr(direct_service, "sign", counting)
    task = asyncio.create_task(upload([file], url, token))
    async with asyncio.timeout(60):
        while not (items := (await tus.json("/api/v1/uploads"))["items"]) or await parts_of(tus, items[0]["id"]) < 2:  # noqa: ASYNC110  # another task's doing
            await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    interrupted.set()  # or the server would wait for this answer before it ends
    signed.clear()
    signed.append(3)
    ran = await upload([file], url, token)
    assert (0, sha256, items[0]["id"]) == (ran.status, ran.only.sha256, ran.only.upload_id)
    assert [3, 3] == signed
    assert await nothing_pending(tus)


async def test_how_far_the_server_has_checked_it_is_told(
    url: str, token: str, tmp_path: Path, tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went straight to the store is read again for its SHA-256; the bar says how much of it has been."""
    path, told, checked = tmp_path / "small.txt", list[int](), Bar.checked
    path.write_bytes(b"small")
    monkeypatch.setattr(upload_run, "POLL_FIRST_S", 0.02)

    def telling(bar: Bar, size_bytes: int) -> None:
        told.append(size_bytes)
        checked(bar, size_bytes)

    monkeypatch.setattr(Bar, "checked", telling)
    task = asyncio.create_task(upload([path], url, token, through="s3"))
    async with asyncio.timeout(60):
        while 3 not in told:
            async with tus.services.database.transaction() as tx:
                for row in (await tus.json("/api/v1/uploads"))["items"]:
                    await uploads.set_verified(tx, UUID(row["id"]), 3, tus.services.clock())
            await asyncio.sleep(0.02)
    await tus.work()
    assert (0, 5) == ((await task).status, (await tus.json("/api/v1/uploads"))["items"][0]["verified_bytes"])


async def parts_of(tus: Tus, upload_id: str) -> int:
    """How many parts the store has."""
    row = await tus.row(f"/uploads/{upload_id}")
    return len(await tus.services.objects.list_parts(row.object_key, str(row.multipart_id))) if row.multipart_id else 0


@pytest.fixture
def out_of_reach(services: Services) -> None:
    """The store's public address leads nowhere from here."""
    object.__setattr__(services.config, "s3_public_url", "http://127.0.0.1:9")
    signer = services.objects._control._public_presigner
    signer._origin, signer._host = "http://127.0.0.1:9", "127.0.0.1:9"


@pytest.mark.usefixtures("out_of_reach")
async def test_a_store_out_of_reach_is_left_alone(url: str, token: str, file: Path, sha256: str, tus: Tus) -> None:
    """The command tries once, drops what it began, and sends everything through the server."""
    other = file.with_name("second.mp4")
    other.write_bytes(secrets.token_bytes(PART + 1))
    ran: Ran = await upload([file, other], url, token, parallel=1)
    assert (0, ["server", "server"]) == (ran.status, [outcome.through for outcome in ran.outcomes])
    assert sha256 == ran.outcomes[0].sha256
    await tus.work()
    assert ["streamed", "streamed"] == [row["way"] for row in (await tus.json("/api/v1/uploads"))["items"]]
    assert await nothing_pending(tus)


@pytest.mark.usefixtures("out_of_reach")
async def test_who_wants_only_the_store_is_told(url: str, token: str, file: Path, tus: Tus) -> None:
    """--through s3 falls back to nothing."""
    ran = await upload([file], url, token, through="s3")
    assert (1, True) == (ran.status, str(ran.only.error).startswith("the store can't be reached from here"))
    assert [] == (await tus.json("/api/v1/uploads"))["items"]


@pytest.mark.usefixtures("_worker")
async def test_a_store_that_stumbles_is_waited_for(
    url: str, token: str, file: Path, sha256: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a part has arrived, a lost connection, a 503 and an expired signature are tried again, part by part."""
    original = upload_server.sent
    faults = iter([0, CUT, 503, 403])

    def stumbling(session: aiohttp.ClientSession, method: str, to: Any, **request: Any) -> Any:
        fault = next(faults, 0) if method == "PUT" else 0
        if fault == CUT:
            to = "http://127.0.0.1:9/"
        elif fault:
            return _Answers(fault)
        return original(session, method, to, **request)

    monkeypatch.setattr(direct_client, "sent", stumbling)
    ran = await upload([file], url, token)
    assert (0, sha256, "s3") == (ran.status, ran.only.sha256, ran.only.through)
    assert next(faults, None) is None


class _Answers:
    """A store that answers with this status."""

    def __init__(self, status: int) -> None:
        self.status, self.ok, self.headers = status, False, dict[str, str]()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return


async def test_bytes_that_change_between_hash_and_sending_are_refused_by_the_store(
    url: str, token: str, file: Path, tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signature holds the hash: what arrives otherwise is not taken, and the command says that the file changed."""
    real = upload_files.pieces

    async def edited(source: Source, offset: int, size_bytes: int, progress: Progress) -> AsyncIterator[bytes]:
        with file.open("r+b") as under_way:
            under_way.seek(offset)
            under_way.write(secrets.token_bytes(9))
        async for piece in real(source, offset, size_bytes, progress):
            yield piece

    monkeypatch.setattr(direct_client, "pieces", edited)
    ran = await upload([file], url, token)
    assert (1, "the file changed while it was being sent") == (ran.status, ran.only.error)
    await tus.work()
    assert await nothing_pending(tus)


@pytest.mark.usefixtures("_worker")
async def test_the_token_never_reaches_the_store(
    url: str, token: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parts go without a word from us but what was signed."""
    original = upload_server.sent
    headers = list[set[str]]()

    def looking(session: aiohttp.ClientSession, method: str, to: Any, **request: Any) -> Any:
        headers.append({name.lower() for name in {**session.headers, **request["headers"]}})
        return original(session, method, to, **request)

    monkeypatch.setattr(direct_client, "sent", looking)
    assert 0 == (await upload([file], url, token)).status
    assert [{"content-length", "x-amz-checksum-sha256"}] * 3 == headers


async def test_a_file_that_nobody_checks_is_not_there_yet(
    url: str, token: str, file: Path, sha256: str, services: Services
) -> None:
    """Without a worker patience ends with "try again later"; once there is one, nothing has to be sent again."""
    ran = await upload([file], url, token, patience_s=0.5)
    assert (3, "the server has not finished checking it") == (ran.status, ran.only.error)
    async with worker(services):
        again = await upload([file], url, token)
    assert (0, sha256) == (again.status, again.only.sha256)
