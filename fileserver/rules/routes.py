"""Every route of the rules."""

from typing import cast

from compliance.access import Action, require
from compliance.errors import AccessDenied, InvalidValue, NotFound, TooManyAttempts, WrongState
from compliance.events import Act
from compliance.profiles import profiles_of
from compliance.ruleset import RuleSet
from compliance.ruling import version_in_force
from fileserver.answers import PersonOut
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.reentry import confirm
from fileserver.rules import service, showing
from fileserver.rules.schemas import (
    ActivateIn,
    ActivationOut,
    CheckOut,
    EffectsIn,
    EffectsOut,
    ProgressOut,
    RuleSetIn,
    RuleSetOut,
    RuleSetsOut,
    SourceIn,
    TryIn,
    TryOut,
    VersionPath,
    WrittenOut,
)
from storage.rows import rule_sets

BLOCKED_MAX = 100


async def listed(call: Call) -> RuleSetsOut:
    """What is in force, and the history."""
    require(call.actor, Action.RULES_READ)
    services = call.services
    async with services.database.transaction() as tx:
        active = await version_in_force(tx)
        written, activations = await rule_sets.written(tx), await rule_sets.activations(tx)
        people = {row.written_by for row in written} | {each.activation.activated_by for each in activations}
        names = await profiles_of(tx, services.keys.master, person_ids=people)
        progress = await rule_sets.progress(tx, active)
        blocked = await rule_sets.blocked(tx, active, BLOCKED_MAX)
    return RuleSetsOut(
        active=active,
        standard=RuleSet.default().version,
        written=[
            WrittenOut(
                version=row.version,
                note=row.note,
                written_by=PersonOut.of(names, row.written_by),
                written_at=row.written_at,
            )
            for row in written
        ],
        activations=[
            ActivationOut(
                version=each.version,
                reason=each.activation.reason,
                activated_by=PersonOut.of(names, each.activation.activated_by),
                activated_at=each.activation.activated_at,
            )
            for each in activations
        ],
        progress=ProgressOut(
            total=progress.total, done=progress.done, blocked=[showing.circulating(row) for row in blocked]
        ),
    )


async def read(call: Call[None, None, VersionPath]) -> RuleSetOut:
    """One rule set."""
    require(call.actor, Action.RULES_READ)
    async with call.services.database.transaction() as tx:
        found, active = await service.of_version(tx, call.params.rule_set_version), await version_in_force(tx)
    return RuleSetOut(
        version=found.version,
        title=found.file.title.zh if call.language.value.startswith("zh") else found.file.title.en,
        active=found.version == active,
        rules=showing.rules(found, call.language),
        source=found.source,
    )


async def check(call: Call[SourceIn]) -> CheckOut:
    """What is wrong with a rule file."""
    require(call.actor, Action.RULES_WRITE)
    found = await service.checked(call.body.source)
    if isinstance(found, RuleSet):
        return CheckOut(version=found.version, rules=len(found.rules), problems=[])
    return CheckOut(version=None, rules=0, problems=showing.problems(found, call.language))


async def attempt(call: Call[TryIn]) -> TryOut:
    """What the rules say of a text."""
    require(call.actor, Action.RULES_READ)
    body = call.body
    rules, hits = await service.tried(
        call.services, body.text, body.material_class, version=body.version, source=body.source
    )
    return TryOut(version=rules.version, hits=showing.hits(rules, hits, call.language))


async def write(call: Call[RuleSetIn]) -> RuleSetOut:
    """Keep a rule set."""
    body = call.body
    row = await service.write(call.services, call.actor, call.trail, body.source, body.note)
    async with call.services.database.transaction() as tx:
        found = await service.of_version(tx, row.version)
    return RuleSetOut(
        version=row.version,
        title=found.file.title.zh if call.language.value.startswith("zh") else found.file.title.en,
        active=False,
        rules=showing.rules(found, call.language),
        source=row.source,
    )


async def effects(call: Call[EffectsIn, None, VersionPath]) -> EffectsOut:
    """What a rule set would change."""
    require(call.actor, Action.RULES_ACTIVATE)
    found, total = await service.effects(call.services, call.params.rule_set_version, call.body.after)
    return EffectsOut(
        items=[showing.effect(each) for each in found],
        total=total,
        next=found[-1].version.version_id if len(found) == service.EFFECTS_PAGE else None,
    )


async def activate(call: Call[ActivateIn, None, VersionPath]) -> RuleSetsOut:
    """Put a rule set into force."""
    require(call.actor, Action.RULES_ACTIVATE)
    proof, act = call.body.proof, Act.EMPLOYEE_RULES_ACTIVATE
    await confirm(call.services, call.trail, call.signed_in, proof, address=call.client_ip, act=act)
    await service.activate(call.services, call.actor, call.trail, call.params.rule_set_version, call.body.reason)
    return await listed(cast("Call", call))


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/rule-sets",
        name="rules.list",
        summary="Which rule set is in force, what was written and put into force, and what the rules block",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.RULES_READ,
        scope=Scope.RULES_READ,
        returns=RuleSetsOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="GET",
        path="/api/v1/rule-sets/{rule_set_version}",
        name="rules.read",
        summary="Read a rule set: its rules with their articles, and its file",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.RULES_READ,
        scope=Scope.RULES_READ,
        path_params=VersionPath,
        returns=RuleSetOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/rule-sets/check",
        name="rules.check",
        summary="Look what is wrong with a rule file, by line and field; nothing is kept",
        handler=check,
        auth=Auth.EMPLOYEE,
        action=Action.RULES_WRITE,
        scope=Scope.RULES_READ,
        body=SourceIn,
        returns=CheckOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/rule-sets/try",
        name="rules.try",
        summary="Try rules on a text; nothing is kept of it",
        handler=attempt,
        auth=Auth.EMPLOYEE,
        action=Action.RULES_READ,
        scope=Scope.RULES_READ,
        body=TryIn,
        returns=TryOut,
        errors=(AccessDenied, NotFound, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/rule-sets",
        name="rules.write",
        summary="Keep a rule set under its version; it is not in force by that",
        handler=write,
        auth=Auth.EMPLOYEE,
        action=Action.RULES_WRITE,
        scope=Scope.RULES_WRITE,
        body=RuleSetIn,
        returns=RuleSetOut,
        status=201,
        errors=(AccessDenied, InvalidValue, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/rule-sets/{rule_set_version}/effects",
        name="rules.effects",
        summary="What a rule set would change for a few versions in circulation; nothing is changed",
        handler=effects,
        auth=Auth.EMPLOYEE,
        action=Action.RULES_ACTIVATE,
        scope=Scope.RULES_READ,
        path_params=VersionPath,
        body=EffectsIn,
        returns=EffectsOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/rule-sets/{rule_set_version}/activate",
        name="rules.activate",
        summary="Put a rule set that somebody else wrote into force, and scan what circulates again",
        handler=activate,
        auth=Auth.EMPLOYEE,
        action=Action.RULES_ACTIVATE,
        scope=Scope.RULES_WRITE,
        path_params=VersionPath,
        body=ActivateIn,
        returns=RuleSetsOut,
        errors=(AccessDenied, NotFound, InvalidValue, TooManyAttempts, WrongState),
    ),
)
