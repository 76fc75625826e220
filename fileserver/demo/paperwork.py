"""The demo brand's papers: certificates in the register, what rests on them, and a leaflet that breaks the law.

Days are reckoned from today, so that one certificate always ends within the week. Numbers have the right form and were
never given out.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

from fileserver.demo.api import Desk
from fileserver.i18n import Language
from fileserver.sheets import INK, TITLE_PT, Sheet

CHINA_TIME = timezone(timedelta(hours=8))
ENDS_IN = timedelta(days=5)
CLINIC = "上海静安澄序医疗美容门诊部"
MAKER = "澄序生物科技（上海）有限公司"
LEAFLET_TITLE = "双十二 美丽专场"
PLEDGE = {
    "title_zh": "资料保密承诺",
    "text_zh": "本人承诺：仅在本机构内为工作目的使用所查看的资料；不截屏、不翻拍；"
    "除系统提供的转发外，不向他人转发或公开；离职或不再需要时停止使用。本人知悉每份副本均带有本人的标记，外泄可追溯至本人。",
    "title_en": "Pledge of confidentiality",
    "text_en": "I use what I am shown for my work at this clinic only. I take no screenshots or photographs of it, "
    "pass it on only by the link that I am given for it, publish none of it, and stop using it when I leave. "
    "I know that each copy carries my mark and leads back to me.",
}
# Each line breaks a rule of its own; that is what the leaflet is for.
PLANTED = (
    "全国第一的医美机构，最先进的技术，绝对安全。",
    "瘦脸针一次见效，永久有效，无副作用。",
    "有效率 98%，无效退款，治愈率行业领先。",
    "真实案例：王女士术前术后对比，明星同款项目。",
    "不做就晚了！高考后整形，学生党专享，抢购从速。",
    "医美贷零首付，分期免息。",
)


def enterable(today: date) -> list[dict[str, str]]:
    """The register's entries: one in force for long, one that ends within the week, a registration without an end."""
    given, ends = today - timedelta(days=60), today + ENDS_IN
    return [
        {
            "kind": "medical_ad",
            "number": f"沪医广【{given.year}】第{given:%m-%d}-A003号",
            "holder": CLINIC,
            "product": CLINIC,
            "scope": "机构名称、地址、诊疗科目、接诊时间、联系电话",
            "valid_from": given.isoformat(),
        },
        {
            "kind": "drug_device_ad",
            "number": f"沪械广审(文)第{ends:%y%m%d}-00027号",
            "holder": MAKER,
            "product": "润泽透明质酸钠凝胶",
            "scope": "图文广告，按样件发布",
            "valid_from": (ends - timedelta(days=364)).isoformat(),
        },
        {
            "kind": "device_registration",
            "number": "国械注准20243130027",
            "holder": MAKER,
            "product": "润泽透明质酸钠凝胶",
            "valid_from": "2024-03-01",
            "valid_until": (today + timedelta(days=900)).isoformat(),
        },
    ]


async def enter_certificates(keeper: Desk) -> None:
    """Enters them, as a keeper of the register."""
    for entry in enterable(_today()):
        await keeper.call("POST", "/api/v1/certificates", entry)


async def issue_pledge(reviewer: Desk) -> None:
    """Issues what shares may ask viewers to agree to."""
    await reviewer.call("POST", "/api/v1/pledges", PLEDGE)


async def declare(marketer: Desk, material_id: str, slug: str) -> None:
    """What the marketer says of the material of this slug, for those of which something is said."""
    medical, device_ad, _ = enterable(_today())
    said: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "institution-poster": (CLINIC, medical),
        "social-card": (CLINIC, medical),
        "visitor-guide": ("润泽透明质酸钠凝胶", device_ad),
    }
    if slug not in said:
        return
    product, entry = said[slug]
    named = {"kind": entry["kind"], "number": entry["number"]}
    declared = {"product": product, "region": "上海", "campaign": "2026 秋冬", "certificates": [named]}
    await marketer.call("PUT", f"/api/v1/materials/{material_id}/declaration", declared)


def planted_leaflet() -> bytes:
    """A page with the planted lines as text. Takes about a second: not for the event loop."""
    sheet = Sheet(
        Language.ZH_CN, title=LEAFLET_TITLE, mark="初稿", brand="澄序", made_at=datetime(2026, 11, 1, tzinfo=UTC)
    )
    sheet.style(TITLE_PT, INK)
    sheet.flow(LEAFLET_TITLE, TITLE_PT)
    for line in PLANTED:
        sheet.paragraph(line)
    return sheet.body()


def _today() -> date:
    return datetime.now(CHINA_TIME).date()
