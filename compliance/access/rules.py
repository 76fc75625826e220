"""The rules of access as data: what is forbidden whatever else holds, and what is permitted to whom.

Ids are stable: they stand in events (`why`) and have a sentence in both languages (`rule-<id>` in the locales).
"""

from collections.abc import Callable
from typing import Any

from compliance.access.model import (
    EMPLOYEES,
    Action,
    Actor,
    Condition,
    Forbid,
    MaterialClass,
    Permit,
    Role,
    Sensitivity,
    ShareFacts,
    SigningFacts,
    Target,
    VersionState,
)

A = Action

GLASS_OPENS_MATERIAL, GLASS_OPENS_LOG = "glass-opens-a-material", "glass-opens-the-log"
FORWARDS_MAX = 100  # of one share by one viewer: more is a machine, and each is a row and an event

VIEWING = frozenset({A.VISIT_START, A.VISIT_READ, A.VISIT_DOWNLOAD, A.VISIT_FORWARD})
WITHIN_VISIT = VIEWING - {A.VISIT_START}
COMING = frozenset({A.VISIT_START, A.VISIT_FORWARD})  # somebody new is to come in
BYTES = frozenset({A.VISIT_READ, A.VISIT_DOWNLOAD, A.MATERIAL_PREVIEW, A.MATERIAL_ORIGINAL, A.EVIDENCE_READ})
TRACING = frozenset({A.TRACE_RUN, A.TRACE_LIST, A.TRACE_READ})
REVIEWING = frozenset({A.TRAIL_READ, A.TRAIL_SIGN, A.ANOMALY_LIST, A.ANOMALY_DISMISS})
READS_ONLY = frozenset(
    {
        A.MATERIAL_LIST,
        A.MATERIAL_READ,
        A.MATERIAL_RECALL,
        A.MATERIAL_DOSSIER,
        A.CERTIFICATE_LIST,
        A.SHARE_LIST,
        A.SHARE_READ,
        A.TASK_LIST,
        A.TASK_READ,
        A.EVENT_SEARCH,
        A.EVENT_EXPORT,
        A.LEDGER_READ,
        A.SIEM_LIST,
        A.WEBHOOK_LIST,
        A.EVENT_RECEIPT,
        A.ANALYTICS_READ,
        A.PERSON_LIST,
        A.PERSON_EXPORT,
        A.HOLD_LIST,
        A.CLINIC_LIST,
        A.CLINIC_HISTORY,
        A.ACCOUNT_LIST,
        A.ORGANISATION_LIST,
        A.GLASS_LIST,
        A.PROCEDURE_READ,
        A.RULES_READ,
        A.PLEDGE_READ,
        A.ABSENCE_LIST,
    }
)
# What somebody may not do to their own account: for a password of one's own there is another way, which asks for it.
OWN_ACCOUNT = frozenset({A.ACCOUNT_CHANGE, A.ACCOUNT_DEPARTMENT, A.ACCOUNT_PASSWORD})
DECIDING = frozenset({A.REVIEW_DECIDE, A.REVIEW_CLAIM, A.FINDING_DECIDE})
# What shows something of a material: a clearance below its sensitivity closes it.
CLEARED = DECIDING | {
    A.MATERIAL_CREATE,
    A.MATERIAL_READ,
    A.MATERIAL_REVISE,
    A.MATERIAL_SUBMIT,
    A.MATERIAL_PREVIEW,
    A.MATERIAL_ORIGINAL,
    A.MATERIAL_DECLARE,
    A.MATERIAL_RECALL,
    A.MATERIAL_DOSSIER,
    A.EVIDENCE_READ,
    A.REVIEW_READ,
    A.REVIEW_COMMENT,
    A.SHARE_CREATE,
    A.TASK_READ,
    A.TASK_COMPLETE,
    A.ANALYTICS_READ,
}
# What is done to a thing that belongs somewhere: whoever acts in one region leaves those of others alone.
PLACED = DECIDING | {
    A.MATERIAL_READ,
    A.MATERIAL_PREVIEW,
    A.MATERIAL_ORIGINAL,
    A.MATERIAL_WITHDRAW,
    A.MATERIAL_RECALL,
    A.ANALYTICS_READ,
    A.EVIDENCE_READ,
    A.REVIEW_READ,
    A.REVIEW_COMMENT,
    A.SHARE_CREATE,
    A.SHARE_READ,
    A.SHARE_CHANGE,
    A.SHARE_REVOKE,
    A.TASK_READ,
    A.TASK_CHANGE,
    A.CLINIC_ASSIGN,
    A.CLINIC_CHANGE,
    A.CLINIC_TRANSFER,
    A.CLINIC_HISTORY,
    A.INVITATION_CREATE,
    A.INVITATION_REVOKE,
    A.DISPUTE_DECIDE,
}


