"""The stand-in's mini-program codes and links."""

import base64
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web

from fileserver.demo.platforms.frame import Asked, Endpoint, Fields, Record, Refusal

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
LASTS_MIN, LASTS_MAX = timedelta(minutes=1), timedelta(days=30)
QUERY_MAX = 1024
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass
class Links:
    """`pages` are published; `scenes` were asked for. `codes_left` and `links_left` are quotas."""

    record: Record
    pages: set[str] = field(default_factory=lambda: {"pages/open/index", "pages/invite/index", "pages/share/index"})
    scenes: list[str] = field(default_factory=list)
    codes_left: int = 5000
    links_left: int = 500_000

    def endpoints(self) -> tuple[Endpoint, ...]:
        """What it serves."""
        expiry = "expire_type expire_time expire_interval env_version"
        return (
            Endpoint(
                method="POST", path="/wxa/getwxacodeunlimit", handler=self._code,
                body=Fields("scene", "page check_path env_version width auto_color line_color is_hyaline"),
            ),
            Endpoint(
                method="POST", path="/wxa/generatescheme", handler=self._scheme,
                body=Fields("jump_wxa", "expire_type expire_time expire_interval"),
            ),
            Endpoint(
                method="POST", path="/wxa/generate_urllink", handler=self._link,
                body=Fields("path query", f"{expiry} cloud_base"),
            ),
        )  # fmt: skip

    def _code(self, asked: Asked) -> web.Response:
        scene, page = str(asked.body["scene"]), str(asked.body.get("page", ""))
        if not SCENE.fullmatch(scene):
            raise Refusal(40169, "invalid length for scene, or the data is not json string")
        if page.startswith("/") or "?" in page or (asked.body.get("check_path", True) and page not in self.pages):
            raise Refusal(41030, "invalid page")
        if asked.body.get("env_version", "release") not in ("release", "trial", "develop"):
            raise Refusal(40097, "invalid args")
        if not self.codes_left:
            raise Refusal(45009, "reach max api minute quota limit")
        self.codes_left -= 1
        self.scenes.append(scene)
        return web.Response(body=PICTURE, content_type="image/png")

    def _scheme(self, asked: Asked) -> dict[str, Any]:
        jump = asked.body["jump_wxa"]
        self._check(jump.get("path", ""), jump.get("query", ""), asked)
        return {"openlink": f"weixin://dl/business/?t={secrets.token_urlsafe(8)}"}

    def _link(self, asked: Asked) -> dict[str, Any]:
        self._check(asked.body["path"], asked.body["query"], asked)
        return {"url_link": f"https://wxaurl.cn/{secrets.token_urlsafe(8)}"}

    def _check(self, path: str, query: str, asked: Asked) -> None:
        if path.lstrip("/") not in self.pages:
            raise Refusal(40165, "invalid weapp pagepath")
        if len(query) > QUERY_MAX or "%" in query:
            raise Refusal(40212, "invalid query")
        lasts = timedelta(seconds=int(asked.body.get("expire_time", 0)) - self.record.clock().timestamp())
        if not LASTS_MIN <= lasts <= LASTS_MAX:
            raise Refusal(85401, "time limit between 1min and 30days")
        if not self.links_left:
            raise Refusal(45009, "reach max api daily quota limit")
        self.links_left -= 1
