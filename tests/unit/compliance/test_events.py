"""Events: a closed vocabulary, one canonical form."""

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.events import INTEGER_MAX, LEAF_BYTES_MAX, Act, Event, leaf_of, short_hash, truncated_address

T = datetime(2026, 11, 23, 1, 30, 0, 1, tzinfo=UTC)


def test_a_leaf_is_canonical_json() -> None:
    """Sorted keys, no spaces, UTC microseconds: the bytes are fixed, down to the last one."""
    event = Event(act=Act.VIEWER_COPY_VIEW, who="p-1", obj="material:1", bytes=7, det={"page": 2})
    assert (
        b'{"act":"viewer:copy:view","bytes":7,"det":{"page":2},"ip":"","link":"","n":"00","obj":"material:1","org":"",'
        b'"res":"allow","role":"","sess":"","t":"2026-11-23T01:30:00.000001Z","ua":"","v":1,"ver":"","who":"p-1","why":""}'
    ) == leaf_of(event, T, nonce="00")


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=30) | st.integers(-INTEGER_MAX, INTEGER_MAX), max_size=5))
def test_reading_a_leaf_and_writing_it_again_gives_the_same_bytes(details: dict[str, str | int]) -> None:
    """Canonical means that there is exactly one form."""
    leaf = leaf_of(Event(act=Act.EMPLOYEE_EVENT_EXPORT, det=details), T)
    again = json.dumps(json.loads(leaf), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert again.encode() == leaf


@given(st.text())
def test_a_leaf_is_one_line(text: str) -> None:
    """Whatever a value holds, NDJSON stays one record a line."""
    try:
        leaf = leaf_of(Event(act=Act.EMPLOYEE_EVENT_EXPORT, why=text), T)
    except ValueError:
        return  # a lone surrogate has no UTF-8, or the value is too long
    assert b"\n" not in leaf


@pytest.mark.parametrize("value", [INTEGER_MAX + 1, 1.5, True, None, ["list"]])
def test_what_canonical_json_cant_carry_is_refused(value: object) -> None:
    """No floats, no big integers, no nesting beyond the details' one level."""
    with pytest.raises(ValueError, match="strings and integers"):
        leaf_of(Event(act=Act.EMPLOYEE_EVENT_EXPORT, det={"x": value}), T)  # type: ignore[dict-item]  # wrong on purpose


def test_a_leaf_fits_a_tile_entry() -> None:
    """C2SP tiles carry a 16-bit length, so longer events are refused rather than cut."""
    with pytest.raises(ValueError, match=str(LEAF_BYTES_MAX)):
        leaf_of(Event(act=Act.EMPLOYEE_EVENT_EXPORT, why="x" * LEAF_BYTES_MAX), T)


def test_two_equal_events_differ_by_their_nonce() -> None:
    """A pruned leaf can't be guessed from its hash."""
    event = Event(act=Act.VIEWER_COPY_VIEW)
    assert leaf_of(event, T) != leaf_of(event, T)


def test_acts_are_source_subject_action() -> None:
    """The vocabulary keeps one form, and no two acts share a name."""
    assert all(re.fullmatch(r"(employee|viewer|system):[a-z]+:[a-z]+", act.value) for act in Act)


def test_addresses_lose_their_host_part() -> None:
    """The log keeps the network, not the machine."""
    assert ("203.0.113.0/24", "2001:db8:1::/48", "") == (
        truncated_address("203.0.113.77"),
        truncated_address("2001:db8:1:2::3"),
        truncated_address("unix"),
    )


def test_an_absent_value_has_no_hash() -> None:
    """Empty stays empty: the hash of nothing would look like somebody."""
    assert ("", 16) == (short_hash(""), len(short_hash("x")))
