"""A share sheet can't wait, so links are made ahead; each counts once it is used, and not before."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from tests.stage import Stage


async def ahead(stage: Stage, visit: dict[str, Any], count: int = 1, who: str = "li") -> list[str]:
    """Tokens of links made ahead."""
    made = (await stage.api(who).post(f"/visits/{visit['id']}/forward/ahead", {"count": count})).ok["items"]
    return [each["token"] for each in made]


async def confirmed(stage: Stage, visit: dict[str, Any], token: str, who: str = "li") -> Any:
    """What comes of saying that a link was used."""
    return await stage.api(who).post(f"/visits/{visit['id']}/forward/confirm", {"token": token})


async def passed_on(stage: Stage) -> list[tuple[str, str]]:
    """What the log has of forwards: the child, and what made it."""
    return [(each["link"], each["det"]["by"]) for each in await stage.told("viewer:share:forward")]


async def test_a_link_made_ahead_is_an_intent_once_it_is_used(stage: Stage) -> None:
    """Confirmed ten times at once it is one child; what nobody uses is in no figure and no list of shares."""
    share, visit = await stage.visit("li", forward_depth=2)
    first, _second = await ahead(stage, visit, 2)
    assert [] == await passed_on(stage)
    answers = await asyncio.gather(*(confirmed(stage, visit, first) for _ in range(10)))
    (child,) = {each.ok["id"] for each in answers}
    assert [(child, "pool")] == await passed_on(stage)
    assert 2 == len((await stage.api("owner").get("/shares")).ok["items"])
    assert 201 == (await stage.open("wang", first)).status
    sooner = stage.clock() + timedelta(days=1)
    await stage.api("owner").call("PATCH", f"/shares/{share['id']}", json={"expires_at": sooner.isoformat()})
    assert sooner == datetime.fromisoformat((await confirmed(stage, visit, first)).ok["expires_at"])


async def test_a_confirmation_that_got_lost_is_made_up_for(stage: Stage) -> None:
    """Somebody opens the link, so it was passed on, by whoever it was made for; thrice at once it is one child."""
    _, visit = await stage.visit("li", forward_depth=2)
    (token,) = await ahead(stage, visit)
    stage.clock.advance(hours=1)
    assert 200 == (await stage.get("wang", f"/s/{token}")).status
    opened = await asyncio.gather(*(stage.open("wang", token) for _ in range(3)))
    assert {201} == {each.status for each in opened}
    ((child, by),) = await passed_on(stage)
    assert ("open", child) == (by, opened[0].ok["share_id"])
    (event,) = await stage.told("viewer:share:forward")
    assert event["who"] == (await stage.told("viewer:visit:start"))[0]["who"]


async def test_links_made_ahead_are_no_way_round_the_policy(stage: Stage) -> None:
    """Not for others, not without depth, not once the share is closed, and not without end."""
    share, visit = await stage.visit("li", forward_depth=1)
    (token,) = await ahead(stage, visit)
    _, other = await stage.visit("wang", forward_depth=1)
    assert 404 == (await confirmed(stage, other, token, "wang")).status
    assert 404 == (await confirmed(stage, visit, share["token"])).status
    _, none = await stage.visit("li", forward_depth=0)
    assert 403 == (await stage.api("li").post(f"/visits/{none['id']}/forward/ahead", {"count": 1})).status
    assert 20 == len({token} | {each for _ in range(6) for each in await ahead(stage, visit, 5)})
    await stage.api("owner").post(f"/shares/{share['id']}/revoke")
    assert 404 == (await stage.open("wang", token)).status
    assert 403 == (await confirmed(stage, visit, token)).status
    assert [] == await passed_on(stage)


async def test_a_refusal_at_a_link_made_ahead_stands_under_its_parent(stage: Stage) -> None:
    """The child that would have been made never was, so the log names the share that it would have come from."""
    _, visit = await stage.visit("li", forward_depth=1, audience="clinic", clinic_id=str(stage.cast.clinics["li"]))
    (token,) = await ahead(stage, visit)
    assert 403 == (await stage.open("wang", token)).status
    (denied,) = await stage.told("viewer:request:deny")
    assert visit["share_id"] == denied["link"]
    assert [] == await passed_on(stage)


async def test_wecom_confirms_a_sending_of_ones_own_share(stage: Stage) -> None:
    """Once for each sending, by whoever made the share, and to nobody who asks in another's name."""
    share = await stage.share()
    path, said = f"/shares/{share['id']}/sent", {"channel": "contact", "key": "9f8e7d6c"}
    answers = [(await stage.api("owner").post(path, said)).ok["counted"] for _ in range(2)]
    assert [True, False] == answers
    assert 403 == (await stage.api("manager").post(path, said)).status
    (event,) = await stage.told("employee:share:send")
    assert ("contact", share["id"]) == (event["det"]["channel"], event["link"])
    assert "9f8e7d6c" not in str(event)
