"""Every request about a direct upload is its maker's own, asked anew each time."""

from dataclasses import replace
from typing import Any

import pytest

from compliance.access import Role
from compliance.events import Trail
from fileserver.accounts import service as accounts
from fileserver.accounts import tokens
from fileserver.http.scopes import Scope
from fileserver.services import Services
from tests.api import Client, sign_in
from tests.contract.tus.conftest import PART_BYTES
from tests.direct import BASE, DirectClient, Reply, sha256_of
from tests.people import Employee, add_employee

PART = b"x" * PART_BYTES


async def every_request(direct: DirectClient, upload: str, parts: list[dict[str, Any]]) -> list[Reply]:
    """All that can be asked about an upload."""
    return [
        await direct.call("GET", f"{BASE}/{upload}", key=upload),
        await direct.call("GET", f"{BASE}/{upload}/1", key=upload, checksum=sha256_of(PART)),
        await direct.complete(upload, parts),
        await direct.forget(upload),
    ]


async def test_nobody_else(direct: DirectClient, client: Client, subtests: pytest.Subtests) -> None:
    """Another person's upload can't be listed, signed for, completed or forgotten, whatever their role."""
    for role in [Role.MARKETER, Role.MANAGER, Role.ADMIN, Role.REVIEWER, Role.AUDITOR]:
        with subtests.test(str(role)):
            upload = await direct.begin(PART_BYTES)
            parts = [await direct.send(upload, 1, PART)]
            other = await sign_in(client, await add_employee(direct.tus.services, role))
            theirs = replace(direct, tus=replace(direct.tus, token=other.token))
            assert {403} == {answer.status for answer in await every_request(theirs, upload, parts)}
            assert ("receiving", 1) == ((await direct.read(upload))["state"], len(await direct.listed(upload)))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.REVIEWER, Role.AUDITOR])
async def test_only_makers_begin(direct: DirectClient, client: Client, role: Role) -> None:
    """Roles that make no materials make no uploads, whichever way."""
    other = await sign_in(client, await add_employee(direct.tus.services, role))
    theirs = replace(direct, tus=replace(direct.tus, token=other.token))
    assert 403 == (await theirs.call("POST", BASE, {"size": 1})).status


async def test_a_stranger_learns_nothing(direct: DirectClient) -> None:
    """Without a session or a token: 401, also for what there is not."""
    stranger = replace(direct, tus=replace(direct.tus, token="ss_nobody"))
    for upload in (await direct.begin(1), "00000000-0000-4000-8000-000000000000"):
        assert {401} == {answer.status for answer in await every_request(stranger, upload, [])}
    assert 401 == (await stranger.call("GET", "/api/v1/uploads/ways")).status


async def test_a_disabled_account_is_refused_at_once(
    direct: DirectClient, services: Services, marketer: Employee
) -> None:
    """Nothing more is signed and nothing is completed, whatever lies in the store already."""
    upload = await direct.begin(PART_BYTES)
    parts = [await direct.send(upload, 1, PART)]
    async with services.database.transaction() as tx:
        await accounts.disable(tx, Trail(role="operator"), marketer.person_id, now=services.clock())
    assert {401} == {answer.status for answer in await every_request(direct, upload, parts)}
    assert "receiving" == (await direct.tus.row(f"/uploads/{upload}")).state


async def test_a_token_needs_the_scope(direct: DirectClient, services: Services, marketer: Employee) -> None:
    """A token for something else signs nothing."""
    upload = await direct.begin(PART_BYTES)
    async with services.database.transaction() as tx:
        scopes = [Scope.MATERIALS_WRITE]
        token = await tokens.create(tx, Trail(), marketer.person_id, label="x", scopes=scopes, now=services.clock())
    other = replace(direct, tus=replace(direct.tus, token=token.text))
    assert {403} == {answer.status for answer in await every_request(other, upload, [])}


async def test_a_session_in_a_browser_brings_its_csrf_token(
    direct: DirectClient, client: Client, marketer: Employee
) -> None:
    """With a cookie, what changes something needs the token of the page, and a foreign site gets nowhere."""
    credentials = {"login": marketer.login, "password": marketer.password}
    async with client.post("/api/v1/sessions", json=credentials) as response:
        csrf = (await response.json())["csrf_token"]
    origin = {"Origin": direct.tus.services.config.public_url}
    for headers, status in (
        (origin, 403),
        ({**origin, "X-CSRF-Token": csrf}, 201),
        ({"Origin": "https://evil.example", "X-CSRF-Token": csrf}, 403),
    ):
        async with client.post(BASE, json={"size": 1}, headers=headers) as response:
            assert status == response.status, await response.text()
