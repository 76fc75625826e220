"""Clients that others wrote upload here without knowing this server: tuspy, aiotus and tus-js-client."""

import asyncio
import json
import os
import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

import aiotus
import pytest
from tusclient.client import TusClient
from yarl import URL

from tests.contract.tus.test_patch import assert_complete
from tests.processes import ROOT
from tests.uploads import Tus

BODY = os.urandom(12_345_678)
SCRIPT = Path(__file__).with_name("tus_js.cjs")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file on the client's disk."""
    path = tmp_path / "产品手册.pdf"
    path.write_bytes(BODY)
    return path


async def assert_here(tus: Tus, url: str | URL | None) -> None:
    """The upload at the address that a client tells is complete, with the right bytes."""
    assert url is not None
    await assert_complete(tus, URL(url).path, BODY)


def tuspy(tus: Tus) -> TusClient:
    """The person's client."""
    return TusClient(str(tus.address / "uploads/"), headers={"Authorization": f"Bearer {tus.token}"})


@pytest.mark.parametrize("chunk_bytes", [sys.maxsize, 5 << 20, 4_000_000])
@pytest.mark.parametrize("upload_checksum", [False, True], ids=["plain", "sha1"])
async def test_tuspy(tus: Tus, file: Path, chunk_bytes: int, *, upload_checksum: bool) -> None:
    """In one piece, and in pieces that do and do not fit the parts, with and without checksums."""
    client = tuspy(tus)
    options = {"chunk_size": chunk_bytes, "metadata": {"filename": file.name}, "upload_checksum": upload_checksum}
    with file.open("rb") as opened:
        uploader = client.uploader(file_stream=opened, **options)
        await asyncio.to_thread(uploader.upload)
    await assert_here(tus, uploader.url)


async def test_tuspy_resumes(tus: Tus, file: Path) -> None:
    """A second client goes on where the first stopped."""
    client = tuspy(tus)
    with file.open("rb") as opened:
        first = client.uploader(file_stream=opened, chunk_size=1_000_000)
        await asyncio.to_thread(first.upload, stop_at=3_000_000)
        resume = partial(client.uploader, file_stream=opened, chunk_size=7_000_000, url=first.url)
        second = await asyncio.to_thread(resume)
        assert 3_000_000 == second.offset
        await asyncio.to_thread(second.upload)
    await assert_here(tus, first.url)


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")  # of aiotus's requests, not ours
async def test_aiotus(tus: Tus, file: Path) -> None:
    """With its own piece size of 4 MiB, which is less than S3 takes for a part."""
    headers = {"Authorization": f"Bearer {tus.token}"}
    with file.open("rb") as opened:
        url = await aiotus.upload(tus.address / "uploads/", opened, {"filename": file.name.encode()}, headers=headers)
    await assert_here(tus, url)
    assert url is not None
    assert {"filename": file.name.encode()} == await aiotus.metadata(url, headers=headers)


async def run_node(script: Path, tus: Tus, file: Path, chunk: str) -> Any:
    """What a script that uploads the file to the server prints as JSON."""
    node = shutil.which("node", path=os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)]))
    assert node, "needs Node.js; `make test` installs it"
    process = await asyncio.create_subprocess_exec(
        *(node, str(script), str(tus.address / "uploads/"), tus.token, str(file), chunk),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert 0 == process.returncode, errors.decode()
    return json.loads(output)


@pytest.mark.parametrize(("chunk", "resumed_from"), [("all", 0), ("3000000", 3_000_000)])
async def test_tus_js_client(tus: Tus, file: Path, chunk: str, resumed_from: int) -> None:
    """What browsers run: broken off in the middle and gone on with, at the least from the last finished request."""
    answer = await run_node(SCRIPT, tus, file, chunk)
    await assert_here(tus, answer["url"])
    assert answer["resumedAt"] >= resumed_from
