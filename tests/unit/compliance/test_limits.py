"""The sliding window, as arithmetic: when the next attempt fits."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.limits import IPV6_BITS, Limit, network_of, wait_s, window_start

LIMIT = Limit("test", 10, 100)


@pytest.mark.parametrize(
    ("expected", "earlier", "current", "elapsed_s"),
    [
        (0, 0, 0, 0.0),
        (0, 0, 9, 50.0),
        (0, 10, 4, 50.0),  # half of the earlier window still counts: 5 + 4 + this one = 10
        (10, 10, 5, 50.0),  # four tenths of it would fit
        (60, 0, 10, 50.0),  # the rest of this window, and a tenth of the next
        (50 + 55, 0, 20, 50.0),
    ],
)
def test_wait_until_one_more_fits(expected: int, earlier: int, current: int, elapsed_s: float) -> None:
    """The earlier window weighs as much as it overlaps the sliding one."""
    assert expected == wait_s(LIMIT, earlier=earlier, current=current, elapsed_s=elapsed_s)


def _after(waited_s: float, earlier: int, current: int, elapsed_s: float) -> int:
    """What the wait is once `waited_s` have passed without an attempt."""
    at_s = elapsed_s + waited_s
    if at_s < LIMIT.window_s:
        return wait_s(LIMIT, earlier=earlier, current=current, elapsed_s=at_s)
    if at_s < 2 * LIMIT.window_s:
        return wait_s(LIMIT, earlier=current, current=0, elapsed_s=at_s - LIMIT.window_s)
    return wait_s(LIMIT, earlier=0, current=0, elapsed_s=at_s % LIMIT.window_s)


@given(
    earlier=st.integers(0, 1000), current=st.integers(0, 1000), elapsed_s=st.floats(0, LIMIT.window_s, exclude_max=True)
)
def test_whoever_waits_as_told_gets_through(earlier: int, current: int, elapsed_s: float) -> None:
    """Retry-After keeps its word, and never asks for more than two windows."""
    waited_s = wait_s(LIMIT, earlier=earlier, current=current, elapsed_s=elapsed_s)
    assert 0 <= waited_s <= 2 * LIMIT.window_s
    assert _after(waited_s, earlier, current, elapsed_s) == 0


@given(current=st.integers(0, 1000), elapsed_s=st.floats(0, LIMIT.window_s, exclude_max=True))
def test_limit_is_never_exceeded_within_one_window(current: int, elapsed_s: float) -> None:
    """An attempt passes exactly while fewer than the limit were counted."""
    assert (current < LIMIT.failures_max) == (wait_s(LIMIT, earlier=0, current=current, elapsed_s=elapsed_s) == 0)


def test_windows_are_aligned() -> None:
    """Two processes with one clock count in the same window."""
    assert datetime(2026, 11, 23, 1, 30, tzinfo=UTC) == window_start(
        datetime(2026, 11, 23, 1, 44, 59, tzinfo=UTC), 15 * 60
    )


@pytest.mark.parametrize(
    ("expected", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::/64", "2001:db8:1:2:aaaa::1"),
        ("2001:db8:1:2::/64", "2001:db8:1:2:bbbb::2"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_customer_is_one_network(expected: str, address: str) -> None:
    """Whoever holds an IPv6 network has no more attempts than whoever holds an IPv4 address."""
    assert IPV6_BITS == 64
    assert expected == network_of(address)
