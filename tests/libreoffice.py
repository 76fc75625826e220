"""Tests that LibreOffice has to be there for: 400 MB that not every machine may install, so their absence is told."""

import pytest

from compliance.office import find_program

ABSENT = "LibreOffice: none here, so tests marked `office` are LEFT OUT (requirements/office says what to install)"


def pytest_report_header() -> str | None:
    """At the top of every run on such a machine."""
    return None if find_program() else ABSENT


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects them; pytest counts what is deselected in its last line."""
    if find_program():
        return
    left_out = [each for each in items if each.get_closest_marker("office")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in left_out]
