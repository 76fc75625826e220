"""The policy with one error put in, in Python and in Cedar; a good set of questions tells each from what it was."""

import ast
import copy
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType

from compliance.access import DEFAULT_DENY, Action, Actor, Decision, Target, decide, rules
from compliance.access.model import Forbid, Permit
from tests.policy.agreeing import determining
from tests.policy.cedar import POLICY, Answered, Oracle
from tests.policy.chance import Asked, Chance, seldom

Decide = Callable[[Actor, Action, Target], Decision]
CEDAR_SWAPS = (("&&", "||"), ("||", "&&"), (" == ", " != "), (" != ", " == "), (" in ", " == "), ("true", "false"))


@dataclass(frozen=True)
class Mutant:
    """What was changed, and how to make the decision that comes of it."""

    name: str
    make: Callable[[], Decide]


def questions(seed: int, batches: int, size: int = 1_000) -> list[list[Asked]]:
    """What mutants are asked."""
    chance = Chance(seed)
    return [seldom(), *(chance.batch(size) for _ in range(batches))]


def python_mutants() -> Iterator[Mutant]:
    """Each rule left out, each act taken from one, each role, and each condition bent in each of its places."""
    forbids, permits = rules.FORBIDS, rules.PERMITS
    for at, forbid in enumerate(forbids):
        yield _mutant(f"without {forbid.id}", (*forbids[:at], *forbids[at + 1 :]), permits)
        for act in sorted(forbid.actions) if len(forbid.actions) < len(Action) else ():
            less = Forbid(forbid.id, forbid.actions - {act}, forbid.when)
            yield _mutant(f"{forbid.id} without {act}", (*forbids[:at], less, *forbids[at + 1 :]), permits)
    for at, permit in enumerate(permits):
        yield _mutant(f"without {permit.id}", forbids, (*permits[:at], *permits[at + 1 :]))
        for act in sorted(permit.actions):
            fewer = Permit(permit.id, permit.roles, permit.actions - {act}, permit.when)
            yield _mutant(f"{permit.id} without {act}", forbids, (*permits[:at], fewer, *permits[at + 1 :]))
        for role in sorted(permit.roles):
            fewer = Permit(permit.id, permit.roles - {role}, permit.actions, permit.when)
            yield _mutant(f"{permit.id} without {role}", forbids, (*permits[:at], fewer, *permits[at + 1 :]))
    yield from _bent()


def _bent() -> Iterator[Mutant]:
    """The source of the rules with one comparison, one `and`, one `not`, one constant turned round."""
    source = ast.parse(Path(rules.__file__).read_text(encoding="utf-8"))
    places = [number for number, node in enumerate(ast.walk(source)) if _bend(copy.deepcopy(node), try_only=True)]
    nodes = list(ast.walk(source))
    for place in places:
        bent = copy.deepcopy(nodes[place])
        _bend(bent)
        name = f"line {getattr(bent, 'lineno', 0)}: {ast.unparse(nodes[place])} -> {ast.unparse(bent)}"
        yield Mutant(name, partial(_of_source, source, place, name))


def _of_source(source: ast.Module, place: int, name: str) -> Decide:
    tree = copy.deepcopy(source)
    _bend(list(ast.walk(tree))[place])
    module = ModuleType("bent")
    exec(compile(ast.fix_missing_locations(tree), name, "exec"), module.__dict__)  # noqa: S102  # our own source
    return _deciding(module.FORBIDS, module.PERMITS)


