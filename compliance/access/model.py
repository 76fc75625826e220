"""The words of the access decision: who, what, to which thing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")


class Role(StrEnum):
    """What a person is to the brand. Everybody has exactly one."""

    MARKETER = "marketer"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMIN = "admin"
    VIEWER = "viewer"


EMPLOYEES = frozenset(Role) - {Role.VIEWER}


class Job(StrEnum):
    """A viewer's work at the clinic."""

    CONSULTANT = "consultant"
    OPERATIONS = "operations"
    DOCTOR = "doctor"


class MaterialClass(StrEnum):
    """What a material is for; the law differs by class."""

    PUBLIC_AD = "public_ad"
    IN_CLINIC = "in_clinic"
    PROFESSIONAL_TRAINING = "professional_training"
    INTERNAL = "internal"


class Sensitivity(StrEnum):
    """How much a leak of a material would harm; an employee's clearance is the highest that they may see."""

    USUAL = "usual"
    TOP = "top"


class VersionState(StrEnum):
    """Where a version stands on its way; compliance.lifecycle says which steps exist."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"


class Audience(StrEnum):
    """Whom a share is for."""

    VERIFIED = "verified"  # every verified viewer
    CLINIC = "clinic"  # the people of the clinics named
    PERSON = "person"  # the viewers named
    REGION = "region"  # the people of the clinics in the regions named


class Action(StrEnum):
    """Everything a route or a job may ask to do. Closed: a new act needs a new member and a rule."""

    UPLOAD_CREATE = "upload.create"
    UPLOAD_READ = "upload.read"
    UPLOAD_WRITE = "upload.write"
    UPLOAD_TERMINATE = "upload.terminate"
    UPLOAD_WATCH = "upload.watch"
    QUOTA_LIST = "quota.list"
    QUOTA_SET = "quota.set"
    MATERIAL_LIST = "material.list"
    MATERIAL_CREATE = "material.create"
    MATERIAL_READ = "material.read"
    MATERIAL_REVISE = "material.revise"
    MATERIAL_SUBMIT = "material.submit"
    MATERIAL_WITHDRAW = "material.withdraw"
    MATERIAL_PREVIEW = "material.preview"
    MATERIAL_ORIGINAL = "material.original"
    MATERIAL_DECLARE = "material.declare"
    MATERIAL_RECALL = "material.recall"
    MATERIAL_DOSSIER = "material.dossier"
    EVIDENCE_READ = "evidence.read"
    CERTIFICATE_LIST = "certificate.list"
    CERTIFICATE_WRITE = "certificate.write"
    REVIEW_LIST = "review.list"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    REVIEW_CLAIM = "review.claim"
    REVIEW_COMMENT = "review.comment"
    FINDING_DECIDE = "finding.decide"
    PROCEDURE_READ = "procedure.read"
    PROCEDURE_SET = "procedure.set"
    DISCIPLINE_SET = "discipline.set"
    RULES_READ = "rules.read"
    RULES_WRITE = "rules.write"
    RULES_ACTIVATE = "rules.activate"
    ABSENCE_LIST = "absence.list"
    ABSENCE_SET = "absence.set"
    PLEDGE_READ = "pledge.read"
    PLEDGE_WRITE = "pledge.write"
    SHARE_LIST = "share.list"
    SHARE_CREATE = "share.create"
    SHARE_READ = "share.read"
    SHARE_CHANGE = "share.change"
    SHARE_REVOKE = "share.revoke"
    TASK_LIST = "task.list"
    TASK_CREATE = "task.create"
    TASK_READ = "task.read"
    TASK_CHANGE = "task.change"
    TASK_COMPLETE = "task.complete"
    VISIT_START = "visit.start"
    VISIT_READ = "visit.read"
    VISIT_DOWNLOAD = "visit.download"
    VISIT_FORWARD = "visit.forward"
    EVENT_SEARCH = "event.search"
    EVENT_EXPORT = "event.export"
    TRAIL_READ = "trail.read"
    TRAIL_SIGN = "trail.sign"
    ANOMALY_LIST = "anomaly.list"
    ANOMALY_DISMISS = "anomaly.dismiss"
    LEDGER_READ = "ledger.read"
    SIEM_LIST = "siem.list"
    EVENT_RECEIPT = "event.receipt"
    WEBHOOK_LIST = "webhook.list"
    WEBHOOK_CHANGE = "webhook.change"
    TRACE_RUN = "trace.run"
    TRACE_LIST = "trace.list"
    TRACE_READ = "trace.read"
    ANALYTICS_READ = "analytics.read"
    PERSON_LIST = "person.list"
    PERSON_BLOCK = "person.block"
    PERSON_UNBLOCK = "person.unblock"
    PERSON_EXPORT = "person.export"
    PERSON_ERASE = "person.erase"
    HOLD_LIST = "hold.list"
    HOLD_PLACE = "hold.place"
    HOLD_LIFT = "hold.lift"
    CLINIC_LIST = "clinic.list"
    CLINIC_CREATE = "clinic.create"
    CLINIC_ASSIGN = "clinic.assign"
    CLINIC_CHANGE = "clinic.change"
    CLINIC_CLAIM = "clinic.claim"
    CLINIC_CONTEST = "clinic.contest"
    CLINIC_TRANSFER = "clinic.transfer"
    CLINIC_HISTORY = "clinic.history"
    CLINIC_FIGURES = "clinic.figures"
    INVITATION_LIST = "invitation.list"
    INVITATION_CREATE = "invitation.create"
    INVITATION_REVOKE = "invitation.revoke"
    TRANSFER_LIST = "transfer.list"
    DISPUTE_LIST = "dispute.list"
    DISPUTE_DECIDE = "dispute.decide"
    DUPLICATE_LIST = "duplicate.list"
    DUPLICATE_DECIDE = "duplicate.decide"
    PROGRESS_READ = "progress.read"
    ACCOUNT_LIST = "account.list"
    ACCOUNT_CREATE = "account.create"
    ACCOUNT_DISABLE = "account.disable"
    ACCOUNT_ENABLE = "account.enable"
    SIGN_IN_CONFIGURE = "sign-in.configure"
    ACCOUNT_DEPARTMENT = "account.department"
    ACCOUNT_PASSWORD = "account.password"  # noqa: S105  # an act, no password
    ACCOUNT_CHANGE = "account.change"
    ORGANISATION_LIST = "organisation.list"
    ORGANISATION_CHANGE = "organisation.change"
    GLASS_BREAK = "glass.break"
    GLASS_LIST = "glass.list"
    GLASS_END = "glass.end"


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where in the brand a thing belongs: to its owner's department, and to a region."""

    departments: tuple[UUID, ...]  # from the root to the department; empty: its owner is in none
    region: str = ""  # empty: to all of them


