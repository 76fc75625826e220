"""Chromium on the stage: pages as people at a phone or a desk see them, with every complaint of the browser kept.

One Chromium serves all the browser tests of a test process, in fresh contexts that share nothing; so these tests share
one event loop too, to which it belongs.
"""

import contextlib
import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from argon2.profiles import CHEAPEST
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from compliance.passwords import Passwords
from fileserver.app import create_app
from fileserver.demo.platforms import FakePlatforms
from fileserver.http.caller import SESSION_COOKIE
from fileserver.services import Services, open_services
from storage.engines import Endpoints
from tests.inspecting import InThisProcess
from tests.mailbox import Mailbox, smtp_server
from tests.platforms import node
from tests.services import Clock, RealServer, config_for, copied_database
from tests.stage import Cast

HERE = Path(__file__).parent
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ("--no-sandbox", "--disable-background-networking")
PHONE = (390, 844)
SMALL_PHONE = (360, 640)
DESK = (1440, 900)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's event loop is the tests' too."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass(kw_only=True)
class Console:
    """The running application, and a browser to look at it with."""

    url: str
    cast: Cast
    services: Services
    browser: Browser
    complaints: list[str] = field(default_factory=list)  # errors of scripts, blocked code, missing files
    server: RealServer | None = None

    async def start(self) -> None:
        """Serves at the address, as a process that has just been started does."""
        port = self.services.config.port
        self.server = RealServer(create_app(self.services.config, self.services), port=port)
        await self.server.start_server()

    async def stop(self) -> None:
        """Shuts the server down, as a process does that is told to end."""
        if self.server is not None:
            await self.server.close()

    @contextlib.asynccontextmanager
    async def opened(
        self, who: str | None = None, *, size: tuple[int, int] = DESK, language: str = "zh-CN", scripts: bool = True
    ) -> AsyncIterator[Page]:
        """A fresh browser, in which one of the cast is signed in already."""
        width, height = size
        context = await self.browser.new_context(
            base_url=self.url,
            viewport={"width": width, "height": height},
            locale=language,
            java_script_enabled=scripts,
        )
        if who:
            await context.add_cookies([{"name": SESSION_COOKIE, "value": self.cast.tokens[who], "url": self.url}])
        page = await context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        try:
            yield page
        finally:
            await context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")


@pytest.fixture
def own_config() -> dict[str, str]:
    """What a module's tests need configured beside the rest."""
    return {}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A browser that stays open, with nothing in it."""
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def console(
    engines: Endpoints, cast: Cast, clock: Clock, own_config: dict[str, str], browser: Browser
) -> AsyncIterator[Console]:
    """The application on a copy of the stage, at the address that it believes to have."""
    with copied_database(engines.database_url, cast.database_url) as database_url:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        own = {"public_url": url, "port": port, **own_config}
        config = config_for(engines, database_url, master_key=cast.master_key).model_copy(update=own)
        async with open_services(
            config, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess(), reading=False
        ) as services:
            running = Console(url=url, cast=cast, services=services, browser=browser)
            await running.start()
            yield running
            await running.stop()


@dataclass
class Lobby:
    """A server that asks stand-ins of everybody, and where its mail arrives."""

    console: Console
    fake: FakePlatforms
    mailbox: Mailbox


@pytest_asyncio.fixture(loop_scope="session")
async def lobby(engines: Endpoints, cast: Cast, clock: Clock, browser: Browser) -> AsyncIterator[Lobby]:
    """See Lobby."""
    async with FakePlatforms(clock) as fake, smtp_server() as mailbox:
        with copied_database(engines.database_url, cast.database_url) as database_url:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            config = config_for(engines, database_url, master_key=cast.master_key)
            mail = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_tls": "none", "mail_from": "a@b.example"}
            ways = ("two-factor", "three-factor", "face", "esign")
            more: dict[str, Any] = {"public_url": url, "port": port, "verification_methods": ways, **mail}
            async with node(config, fake, clock, **more) as services:
                console = Console(url=url, cast=cast, services=services, browser=browser)
                await console.start()
                yield Lobby(console, fake, mailbox)
                await console.stop()


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The Chromium of this machine; `make test` sees to it that there is one."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert found, "no Chromium on the PATH: run requirements/chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        await browser.close()


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
