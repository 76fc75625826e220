"""tus-js-client and Uppy upload here: in Node, and in Chromium from a page of another origin."""

import asyncio
import hashlib
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Page
from yarl import URL

from fileserver.config import Config
from tests.browser.conftest import chromium, free_port
from tests.contract.tus.test_patch import assert_complete
from tests.processes import ROOT
from tests.uploads import VERSION, Tus

BODY = os.urandom(7_345_678)  # two parts
CLIENTS = Path(ROOT) / "tests" / "clients"
WAYS = (
    "plain",
    "parallel",
    "deferred",
    "ietf-draft-03",
    "ietf-draft-05",
    "resumed",
    "parallel resumed",
    "terminated",
)
PAGE = "<!doctype html><meta charset=utf-8><title>elsewhere</title>"
RUN = """async ([endpoint, token, way]) => {
  const bytes = await (await fetch("/file")).arrayBuffer();
  const whole = new File([bytes], "film.mp4", { type: "video/mp4", lastModified: 1 });
  const stream = () => new Response(whole).body.getReader();
  const file = way === "deferred" ? stream : () => whole;
  const options = { endpoint, headers: { Authorization: `Bearer ${token}` }, removeFingerprintOnSuccess: true };
  return await run(tus, way, file, options, whole.size);
}"""
UPPY = """async ([endpoint, token]) => {
  const data = new Blob([await (await fetch("/file")).arrayBuffer()], { type: "video/mp4" });
  const headers = { Authorization: `Bearer ${token}` };
  const uppy = new Uppy().use(UppyTus, { endpoint, headers, chunkSize: 5_000_000 });
  uppy.addFile({ name: "film.mp4", type: "video/mp4", data });
  const { successful, failed } = await uppy.upload();
  return { url: successful[0]?.uploadURL ?? null, failed: failed.map((file) => String(file.error)) };
}"""


@pytest.fixture
def config(config: Config) -> Config:
    """The page's origin may upload."""
    return config.model_copy(update={"upload_origins": (f"http://127.0.0.1:{free_port()}",)})


@pytest.fixture
async def elsewhere(tus: Tus) -> AsyncIterator[Page]:
    """A page of another origin, in which the clients have been loaded."""

    async def page_or_file(request: web.Request) -> web.Response:
        return web.Response(body=BODY) if request.path == "/file" else web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{name:.*}", page_or_file)
    port = URL(tus.services.config.upload_origins[0]).port
    async with TestServer(app, port=port) as server, chromium() as browser:
        page = await browser.new_page()
        await page.goto(str(server.make_url("/")))
        for script in (
            Path(ROOT) / "node_modules/tus-js-client/dist/tus.min.js",
            CLIENTS / "node_modules/.bundle/uppy.js",
            CLIENTS / "ways.cjs",
        ):
            await page.add_script_tag(path=script)
        yield page


async def assert_done(tus: Tus, answer: dict[str, str], way: str) -> None:
    """The bytes are here, in one upload that is a file; or it is gone, if that was the way."""
    path = URL(answer["url"]).path
    if way == "terminated":
        assert 410 == (await tus.request("HEAD", path, VERSION)).status
        return
    await tus.work()
    row = await tus.row(path)
    assert ("complete", hashlib.sha256(BODY).hexdigest()) == (row.state, row.sha256)
    await assert_complete(tus, path, BODY)
    if way.endswith("resumed"):
        assert int(answer["resumedAt"]) > 0


async def test_in_node(tus: Tus, tmp_path: Path, subtests: pytest.Subtests) -> None:
    """A file from the disk, as a stream."""
    path = tmp_path / "film.mp4"
    path.write_bytes(BODY)
    node = shutil.which("node", path=os.pathsep.join([os.environ["PATH"], str(Path(sys.executable).parent)]))
    assert node, "needs Node.js; `make test` installs it"
    for way in WAYS:
        with subtests.test(way):
            process = await asyncio.create_subprocess_exec(
                *(node, str(CLIENTS / "node.cjs"), str(tus.address / "uploads/"), tus.token, str(path), way),
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            output, errors = await process.communicate()
            assert 0 == process.returncode, errors.decode()
            await assert_done(tus, json.loads(output), way)


@pytest.mark.browser
async def test_in_a_page(tus: Tus, elsewhere: Page, subtests: pytest.Subtests) -> None:
    """Across origins, with a token: what the answers expose is enough for the client, and for Uppy's tus plug-in.

    One Chromium serves all ways; what the client remembers of one is forgotten before the next.
    """
    for way in (*WAYS, "chunks", "with creation", "override", "ietf-draft-05 at once"):
        with subtests.test(way):
            answer = await elsewhere.evaluate(RUN, [str(tus.address / "uploads/"), tus.token, way])
            await assert_done(tus, answer, way)
        await elsewhere.evaluate("localStorage.clear()")
    with subtests.test("Uppy"):
        answer = await elsewhere.evaluate(UPPY, [str(tus.address / "uploads/"), tus.token])
        assert [] == answer["failed"]
        await assert_done(tus, answer, "plain")
