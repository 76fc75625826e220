"""The event loop of tests: the servers' own (uvloop), which also takes a tenth less of their time than Python's."""

from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping

import pytest
import uvloop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], AbstractEventLoop]]:
    """The one there is."""
    return {"uvloop": uvloop.new_event_loop}
