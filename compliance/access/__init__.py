"""May this actor do this to that? One pure function answers, and names the rule it used.

Deny by default; a forbid wins over every permit; a share narrows what a viewer may do and never widens it. The
rules are data (`FORBIDS`, `PERMITS`) in two modules, so that they can be listed, documented and compared with
another engine. Facts about the thing come in a `Target`; whoever calls must have read them in the transaction that
records the act.
"""

from compliance.access.model import (
    EMPLOYEES,
    Action,
    Actor,
    Addressees,
    Audience,
    Decision,
    Glass,
    Home,
    Job,
    MaterialClass,
    Role,
    Sensitivity,
    ShareFacts,
    SigningFacts,
    Target,
    VersionState,
)
from compliance.access.rules import FORBIDS, PERMITS
from compliance.errors import AccessDenied

__all__ = [
    "DEFAULT_DENY",
    "EMPLOYEES",
    "Action",
    "Actor",
    "Addressees",
    "Audience",
    "Decision",
    "Glass",
    "Home",
    "Job",
    "MaterialClass",
    "Role",
    "Sensitivity",
    "ShareFacts",
    "SigningFacts",
    "Target",
    "VersionState",
    "decide",
    "may_ever",
    "require",
]

DEFAULT_DENY = "default-deny"

# In the order of the tables, those that speak of an act: few of them do.
_FORBIDS = {action: tuple(each for each in FORBIDS if action in each.actions) for action in Action}
_PERMITS = {action: tuple(each for each in PERMITS if action in each.actions) for action in Action}


def decide(actor: Actor, action: Action, target: Target | None = None) -> Decision:
    """The decision on one act; a target of None means that the act has no object yet (create, list)."""
    facts = target or Target()
    for forbid in _FORBIDS[action]:
        if forbid.when(actor, facts):
            return Decision(allowed=False, rule=forbid.id)
    for permit in _PERMITS[action]:
        if actor.role in permit.roles and permit.when(actor, facts):
            return Decision(allowed=True, rule=permit.id)
    return Decision(allowed=False, rule=DEFAULT_DENY)


def require(actor: Actor, action: Action, target: Target | None = None, *, obj: str = "", link: str = "") -> str:
    """The id of the rule that allows the act. Raises AccessDenied, which names the thing for the log."""
    decision = decide(actor, action, target)
    if not decision.allowed:
        raise AccessDenied(decision.rule, action=action.value, obj=obj, link=link)
    return decision.rule


def may_ever(role: Role, action: Action, glass: Glass | None = None) -> bool:
    """Whether any permit could let this role do this: the cheap gate before a route reads anything."""
    return any(role in permit.roles and (bool(glass) or not permit.exceptional) for permit in _PERMITS[action])
