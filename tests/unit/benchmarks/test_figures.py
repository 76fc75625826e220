"""The statistics of the benchmarks, and the one that needs no engine. How fast anything is, is never tested."""

import pytest

from benchmarks import links
from benchmarks.figures import at_least, at_most, percentile


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 2), (0.75, 3), (0.95, 4), (1.0, 4)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    """It is the smallest value that so large a share of them does not exceed."""
    assert value == percentile([3, 1, 4, 2], share)


def test_bars_are_met_at_their_limit() -> None:
    """A bar says its limit in words and is met by the limit itself."""
    assert [("≥ 50,000", True), ("≥ 50,000", False)] == [at_least(50_000, 50_000), at_least(50_000, 49_999)]
    assert [("≤ 64", True), ("≤ 64", False)] == [at_most(64, 64), at_most(64, 65)]


def test_links_are_really_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The link benchmark accepts every genuine token and refuses every forged one, or it stops."""
    monkeypatch.setattr(links, "TOKENS", 12)
    assert ["genuine", "forged"] == [figure.name for figure in links.measure()]
    monkeypatch.setattr(links, "token_text", lambda ring, token: "A" * 32)
    with pytest.raises(AssertionError, match="12 of 12 tokens were refused, not 0"):
        links.measure()