def _outside_audience(actor: Actor, target: Target) -> bool:
    share = target.share
    if share is None:
        return True
    to = share.addressees
    return (
        _misses(to.people, actor.person_id)
        or _misses(to.clinics, actor.clinic_id)
        or _misses(to.regions, actor.clinic_region)
        or _misses(to.jobs, actor.job)
    )


def _misses(circle: frozenset[Any] | None, has: object) -> bool:
    """Whether a circle is drawn and this is not in it."""
    return circle is not None and has not in circle


def _own(actor: Actor, target: Target) -> bool:
    return target.owner_id is not None and target.owner_id == actor.person_id


def _own_or_free(actor: Actor, target: Target) -> bool:
    return _own(actor, target) or target.unowned


def _behind_glass(actor: Actor, target: Target) -> bool:
    return actor.role is Role.ADMIN and target.material_id is not None and target.material_id in actor.glass.materials


def _above_clearance(actor: Actor, target: Target) -> bool:
    top = target.sensitivity is not Sensitivity.USUAL
    return top and actor.clearance is not Sensitivity.TOP and not _behind_glass(actor, target)


def _outside_region(actor: Actor, target: Target) -> bool:
    if not actor.region or _own_or_free(actor, target):
        return False
    return target.home is None or target.home.region not in ("", actor.region)


def _unless(fact: Callable[[ShareFacts], bool]) -> Condition:
    """Holds when there is no share, or when the fact of it is true: a missing share closes the door."""
    return lambda actor, target: target.share is None or fact(target.share)


def _signing(fact: Callable[[SigningFacts], bool]) -> Condition:
    """Holds when somebody looked which approvals are asked for, and the fact is true."""
    return lambda actor, target: target.signing is not None and fact(target.signing)


