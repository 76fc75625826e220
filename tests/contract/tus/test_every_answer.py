"""What holds for every verb: the version, the method override, the log."""

import pytest

from compliance.events import Act
from fileserver.http import csrf
from tests.api import Client
from tests.people import Employee
from tests.uploads import STREAM, VERSION, Tus

OVERRIDE = "X-HTTP-Method-Override"


async def test_another_version_is_refused_with_ours(tus: Tus, subtests: pytest.Subtests) -> None:
    """412 with Tus-Version, and nothing is done."""
    for method in ["POST", "HEAD", "PATCH", "DELETE"]:
        with subtests.test(str(method)):
            path = await tus.create(10)
            headers = {**STREAM, "Tus-Resumable": "0.2.2", "Upload-Offset": "0", "Upload-Length": "10"}
            answer = await tus.request(method, "/uploads/" if method == "POST" else path, headers)
            assert (412, "1.0.0", "1.0.0") == (
                answer.status,
                answer.headers["Tus-Version"],
                answer.headers["Tus-Resumable"],
            )
            assert 0 == await tus.offset(path)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/uploads/", 400), ("HEAD", "/uploads/none", 404), ("GET", "/uploads/none", 405)],
)
async def test_refusals_carry_the_version_too(tus: Tus, method: str, path: str, status: int) -> None:
    """Clients look for Tus-Resumable on errors as well."""
    answer = await tus.request(method, path, VERSION)
    assert (status, "1.0.0") == (answer.status, answer.headers["Tus-Resumable"])


async def test_strangers_learn_nothing(tus: Tus, client: Client) -> None:
    """401 before anything about the upload is looked at."""
    path = await tus.create(10)
    async with client.head(path, headers=VERSION) as answer:
        assert (401, False, "1.0.0") == (
            answer.status,
            "Upload-Offset" in answer.headers,
            answer.headers["Tus-Resumable"],
        )


async def test_the_method_override_stands_for_the_method(tus: Tus, subtests: pytest.Subtests) -> None:
    """Whatever carries it: PATCH, HEAD and DELETE do what they say."""
    for carrier in ["POST", "GET", "DELETE", "PATCH"]:
        with subtests.test(str(carrier)):
            path = await tus.create(3)
            patched = await tus.request(
                carrier, path, {**VERSION, **STREAM, "Upload-Offset": "0", OVERRIDE: "PATCH"}, b"abc"
            )
            assert (204, "3") == (patched.status, patched.headers["Upload-Offset"])
            asked = await tus.request(carrier, path, {**VERSION, OVERRIDE: "HEAD"})
            assert (200, "3") == (asked.status, asked.headers["Upload-Offset"])
            assert 204 == (await tus.request(carrier, path, {**VERSION, OVERRIDE: "DELETE"})).status


async def test_an_override_that_names_no_verb(tus: Tus) -> None:
    """405 lists what there is."""
    answer = await tus.request("POST", await tus.create(3), {**VERSION, OVERRIDE: "PUT"})
    assert (405, "DELETE,HEAD,OPTIONS,PATCH") == (answer.status, answer.headers["Allow"])


async def test_an_override_opens_no_way_around_the_csrf_check(tus: Tus, client: Client, marketer: Employee) -> None:
    """A cookie session needs its token for an unsafe verb, also when a GET carries it."""
    path = await tus.create(3)
    credentials = {"login": marketer.login, "password": marketer.password}
    async with client.post("/api/v1/sessions", json=credentials) as answer:
        token = (await answer.json())["csrf_token"]
    for headers, status in (({}, 403), ({csrf.CSRF_HEADER: token, "Origin": "https://evil.example"}, 403)):
        async with client.get(path, headers={**VERSION, OVERRIDE: "DELETE", **headers}) as answer:
            assert status == answer.status
    async with client.get(path, headers={**VERSION, OVERRIDE: "DELETE", csrf.CSRF_HEADER: token}) as answer:
        assert 204 == answer.status


async def test_the_log_tells_the_upload(tus: Tus) -> None:
    """Made, completed with the SHA-256, terminated: each once, by the person, and no name of a file in it."""
    path = await tus.create(3)
    await tus.patch(path, 0, b"abc")
    await tus.request("DELETE", path, VERSION)
    assert [
        Act.EMPLOYEE_UPLOAD_CREATE,
        Act.EMPLOYEE_UPLOAD_COMPLETE,
        Act.EMPLOYEE_UPLOAD_TERMINATE,
    ] == await tus.acts(path)
    events = await tus.events(path)
    assert ["", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", ""] == [
        each["ver"] for each in events
    ]
    assert 1 == len({each["who"] for each in events})
