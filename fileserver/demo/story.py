"""What has happened in the demo brand before anybody looks, all of it through the API.

Materials are uploaded, prepared, submitted, approved or rejected; shares are made, opened, read, passed on and closed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from fileserver.demo import paperwork, recruiting
from fileserver.demo.api import Desk, employee
from fileserver.demo.clinic_user import ClinicUser
from fileserver.demo.errors import DemoError
from fileserver.demo.household import DemoAccount, Household
from fileserver.demo.platforms.people import PEOPLE
from fileserver.demo.preparing import Preparations
from fileserver.demo.studio import SLUGS, Studio

CLINICS = (
    ("上海静安澄序医疗美容门诊部", "华东"),
    ("杭州西湖云栖医疗美容诊所", "华东"),
    ("成都锦江晴岚医疗美容门诊部", "西南"),
    ("广州天河南屿医疗美容门诊部", "华南"),
)
VIEWERS = ((0, "doctor"), (0, "consultant"), (1, "operations"), (2, "consultant"))  # the first of PEOPLE: clinic, job
DISCIPLINES = {"medical": "medical", "legal": "legal", "reviewer": "regulatory"}
REVIEWERS = tuple(DISCIPLINES)  # in the order in which they sign
STAFF = frozenset({"marketer", "marketer2", "manager", *REVIEWERS})
STEPS = len(SLUGS) + 1
LEFT_AS_DRAFT = frozenset({"waiting-screen"})
LEFT_IN_QUEUE = frozenset({"training-poster", "waiting-film", "institution-poster"})
REJECTED = {"social-card": "右下角的活动时间与备案版本不一致，请修改后重新提交。"}
BESIDE_THE_SHELF = 2  # materials that are not on it: a leaflet with planted phrases, and a screen that is withdrawn
WITHDRAWN_SLUG = "waiting-screen"
WITHDRAWN_REASON = "接诊时间已变更，旧版提示屏不再使用。"
TASK_TEXT = "到院须知已更新，请转给您负责的机构，接待时可直接出示。"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Cast:
    """The staff signed in, by login."""

    desks: Mapping[str, Desk]
    url: str
    preparations: Preparations

    def __getitem__(self, login: str) -> Desk:
        return self.desks[login]


async def tell(url: str, home: Household, studio: Studio, progress: Progress) -> None:
    """Fills the brand. `progress` hears each title as it is finished.

    Raises DemoRefused if our own API says no, DemoError if it says nothing.
    """
    try:
        await _tell(url, home, studio, progress)
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise DemoError(f"The server stopped answering while the brand was filled: {reason}") from error


async def _tell(url: str, home: Household, studio: Studio, progress: Progress) -> None:
    async with _cast(url, home.accounts) as cast:
        await _disciplines(cast, home.accounts)
        clinics = [
            (await cast["manager"].call("POST", "/api/v1/people/clinics", {"name": name, "region": region}))["id"]
            for name, region in CLINICS
        ]
        await paperwork.enter_certificates(cast["manager"])
        await paperwork.issue_pledge(cast["reviewer"])
        told = await asyncio.gather(*(_material(cast, slug, studio, progress) for slug in SLUGS))
        materials = dict(zip(SLUGS, told, strict=True))
        token = await _shares(cast, clinics, materials)
        await recruiting.recruit(cast.url, cast.desks, token)
        await asyncio.gather(_tasked(cast, clinics, materials["visitor-guide"]), _planted(cast))
        await _withdrawn(cast, clinics, studio)
        progress("分享与访问")


async def _disciplines(cast: Cast, accounts: tuple[DemoAccount, ...]) -> None:
    """Each reviewer answers for one discipline."""
    logins = {account.name: account.login for account in accounts}
    for each in (await cast["manager"].call("GET", "/api/v1/reviewers"))["items"]:
        wanted = {"disciplines": [DISCIPLINES[logins[each["person"]["name"]]]]}
        await cast["manager"].call("PUT", f"/api/v1/reviewers/{each['person']['id']}", wanted)


@asynccontextmanager
async def _cast(url: str, accounts: tuple[DemoAccount, ...]) -> AsyncIterator[Cast]:
    async with AsyncExitStack() as stack:
        desks = {
            account.login: await stack.enter_async_context(employee(url, account.login, account.password))
            for account in accounts
            if account.login in STAFF
        }
        yield Cast(desks, url, Preparations(desks["marketer"]))


async def _material(cast: Cast, slug: str, studio: Studio, progress: Progress) -> str:
    """One material on its way as far as the story takes it; its id."""
    each = await studio.drawn(slug)
    marketer = cast["marketer"]
    upload_id = await marketer.upload(each.filename, each.media_type, each.content)
    made = await marketer.call(
        "POST",
        "/api/v1/materials",
        {"upload_id": upload_id, "title": each.title_zh, "class": each.material_class, "description": each.title_en},
    )
    await paperwork.declare(marketer, made["id"], slug)
    await cast.preparations.over(made["id"])
    if slug not in LEFT_AS_DRAFT:
        await marketer.call("POST", f"/api/v1/materials/{made['id']}/submit", {})
    if slug not in LEFT_AS_DRAFT | LEFT_IN_QUEUE:
        await _decide(cast, made["id"], REJECTED.get(slug))
    progress(each.title_zh)
    return str(made["id"])


async def _decide(cast: Cast, material_id: str, rejection: str | None) -> None:
    """Every approval that the class asks for, each by whoever may give it; or one rejection."""
    pending = await cast["reviewer"].call("GET", "/api/v1/reviews")
    review = next(item for item in pending["items"] if item["material"]["id"] == material_id)
    for login in REVIEWERS:
        path = f"/api/v1/reviews/{review['id']}"
        seen = await cast[login].call("GET", path)
        if not seen["may_decide"]:
            continue
        if rejection:
            await cast[login].sign(review["id"], review["sha256"], "reject", rejection)
            return
        for finding in (each for each in seen["findings"] if each["state"] == "open"):
            said = {"decision": "dismiss", "reason": "已人工核对，不构成问题。"}
            await cast[login].call("POST", f"{path}/findings/{finding['id']}", said)
        await cast[login].sign(review["id"], review["sha256"])


async def _shares(cast: Cast, clinics: list[str], materials: Mapping[str, str]) -> str:
    """A few shares, read, passed on and closed, so that no page of the console is empty; the token of an open one.

    `materials`: ids by slug.
    """
    marketer = cast["marketer"]
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    handbook = {"material_id": materials["training-handbook"], "expires_at": until}
    open_to_all = await marketer.call(
        "POST", "/api/v1/shares", {**handbook, "download": True, "forward_depth": 3, "note": "11 月线上培训"}
    )
    for_clinic = {"audience": "clinic", "clinic_id": clinics[0], "watermark": "strong", "visits_max": 50}
    await marketer.call("POST", "/api/v1/shares", {**handbook, **for_clinic, "note": "静安门诊部内训"})
    guide = await marketer.call("POST", "/api/v1/shares", {"material_id": materials["visitor-guide"], "download": True})
    closed = await marketer.call("POST", "/api/v1/shares", {"material_id": materials["visitor-guide"]})
    await marketer.call("POST", f"/api/v1/shares/{closed['id']}/revoke")
    await asyncio.gather(
        _passed_on(cast.url, clinics, open_to_all["token"]),
        _visit(cast.url, clinics, 2, guide["token"], pages=6, download=True),
    )
    return str(open_to_all["token"])


async def _tasked(cast: Cast, clinics: list[str], material_id: str) -> None:
    """A task of the manager's that one marketer has done, and whose link a viewer opened; the other has yet to."""
    until = (datetime.now(UTC) + timedelta(days=5)).isoformat()
    said = {"material_id": material_id, "text": TASK_TEXT, "poster_page": 1, "until": until, "forward_depth": 1}
    task = await cast["manager"].call("POST", "/api/v1/tasks", said)
    done = await cast["marketer"].call("POST", f"/api/v1/tasks/{task['id']}/complete", {})
    await _visit(cast.url, clinics, 1, str(done["url"]).rpartition("/")[2], pages=2)


