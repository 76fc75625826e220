"""Fixtures every test may ask for."""

import pytest
from hypothesis import settings

from tests.collecting import one_collects_first
from tests.engines import engines, key_prefix, object_store
from tests.garbage import pytest_collection, pytest_collection_finish
from tests.gotool import go_verify
from tests.halls import hall
from tests.left_out import pytest_collection_modifyitems, pytest_report_header
from tests.logs import plain_logs
from tests.loops import pytest_asyncio_loop_factories
from tests.services import app, client, clock, config, database_url, keyed_url, master_key, services, template_url
from tests.stage import cast, stage
from tests.templates import compiled_templates

__all__ = [
    "app",
    "cast",
    "client",
    "clock",
    "compiled_templates",
    "config",
    "database_url",
    "engines",
    "go_verify",
    "hall",
    "key_prefix",
    "keyed_url",
    "master_key",
    "object_store",
    "one_collects_first",
    "plain_logs",
    "pytest_asyncio_loop_factories",
    "pytest_collection",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_report_header",
    "services",
    "stage",
    "template_url",
]


def pytest_configure(config: pytest.Config) -> None:
    """Of each property so many more examples; some take a part of hypothesis' own number."""
    if config.getoption("--whole"):
        settings.register_profile("whole", max_examples=1000)
        settings.load_profile("whole")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How often a race is run (`make race`: longer), and whether products are taken whole (`make whole`)."""
    parser.addoption("--rounds", default="50", help="rounds of races (tests/contract/ownership)")
    parser.addoption("--whole", action="store_true", help="whole products where tests usually take every pair")


@pytest.fixture(scope="session")
def whole(pytestconfig: pytest.Config) -> bool:
    """Whether to take whole products, and the big numbers."""
    return bool(pytestconfig.getoption("--whole"))
