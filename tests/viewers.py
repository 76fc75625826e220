"""Viewers for tests, who come in by the stand-in sign-in."""

from typing import Any

from tests.api import Answer, Api, Client

PHONE = "13800138000"


async def viewer_sign_in(client: Client, **credential: str) -> Answer:
    """What the stand-in sign-in answers; no cookie is kept. Without more it is 李娜, consultant at 瑞丽诊所."""
    said = {"name": "李娜", "phone": PHONE, "clinic_name": "瑞丽诊所", "job": "consultant", **credential}
    if "clinic_id" in credential:
        del said["clinic_name"]
    body = {"provider": "demo", "credential": said}
    async with client.post("/api/v1/sessions/viewer", json=body, headers={"Accept-Language": "en"}) as response:
        answer = Answer(response.status, await response.json(content_type=None), dict(response.headers))
    client.session.cookie_jar.clear()
    return answer


async def as_viewer(client: Client, **credential: str) -> tuple[Api, dict[str, Any]]:
    """A signed-in viewer, and what the sign-in answered."""
    signed_in = (await viewer_sign_in(client, **credential)).ok
    return Api(client, signed_in["token"]), signed_in