@dataclass(frozen=True, kw_only=True)
class Glass:
    """What an administrator was let in to by breaking the glass, at this moment."""

    materials: frozenset[UUID] = frozenset()
    log: bool = False

    def __bool__(self) -> bool:
        return self.log or bool(self.materials)


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, as known when the act is decided. Without departments nothing of others' is within reach."""

    person_id: UUID
    role: Role
    active: bool = True  # account not disabled, viewer not blocked, person not erased
    verified: bool = False  # viewers: real identity confirmed by a provider
    clinic_id: UUID | None = None
    job: Job | None = None
    clinic_region: str = ""  # viewers: where their clinic is; empty: nobody said
    in_time: bool = True  # employees: the account has begun and not ended
    departments: tuple[UUID, ...] = ()  # employees: from the root to where they work
    region: str = ""  # employees: the only one they act in; empty: not narrowed
    clearance: Sensitivity = Sensitivity.USUAL
    glass: Glass = field(default_factory=Glass)


@dataclass(frozen=True, kw_only=True)
class Addressees:
    """Whom a share is for: who is in every circle that it draws. None: that circle is not drawn; empty: nobody."""

    people: frozenset[UUID] | None = None
    clinics: frozenset[UUID] | None = None
    regions: frozenset[str] | None = None
    jobs: frozenset[Job] | None = None

    def both(self, other: "Addressees") -> "Addressees":
        """Who is among these and among the others."""
        return Addressees(
            people=_common(self.people, other.people),
            clinics=_common(self.clinics, other.clinics),
            regions=_common(self.regions, other.regions),
            jobs=_common(self.jobs, other.jobs),
        )

    @property
    def audience(self) -> Audience:
        """The narrowest word for them, jobs aside."""
        if self.people is not None:
            return Audience.PERSON
        if self.clinics is not None:
            return Audience.CLINIC
        return Audience.VERIFIED if self.regions is None else Audience.REGION


