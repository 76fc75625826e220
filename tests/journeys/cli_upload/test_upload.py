"""`sealshare upload` against a running server: what a person at a terminal, or a script, may count on."""

import asyncio
import hashlib
import json
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from fileserver.app import create_app
from fileserver.cli import tus_client, upload_files, upload_run
from fileserver.cli.upload_files import Progress, Source, Unusable
from fileserver.cli.upload_server import Server, Unreachable
from fileserver.services import Services
from fileserver.uploads import body
from tests.cli_uploads import command, ended, upload
from tests.services import RealServer
from tests.uploads import Tus

MIB = 1 << 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that needs two parts."""
    path = tmp_path / "资料 brochure.bin"
    path.write_bytes(secrets.token_bytes(18 * MIB + 1))
    return path


def source_hash(file: Path) -> str:
    """The file as it is now."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def append(file: Path) -> int:
    """Another program writes."""
    with file.open("ab") as more:
        return more.write(b"!")


async def uploads_of(tus: Tus) -> list[Any]:
    """What the person's uploads are."""
    items: list[Any] = (await tus.json("/api/v1/uploads"))["items"]
    return items


async def test_a_file_arrives_and_its_hash_is_told(url: str, token: str, file: Path, sha256: str) -> None:
    """The outcome names upload, way, size and SHA-256."""
    ran = await upload([file], url, token, check=True)
    assert (0, sha256, 18 * MIB + 1, "server", False) == (
        ran.status,
        ran.only.sha256,
        ran.only.size_bytes,
        ran.only.through,
        ran.only.reused,
    )
    assert "" == ran.said


async def test_a_material_is_made_when_a_class_is_given(url: str, token: str, file: Path, tus: Tus) -> None:
    """With --class the same command makes a material, named after the file unless --title says otherwise."""
    ran = await upload([file], url, token, material_class="in_clinic")
    assert file.stem == (await tus.json(f"/api/v1/materials/{ran.only.material_id}"))["title"]


@pytest.mark.parametrize("material_class", [None, "in_clinic"], ids=["upload", "material"])
async def test_the_same_file_again_is_not_sent_again(
    url: str, token: str, file: Path, tus: Tus, material_class: str | None
) -> None:
    """What is there is found by the file's fingerprint, as upload or as material, and said to be; --again sends it."""
    first = await upload([file], url, token, material_class=material_class)
    second = await upload([file], url, token, material_class=material_class)
    assert (0, True) == (second.status, second.only.reused)
    assert (first.only.upload_id, first.only.material_id) == (second.only.upload_id, second.only.material_id)
    assert 1 == len(await uploads_of(tus))
    third = await upload([file], url, token, again=True)
    assert (False, True) == (third.only.reused, third.only.upload_id != first.only.upload_id)


async def test_an_unused_upload_becomes_the_material_later(url: str, token: str, file: Path) -> None:
    """Uploaded without --class, and then with it: nothing is sent, the material is made of what is there."""
    first = await upload([file], url, token)
    second = await upload([file], url, token, material_class="in_clinic")
    assert (first.only.upload_id, True) == (second.only.upload_id, second.only.reused)
    assert second.only.material_id


async def test_folders_arrive_whole(url: str, token: str, tmp_path: Path, tus: Tus) -> None:
    """Every file below, several at a time, small and empty ones too; each outcome is its own."""
    folder = tmp_path / "brand"
    bodies = {
        "a/1.txt": b"one",
        "a/b/2.bin": secrets.token_bytes(MIB),
        "empty": b"",
        "z.pdf": secrets.token_bytes(9 * MIB),
    }
    for name, content in bodies.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    ran = await upload([folder], url, token, parallel=3)
    assert {str(folder / name): hashlib.sha256(content).hexdigest() for name, content in bodies.items()} == {
        outcome.file: outcome.sha256 for outcome in ran.outcomes
    }
    assert (0, len(bodies)) == (ran.status, len(await uploads_of(tus)))


async def test_an_interrupted_upload_goes_on_where_it_stopped(
    url: str, token: str, file: Path, sha256: str, tus: Tus
) -> None:
    """Ctrl-C in the middle: the same command finds the upload again and sends only what the server lacks."""
    with slow_after(17 * MIB):
        task = asyncio.create_task(upload([file], url, token))
        async with asyncio.timeout(30):
            while not (items := await uploads_of(tus)) or items[0]["offset_bytes"] < 16 * MIB:  # noqa: ASYNC110  # another task's doing
                await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    offsets = list[int]()

    def spy(source: Source, offset: int, size_bytes: int, progress: Progress) -> AsyncIterator[bytes]:
        offsets.append(offset)
        return upload_files.pieces(source, offset, size_bytes, progress)

    with pytest.MonkeyPatch.context() as spying:
        spying.setattr(tus_client, "pieces", spy)
        ran = await upload([file], url, token)
    assert (0, sha256, items[0]["id"]) == (ran.status, ran.only.sha256, ran.only.upload_id)
    assert min(offsets) >= 16 * MIB


