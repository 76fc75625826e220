"""Do the two engines agree? About so many random questions, on the answer and on every rule that comes to it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from compliance.access import DEFAULT_DENY, Decision, decide
from compliance.access.model import Forbid, Permit
from compliance.access.rules import FORBIDS, PERMITS
from tests.policy.cedar import Answered, Oracle
from tests.policy.chance import Asked, Chance, seldom

BATCH = 1_000


@dataclass(frozen=True)
class Difference:
    """A question that they answer differently."""

    asked: Asked
    ours: Decision
    cedars: Answered


def determining(
    asked: Asked, forbids: Sequence[Forbid] = FORBIDS, permits: Sequence[Permit] = PERMITS
) -> frozenset[str]:
    """The rules that come to the answer, as Cedar counts them: every forbid that holds, or else every permit."""
    actor, action, target = asked.actor, asked.action, asked.target
    against = frozenset(rule.id for rule in forbids if action in rule.actions and rule.when(actor, target))
    return against or frozenset(
        rule.id for rule in permits if action in rule.actions and actor.role in rule.roles and rule.when(actor, target)
    )


def same(asked: Asked, ours: Decision, cedars: Answered) -> bool:
    """The same answer by the same rules; of several that hold, `decide` names one."""
    if (ours.allowed, determining(asked)) != (cedars.allowed, cedars.rules):
        return False
    return not cedars.rules if ours.rule == DEFAULT_DENY else ours.rule in cedars.rules


def differences(seed: int, requests: int, seen: Counter[str] | None = None) -> Iterator[Difference]:
    """Every question among so many random ones about which they differ, and among those that chance asks seldom.

    The same for a seed. `seen` counts what decided.
    """
    oracle, chance = Oracle(), Chance(seed)
    seen = Counter() if seen is None else seen
    batches = (chance.batch(min(BATCH, requests - start)) for start in range(0, requests, BATCH))
    for questions in chain([seldom()], batches):
        for asked, cedars in zip(questions, oracle.ask(questions), strict=True):
            ours = decide(asked.actor, asked.action, asked.target)
            seen[ours.rule] += 1
            if not same(asked, ours, cedars):
                yield Difference(asked, ours, cedars)
