"""Reviews for tests: decisions as reviewers sign them, and whole approvals in one call."""

from typing import Any

from compliance.access import Role
from fileserver.services import Services
from tests.api import Answer, Api, Client, sign_in
from tests.people import add_employee

REVIEWERS_MAX = 4


def decision(api: Api, sha256: str, decision: str = "approve", **more: Any) -> dict[str, Any]:
    """What somebody sends who signs with their password."""
    return {"decision": decision, "sha256": sha256, "password": api.password, **more}


async def decide(api: Api, version: dict[str, Any], said: str = "approve", **more: Any) -> Answer:
    """One reviewer's signature under the newest review of a version, as its owner sees it."""
    path = f"/reviews/{version['reviews'][-1]['id']}/decision"
    return await api.post(path, decision(api, version["sha256"], said, **more))


async def settle(api: Api, version: dict[str, Any]) -> None:
    """Dismisses whatever the detectors found in a version."""
    path = f"/reviews/{version['reviews'][-1]['id']}"
    for each in (await api.get(path)).ok["findings"]:
        (await api.post(f"{path}/findings/{each['id']}", {"decision": "dismiss", "reason": "x"})).ok  # noqa: B018  # must succeed


async def approve(version: dict[str, Any], first: Api, services: Services, client: Client) -> None:
    """The whole approval of a version, whatever its class asks for: each further approval by a reviewer of its own."""
    api = first
    for _ in range(REVIEWERS_MAX):
        answer = await decide(api, version)
        if answer.body.get("need"):
            await settle(api, version)
            answer = await decide(api, version)
        if answer.ok["state"] == "approved":
            return
        api = await sign_in(client, await add_employee(services, Role.REVIEWER))
    raise AssertionError("the review asks for more approvals than there can be")