FORBIDS: tuple[Forbid, ...] = (
    Forbid("actor-inactive", frozenset(Action), lambda actor, target: not actor.active),
    Forbid("account-out-of-time", frozenset(Action), lambda actor, target: not actor.in_time),
    Forbid(
        "clearance-too-low",
        CLEARED,
        lambda actor, target: actor.role is not Role.VIEWER and _above_clearance(actor, target),
    ),
    Forbid("outside-region", PLACED, _outside_region),
    Forbid(
        "viewer-unverified",
        VIEWING | {A.CLINIC_FIGURES},
        lambda actor, target: actor.role is Role.VIEWER and not actor.verified,
    ),
    Forbid("not-your-visit", WITHIN_VISIT, lambda actor, target: target.visit_person_id != actor.person_id),
    Forbid("material-withdrawn", VIEWING | {A.SHARE_CREATE}, lambda actor, target: target.withdrawn),
    Forbid("certificate-lapsed", VIEWING | {A.SHARE_CREATE}, lambda actor, target: target.lapsed),
    Forbid("share-revoked", VIEWING, _unless(lambda share: share.revoked)),
    Forbid("share-owner-inactive", VIEWING, _unless(lambda share: not share.creator_active)),
    Forbid("share-expired", VIEWING, _unless(lambda share: share.expired)),
    Forbid("share-used-up", COMING, _unless(lambda share: share.used_up)),
    Forbid("share-full", COMING, _unless(lambda share: share.full)),
    Forbid("viewer-barred", VIEWING, _unless(lambda share: share.barred)),
    Forbid("outside-audience", VIEWING, _outside_audience),
    Forbid(
        "internal-stays-inside",
        VIEWING | {A.SHARE_CREATE},
        lambda actor, target: target.material_class in (None, MaterialClass.INTERNAL),
    ),
    Forbid("not-approved", VIEWING | {A.SHARE_CREATE}, lambda actor, target: target.state is not VersionState.APPROVED),
    Forbid("approval-fallen", VIEWING | {A.SHARE_CREATE}, lambda actor, target: not target.approval_stands),
    Forbid("share-locked", VIEWING, _unless(lambda share: share.locked)),
    Forbid("pledge-missing", VIEWING, _unless(lambda share: share.unpledged)),
    Forbid("not-sealable", VIEWING - {A.VISIT_START}, lambda actor, target: not target.sealable),
    Forbid("download-not-offered", frozenset({A.VISIT_DOWNLOAD}), _unless(lambda share: not share.download)),
    Forbid(
        "forward-depth-used-up",
        frozenset({A.VISIT_FORWARD}),
        _unless(lambda share: share.forward_depth_left < 1),
    ),
    Forbid(
        "forwards-used-up",
        frozenset({A.VISIT_FORWARD}),
        _unless(lambda share: share.forwards_made >= FORWARDS_MAX),
    ),
    Forbid("forwards-cut", frozenset({A.VISIT_FORWARD}), _unless(lambda share: share.forwards_cut)),
    Forbid("self-approval", DECIDING, lambda actor, target: target.uploader_id == actor.person_id),
    Forbid("reviewer-away", DECIDING, _signing(lambda signing: signing.away)),
    Forbid("signed-before", DECIDING, _signing(lambda signing: signing.signed_before)),
    Forbid("barred-delegation", DECIDING, _signing(lambda signing: signing.own_delegation)),
    Forbid(
        "discipline-missing",
        DECIDING,
        lambda actor, target: target.signing is None or not target.signing.discipline,
    ),
    # Who wrote a rule set is not the one who puts it into force.
    Forbid("own-rules", frozenset({A.RULES_ACTIVATE}), lambda actor, target: target.owner_id == actor.person_id),
    # Who claims a clinic is not the one who says whose it is.
    Forbid("own-dispute", frozenset({A.DISPUTE_DECIDE}), lambda actor, target: target.disputant),
    # Who says that something must be kept is not the one who says that it may go.
    Forbid("own-hold", frozenset({A.HOLD_LIFT}), lambda actor, target: target.owner_id == actor.person_id),
    # Nobody widens their own rights; who runs accounts asks another administrator.
    Forbid("own-account", OWN_ACCOUNT, lambda actor, target: target.owner_id == actor.person_id),
    Forbid(
        "admin-reads-no-material",
        BYTES,
        lambda actor, target: actor.role is Role.ADMIN and not _behind_glass(actor, target),
    ),
    # Whoever makes accounts could make an auditor's for themselves: that is an event, and a second account. Their own
    # never traces, whatever a permit may come to say.
    Forbid("admin-traces-nobody", TRACING, lambda actor, target: actor.role is Role.ADMIN),
    Forbid(
        "auditor-changes-nothing",
        frozenset(Action) - READS_ONLY - TRACING - REVIEWING,
        lambda actor, target: actor.role is Role.AUDITOR,
    ),
)


def _governs(actor: Actor, target: Target) -> bool:
    """What belongs to the actor's department or to one below it; the brand itself has what is in no department."""
    home = target.home
    if home is None or not actor.departments:
        return False
    return actor.departments[-1] in home.departments or (not home.departments and len(actor.departments) == 1)


def _governs_clinic(actor: Actor, target: Target) -> bool:
    return _own_or_free(actor, target) or _governs(actor, target)


def _reaches(actor: Actor, target: Target) -> bool:
    """What was approved in the actor's department or in one above it."""
    home = target.home
    return (
        target.approved_exists
        and home is not None
        and home.departments != ()
        and home.departments[-1] in actor.departments
    )


def _own_or_reaches(actor: Actor, target: Target) -> bool:
    return _own(actor, target) or _reaches(actor, target)


def _in_reach(actor: Actor, target: Target) -> bool:
    return _own_or_reaches(actor, target) or _governs(actor, target)


def _submitted(_actor: Actor, target: Target) -> bool:
    return target.state not in (None, VersionState.DRAFT)


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


def _actions(*actions: Action) -> frozenset[Action]:
    return frozenset(actions)


