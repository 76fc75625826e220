"""A share's ways into the mini-program, over the stand-in of WeChat: its code, and its short link."""

from datetime import datetime, timedelta

from fileserver.demo.platforms.people import PEOPLE
from tests.api import Api
from tests.halls import Hall


async def test_code_and_short_link_lead_to_the_share(hall: Hall) -> None:
    """A code's scene is the token, which opens the share; a short link lasts as long as it does, a month at most."""
    owner, links = Api(hall.client, hall.cast.tokens["owner"]), hall.fake.wechat.links
    until = hall.clock() + timedelta(days=60)
    said = {"material_id": str(hall.cast.material_id), "expires_at": until.isoformat()}
    share = (await owner.post("/shares", said)).ok
    path = f"/api/v1/shares/{share['id']}"
    headers = {"Authorization": f"Bearer {owner.token}"}
    async with hall.client.get(f"{path}/mini-program-code", headers=headers) as answer:
        assert (200, "image/png", "no-store") == (
            answer.status,
            answer.content_type,
            answer.headers["Cache-Control"],
        )
        assert (await answer.read()).startswith(b"\x89PNG")
    assert ([share["token"]], f"scene={share['token']}") == (links.scenes, share["mini_program_path"].partition("?")[2])
    async with hall.client.get(f"/shares/{share['id']}", headers=headers) as answer:
        page = await answer.text()
    offered = (f"{path}/short-link", f"{path}/mini-program-code", f"{path}/qr.png", share["mini_program_path"])
    assert [] == [each for each in offered if each not in page]
    viewer = await hall.inside(PEOPLE[1])
    assert 201 == (await hall.post(viewer, "/visits", {"token": links.scenes[0], "scene": 1047})).status
    short = (await owner.post(f"/shares/{share['id']}/short-link")).ok
    assert short["url"].startswith("https://wxaurl.cn/")
    assert hall.clock() + timedelta(days=30) == datetime.fromisoformat(short["expires_at"])
    links.codes_left = links.links_left = 0
    async with hall.client.get(f"{path}/mini-program-code", headers=headers) as answer:
        assert 503 == answer.status
    assert 503 == (await owner.post(f"/shares/{share['id']}/short-link")).status
