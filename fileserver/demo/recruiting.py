"""The demo brand recruits: invitations, guests on their way in, a dispute, a pool, and a clinic that is listed twice.

Everything goes through the API, so all of it happened within the last minutes.
"""

from collections.abc import Mapping
from typing import Any

from fileserver.demo.api import Desk
from fileserver.demo.clinic_user import ClinicUser
from fileserver.demo.platforms.people import PEOPLE

INVITED = (  # by whom, which clinic, its credit code, region
    ("marketer", "苏州工业园区和悦医疗美容门诊部", "91320594MA1XAB1231", "华东"),
    ("marketer", "南京玄武知颜医疗美容诊所", None, "华东"),
    ("marketer", "武汉江汉沐光医疗美容门诊部", None, "华中"),
    ("marketer2", "深圳福田心悦医疗美容门诊部", None, "华南"),
    ("marketer2", "厦门思明海棠医疗美容诊所", None, "华南"),
)
CONTESTED = "宁波鄞州清禾医疗美容门诊部"
POOL = (("长沙岳麓云裳医疗美容门诊部", "华中"), ("青岛市南海月医疗美容诊所", "华北"))
TWICE = ("南京玄武知颜医疗美容诊所有限公司", "华东")
GUESTS = {each.key: each for each in PEOPLE}

Desks = Mapping[str, Desk]


async def recruit(url: str, desks: Desks, share_token: str) -> None:
    """Fills the pages of recruiting. `share_token`: of a share that everybody may open."""
    made = {name: await _invite(desks[login], name, code, region) for login, name, code, region in INVITED}
    await _come_in(url, made[INVITED[0][1]], "shen", "operations", share_token)
    await _come_in(url, made[INVITED[3][1]], "gao", "doctor")
    await _dispute(url, desks)
    for name, region in (*POOL, TWICE):
        await desks["manager"].call("POST", "/api/v1/people/clinics", {"name": name, "region": region})
    await desks["manager"].call("POST", "/api/v1/recruiting/duplicates/search")


async def _dispute(url: str, desks: Desks) -> None:
    """Who invited first is overtaken by another's guest: the rules open a dispute."""
    first = await _invite(desks["marketer"], CONTESTED)
    second = await _invite(desks["marketer2"], CONTESTED)
    await _come_in(url, second, "he", "consultant")
    await _come_in(url, first, "song", "operations")


async def _invite(desk: Desk, name: str, code: str | None = None, region: str = "华东") -> dict[str, Any]:
    wanted = {"clinic_name": name, "region": region, "uses_max": 5} | ({"credit_code": code} if code else {})
    made: dict[str, Any] = await desk.call("POST", "/api/v1/recruiting/invitations", wanted)
    return made


async def _come_in(url: str, invitation: Mapping[str, Any], guest: str, job: str, share_token: str = "") -> None:
    token = str(invitation["url"]).rpartition("/")[2]
    async with ClinicUser(url, GUESTS[guest], {"job": job}, invitation=token) as phone:
        if share_token:
            await phone.opened(share_token)
