"""The access policy in Cedar, asked beside our own decision.

The two share nothing but the words: Cedar finds departments by its entity hierarchy, ours by a path of ids.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import cedarpy

from compliance.access import Actor, Sensitivity, ShareFacts, SigningFacts, Target
from tests.policy.chance import TREE, Asked

FOLDER = Path(__file__).parents[2] / "compliance" / "access"
POLICY, SCHEMA = FOLDER / "policy.cedar", FOLDER / "policy.cedarschema"


@dataclass(frozen=True)
class Answered:
    """What Cedar says, and the ids of the rules that said so."""

    allowed: bool
    rules: frozenset[str]


class Oracle:
    """One text of the policy, ready to be asked."""

    def __init__(self, text: str | None = None) -> None:
        text = POLICY.read_text(encoding="utf-8") if text is None else text
        self._policies = cedarpy.PolicySet.from_str(text)
        told = json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"]
        self.names = {policy: each["annotations"]["id"] for policy, each in told.items()}

    def ask(self, questions: Sequence[Asked]) -> list[Answered]:
        """What Cedar says about each, in order. Of each person the questions have one set of facts."""
        people = {each.actor.person_id: each.actor for each in questions}
        things = {each.target: f"{number}" for number, each in enumerate(questions)}
        requests = [
            {
                "principal": _ref("Person", each.actor.person_id),
                "action": _ref("Action", each.action.value),
                "resource": _ref("Thing", things[each.target]),
                "context": {},
            }
            for each in questions
        ]
        entities = [*_tree(), *map(_person, people.values()), *(_thing(*each) for each in things.items())]
        return [self._answered(each) for each in cedarpy.is_authorized_batch(requests, self._policies, entities)]

    def _answered(self, result: Any) -> Answered:
        if result.diagnostics.errors:
            raise AssertionError(result.diagnostics.errors)
        return Answered(result.allowed, frozenset(self.names[each] for each in result.diagnostics.reasons))


def _tree() -> Iterator[dict[str, Any]]:
    for department, parent in TREE.items():
        parents = [_ref("Department", parent)] if parent else []
        yield {"uid": _ref("Department", department), "attrs": {}, "parents": parents}


def _ref(kind: str, each: object) -> dict[str, str]:
    return {"type": kind, "id": str(each)}


def _entity(kind: str, each: object) -> dict[str, Any]:
    return {"__entity": _ref(kind, each)}


def _person(actor: Actor) -> dict[str, Any]:
    attrs = {
        "role": actor.role.value,
        "active": actor.active,
        "inTime": actor.in_time,
        "verified": actor.verified,
        "region": actor.region,
        "clinicRegion": actor.clinic_region,
        "atTop": len(actor.departments) == 1,
        "clearedForTop": actor.clearance is Sensitivity.TOP,
        "openedMaterials": [_entity("Material", each) for each in sorted(actor.glass.materials)],
        "openedLog": actor.glass.log,
        **_known(
            clinic=actor.clinic_id and _entity("Clinic", actor.clinic_id),
            job=actor.job and actor.job.value,
            department=_entity("Department", actor.departments[-1]) if actor.departments else None,
        ),
    }
    return {"uid": _ref("Person", actor.person_id), "attrs": attrs, "parents": []}


def _thing(target: Target, name: str) -> dict[str, Any]:
    home = target.home
    attrs = {
        "approved": target.approved_exists,
        "withdrawn": target.withdrawn,
        "lapsed": target.lapsed,
        "sealable": target.sealable,
        "approvalStands": target.approval_stands,
        "unowned": target.unowned,
        "disputant": target.disputant,
        "placed": home is not None,
        "region": home.region if home else "",
        **_known(
            owner=_whom(target.owner_id),
            uploader=_whom(target.uploader_id),
            visitor=_whom(target.visit_person_id),
            state=target.state and target.state.value,
            role=target.role and target.role.value,
            sensitivity=target.sensitivity and target.sensitivity.value,
            material=target.material_id and _entity("Material", target.material_id),
            clinic=target.clinic_id and _entity("Clinic", target.clinic_id),
            department=_entity("Department", home.departments[-1]) if home and home.departments else None,
            signing=target.signing and _signing(target.signing),
            share=target.share and _share(target.share),
            **{"class": target.material_class and target.material_class.value},
        ),
    }
    return {"uid": _ref("Thing", name), "attrs": attrs, "parents": []}


def _whom(person_id: UUID | None) -> dict[str, Any] | None:
    return _entity("Person", person_id) if person_id else None


def _signing(facts: SigningFacts) -> dict[str, bool]:
    return {
        "discipline": facts.discipline,
        "away": facts.away,
        "ownDelegation": facts.own_delegation,
        "signedBefore": facts.signed_before,
    }


def _known(**facts: Any) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if fact is not None}


def _share(share: ShareFacts) -> dict[str, Any]:
    to = share.addressees
    return {
        "barred": share.barred,
        "revoked": share.revoked,
        "expired": share.expired,
        "usedUp": share.used_up,
        "full": share.full,
        "makerActive": share.creator_active,
        "download": share.download,
        "depthLeft": share.forward_depth_left,
        "forwardsMade": share.forwards_made,
        "forwardsCut": share.forwards_cut,
        "locked": share.locked,
        "unpledged": share.unpledged,
        **_known(
            people=_circle(to.people, _whom),
            clinics=_circle(to.clinics, lambda each: _entity("Clinic", each)),
            regions=_circle(to.regions, str),
            jobs=_circle(to.jobs, str),
        ),
    }


def _circle(circle: frozenset[Any] | None, told: Callable[[Any], Any]) -> list[Any] | None:
    return None if circle is None else [told(each) for each in sorted(circle)]
