"""The order of tests."""

from pathlib import Path

import pytest

LONGEST = Path(__file__).with_name("test_demo.py")  # minutes, and all of it on one worker: its tests share a brand


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.path != LONGEST)