class slow_after:  # noqa: N801  # reads like the functions beside it
    """The file can't be read any further than so many bytes, for as long as the block lasts."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes, self._patch = limit_bytes, pytest.MonkeyPatch()

    def __enter__(self) -> None:
        self._patch.setattr(tus_client, "pieces", self._pieces)

    def __exit__(self, *_: object) -> None:
        self._patch.undo()

    async def _pieces(self, source: Source, offset: int, size_bytes: int, progress: Progress) -> AsyncIterator[bytes]:
        sent = 0
        async for piece in upload_files.pieces(source, offset, size_bytes, progress):
            if sent >= self._limit_bytes:
                await asyncio.Event().wait()
            yield piece
            sent += len(piece)


async def test_a_disk_that_falls_asleep_is_no_end(
    url: str, token: str, file: Path, sha256: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server gives a silent request up with 408; the same run goes on from there."""
    monkeypatch.setattr(body, "SILENCE_MAX_S", 0.2)
    sleeps = iter([1.0])

    async def sleepy(source: Source, offset: int, size_bytes: int, progress: Progress) -> AsyncIterator[bytes]:
        async for piece in upload_files.pieces(source, offset, size_bytes, progress):
            yield piece
            await asyncio.sleep(next(sleeps, 0))

    monkeypatch.setattr(tus_client, "pieces", sleepy)
    ran = await upload([file], url, token)
    assert (0, sha256) == (ran.status, ran.only.sha256)


