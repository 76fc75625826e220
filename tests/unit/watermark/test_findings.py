"""What was noticed."""

import pytest

from watermark.findings import RULES, Finding


@pytest.mark.parametrize("rule", RULES)
def test_a_finding_names_a_rule(rule: str) -> None:
    """Each rule has a meaning and makes a finding that is equal to its like."""
    assert Finding(rule) == Finding(rule, {})
    assert RULES[rule]


def test_there_are_no_other_findings() -> None:
    """A rule nobody wrote down is a mistake in the code, or a lie of a process."""
    with pytest.raises(ValueError, match="pdf-haunted"):
        Finding("pdf-haunted")
