"""Every request for an upload is its maker's own, and stays so until its last byte."""

import os
from dataclasses import replace
from functools import partial

import pytest

from compliance.access import Role
from compliance.events import Trail
from fileserver.accounts import service as accounts
from fileserver.services import Services
from tests.api import Client, sign_in
from tests.contract.tus.conftest import PART_BYTES
from tests.people import Employee, add_employee
from tests.uploads import VERSION, Tus, until


def receiving(tus: Tus, path: str) -> bool:
    """Whether a request is under way that brings bytes to it."""
    return tus.reception(path) is not None


async def test_nobody_else(tus: Tus, client: Client, subtests: pytest.Subtests) -> None:
    """Not even a manager touches somebody else's upload, and asking for it does not end a request under way."""
    for role in [Role.MARKETER, Role.MANAGER, Role.ADMIN, Role.REVIEWER, Role.AUDITOR]:
        with subtests.test(str(role)):
            path = await tus.create(100)
            other = await add_employee(tus.services, role)
            theirs = replace(tus, token=(await sign_in(client, other)).token)
            async with tus.open_patch(path, 0, 100) as patch:
                await patch.send(b"x" * 50)
                await until(partial(receiving, tus, path))
                assert 403 == (await theirs.request("HEAD", path, VERSION)).status
                assert 403 == (await theirs.patch(path, 0, b"abc")).status
                assert 403 == (await theirs.request("DELETE", path, VERSION)).status
                assert 403 == (await theirs.request("GET", "/api/v1" + path, {})).status
                await patch.send(b"x" * 50)
                assert 204 == await patch.status()


@pytest.mark.parametrize("role", [Role.ADMIN, Role.REVIEWER, Role.AUDITOR])
async def test_only_makers_upload(tus: Tus, client: Client, role: Role) -> None:
    """Roles that make no materials make no uploads."""
    other = await add_employee(tus.services, role)
    theirs = replace(tus, token=(await sign_in(client, other)).token)
    assert 403 == (await theirs.request("POST", "/uploads/", {**VERSION, "Upload-Length": "1"})).status


async def test_a_disabled_account_is_refused_in_the_middle(tus: Tus, services: Services, marketer: Employee) -> None:
    """The next part that would be recorded is refused; what was recorded before stays recorded."""
    path, body = await tus.create(4 * PART_BYTES), os.urandom(PART_BYTES)
    async with tus.open_patch(path, 0, 4 * PART_BYTES) as patch:
        await patch.send(body + body[:10])
        await tus.until_recorded(path, PART_BYTES)
        async with services.database.transaction() as tx:
            await accounts.disable(tx, Trail(role="operator"), marketer.person_id, now=services.clock())
        await patch.send(body)
        assert 403 == await patch.status()
    assert PART_BYTES == (await tus.row(path)).offset_bytes
