"""The garbage collector, while tests run: set as the server sets it."""

import gc

import pytest

from fileserver.cli.serve import GC_THRESHOLD


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """What is made now stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Modules, tests and their parameters stay to the end: they need not be looked through again for every test.

    What was thrown away by now stays too: to look for it takes each process of the tests a second.
    """
    gc.enable()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, *gc.get_threshold()[1:])
