"""OPTIONS: what the server can do."""

import pytest

from fileserver.uploads import headers
from tests.api import Client
from tests.uploads import Tus


@pytest.mark.parametrize("path", ["/uploads/", "/uploads/b8a1c2f0-0000-4000-8000-000000000000"])
async def test_tells_versions_extensions_and_limits(tus: Tus, client: Client, path: str) -> None:
    """Anybody may ask, without a version and without signing in."""
    async with client.options(path) as answer:
        assert 204 == answer.status
        assert "1.0.0" == answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"]
        assert headers.EXTENSIONS == answer.headers["Tus-Extension"]
        assert str(tus.services.config.upload_size_max_bytes) == answer.headers["Tus-Max-Size"]
        assert "sha1,sha256,crc32c" == answer.headers["Tus-Checksum-Algorithm"]


async def test_ignores_the_version_asked_with(tus: Tus) -> None:
    """OPTIONS is how a client of another version learns ours."""
    assert 204 == (await tus.request("OPTIONS", "/uploads/", {"Tus-Resumable": "0.2.2"})).status
