"""`sealshare upload` against a running server: what a person at a terminal, or a script, may count on."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import click
import pytest

from compliance.access import Role
from fileserver.cli import tus_client
from fileserver.cli.tus_client import Refused, TusClient
from fileserver.cli.upload import Wanted, errand, upload_all
from fileserver.cli.upload_memory import Memory, fingerprint
from fileserver.services import Services
from fileserver.uploads import body
from tests.api import Client, sign_in
from tests.people import add_employee

MIB = 1 << 20
ONLY_UPLOAD = Wanted(title=None, material_class=None)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command keeps its memory."""
    monkeypatch.setattr(click, "get_app_dir", lambda _name: str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that needs two parts."""
    path = tmp_path / "资料 brochure.bin"
    path.write_bytes(secrets.token_bytes(18 * MIB + 1))
    return path


@pytest.fixture
def sha256(file: Path) -> str:
    """What the server must find out about it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
async def token(client: Client, services: Services) -> str:
    """A marketer's token."""
    return (await sign_in(client, await add_employee(services, Role.MARKETER))).token


def address(client: Client) -> str:
    """The server's address."""
    return str(client.make_url("/")).rstrip("/")


async def test_a_file_arrives_and_its_hash_is_told(
    client: Client, token: str, file: Path, sha256: str, home: Path
) -> None:
    """The outcome names upload, size and SHA-256; nothing is remembered of a file that is there."""
    url = address(client)
    [outcome], status = await upload_all([errand(file, url)], url, token, ONLY_UPLOAD)
    assert (0, sha256) == (status, outcome.sha256)
    assert {} == json.loads((home / "uploads.json").read_text())


async def test_a_material_is_made_when_a_class_is_given(client: Client, token: str, file: Path, home: Path) -> None:
    """With --class the same command makes a material, named after the file unless --title says otherwise."""
    url = address(client)
    [outcome], _ = await upload_all([errand(file, url)], url, token, Wanted(title=None, material_class="in_clinic"))
    headers = {"Authorization": f"Bearer {token}"}
    async with client.get(f"/api/v1/materials/{outcome.material_id}", headers=headers) as response:
        assert file.stem == (await response.json())["title"]


async def test_an_interrupted_upload_goes_on_where_it_stopped(
    client: Client, token: str, file: Path, sha256: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run of the same command finds the upload again and sends only what the server lacks."""
    url = address(client)
    with monkeypatch.context() as cut:
        cut.setattr(tus_client, "_pieces", cut_after(17 * MIB))
        [broken], status = await upload_all([errand(file, url)], url, token, ONLY_UPLOAD)
    assert (1, True) == (status, fingerprint(file, url) in json.loads((home / "uploads.json").read_text()))
    offsets = list[int]()
    original = TusClient.offset

    async def spy(self: TusClient, upload: str) -> int | None:
        found = await original(self, upload)
        offsets.append(found or 0)
        return found

    monkeypatch.setattr(TusClient, "offset", spy)
    [outcome], status = await upload_all([errand(file, url)], url, token, ONLY_UPLOAD)
    assert offsets[0] >= 16 * MIB
    assert (0, sha256) == (status, outcome.sha256)
    assert broken.error


def cut_after(limit_bytes: int):  # type: ignore[no-untyped-def]  # noqa: ANN201  # stands in for an async generator
    """Reads the file as ever, and breaks off after so many bytes, as a pulled cable does."""
    pieces = tus_client._pieces  # the seam where a network would fail

    async def cut(path: Path, offset: int, size_bytes: int, progress: tus_client.Progress) -> AsyncIterator[bytes]:
        sent = 0
        async for piece in pieces(path, offset, size_bytes, progress):
            if sent >= limit_bytes:
                raise Refused("cut")
            yield piece
            sent += len(piece)

    return cut


async def test_a_disk_that_falls_asleep_is_no_end(
    client: Client, token: str, file: Path, sha256: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server gives a silent request up with 408; the same run goes on from there."""
    monkeypatch.setattr(body, "SILENCE_MAX_S", 0.2)
    pieces, sleeps = tus_client._pieces, iter([1.0])

    async def sleepy(path: Path, offset: int, size_bytes: int, progress: tus_client.Progress) -> AsyncIterator[bytes]:
        async for piece in pieces(path, offset, size_bytes, progress):
            yield piece
            await asyncio.sleep(next(sleeps, 0))

    monkeypatch.setattr(tus_client, "_pieces", sleepy)
    url = address(client)
    [outcome], status = await upload_all([errand(file, url)], url, token, ONLY_UPLOAD)
    assert (0, sha256) == (status, outcome.sha256)


async def test_a_wrong_token_is_told_in_the_servers_words(client: Client, file: Path, home: Path) -> None:
    """Exit status 1 and the problem's sentence, which does not repeat the token."""
    url = address(client)
    [outcome], status = await upload_all([errand(file, url)], url, "ss_nobody", ONLY_UPLOAD)
    assert status == 1
    assert outcome.error
    assert "ss_nobody" not in outcome.error


async def test_an_unreachable_server_has_its_own_status(
    file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scripts can tell "try later" from "refused"."""
    monkeypatch.setattr(tus_client, "TRIES_MAX", 1)
    url = "http://127.0.0.1:9"
    [outcome], status = await upload_all([errand(file, url)], url, "x", ONLY_UPLOAD)
    assert (3, True) == (status, bool(outcome.error))


def test_a_changed_file_is_another_one(tmp_path: Path) -> None:
    """Bytes that were changed meanwhile never continue an older upload."""
    path = tmp_path / "a"
    path.write_bytes(b"1")
    before = fingerprint(path, "http://x")
    path.write_bytes(b"22")
    assert before != fingerprint(path, "http://x")
    assert fingerprint(path, "http://x/") == fingerprint(path, "http://x")


def test_the_memory_is_private_and_survives_damage(tmp_path: Path) -> None:
    """Other users can't read it; a broken file costs memory, never the command."""
    Memory(tmp_path).remember("f", "http://x/uploads/1")
    assert ("http://x/uploads/1", 0o600) == (
        Memory(tmp_path).address_of("f"),
        (tmp_path / "uploads.json").stat().st_mode & 0o777,
    )
    (tmp_path / "uploads.json").write_text("{")
    assert Memory(tmp_path).address_of("f") is None
