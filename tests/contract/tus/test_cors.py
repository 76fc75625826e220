"""Pages of other origins: those that SEALSHARE_UPLOAD_ORIGINS names may upload with an API token, all others not."""

from collections.abc import Mapping

import pytest
from aiohttp import ClientResponse

from fileserver.config import Config
from tests.api import Client
from tests.people import Employee
from tests.uploads import STREAM, VERSION, Tus

FRIEND = "https://studio.example.com"
STRANGER = "https://studio.example.com.evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "upload-checksum"}


@pytest.fixture
def config(config: Config) -> Config:
    """One origin is named."""
    return config.model_copy(update={"upload_origins": (FRIEND, "http://localhost:5173")})


def granted(answer: ClientResponse) -> dict[str, str]:
    """What the answer lets a browser do."""
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


def listed(answer: ClientResponse, header: str) -> set[str]:
    """The names in a header."""
    return {name.strip().lower() for name in answer.headers.get(header, "").split(",") if name}


@pytest.mark.parametrize("path", ["/uploads/", "/uploads/b8a1c2f0-0000-4000-8000-000000000000"])
async def test_preflight(client: Client, path: str) -> None:
    """A browser asks without credentials and learns every verb and header of both protocols."""
    async with client.options(path, headers={"Origin": FRIEND, **PREFLIGHT}) as answer:
        assert (204, FRIEND) == (answer.status, answer.headers["Access-Control-Allow-Origin"])
        assert {"post", "patch", "head", "delete"} <= listed(answer, "Access-Control-Allow-Methods")
        assert {
            "authorization", "content-type", "tus-resumable", "upload-offset", "upload-length", "upload-metadata",
            "upload-checksum", "upload-concat", "upload-defer-length", "upload-complete",
            "upload-draft-interop-version", "x-http-method-override", "x-request-id",
        } <= listed(answer, "Access-Control-Allow-Headers")  # fmt: skip
        assert "Origin" in answer.headers["Vary"]


async def test_answers_can_be_read(tus: Tus) -> None:
    """Those that help, and those that refuse: a client needs the offset of a 409 and the version of a 412."""
    path = await tus.create(3)
    sent = {**VERSION, **STREAM, "Origin": FRIEND}
    asked: list[tuple[str, str, Mapping[str, str], int]] = [
        ("HEAD", path, {}, 200),
        ("PATCH", path, {"Upload-Offset": "2"}, 409),
        ("PATCH", path, {"Tus-Resumable": "0.2.2", "Upload-Offset": "0"}, 412),
        ("HEAD", "/uploads/none", {}, 404),
        ("POST", "/uploads/", {"Upload-Length": "x"}, 400),
        ("PUT", "/uploads/", {}, 405),
        ("HEAD", "/uploads/a/b", {}, 404),
    ]
    for method, where, headers, status in asked:
        answer = await tus.request(method, where, {**sent, **headers})
        assert (status, FRIEND, "1.0.0") == (
            answer.status, answer.headers["Access-Control-Allow-Origin"], answer.headers["Tus-Resumable"],
        )  # fmt: skip
        assert {
            "location", "tus-version", "tus-resumable", "tus-max-size", "tus-extension", "upload-offset",
            "upload-length", "upload-expires", "upload-concat", "upload-defer-length", "upload-metadata",
            "upload-complete", "upload-limit", "upload-draft-interop-version", "x-request-id",
        } <= listed(answer, "Access-Control-Expose-Headers")  # fmt: skip


async def test_without_a_token_the_refusal_can_be_read(client: Client) -> None:
    """401 says so to the page, too."""
    async with client.head("/uploads/none", headers={**VERSION, "Origin": FRIEND}) as answer:
        assert (401, FRIEND) == (answer.status, answer.headers["Access-Control-Allow-Origin"])


async def test_other_origins_get_nothing(client: Client, tus: Tus, subtests: pytest.Subtests) -> None:
    """Names are compared whole: scheme, host and port."""
    for origin in [STRANGER, "null", "http://studio.example.com", FRIEND + ":8443"]:
        with subtests.test(str(origin)):
            async with client.options("/uploads/", headers={"Origin": origin, **PREFLIGHT}) as answer:
                assert {} == granted(answer)
            asked = await tus.request("HEAD", await tus.create(3), {**VERSION, "Origin": origin})
            assert ({}, "Origin") == (granted(asked), asked.headers["Vary"])


async def test_only_uploads(tus: Tus) -> None:
    """The rest of the API is for our own pages."""
    answer = await tus.request("GET", "/api/v1/uploads", {"Origin": FRIEND})
    assert (200, {}) == (answer.status, granted(answer))


async def test_cookies_do_not_count(client: Client, marketer: Employee) -> None:
    """A page elsewhere can't use the session of the browser it runs in, although its origin is named."""
    credentials = {"login": marketer.login, "password": marketer.password}
    async with client.post("/api/v1/sessions", json=credentials) as answer:
        token = (await answer.json())["csrf_token"]
    sent = {**VERSION, "Upload-Length": "3", "Origin": FRIEND, "X-CSRF-Token": token}
    async with client.post("/uploads/", headers=sent) as answer:
        assert (403, False) == (answer.status, "Access-Control-Allow-Credentials" in answer.headers)


async def test_nobody_is_named_by_default(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no answer says anything of origins."""
    path, config = await tus.create(3), tus.services.config
    monkeypatch.setitem(vars(config), "upload_origins", Config.model_fields["upload_origins"].default)
    answer = await tus.request("HEAD", path, {**VERSION, "Origin": FRIEND})
    assert ({}, None) == (granted(answer), answer.headers.get("Vary"))
