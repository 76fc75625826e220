"""Tests that a large program has to be there for, which not every machine may install: so their absence is told."""

import shutil
from pathlib import Path

import pytest

from compliance.office import find_program
from tests.clamds import PROGRAM

GO_MODULES = Path("/usr/share/gocode")  # where Debian puts the sources of Go packages
TLOG = GO_MODULES / "src/golang.org/x/mod/sumdb/tlog"
THERE = {
    "office": find_program() is not None,
    "clamav": PROGRAM is not None,
    "go": shutil.which("go") is not None and TLOG.is_dir(),
}
NAMES = {"clamav": "ClamAV's clamd", "office": "LibreOffice", "go": "Go with golang.org/x/mod"}


def pytest_report_header() -> list[str]:
    """At the top of every run on such a machine."""
    return [
        f"{NAMES[mark]}: none here, so tests marked `{mark}` are LEFT OUT (requirements/{mark} says what to install)"
        for mark, there in THERE.items()
        if not there
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects them; pytest counts what is deselected in its last line."""
    absent = [mark for mark, there in THERE.items() if not there]
    left_out = [each for each in items if any(each.get_closest_marker(mark) for mark in absent)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [each for each in items if each not in left_out]