async def _planted(cast: Cast) -> None:
    """A draft that breaks the law in several ways, for its findings to be looked at; nobody has submitted it."""
    body = await asyncio.to_thread(paperwork.planted_leaflet)
    marketer = cast["marketer"]
    upload_id = await marketer.upload("双十二活动单页_初稿.pdf", "application/pdf", body)
    said = {"title": "双十二活动单页（初稿，含违规表述）", "class": "public_ad", "description": "Planted phrases"}
    await marketer.call("POST", "/api/v1/materials", {**said, "upload_id": upload_id})


async def _withdrawn(cast: Cast, clinics: list[str], studio: Studio) -> None:
    """A material that was shared, downloaded and then withdrawn: holders are told, and the recall list has them."""
    each = await studio.drawn(WITHDRAWN_SLUG)
    marketer = cast["marketer"]
    upload_id = await marketer.upload(f"旧版_{each.filename}", each.media_type, each.content)
    said = {"upload_id": upload_id, "title": f"{each.title_zh}（旧版）", "class": each.material_class}
    made = await marketer.call("POST", "/api/v1/materials", said)
    await cast.preparations.over(made["id"])
    await marketer.call("POST", f"/api/v1/materials/{made['id']}/submit", {})
    await _decide(cast, made["id"], None)
    share = await marketer.call("POST", "/api/v1/shares", {"material_id": made["id"], "download": True})
    await _visit(cast.url, clinics, 2, share["token"], pages=1, download=True)
    await cast["manager"].call("POST", f"/api/v1/materials/{made['id']}/withdraw", {"reason": WITHDRAWN_REASON})


async def _passed_on(url: str, clinics: list[str], token: str) -> None:
    """One viewer reads and passes the link on into a group; somebody there holds the card and sends it to another."""
    forwarded = await _visit(url, clinics, 0, token, pages=3, forward=True)
    await _visit(url, clinics, 1, forwarded or token, pages=2, group="East")
    await _visit(url, clinics, 3, forwarded or token, pages=1, group="Southwest")


async def _visit(
    url: str,
    clinics: list[str],
    who: int,
    token: str,
    *,
    pages: int,
    group: str = "",
    download: bool = False,
    forward: bool = False,
) -> str | None:
    """One viewer opens a link and reads some pages; returns the token of what they passed on, if they did.

    With a `group` they tapped its card there, in the mini-program.
    """
    clinic, job = VIEWERS[who]
    work = {"clinic_id": clinics[clinic], "job": job}
    async with ClinicUser(url, PEOPLE[who], work) as phone_in_hand:
        opening = phone_in_hand.opened_in(group, token) if group else phone_in_hand.opened(token)
        visit = await opening
        for each in visit["pages"][:pages]:
            await phone_in_hand.read(each["url"])
        if download:
            await phone_in_hand.read(visit["download_url"])
        if not forward:
            return None
        child = await phone_in_hand.call("POST", f"/api/v1/visits/{visit['id']}/forward")
        return str(child["token"])
