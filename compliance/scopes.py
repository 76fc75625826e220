"""Lists under the same rules as reading: `decide` is asked about every way in which a thing can stand to its reader.

Promises that a list shows exactly what reading would allow: a property test compares the two. What is decided by more
than the words of a `Cell` (a share's audience, an approval) has no list.
"""

from functools import lru_cache
from itertools import product
from typing import get_args
from uuid import uuid4

from compliance.access import Action, Actor, Home, Sensitivity, Target, VersionState, decide
from storage.rows.scoping import Cell, Region, Scope

SOMEBODY, ELSEWHERE = uuid4(), uuid4()
OTHER_REGION = "\0"  # no region is called so
RELATIONS = tuple(product((False, True), repeat=3))
REGIONS: tuple[Region, ...] = get_args(Region)


def material_scope(actor: Actor, action: Action = Action.MATERIAL_READ) -> Scope:
    """Versions of materials that the actor may read about."""
    return _scope(actor, action, tuple(Sensitivity), tuple(VersionState))


def owned_scope(actor: Actor, action: Action) -> Scope:
    """Things of employees that have no sensitivity and no state: shares."""
    return _scope(actor, action, (Sensitivity.USUAL,), (None,))


def _scope(
    actor: Actor, action: Action, sensitivities: tuple[Sensitivity, ...], states: tuple[VersionState | None, ...]
) -> Scope:
    cells = _cells(actor, action, sensitivities, states)
    return Scope(person_id=actor.person_id, departments=actor.departments, region=actor.region, cells=cells)


@lru_cache(maxsize=4096)
def _cells(
    actor: Actor, action: Action, sensitivities: tuple[Sensitivity, ...], states: tuple[VersionState | None, ...]
) -> frozenset[Cell]:
    every = product(RELATIONS, REGIONS, sensitivities, states)
    return frozenset(
        Cell(own, within, above, region, sensitivity.value, state.value if state else "")
        for (own, within, above), region, sensitivity, state in every
        if decide(actor, action, _thing(actor, (own, within, above), region, sensitivity, state)).allowed
    )


def _thing(
    actor: Actor,
    relation: tuple[bool, bool, bool],
    region: Region,
    sensitivity: Sensitivity,
    state: VersionState | None,
) -> Target:
    """A thing that stands so to the actor."""
    own, within, above = relation
    mine = actor.departments[-1:]
    path = (*(mine if within else ()), *(actor.departments[:1] if above and not within else ()))
    path = (*path, *(() if above else (ELSEWHERE,)))
    named = {"all": "", "mine": actor.region, "other": OTHER_REGION}[region]
    return Target(
        owner_id=actor.person_id if own else SOMEBODY,
        home=Home(departments=path or (ELSEWHERE,), region=named),
        sensitivity=sensitivity,
        state=state,
        approved_exists=state is VersionState.APPROVED,
    )
