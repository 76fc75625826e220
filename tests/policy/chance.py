"""Random questions to the access policy: people, acts and things, the same for a seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar
from uuid import UUID

from compliance.access import (
    Action,
    Actor,
    Addressees,
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
    may_ever,
)
from compliance.access.rules import CLEARED, DECIDING, FORWARDS_MAX, PLACED, VIEWING

PEOPLE = [UUID(int=number) for number in range(1, 4)]
CLINICS = [UUID(int=number) for number in range(20, 22)]
MATERIALS = [UUID(int=number) for number in range(30, 32)]
BRAND, EAST, WEST, SHOP, CORNER = (UUID(int=number) for number in range(10, 15))
TREE = {BRAND: None, EAST: BRAND, WEST: BRAND, SHOP: EAST, CORNER: SHOP}
REGIONS = ["", "华东", "华西"]
THINGS_AT_ONCE = 60  # of which a batch asks; three people, one of each id
FEW = 3
GUARDED = VIEWING | DECIDING | CLEARED | PLACED  # what most rules are about: asked more often
DOOR_FACTS = (
    "withdrawn",
    "lapsed",
    "sealable",
    "approval_stands",
    "state",
    "material_class",
    "visit_person_id",
    "share",
)

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """One question."""

    actor: Actor
    action: Action
    target: Target


def path_of(department: UUID | None) -> tuple[UUID, ...]:
    """From the root to this department."""
    return () if department is None else (*path_of(TREE[department]), department)


def seldom() -> list[Asked]:
    """What chance asks too seldom to tell an error by: a manager shares what was approved for a department above."""
    manager = Actor(person_id=PEOPLE[0], role=Role.MANAGER, departments=path_of(SHOP), clearance=Sensitivity.TOP)
    approved = Target(
        owner_id=PEOPLE[1],
        approved_exists=True,
        material_class=MaterialClass.IN_CLINIC,
        state=VersionState.APPROVED,
        approval_stands=True,
        sensitivity=Sensitivity.USUAL,
    )
    homes = [Home(departments=path_of(each)) for each in TREE]
    return [Asked(manager, Action.SHARE_CREATE, replace(approved, home=home)) for home in homes]


class Chance:
    """Random questions from a seed, the same again. Facts lean to what opens, so that each rule comes to decide."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # cases of a test, no secret

    def batch(self, size: int) -> list[Asked]:
        """So many questions about three people and some sixty things, most about the acts that have most rules."""
        actors = [self.actor(each) for each in PEOPLE]
        things = [self.target() for _ in range(THINGS_AT_ONCE)]
        acts = [*Action, *sorted(GUARDED) * 3, *sorted(VIEWING) * 12]
        return [self._asked(actors, acts[number % len(acts)], self._random.choice(things)) for number in range(size)]

    def _asked(self, actors: Sequence[Actor], action: Action, thing: Target) -> Asked:
        """By somebody who might, more often than not; of a visit, by the one whose it is."""
        able = [each for each in actors if may_ever(each.role, action, each.glass)] if self._even() else []
        if action in VIEWING and self._mostly():
            able = [each for each in able if each.person_id == thing.visit_person_id] or able
        return Asked(self._random.choice(able or actors), action, thing)

    def actor(self, person_id: UUID) -> Actor:
        """Somebody of any role, anywhere."""
        return Actor(
            person_id=person_id,
            role=self._one(*Role, Role.VIEWER, Role.ADMIN),
            active=self._mostly(),
            verified=self._mostly(),
            clinic_id=self._maybe(*CLINICS),
            job=self._maybe(*Job),
            clinic_region=self._one("", *REGIONS),
            in_time=self._mostly(),
            departments=path_of(self._maybe(*TREE)),
            region=self._one("", *REGIONS),
            clearance=self._one(*Sensitivity),
            glass=Glass(materials=frozenset(each for each in MATERIALS if self._even()), log=self._even()),
        )

    def target(self) -> Target:
        """Something with any facts, or a door that is open but for one or two of them."""
        if self._even():
            return self._anything()
        broken = replace(
            self._anything(),
            withdrawn=self._even(),
            lapsed=self._even(),
            sealable=self._even(),
            approval_stands=self._even(),
        )
        facts = self._random.sample(DOOR_FACTS, self._one(0, 1, 1, 2))
        return replace(self._door(), **{name: getattr(broken, name) for name in facts})

    def _door(self) -> Target:
        anybody = self._one(*PEOPLE)
        return replace(
            self._anything(),
            approved_exists=True,
            material_class=MaterialClass.IN_CLINIC,
            state=VersionState.APPROVED,
            withdrawn=False,
            lapsed=False,
            sealable=True,
            approval_stands=True,
            visit_person_id=anybody,
            share=replace(
                self._share(),
                addressees=self._few_circles(anybody),
                barred=False,
                revoked=False,
                expired=False,
                used_up=False,
                full=False,
                creator_active=True,
            ),
        )

    def _anything(self) -> Target:
        return Target(
            owner_id=self._maybe(*PEOPLE),
            uploader_id=self._maybe(*PEOPLE),
            approved_exists=self._even(),
            material_class=self._maybe(*MaterialClass),
            state=self._maybe(*VersionState, *[VersionState.APPROVED] * FEW, *[VersionState.SUBMITTED] * FEW),
            withdrawn=self._rarely(),
            lapsed=self._rarely(),
            sealable=self._mostly(),
            approval_stands=self._mostly(),
            signing=self._signing() if self._mostly() else None,
            share=self._share() if self._mostly() else None,
            visit_person_id=self._maybe(*PEOPLE),
            role=self._maybe(*Role),
            home=self._home() if self._mostly() else None,
            sensitivity=self._maybe(*Sensitivity),
            material_id=self._maybe(*MATERIALS),
            clinic_id=self._maybe(*CLINICS),
            unowned=self._even(),
            disputant=self._even(),
        )

    def _home(self) -> Home:
        return Home(departments=path_of(self._maybe(*TREE)), region=self._one("", *REGIONS))

    def _signing(self) -> SigningFacts:
        return SigningFacts(
            discipline=self._mostly(),
            away=self._rarely(),
            own_delegation=self._rarely(),
            signed_before=self._rarely(),
        )

    def _share(self) -> ShareFacts:
        return ShareFacts(
            addressees=self.addressees(),
            barred=self._rarely(),
            revoked=self._rarely(),
            expired=self._rarely(),
            used_up=self._rarely(),
            full=self._rarely(),
            creator_active=self._mostly(),
            download=self._mostly(),
            forward_depth_left=self._one(0, 1, 2),
            forwards_made=self._one(0, 1, FORWARDS_MAX - 1, FORWARDS_MAX),
            forwards_cut=self._rarely(),
            locked=self._rarely(),
            unpledged=self._rarely(),
        )

    def addressees(self) -> Addressees:
        """Circles of any kind, some of them not drawn and some empty."""
        return Addressees(
            people=self._circle(*PEOPLE),
            clinics=self._circle(*CLINICS),
            regions=self._circle(*REGIONS),
            jobs=self._circle(*Job),
        )

    def _few_circles(self, anybody: UUID) -> Addressees:
        """One circle at most, now and then two: what makers of shares draw."""
        people = frozenset({anybody if self._mostly() else self._one(*PEOPLE)})
        circles = self._one(
            {},
            {"people": people},
            {"clinics": frozenset({self._one(*CLINICS)})},
            {"regions": frozenset({self._one(*REGIONS)})},
            {"clinics": frozenset(CLINICS), "jobs": frozenset({self._one(*Job)})},
            {"jobs": frozenset({self._one(*Job)})},
        )
        return Addressees(**circles)  # type: ignore[arg-type]  # circles by name

    def _circle(self, *members: T) -> frozenset[T] | None:
        return frozenset(each for each in members if self._even()) if self._even() else None

    def _one(self, *choices: T) -> T:
        return self._random.choice(choices)

    def _maybe(self, *choices: T) -> T | None:
        return self._random.choice(choices) if self._random.random() < 0.85 else None  # a leaning

    def _even(self) -> bool:
        return self._random.random() < 0.5  # a coin

    def _mostly(self) -> bool:
        return self._random.random() < 0.9  # a leaning

    def _rarely(self) -> bool:
        return not self._mostly()