MAKERS = _roles(Role.MARKETER, Role.MANAGER)

PERMITS: tuple[Permit, ...] = (
    Permit("maker-uploads", MAKERS, _actions(A.UPLOAD_CREATE)),
    Permit("own-upload", MAKERS, _actions(A.UPLOAD_READ, A.UPLOAD_WRITE, A.UPLOAD_TERMINATE), _own),
    Permit("maker-makes-materials", MAKERS, _actions(A.MATERIAL_CREATE)),
    Permit("employee-lists-materials", EMPLOYEES - {Role.ADMIN}, _actions(A.MATERIAL_LIST)),
    Permit(
        "own-material",
        MAKERS,
        _actions(A.MATERIAL_REVISE, A.MATERIAL_SUBMIT, A.MATERIAL_WITHDRAW, A.MATERIAL_DECLARE),
        _own,
    ),
    Permit("own-recall", MAKERS, _actions(A.MATERIAL_RECALL), _own),
    Permit("manager-sees-who-saw-it", _roles(Role.MANAGER), _actions(A.MATERIAL_RECALL), _governs),
    Permit("who-saw-it", _roles(Role.AUDITOR), _actions(A.MATERIAL_RECALL)),
    Permit("auditor-takes-dossiers", _roles(Role.AUDITOR), _actions(A.MATERIAL_DOSSIER)),
    Permit("manager-withdraws", _roles(Role.MANAGER), _actions(A.MATERIAL_WITHDRAW), _governs),
    Permit(
        "marketer-reads-own-or-approved",
        _roles(Role.MARKETER),
        _actions(A.MATERIAL_READ, A.MATERIAL_PREVIEW),
        _own_or_reaches,
    ),
    Permit("manager-reads", _roles(Role.MANAGER), _actions(A.MATERIAL_READ, A.MATERIAL_PREVIEW), _in_reach),
    Permit("auditor-reads-facts", _roles(Role.AUDITOR), _actions(A.MATERIAL_READ)),
    Permit(
        "reviewer-reads-submitted",
        _roles(Role.REVIEWER),
        _actions(A.MATERIAL_READ, A.MATERIAL_PREVIEW, A.MATERIAL_ORIGINAL, A.REVIEW_READ),
        _submitted,
    ),
    Permit("own-original", MAKERS, _actions(A.MATERIAL_ORIGINAL), _own),
    Permit("own-evidence", MAKERS, _actions(A.EVIDENCE_READ), _own),
    Permit("reviewer-reads-evidence", _roles(Role.REVIEWER), _actions(A.EVIDENCE_READ), _submitted),
    Permit("employee-lists-certificates", EMPLOYEES - {Role.ADMIN}, _actions(A.CERTIFICATE_LIST)),
    Permit("register-is-kept", _roles(Role.REVIEWER, Role.MANAGER), _actions(A.CERTIFICATE_WRITE)),
    Permit("reviewer-lists", _roles(Role.REVIEWER), _actions(A.REVIEW_LIST)),
    Permit(
        "reviewer-decides",
        _roles(Role.REVIEWER),
        DECIDING,
        lambda actor, target: target.state is VersionState.SUBMITTED,
    ),
    Permit("reviewer-comments", _roles(Role.REVIEWER), _actions(A.REVIEW_COMMENT), _submitted),
    Permit(
        "owner-answers",
        MAKERS,
        _actions(A.REVIEW_COMMENT),
        lambda actor, target: _own(actor, target) and _submitted(actor, target),
    ),
    Permit("procedures-are-read", EMPLOYEES - {Role.MARKETER}, _actions(A.PROCEDURE_READ, A.ABSENCE_LIST)),
    Permit("rules-are-read", EMPLOYEES - {Role.ADMIN}, _actions(A.RULES_READ)),
    Permit("reviewer-writes-rules", _roles(Role.REVIEWER), _actions(A.RULES_WRITE)),
    Permit("rules-are-activated", _roles(Role.REVIEWER, Role.MANAGER), _actions(A.RULES_ACTIVATE)),
    Permit("procedures-are-set", _roles(Role.MANAGER, Role.ADMIN), _actions(A.PROCEDURE_SET, A.DISCIPLINE_SET)),
    Permit("own-absence", _roles(Role.REVIEWER), _actions(A.ABSENCE_SET), _own),
    Permit("absences-are-set", _roles(Role.MANAGER, Role.ADMIN), _actions(A.ABSENCE_SET)),
    Permit("marketer-shares", _roles(Role.MARKETER), _actions(A.SHARE_CREATE), _own_or_reaches),
    Permit("manager-shares", _roles(Role.MANAGER), _actions(A.SHARE_CREATE), _in_reach),
    Permit("pledges-are-read", EMPLOYEES, _actions(A.PLEDGE_READ)),
    Permit("pledges-are-written", _roles(Role.REVIEWER, Role.ADMIN), _actions(A.PLEDGE_WRITE)),
    Permit("maker-lists-shares", MAKERS | {Role.AUDITOR}, _actions(A.SHARE_LIST)),
    Permit("own-share", MAKERS, _actions(A.SHARE_READ, A.SHARE_CHANGE, A.SHARE_REVOKE), _own),
    Permit(
        "manager-governs-shares",
        _roles(Role.MANAGER),
        _actions(A.SHARE_READ, A.SHARE_CHANGE, A.SHARE_REVOKE),
        _governs,
    ),
    Permit("auditor-reads-shares", _roles(Role.AUDITOR), _actions(A.SHARE_READ)),
    Permit("manager-makes-tasks", _roles(Role.MANAGER), _actions(A.TASK_CREATE)),
    Permit("tasks-are-listed", _roles(Role.MANAGER, Role.AUDITOR), _actions(A.TASK_LIST)),
    Permit("own-task", _roles(Role.MANAGER), _actions(A.TASK_READ, A.TASK_CHANGE), _own),
    Permit("manager-governs-tasks", _roles(Role.MANAGER), _actions(A.TASK_READ, A.TASK_CHANGE), _governs),
    Permit("auditor-reads-tasks", _roles(Role.AUDITOR), _actions(A.TASK_READ)),
    # The thing is the part of it that was given to one employee.
    Permit("given-task-is-done", MAKERS, _actions(A.TASK_COMPLETE), _own),
    Permit("viewer-visits", _roles(Role.VIEWER), VIEWING),
    Permit(
        "own-clinic-is-known",
        _roles(Role.VIEWER),
        _actions(A.CLINIC_FIGURES),
        lambda actor, target: target.clinic_id is not None and target.clinic_id == actor.clinic_id,
    ),
    Permit("auditor-reads-log", _roles(Role.AUDITOR), _actions(A.EVENT_SEARCH, A.EVENT_EXPORT, A.LEDGER_READ)),
    Permit("own-receipt", frozenset(Role), _actions(A.EVENT_RECEIPT), _own),
    Permit("auditor-gets-receipts", _roles(Role.AUDITOR), _actions(A.EVENT_RECEIPT)),
    Permit("auditor-traces", _roles(Role.AUDITOR), TRACING),
    Permit("auditor-reviews-trail", _roles(Role.AUDITOR), REVIEWING),
    Permit("maker-reads-figures", MAKERS | {Role.AUDITOR}, _actions(A.ANALYTICS_READ)),
    Permit("people-are-listed", MAKERS | {Role.AUDITOR}, _actions(A.PERSON_LIST, A.CLINIC_LIST)),
    Permit("manager-blocks", _roles(Role.MANAGER), _actions(A.PERSON_BLOCK, A.PERSON_UNBLOCK)),
    Permit("own-data", frozenset(Role), _actions(A.PERSON_EXPORT), _own),
    Permit("viewer-leaves", _roles(Role.VIEWER), _actions(A.PERSON_ERASE), _own),
    Permit(
        "manager-serves-viewers",
        _roles(Role.MANAGER),
        _actions(A.PERSON_EXPORT, A.PERSON_ERASE),
        lambda actor, target: target.role is Role.VIEWER,
    ),
    Permit(
        "admin-serves-employees",
        _roles(Role.ADMIN),
        _actions(A.PERSON_EXPORT, A.PERSON_ERASE),
        lambda actor, target: target.role in EMPLOYEES,
    ),
    Permit("holds-are-listed", _roles(Role.MANAGER, Role.REVIEWER, Role.AUDITOR), _actions(A.HOLD_LIST)),
    Permit("holds-are-placed", _roles(Role.MANAGER, Role.REVIEWER), _actions(A.HOLD_PLACE)),
    Permit("manager-lifts-holds", _roles(Role.MANAGER), _actions(A.HOLD_LIFT)),
    Permit("maker-adds-clinics", MAKERS, _actions(A.CLINIC_CREATE)),
    Permit(
        "manager-assigns-clinics",
        _roles(Role.MANAGER),
        _actions(A.CLINIC_ASSIGN),
        _governs_clinic,
    ),
    Permit("recruiting-is-listed", MAKERS, _actions(A.INVITATION_LIST)),
    Permit("own-or-free-clinic-invites", MAKERS, _actions(A.INVITATION_CREATE, A.CLINIC_CHANGE), _own_or_free),
    Permit("own-invitation", MAKERS, _actions(A.INVITATION_REVOKE), _own),
    Permit("free-clinic-is-claimed", MAKERS, _actions(A.CLINIC_CLAIM), lambda actor, target: target.unowned),
    Permit("maker-contests", MAKERS, _actions(A.CLINIC_CONTEST)),
    Permit("clinic-history-is-read", MAKERS, _actions(A.CLINIC_HISTORY), _own_or_free),
    Permit("auditor-reads-clinic-history", _roles(Role.AUDITOR), _actions(A.CLINIC_HISTORY)),
    Permit(
        "manager-governs-clinics",
        _roles(Role.MANAGER),
        _actions(A.CLINIC_HISTORY, A.CLINIC_CHANGE, A.CLINIC_TRANSFER, A.INVITATION_REVOKE, A.DISPUTE_DECIDE),
        _governs_clinic,
    ),
    Permit(
        "manager-lists-recruiting",
        _roles(Role.MANAGER),
        _actions(A.TRANSFER_LIST, A.DISPUTE_LIST, A.DUPLICATE_LIST, A.DUPLICATE_DECIDE, A.PROGRESS_READ),
    ),
    Permit(
        "admin-runs-accounts",
        _roles(Role.ADMIN),
        _actions(
            A.ACCOUNT_LIST,
            A.ACCOUNT_CREATE,
            A.ACCOUNT_DISABLE,
            A.ACCOUNT_ENABLE,
            A.ACCOUNT_PASSWORD,
            A.ACCOUNT_DEPARTMENT,
            A.SIGN_IN_CONFIGURE,
            A.ACCOUNT_CHANGE,
            A.ORGANISATION_CHANGE,
        ),
    ),
    Permit("organisation-is-listed", _roles(Role.ADMIN, Role.MANAGER, Role.AUDITOR), _actions(A.ORGANISATION_LIST)),
    Permit("admin-breaks-glass", _roles(Role.ADMIN), _actions(A.GLASS_BREAK)),
    Permit("glass-is-seen", _roles(Role.ADMIN, Role.MANAGER, Role.AUDITOR), _actions(A.GLASS_LIST)),
    Permit("glass-is-ended", _roles(Role.ADMIN, Role.MANAGER), _actions(A.GLASS_END)),
    Permit(
        GLASS_OPENS_MATERIAL,
        _roles(Role.ADMIN),
        _actions(A.MATERIAL_READ, A.MATERIAL_PREVIEW),
        _behind_glass,
        exceptional=True,
    ),
    Permit(
        GLASS_OPENS_LOG,
        _roles(Role.ADMIN),
        _actions(A.EVENT_SEARCH),
        lambda actor, target: actor.glass.log,
        exceptional=True,
    ),
    Permit("admin-and-auditor-watch-push", _roles(Role.ADMIN, Role.AUDITOR), _actions(A.SIEM_LIST)),
    Permit("webhooks-are-listed", _roles(Role.ADMIN, Role.AUDITOR), _actions(A.WEBHOOK_LIST)),
    Permit("admin-runs-webhooks", _roles(Role.ADMIN), _actions(A.WEBHOOK_CHANGE)),
    Permit("admin-watches-uploads", _roles(Role.ADMIN), _actions(A.UPLOAD_WATCH, A.QUOTA_LIST, A.QUOTA_SET)),
)
