"""A template of each level, prepared once."""

import pytest

from tests.brochure import brochure
from tests.unit.watermark.templates.viewers import Template
from watermark.templates import Level
from watermark.templates.preparing import prepare


@pytest.fixture(scope="session", params=list(Level))
def template(request: pytest.FixtureRequest) -> Template:
    """The brochure of the journeys: three pages, one turned, one cropped."""
    return Template(*prepare(brochure(), level=request.param))