async def test_a_file_that_changes_meanwhile_is_told_and_not_kept(
    url: str, token: str, file: Path, tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mixture of two files arrives nowhere: the upload is dropped, and the next run sends the file as it is then."""
    real, edits = upload_files.pieces, list[int]()

    async def edited(source: Source, offset: int, size_bytes: int, progress: Progress) -> AsyncIterator[bytes]:
        async for piece in real(source, offset, size_bytes, progress):
            yield piece
            if not edits:
                edits.append(await asyncio.to_thread(append, file))

    with monkeypatch.context() as editing:
        editing.setattr(tus_client, "pieces", edited)
        ran = await upload([file], url, token)
    assert (1, "the file changed while it was being sent") == (ran.status, ran.only.error)
    assert [] == await uploads_of(tus)
    again = await upload([file], url, token)
    assert (0, source_hash(file)) == (again.status, again.only.sha256)


async def test_one_bad_file_stops_no_other(url: str, token: str, tmp_path: Path) -> None:
    """What can't be sent is named, with status 1; the rest arrives."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good").write_bytes(b"good")
    (folder / "broken").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    (folder / "sub").mkdir()
    (folder / "loop").symlink_to(folder)
    ran = await upload([folder], url, token)
    told = {Path(outcome.file).name: outcome.error for outcome in ran.outcomes}
    assert {
        "good": None,
        "broken": "a link is not followed; name what it leads to",
        "pipe": "not a regular file",
        "loop": "a link is not followed; name what it leads to",
    } == told
    assert 1 == ran.status


async def test_a_refusal_is_told_in_the_servers_words(url: str, file: Path, tmp_path: Path) -> None:
    """Exit status 1 and the problem's sentence, which does not repeat the token."""
    ran = await upload([file], url, "ss_nobody")
    assert (1, False) == (ran.status, ran.only.unreachable)
    assert ran.only.error
    assert "ss_nobody" not in ran.only.error


async def test_an_unreachable_server_has_its_own_status(file: Path) -> None:
    """Scripts can tell "try later" from "refused"; with no patience it is told at once."""
    ran = await upload([file], "http://127.0.0.1:9", "x", patience_s=0.0)
    assert (3, True) == (ran.status, ran.only.unreachable)


@pytest.fixture
def port() -> Iterator[int]:
    """A port on which nobody listens yet."""
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", 0))
        yield free.getsockname()[1]


async def test_a_server_that_is_away_is_waited_for(
    services: Services, token: str, file: Path, sha256: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command says once that it waits, and goes on by itself as soon as the server is there."""
    tries, original = list[str](), Server.call

    async def spy(self: Server, method: str, path: str, *rest: Any, **query: Any) -> Any:
        tries.append(path)
        return await original(self, method, path, *rest, **query)

    monkeypatch.setattr(Server, "call", spy)
    task = asyncio.create_task(upload([file], f"http://127.0.0.1:{port}", token))
    async with asyncio.timeout(30):
        while len(tries) < 2:  # noqa: ASYNC110  # it tries in its own time
            await asyncio.sleep(0.02)
    async with TestClient(RealServer(create_app(services.config, services), port=port)):
        ran = await task
    assert (0, sha256) == (ran.status, ran.only.sha256)
    assert 1 == ran.said.count("waiting: no answer")


async def test_an_answer_that_gets_lost_makes_nothing_twice(
    url: str, token: str, file: Path, tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upload and the material were made, and the answer broke off: they are found, not made again."""
    lost = {"/api/v1/materials"}
    original = Server.call
    create = tus_client.TusClient.create

    async def losing(self: Server, method: str, path: str, *rest: Any, **query: Any) -> Any:
        answer = await original(self, method, path, *rest, **query)
        if method == "POST" and path in lost:
            lost.remove(path)
            raise Unreachable("lost")
        return answer

    async def losing_once(self: tus_client.TusClient, source: Source, progress: Progress) -> str:
        made = await create(self, source, progress)
        if "created" not in lost:
            lost.add("created")
            raise Unreachable("lost")
        return made

    monkeypatch.setattr(Server, "call", losing)
    monkeypatch.setattr(tus_client.TusClient, "create", losing_once)
    ran = await upload([file], url, token, material_class="in_clinic")
    assert 0 == ran.status
    assert [ran.only.material_id] == [item["material_id"] for item in await uploads_of(tus)]


async def test_an_upload_that_the_server_has_dropped_is_begun_anew(
    url: str, token: str, file: Path, sha256: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found is gone when it is gone on with: a new upload takes its place, once."""
    original = upload_run.Errand._find
    gone = iter(["00000000-0000-4000-8000-000000000000"])

    async def stale(self: upload_run.Errand) -> Any:
        found = await original(self)
        if found is None and (upload_id := next(gone, None)):
            return {"id": upload_id, "state": "receiving", "way": "streamed", "offset_bytes": 0, "material_id": None}
        return found

    monkeypatch.setattr(upload_run.Errand, "_find", stale)
    ran = await upload([file], url, token)
    assert (0, sha256) == (ran.status, ran.only.sha256)


async def test_the_command_speaks_to_scripts(url: str, token: str, file: Path, sha256: str) -> None:
    """One line of JSON for each file on standard output, nothing on standard error, status 0; no control characters."""
    async with command(file, "--json", url=url, token=token) as process:
        status, out, err = await ended(process)
    assert (0, "") == (status, err)
    line = json.loads(out)
    assert (str(file), sha256, None, False) == tuple(line[name] for name in ("file", "sha256", "error", "reused"))
    async with command(file, url=url, token=token) as process:
        status, out, err = await ended(process)
    assert (0, "") == (status, err)
    assert out.endswith("(there already)\n")
    assert "\x1b" not in out + err
    assert "\r" not in out + err


async def test_ctrl_c_keeps_what_is_there(url: str, token: str, tmp_path: Path, tus: Tus) -> None:
    """SIGINT ends the command with 130 and a hint; the next run finds the upload."""
    path = tmp_path / "large.bin"
    with path.open("wb") as sparse:
        sparse.truncate(2 << 30)
    async with command(path, url=url, token=token) as process:
        async with asyncio.timeout(60):
            while not (items := await uploads_of(tus)) or not items[0]["offset_bytes"]:  # noqa: ASYNC110  # another task's doing
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        status, _, err = await ended(process)
    assert (130, True) == (status, "run the same command again" in err)
    assert "Traceback" not in err
    assert (await uploads_of(tus))[0]["fingerprint"] == Source.look(path).fingerprint


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere"],
        ["{file}", "--patience", "soon"],
        ["{file}", "--parallel", "0"],
        ["{file}", "--through", "air"],
        ["{file}", "--title", "x"],
        ["{file}", "{file}2", "--class", "in_clinic", "--title", "x"],
    ],
)
async def test_a_wrong_command_has_status_2(tmp_path: Path, arguments: list[str]) -> None:
    """Before anything is sent or asked."""
    (tmp_path / "f").write_bytes(b"1")
    (tmp_path / "f2").write_bytes(b"2")
    words = [word.format(file=tmp_path / "f") for word in arguments]
    async with command(*words, url="http://127.0.0.1:9", token="x") as process:
        status, out, _ = await ended(process)
    assert (2, "") == (status, out)


def test_unusable_is_told_apart() -> None:
    """A file's own failure is no failure of the connection."""
    assert not issubclass(Unusable, Unreachable)
