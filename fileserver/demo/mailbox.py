"""Where the demo's mail arrives: an SMTP server on the loopback address, and a page that shows the newest mails."""

import asyncio
import email.policy
import socket
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from html import escape
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiosmtpd.smtp import SMTP

HOST = "127.0.0.1"
KEPT = 20
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>演示邮箱</title><style>
body {{ margin: 0; background: #f2f4f3; color: #17211b;
font: 16px/1.6 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif }}
main {{ max-width: 36rem; margin: 5vh auto; padding: 0 1rem }}
article {{ background: #fff; border-radius: 1rem; padding: 1rem 1.5rem; margin: 1rem 0 }}
h1 {{ font-size: 1.35rem }} h2 {{ font-size: 1.05rem; margin: 0 }} p {{ color: #55635a; margin: .25rem 0 }}
pre {{ white-space: pre-wrap; font: inherit; margin: .5rem 0 0 }}
</style></head><body><main><h1>演示邮箱 · Demo mailbox</h1>
<p>发往任何地址的邮件都到这里。Mail to any address arrives here.</p>{mails}</main></body></html>"""
MAIL = "<article><h2>{subject}</h2><p>{to}</p><pre>{text}</pre></article>"
NONE = "<article><p>还没有邮件 · No mail yet</p></article>"


@dataclass
class Mailbox:
    """Takes mail to any address. Use as an async context manager; `settings` are what a server is configured with."""

    mails: deque[EmailMessage] = field(default_factory=lambda: deque(maxlen=KEPT))
    url: str = ""
    port: int = 0
    _runner: web.AppRunner | None = None
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, loop=loop), HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        app = web.Application()
        app.add_routes([web.get("/", self._shown)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        listening = socket.create_server((HOST, 0))
        await web.SockSite(self._runner, listening).start()
        self.url = f"http://{HOST}:{listening.getsockname()[1]}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def settings(self) -> dict[str, Any]:
        """Fields of the configuration."""
        return {"smtp_host": HOST, "smtp_port": self.port, "smtp_tls": "none", "mail_from": "seal@demo.example"}

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Keeps a mail; the oldest one goes."""
        mail = message_from_bytes(envelope.content, policy=email.policy.default)
        if isinstance(mail, EmailMessage):
            self.mails.appendleft(mail)
        return "250 kept"

    async def _shown(self, _request: web.Request) -> web.Response:
        shown = "".join(
            MAIL.format(
                subject=escape(str(mail["Subject"])), to=escape(str(mail["To"])), text=escape(str(mail.get_content()))
            )
            for mail in self.mails
        )
        return web.Response(text=PAGE.format(mails=shown or NONE), content_type="text/html")
