"""A served application whose store clients may reach themselves, and somebody who does."""

import pytest

from fileserver.config import Config
from storage.engines import Endpoints
from tests.contract.tus.conftest import PART_BYTES, _small_parts, client, marketer, other, tus
from tests.contract.tus.conftest import config as config_with_port
from tests.direct import DirectClient
from tests.uploads import Tus

__all__ = ["PART_BYTES", "_small_parts", "client", "config_with_port", "marketer", "other", "tus"]


@pytest.fixture
def config(config_with_port: Config, engines: Endpoints) -> Config:
    """With a public address of the store."""
    return config_with_port.model_copy(update={"s3_public_url": engines.s3.endpoint_url})


@pytest.fixture
def direct(tus: Tus) -> DirectClient:
    """The marketer, past the server."""
    return DirectClient(tus)