def _bend(node: ast.AST, *, try_only: bool = False) -> bool:
    match node:
        case ast.Compare(ops=[ast.Is() | ast.IsNot() | ast.Eq() | ast.NotEq() | ast.In() | ast.NotIn() as op]):
            turned = {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
            turned |= {ast.In: ast.NotIn, ast.NotIn: ast.In}
            node.ops = [turned[type(op)]()]
        case ast.Compare(ops=[ast.Lt() | ast.GtE() as op]):
            node.ops = [ast.LtE() if isinstance(op, ast.Lt) else ast.Gt()]
        case ast.BoolOp(op=ast.And()):
            node.op = ast.Or()
        case ast.BoolOp(op=ast.Or()):
            node.op = ast.And()
        case ast.UnaryOp(op=ast.Not()) if not try_only:
            node.operand = ast.UnaryOp(op=ast.Not(), operand=node.operand)
        case ast.UnaryOp(op=ast.Not()):
            return True
        case _:
            return False
    return True


def _mutant(name: str, forbids: Sequence[Forbid], permits: Sequence[Permit]) -> Mutant:
    return Mutant(name, partial(_deciding, forbids, permits))


def _deciding(forbids: Sequence[Forbid], permits: Sequence[Permit]) -> Decide:
    def mutated(actor: Actor, action: Action, target: Target) -> Decision:
        for rule in forbids:
            if action in rule.actions and rule.when(actor, target):
                return Decision(allowed=False, rule=rule.id)
        for permit in permits:
            if action in permit.actions and actor.role in permit.roles and permit.when(actor, target):
                return Decision(allowed=True, rule=permit.id)
        return Decision(allowed=False, rule=DEFAULT_DENY)

    return mutated


def killed(mutant: Mutant, asked: Sequence[Sequence[Asked]]) -> bool:
    """Whether some question tells it from the policy; one that it can't answer does as well."""
    mutated = mutant.make()
    for each in (each for batch in asked for each in batch):
        try:
            answer = mutated(each.actor, each.action, each.target)
        except (AttributeError, TypeError, IndexError):
            return True
        if answer != _ours(each):
            return True
    return False


@lru_cache(maxsize=100_000)
def _ours(asked: Asked) -> Decision:
    return decide(asked.actor, asked.action, asked.target)


@lru_cache(maxsize=100_000)
def _expected(asked: Asked) -> Answered:
    return Answered(_ours(asked).allowed, determining(asked))


def cedar_mutants() -> Iterator[tuple[str, str]]:
    """The text of the policy, each policy left out, each operator turned round, each `!` and each act dropped."""
    text = POLICY.read_text(encoding="utf-8")
    policies = re.split(r"(?=^@id)", re.sub(r"^//.*\n", "", text, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    for at, policy in enumerate(policies):
        rest = "".join(policies[:at] + policies[at + 1 :])
        found = re.match(r'@id\("(.*)"\)', policy)
        name = found[1] if found else ""
        yield f"without {name}", rest
        for what, bent in _bent_policies(policy):
            yield f"{name}: {what}", rest + bent


def _bent_policies(policy: str) -> Iterator[tuple[str, str]]:
    body = policy.find(")\nwhen") if ")\nwhen" in policy else policy.find(")\nunless")
    if body > 0:
        for old, new in CEDAR_SWAPS:
            for found in re.finditer(re.escape(old), policy[body:]):
                at = body + found.start()
                yield f"{old.strip()} at {at}", policy[:at] + new + policy[at + len(old) :]
        for found in re.finditer(r"!(?!=)", policy[body:]):
            at = body + found.start()
            yield f"! at {at}", policy[:at] + policy[at + 1 :]
    for found in re.finditer(r'Action::"[a-z.]+",?\s*', policy):
        if policy.count("Action::") > 1:
            less = policy[: found.start()] + policy[found.end() :]
            yield f"without {found[0].strip()}", re.sub(r",\s*\]", "]", less)


def about(rule: str, asked: Sequence[Sequence[Asked]]) -> Iterator[list[Asked]]:
    """The questions that this rule comes to answer: no others can tell a policy without it."""
    for batch in asked:
        if found := [each for each in batch if rule in _expected(each).rules]:
            yield found


def cedar_killed(text: str, asked: Iterable[Sequence[Asked]]) -> bool:
    """Whether some question tells this text from the decision; a text or question that Cedar refuses does as well."""
    try:
        oracle = Oracle(text)
        for batch in asked:
            if any(answer != _expected(each) for each, answer in zip(batch, oracle.ask(batch), strict=True)):
                return True
    except (ValueError, AssertionError, KeyError):
        return True
    return False
