"""Templates are compiled once for all processes of a test run, and kept for the next: a second or two of each."""

import pytest
from jinja2 import FileSystemBytecodeCache

from fileserver.http import problem_pages
from fileserver.pages import rendering


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(pytestconfig: pytest.Config) -> None:
    """The code lies in pytest's own cache, under the hash of each template's text."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("templates")
    for environment in (problem_pages.templates, rendering.templates):
        environment.bytecode_cache = FileSystemBytecodeCache(str(folder))
