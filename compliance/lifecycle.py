"""The way of a version as one table: which command leads from where to where.

Nothing else may change a version's state.
"""

from enum import StrEnum

from compliance.access.model import VersionState
from compliance.errors import WrongState

RULE_SET_VERSION = "none-1"  # no rule set scans yet; an approval still names what it covered


class Command(StrEnum):
    """What can be done with a version."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"


STEPS: dict[tuple[VersionState, Command], VersionState] = {
    (VersionState.DRAFT, Command.SUBMIT): VersionState.SUBMITTED,
    (VersionState.SUBMITTED, Command.APPROVE): VersionState.APPROVED,
    (VersionState.SUBMITTED, Command.REJECT): VersionState.REJECTED,
}


def step(state: VersionState, command: Command) -> VersionState:
    """The state after the command. Raises WrongState if there is no such step: rejected bytes need a new version."""
    try:
        return STEPS[(state, command)]
    except KeyError:
        raise WrongState(state=state.value, command=command.value) from None
