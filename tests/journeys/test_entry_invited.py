"""Clinic users who come in by an invitation, from the mini-program and by mail: the funnel knows each step."""

from typing import Any

import pytest

from fileserver.demo.platforms.people import PEOPLE, Person
from tests.api import Api
from tests.halls import Hall

LI, OTHER = PEOPLE[1], PEOPLE[2]
EMAIL = "li.muqing@clinic.example"


async def _invite(hall: Hall, **more: Any) -> tuple[Api, dict[str, Any], str]:
    owner = Api(hall.client, hall.cast.tokens["owner"])
    made = (await owner.post("/recruiting/invitations", {"clinic_name": "新悦诊所", "job": "doctor", **more})).ok
    return owner, made, made["url"].rpartition("/")[2]


async def _step(owner: Api) -> str:
    (line,) = (await owner.get("/recruiting/funnel")).ok["items"]
    return str(line["step"])


async def _by_mail(hall: Hall, invitation: str) -> Api:
    asked = (await hall.post(None, "/entry/email", {"email": EMAIL})).ok
    said = {"email": EMAIL, "id": asked["id"], "code": hall.mailbox.code(), "invitation": invitation}
    return Api(hall.client, (await hall.post(None, "/entry/email/session", said)).ok["token"])


async def _work_there(hall: Hall, api: Api, who: Person) -> None:
    """Verifies the name, and works where the invitation proposes."""
    proposed = (await hall.name(api, who)).ok["invited"]
    work = {"clinic_id": proposed["clinic"]["id"], "job": proposed["job"]}
    done = (await hall.post(api, "/entry/workplace", work)).ok
    assert (None, []) == (done["invited"], done["needs"])


@pytest.mark.parametrize("way", ["mini-program", "email"])
async def test_from_the_invitation_to_the_first_content(hall: Hall, way: str) -> None:
    """However a guest signs in: entered, verified and first content show in the funnel, and the clinic is theirs."""
    owner, made, token = await _invite(hall)
    api = await (hall.enter(LI, invitation=token) if way == "mini-program" else _by_mail(hall, token))
    assert "entered" == await _step(owner)
    assert made["clinic"] == (await api.get("/entry")).ok["invited"]["clinic"]
    await _work_there(hall, api, LI)
    assert "verified" == await _step(owner)
    history = (await owner.get(f"/recruiting/clinics/{made['clinic']['id']}")).ok["history"]
    assert "verified" == history[0]["cause"]
    (await hall.post(api, "/visits", {"token": await hall.share()})).ok  # noqa: B018  # must succeed
    assert "content" == await _step(owner)


async def test_an_invitation_that_is_over_lets_nobody_new_in(hall: Hall) -> None:
    """Used up, it brings nobody new; by mail they come in without it. Who came before comes again, and counts once."""
    owner, made, token = await _invite(hall, uses_max=1)
    await hall.enter(LI, invitation=token)
    code = hall.fake.wechat.issue_login_code(OTHER.openid, unionid=OTHER.unionid)
    refused = await hall.post(None, "/entry/mini-program", {"code": code, "invitation": token})
    assert (410, "used_up") == (refused.status, refused.body["reason"])
    for over in (token, "x" * 32):
        assert None is (await (await _by_mail(hall, over)).get("/entry")).ok["invited"]  # in, by no invitation
    await _work_there(hall, await hall.enter(LI, invitation=token), LI)
    (line,) = (await owner.get("/recruiting/invitations")).ok["items"]
    assert (made["id"], 1) == (line["id"], line["uses"])


async def test_what_is_no_invitation_is_refused_before_the_code_is_spent(hall: Hall) -> None:
    """A share's token, or a mistyped one, is no invitation; the code of the mini-program is still good after that."""
    code = hall.fake.wechat.issue_login_code(LI.openid, unionid=LI.unionid)
    for token in (await hall.share(), "x" * 32):
        refused = await hall.post(None, "/entry/mini-program", {"code": code, "invitation": token})
        assert "/problems/link-invalid" == refused.body["type"]
    assert 201 == (await hall.post(None, "/entry/mini-program", {"code": code})).status


async def test_who_works_there_already_is_credited_at_once(hall: Hall) -> None:
    """Somebody verified at a clinic of nobody who opens an invitation to it wins it for whoever invited them."""
    owner, _, first = await _invite(hall)
    proposed = await hall.enter(LI, invitation=first)
    await _work_there(hall, proposed, LI)
    _, _, second = await _invite(hall)
    await hall.enter(LI, invitation=second)
    lines = (await owner.get("/recruiting/invitations")).ok["items"]
    assert [1, 1] == [line["uses"] for line in lines]
    assert None is (await (await hall.enter(LI)).get("/entry")).ok["invited"]