def _common(ours: frozenset[T] | None, theirs: frozenset[T] | None) -> frozenset[T] | None:
    if ours is None or theirs is None:
        return theirs if ours is None else ours
    return ours & theirs


@dataclass(frozen=True, kw_only=True)
class ShareFacts:
    """What the share's row says at this moment, with everything it hangs on already looked up."""

    addressees: Addressees
    barred: bool = False  # this viewer was shut out of the share, or of one that it was forwarded from
    revoked: bool = False  # this share or any of its ancestors
    expired: bool = False
    used_up: bool = False  # no visit left; it closes the door to new visits, not to the ones begun
    full: bool = False  # no place left for this viewer, who never came in before
    creator_active: bool = True  # the employee at the root may still act
    download: bool = False
    forward_depth_left: int = 0
    forwards_made: int = 0  # by this viewer, of this share
    forwards_cut: bool = False  # this viewer's branch of the tree was cut
    locked: bool = False  # a password or code is asked for, and was not given in this session
    unpledged: bool = False  # the pledge in force is asked for, and was not given


@dataclass(frozen=True, kw_only=True)
class SigningFacts:
    """What the approvals that a review waits for say about the actor. Unknown facts open nothing."""

    discipline: bool = False  # one of them is theirs to give, or that of somebody whose deputy they are
    away: bool = False  # they have handed over to somebody else today
    own_delegation: bool = False  # all they could give is on behalf of the uploader, or of somebody who has signed
    signed_before: bool = False  # they gave another approval of a review in which each must be somebody else's


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the decision needs to know of the thing acted upon. Unknown facts stay at values that open nothing."""

    owner_id: UUID | None = None  # who made the thing
    uploader_id: UUID | None = None  # who uploaded the version at hand
    approved_exists: bool = False  # the material has an approved version
    material_class: MaterialClass | None = None
    state: VersionState | None = None  # of the version at hand
    withdrawn: bool = False
    lapsed: bool = False  # a certificate that the version was submitted with is not in force any more
    sealable: bool = True
    approval_stands: bool = False  # of the version at hand: signed, unaltered, for these bytes
    signing: SigningFacts | None = None
    share: ShareFacts | None = None
    visit_person_id: UUID | None = None  # whose visit it is
    role: Role | None = None  # the role of the person or account acted upon
    unowned: bool = False  # a clinic that nobody holds
    disputant: bool = False  # the actor is one of the two who claim the clinic
    home: Home | None = None  # where the thing belongs; None: nobody looked
    sensitivity: Sensitivity | None = None  # of the material; None: nobody looked, so it counts as the highest
    material_id: UUID | None = None  # the material, or that of the version at hand
    clinic_id: UUID | None = None  # whose figures are asked for


@dataclass(frozen=True)
class Decision:
    """Yes or no, and the id of the rule that said so."""

    allowed: bool
    rule: str


Condition = Callable[[Actor, Target], bool]


@dataclass(frozen=True)
class Forbid:
    """If `when` holds for one of `actions`, the answer is no, whatever else is true."""

    id: str
    actions: frozenset[Action]
    when: Condition


@dataclass(frozen=True)
class Permit:
    """If `when` holds, actors of `roles` may do `actions`; by an exceptional one only behind broken glass."""

    id: str
    roles: frozenset[Role]
    actions: frozenset[Action]
    when: Condition = field(default=lambda actor, target: True)
    exceptional: bool = False
