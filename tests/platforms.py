"""The stand-in of the demo in tests, and services whose operator has configured all of it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from argon2.profiles import CHEAPEST

from compliance.passwords import Passwords
from fileserver.config import Config
from fileserver.demo.platforms import FakePlatforms
from fileserver.services import Services, open_services
from tests.inspecting import InThisProcess


def configured(config: Config, fake: FakePlatforms, **more: Any) -> Config:
    """The same configuration, asking the stand-in."""
    return Config(**{**config.model_dump(), **fake.settings, **more})


@contextlib.asynccontextmanager
async def node(
    config: Config, fake: FakePlatforms, clock: Callable[[], datetime], *, reading: bool = False, **more: Any
) -> AsyncIterator[Services]:
    """Services of one process that asks the stand-in. `reading` as `open_services` has it."""
    settings = configured(config, fake, **more)
    async with open_services(
        settings, clock=clock, passwords=Passwords(CHEAPEST), inspector=InThisProcess(), reading=reading
    ) as opened:
        yield opened
