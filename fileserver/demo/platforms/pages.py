"""The stand-in's pages: where a person who tries the demo chooses whom they are, as if their phone had said it."""

from collections.abc import Iterable
from html import escape

from aiohttp import web
from yarl import URL

from fileserver.demo.platforms.official import Authorized
from fileserver.demo.platforms.tencent import Flow, TencentCloud
from fileserver.demo.platforms.wechat import OFFICIAL_APP_ID, WeChat
from fileserver.demo.platforms.wecom import AGENT_ID, CORP_ID, WeCom

STATE_BYTES_MAX = 128
ENDS = {"match": 0, "other": 1001}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>
:root {{ color-scheme: light }} * {{ box-sizing: border-box }}
body {{ margin: 0; background: #f2f4f3; color: #17211b;
font: 16px/1.6 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif }}
main {{ max-width: 26rem; margin: 8vh auto; padding: 2rem 1.5rem; background: #fff; border-radius: 1rem }}
h1 {{ margin: 0 0 .25rem; font-size: 1.35rem }}
p {{ margin: 0 0 1.25rem; color: #55635a; font-size: .9rem }}
ul {{ list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem }}
a {{ display: flex; justify-content: space-between; align-items: center; gap: 1rem;
min-height: 3.25rem; padding: .5rem 1rem;
border: 1px solid #d6ddd8; border-radius: .75rem; color: inherit; text-decoration: none }}
a:hover, a:focus-visible {{ border-color: {colour}; outline: 2px solid {colour}; outline-offset: -1px }}
small {{ color: #55635a }}
.badge {{ display: inline-block; margin-bottom: 1rem; padding: .1rem .6rem; border-radius: 1rem;
background: {colour}; color: #fff; font-size: .8rem }}
</style></head><body><main><span class="badge">{badge}</span><h1>{title}</h1>
<p>{lead}</p><ul>{items}</ul></main></body></html>"""
LEAD = "这是演示用的替身，不连接真实服务。请选择以谁的身份继续。"
LEAD_EN = "A stand-in of the demo: choose whom to continue as."
ITEM = '<li><a href="{href}"><span>{name}</span><small>{note}</small></a></li>'


def wechat_routes(wechat: WeChat) -> list[web.RouteDef]:
    """`/connect/oauth2/authorize`, as 公众号 pages are sent there."""

    async def authorize(request: web.Request) -> web.StreamResponse:
        back, scope = _checked(request, OFFICIAL_APP_ID), request.query.get("scope", "")
        if scope not in ("snsapi_base", "snsapi_userinfo"):
            raise web.HTTPBadRequest(text="10005 no such scope")
        chosen = wechat.people.get(request.query.get("as", "").partition(":")[0])
        if chosen is None:
            people = [(each.openid, each.name, f"尾号 {each.phone[-4:]}") for each in wechat.people.values()]
            guest = [(f"{people[0][0]}:snapshot", f"{people[0][1]}（快照页）", "虚拟用户")]
            return _page("微信登录（演示）", "#1a7f4b", "演示微信", _items(request, [*people, *guest]))
        who = Authorized(
            openid=chosen.official_openid,
            unionid=chosen.unionid,
            nickname=chosen.name,
            scope=scope,
            is_snapshot=request.query["as"].endswith(":snapshot"),
        )
        raise web.HTTPFound(_with(back, request, wechat.official.issue_code(who)))

    return [web.get("/connect/oauth2/authorize", authorize)]


def wecom_routes(wecom: WeCom) -> list[web.RouteDef]:
    """`/connect/oauth2/authorize` of WeCom's own browser, and its page with a QR code for any other."""

    async def choose(request: web.Request) -> web.StreamResponse:
        back = _checked(request, CORP_ID)
        if request.query.get("agentid") != str(AGENT_ID):
            raise web.HTTPBadRequest(text="no such agentid")
        chosen = request.query.get("as", "")
        if chosen not in wecom.directory.members:
            members = [(each.user_id, each.name, each.position) for each in wecom.directory.members.values()]
            return _page("企业微信登录（演示）", "#2563a8", "演示企业微信", _items(request, members))
        private = request.query.get("scope") == "snsapi_privateinfo"
        raise web.HTTPFound(_with(back, request, wecom.issue_browser_code(chosen, private=private)))

    async def in_app(request: web.Request) -> web.StreamResponse:
        if request.query.get("scope", "") not in ("snsapi_base", "snsapi_privateinfo"):
            raise web.HTTPBadRequest(text="no such scope")
        return await choose(request)

    async def by_qr(request: web.Request) -> web.StreamResponse:
        if request.query.get("login_type") != "CorpApp":
            raise web.HTTPBadRequest(text="no such login_type")
        return await choose(request)

    return [web.get("/connect/oauth2/authorize", in_app), web.get("/wwlogin/sso/login", by_qr)]


def tencent_routes(tencent: TencentCloud) -> list[web.RouteDef]:
    """Where a face is shown, and where the e-sign service asks: the person says how it ends, and goes back."""

    async def face(request: web.Request) -> web.StreamResponse:
        flow, token = _flow(tencent, request)
        if (code := ENDS.get(request.query.get("as", ""))) is not None:
            tencent.finish(token, code)
            raise web.HTTPFound(str(_local(flow.back).update_query({"token": token})))
        items = [("match", "是本人", "比对通过"), ("other", "不是本人", "比对失败")]
        return _page("人脸核身（演示）", "#0b6bcb", "演示腾讯云", _items(request, items))

    async def esign(request: web.Request) -> web.StreamResponse:
        flow, _ = _flow(tencent, request)
        if request.query.get("as") == "match":
            tencent.verified.add((flow.name, flow.id_card))
            raise web.HTTPFound(str(_local(flow.back)))
        return _page(
            "电子签实名（演示）", "#0b6bcb", "演示腾讯电子签", _items(request, [("match", "确认是本人", "完成实名")])
        )

    return [web.get("/h5/face", face), web.get("/h5/esign", esign)]


def _flow(tencent: TencentCloud, request: web.Request) -> tuple[Flow, str]:
    token = request.query.get("token", "")
    if token not in tencent.flows:
        raise web.HTTPNotFound(text="no such token")
    return tencent.flows[token], token


def _checked(request: web.Request, app: str) -> URL:
    """Where to go back to: this machine only, whatever is asked."""
    query = request.query
    if query.get("appid") != app or query.get("response_type", "code") != "code":
        raise web.HTTPBadRequest(text="10003 invalid appid or response_type")
    if len(query.get("state", "").encode()) > STATE_BYTES_MAX:
        raise web.HTTPBadRequest(text="state is too long")
    return _local(query.get("redirect_uri", ""))


def _local(address: str) -> URL:
    back = URL(address)
    if back.scheme not in ("http", "https") or back.host not in LOOPBACK:
        raise web.HTTPBadRequest(text="10003 redirect_uri is not one that was registered")
    return back


def _with(back: URL, request: web.Request, code: str) -> str:
    return str(back.update_query({"code": code, "state": request.query.get("state", "")}))


def _items(request: web.Request, people: Iterable[tuple[str, str, str]]) -> str:
    return "".join(
        ITEM.format(href=escape(str(request.rel_url.update_query({"as": key}))), name=escape(name), note=escape(note))
        for key, name, note in people
    )


def _page(title: str, colour: str, badge: str, items: str) -> web.Response:
    lead = f"{LEAD}<br><span lang=en>{LEAD_EN}</span>"
    text = PAGE.format(title=escape(title), colour=colour, badge=escape(badge), lead=lead, items=items)
    return web.Response(text=text, content_type="text/html")
