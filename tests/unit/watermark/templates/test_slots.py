"""The stored map of a template's slots."""

import json

import pytest

from watermark.templates import BadSlotMap, Box, Level, Slot, SlotKind, SlotMap

MAP = SlotMap("ab" * 16, Level.SHARED, 1000, 1, (Box(1000, 1414),), 8, 12, (Slot(SlotKind.LETTERS, 10, 100, 110),))


def changed(**fields: object) -> bytes:
    """The map's JSON with other values."""
    return json.dumps(json.loads(MAP.to_bytes()) | fields).encode()


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        changed(version=2),
        changed(level="flattened"),
        changed(unknown=1),
        changed(boxes=[]),
        changed(size_bytes=109),
        changed(slots=[{**json.loads(MAP.to_bytes())["slots"][0], "kind": "other"}]),
        changed(slots=[{**json.loads(MAP.to_bytes())["slots"][0], "at": -1}]),
        changed(slots=[{"kind": "letters"}]),
        b" " * (5 * 1024 * 1024),
    ],
)
def test_what_is_no_map_is_refused(stored: bytes) -> None:
    """Damaged, of another version, or with a slot outside the template: prepare again rather than guess."""
    with pytest.raises(BadSlotMap):
        SlotMap.from_bytes(stored)


def test_a_map_is_read_back() -> None:
    """Reading and writing are each other's inverse."""
    assert SlotMap.from_bytes(MAP.to_bytes()) == MAP
